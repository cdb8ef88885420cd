package console

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

// newList shows an empty form for a list. It is closed to the public, and confirms by mail, unless somebody says otherwise.
func (s *console) newList(c *gin.Context, by auth.Actor) error {
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap("console: new list", err)
	}
	return s.listForm(c, by, p, nil, typed{"double_opt_in": {"yes"}, "contact_name": {p.Contact.Name}, "contact_address": {p.Contact.Address.String()}}, nil)
}

// declareList opens a list under the notice in force.
func (s *console) declareList(c *gin.Context, by auth.Actor) error {
	const op = "console: declare list"
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	l := subscriptions.List{ProgrammeID: p.ID, Slug: v.get(templates.FieldSlug)}
	if l.PurposeID, err = strconv.ParseInt(v.get("purpose"), 10, 64); err != nil {
		err = errs.E(op, errs.Invalid, "Choose the purpose that the list serves.", nil)
	} else if err = readList(v, &l); err == nil {
		_, err = s.People.CreateList(c.Request.Context(), l)
	}
	if err != nil {
		return s.listForm(c, by, p, nil, v, errs.Wrap(op, err))
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID)+"#lists")
	return nil
}

// editList shows a list's form as it stands.
func (s *console) editList(c *gin.Context, by auth.Actor) error {
	l, p, err := s.listOf(c)
	if err != nil {
		return errs.Wrap("console: edit list", err)
	}
	return s.listForm(c, by, p, &l, listTyped(l), nil)
}

// changeList keeps a list as it was written. Its short name, programme, purpose and notice are for life.
func (s *console) changeList(c *gin.Context, by auth.Actor) error {
	const op = "console: change list"
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	l, p, err := s.listOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	is := l
	if err = readList(v, &is); err == nil {
		_, err = s.Editor.List(c.Request.Context(), l.ID, func(x *subscriptions.List) {
			// The fields were read without an error just now.
			_ = readList(v, x)
		})
	}
	if err != nil {
		return s.listForm(c, by, p, &l, v, errs.Wrap(op, err))
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID)+"#lists")
	return nil
}

// listOf returns the list that the path names, and its programme.
func (s *console) listOf(c *gin.Context) (l subscriptions.List, p subscriptions.Programme, err error) {
	id, err := number(c, "id")
	if err != nil {
		return l, p, err
	}
	if l, err = s.People.Store.List(c.Request.Context(), id); err != nil {
		return l, p, err
	}
	p, err = s.People.Store.Programme(c.Request.Context(), l.ProgrammeID)
	return l, p, err
}

func (s *console) listForm(c *gin.Context, by auth.Actor, p subscriptions.Programme, l *subscriptions.List, v typed, problem error) error {
	page := templates.FormPage{
		Over: templates.Link{URL: programmeURL(p.ID), Label: p.Name}, Title: "A new list", Action: programmeURL(p.ID) + "/lists/new", Button: "Open it",
		Lead: "A list is what people join. It serves one purpose, of which the privacy notice in force must tell.",
	}
	if l != nil {
		page.Title, page.Action, page.Button = "Change "+l.Name, listURL(l.ID), "Keep the changes"
		page.Lead = "New words hold for people who join from now on. The ledger keeps the words that each person saw."
	} else {
		purposes, err := s.People.Store.Purposes(c.Request.Context(), p.ID)
		if err != nil {
			return errs.Wrap("console: list form", err)
		}
		var choices []templates.Choice
		for _, u := range purposes {
			if u.Class != subscriptions.CaseClass {
				choices = append(choices, templates.Choice{Value: decimal(u.ID), Label: u.Name + " (" + basisWords(u.Basis) + ")"})
			}
		}
		if len(choices) == 0 {
			page.Lead = "A list serves one purpose, and this programme has declared none. Declare a purpose first, and publish a version of the notice that tells of it."
		}
		page.Lines = append(page.Lines,
			v.line(templates.FieldSlug, "Short name, for life", "Small letters, digits and hyphens. It stands in the address of its page and in the header of every mail"),
			v.one("purpose", "Purpose", "For life, too: people agree to this purpose and to no other", choices))
	}
	page.Lines = append(page.Lines,
		v.line(templates.FieldName, "Name", "As readers know it"),
		v.area("description", "What will come, and how often", "", 3),
		v.area("wording", "What people agree to, word for word", "It stands beside the box that they tick, and is kept with each agreement", 3),
		v.line("contact_name", "Point of Contact: name", "A person or a desk that answers"),
		v.of("email", "contact_address", "Point of Contact: email address", "Mail to it that asks to be left out is acted on at once"),
		v.of(templates.LineTick, "double_opt_in", "An agreement counts only after its mailbox confirmed it", ""),
		v.of(templates.LineTick, "public", "It has a page where anybody may join", ""),
		v.of(templates.LineTick, "ask_age", "Its page asks how old the reader is, so that a guardian can agree for a child", ""),
	)
	return s.form(c, by, page, problem)
}

func listURL(id int64) string { return pages.Desk + "/lists/" + decimal(id) }

func listTyped(l subscriptions.List) typed {
	return typed{
		templates.FieldName: {l.Name}, "description": {l.Description}, "wording": {l.Wording}, "contact_name": {l.Contact.Name}, "contact_address": {l.Contact.Address.String()},
		"double_opt_in": {yes(l.DoubleOptIn)}, "public": {yes(l.Public)}, "ask_age": {yes(l.AskAge)},
	}
}

// readList sets what a list's form shows.
func readList(v typed, l *subscriptions.List) (err error) {
	l.Name, l.Description, l.Wording, l.Contact.Name = v.get(templates.FieldName), v.get("description"), v.get("wording"), v.get("contact_name")
	l.DoubleOptIn, l.Public, l.AskAge = v.ticked("double_opt_in"), v.ticked("public"), v.ticked("ask_age")
	to, err := v.address("contact_address")
	if err != nil {
		return err
	}
	if to.IsZero() && l.ID != 0 {
		return errs.E("console: read list", errs.Invalid, "A list needs a Point of Contact: write an email address.", nil)
	}
	l.Contact.Address = to
	return nil
}
