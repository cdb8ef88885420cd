package console

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

// newProgramme shows an empty form for a programme.
func (s *console) newProgramme(c *gin.Context, by auth.Actor) error {
	return s.programmeForm(c, by, nil, typed{"time_zone": {"Europe/London"}, "division": {"england-and-wales"}}, nil)
}

// declareProgramme declares a programme.
func (s *console) declareProgramme(c *gin.Context, by auth.Actor) error {
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	p := subscriptions.Programme{Slug: v.get(templates.FieldSlug)}
	if err = readProgramme(v, &p); err == nil {
		p, err = s.People.CreateProgramme(c.Request.Context(), p)
	}
	if err != nil {
		return s.programmeForm(c, by, nil, v, errs.Wrap("console: declare programme", err))
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID))
	return nil
}

// editProgramme shows a programme's form as it stands.
func (s *console) editProgramme(c *gin.Context, by auth.Actor) error {
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap("console: edit programme", err)
	}
	return s.programmeForm(c, by, &p, programmeTyped(p), nil)
}

// changeProgramme keeps a programme as it was written. What the form does not show stays as it is.
func (s *console) changeProgramme(c *gin.Context, by auth.Actor) error {
	const op = "console: change programme"
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	is := p
	if err = readProgramme(v, &is); err == nil {
		_, err = s.Editor.Programme(c.Request.Context(), p.ID, func(q *subscriptions.Programme) {
			// The fields were read without an error just now.
			_ = readProgramme(v, q)
		})
	}
	if err != nil {
		return s.programmeForm(c, by, &p, v, errs.Wrap(op, err))
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID))
	return nil
}

func (s *console) programmeForm(c *gin.Context, by auth.Actor, p *subscriptions.Programme, v typed, problem error) error {
	page := templates.FormPage{
		Over: templates.Link{URL: pages.Desk, Label: "Overview"}, Title: "A new programme", Action: pages.Desk + "/programmes/new", Button: "Declare it",
		Lead: "A programme is one organisation’s stream of communication: in whose name mail is sent, who answers for it, and where people write to.",
	}
	if p != nil {
		page.Over, page.Title = templates.Link{URL: programmeURL(p.ID), Label: p.Name}, "Change "+p.Name
		page.Action, page.Button, page.Lead = programmeURL(p.ID)+"/edit", "Keep the changes", "What people were told changes only with the next version of the privacy notice."
	} else {
		page.Lines = append(page.Lines, v.line(templates.FieldSlug, "Short name, for life", "Small letters, digits and hyphens, such as harbour-news"))
	}
	page.Lines = append(page.Lines,
		v.line(templates.FieldName, "Name", "As readers know it"),
		v.line("owner", "Owner", "The organisation or unit that decides what is sent"),
		v.line("controller", "Data controller", "As the privacy notice names it"),
		v.area("postal_address", "Postal address", "Stands at the foot of every mail", 3),
		v.line("contact_name", "Point of Contact: name", "A person or a desk that answers"),
		v.of("email", "contact_address", "Point of Contact: email address", "Mail to it that asks to be left out is acted on at once"),
		v.line("from_name", "Sends as: name", ""),
		v.of("email", "from_address", "Sends as: email address", ""),
		v.line("dpo_name", "Data Protection Officer: name", "Leave it empty where there is none"),
		v.of("email", "dpo_address", "Data Protection Officer: email address", ""),
		v.one("division", "Whose bank holidays count", "", []templates.Choice{
			{Value: "england-and-wales", Label: "England and Wales"}, {Value: "scotland", Label: "Scotland"}, {Value: "northern-ireland", Label: "Northern Ireland"},
		}),
		v.line("time_zone", "Time zone", "Such as Europe/London"),
		v.of("number", "guardian_age", "Age below which a parent or guardian agrees", "13 unless you say otherwise"),
		v.of(templates.LineTick, "region_lock", "Promise that no data leaves the United Kingdom", ""),
	)
	return s.form(c, by, page, problem)
}

func programmeTyped(p subscriptions.Programme) typed {
	return typed{
		templates.FieldName: {p.Name}, "owner": {p.Owner}, "controller": {p.Controller}, "postal_address": {p.PostalAddress},
		"contact_name": {p.Contact.Name}, "contact_address": {p.Contact.Address.String()}, "from_name": {p.FromName}, "from_address": {p.FromAddress.String()},
		"dpo_name": {p.DPOName}, "dpo_address": {p.DPOAddress.String()}, "division": {p.Division}, "time_zone": {p.TimeZone},
		"guardian_age": {countOf(p.GuardianAge)}, "region_lock": {yes(p.RegionLock)},
	}
}

// readProgramme sets what a programme's form shows.
func readProgramme(v typed, p *subscriptions.Programme) (err error) {
	p.Name, p.Owner, p.Controller, p.PostalAddress = v.get(templates.FieldName), v.get("owner"), v.get("controller"), v.get("postal_address")
	p.Contact.Name, p.FromName, p.DPOName = v.get("contact_name"), v.get("from_name"), v.get("dpo_name")
	p.Division, p.TimeZone, p.RegionLock = v.get("division"), v.get("time_zone"), v.ticked("region_lock")
	if p.Contact.Address, err = v.address("contact_address"); err != nil {
		return err
	}
	if p.FromAddress, err = v.address("from_address"); err != nil {
		return err
	}
	if p.DPOAddress, err = v.address("dpo_address"); err != nil {
		return err
	}
	p.GuardianAge, err = v.number("guardian_age", "The age below which a guardian agrees")
	return err
}
