package console

import (
	"context"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

// correctPage offers what is on record of a person to be corrected by staff.
func (s *console) correctPage(c *gin.Context, by auth.Actor) error {
	page, _, err := s.correctForm(c, by)
	if err != nil {
		return err
	}
	return s.page(c, http.StatusOK, "correct", page)
}

// declaredBy is an attribute with its programme.
type declaredBy struct {
	slug string
	subscriptions.Attribute
}

func (d declaredBy) field() string { return templates.AttributePrefix + d.slug + "." + d.Name }

func (s *console) correctForm(c *gin.Context, by auth.Actor) (page templates.CorrectPage, declared []declaredBy, err error) {
	const op = "console: correct"
	ctx := c.Request.Context()
	id, err := number(c, "id")
	if err != nil {
		return page, nil, err
	}
	p, err := s.People.Store.Subscriber(ctx, id)
	if err != nil {
		return page, nil, errs.Wrap(op, err)
	}
	if err := s.record(ctx, by, audit.Note{Action: audit.ReadPerson, Object: personObject(id)}); err != nil {
		return page, nil, errs.Wrap(op, err)
	}
	page = templates.CorrectPage{Console: s.around(by), Action: personURL(id) + "/correct", PersonURL: personURL(id), Address: p.Address.String(), Name: p.Name, Language: p.Language}
	if declared, err = s.declaredAttributes(ctx, p.Attributes); err != nil {
		return page, nil, errs.Wrap(op, err)
	}
	for _, a := range declared {
		f := templates.CorrectField{Field: a.field(), Label: plain(a.Label), Value: p.Attributes.Text(a.slug, a.Name)}
		switch a.Type {
		case subscriptions.DateAttribute:
			f.Hint = "Such as 2026-11-25"
		case subscriptions.BoolAttribute:
			f.Hint = "yes or no"
		case subscriptions.ChoiceAttribute:
			f.Hint = "One of: " + strings.Join(a.Choices, ", ")
		case subscriptions.ManyAttribute:
			f.Hint = "Any of, parted by commas: " + strings.Join(a.Choices, ", ")
		}
		page.Fields = append(page.Fields, f)
	}
	return page, declared, nil
}

// declaredAttributes are those whose values may be corrected; one that has ended where something is on record of it.
func (s *console) declaredAttributes(ctx context.Context, held subscriptions.Attributes) (out []declaredBy, err error) {
	programmes, err := s.People.Store.Programmes(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range programmes {
		all, err := s.People.Store.AttributesOf(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range all {
			if a.Ended() && held[p.Slug][a.Name] == nil {
				continue // nothing is on record of it that could be corrected
			}
			out = append(out, declaredBy{p.Slug, a})
		}
	}
	return out, nil
}

// correct writes what staff corrected. What was left as it is changes nothing.
func (s *console) correct(c *gin.Context, by auth.Actor) error {
	if err := pages.ReadForm(c.Request); err != nil {
		return err
	}
	page, declared, err := s.correctForm(c, by)
	if err != nil {
		return err
	}
	form := c.Request.PostForm
	id, err := number(c, "id")
	if err != nil {
		return err
	}
	name, language := strings.TrimSpace(form.Get(templates.FieldName)), strings.TrimSpace(form.Get(templates.FieldLang))
	x := subscriptions.Correction{SubscriberID: id, Actor: by.String(), Why: strings.TrimSpace(form.Get(templates.FieldWhy)), Name: &name, Language: &language}
	for i, a := range declared {
		if typed := form.Get(a.field()); form.Has(a.field()) && typed != page.Fields[i].Value && err == nil {
			var value any
			value, err = a.Read(typed)
			if x.Attributes == nil {
				x.Attributes = subscriptions.Attributes{}
			}
			if x.Attributes[a.slug] == nil {
				x.Attributes[a.slug] = map[string]any{}
			}
			x.Attributes[a.slug][a.Name], page.Fields[i].Value = value, typed
		}
	}
	page.Name, page.Language, page.Why = name, language, x.Why
	var changes []subscriptions.FieldChange
	if err == nil {
		changes, err = s.Keeping.Keeper.Correct(c.Request.Context(), x)
	}
	switch kind := errs.KindOf(err); {
	case err != nil && (kind == errs.Invalid || kind == errs.Refused):
		page.Problem = errs.Message(err)
		return s.page(c, http.StatusUnprocessableEntity, "correct", page)
	case err != nil:
		return errs.Wrap("console: correct", err)
	case len(changes) == 0:
		page.Done = "Nothing was to be changed."
	default:
		page.Done = "Corrected."
	}
	return s.page(c, http.StatusOK, "correct", page)
}
