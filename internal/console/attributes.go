package console

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

func categoryChoices() []templates.Choice {
	return chosen(subscriptions.Categories, func(c subscriptions.Category) string {
		return map[subscriptions.Category]string{
			subscriptions.IdentityCategory: "Identity: such as a date of birth", subscriptions.ContactCategory: "Contact: ways to reach the person beside the address",
			subscriptions.ProfileCategory: "Profile: who the person is to the organisation", subscriptions.PreferencesCategory: "Preferences: what they want",
			subscriptions.UsageCategory: "Usage: what they did",
		}[c]
	})
}

// editCategory shows of what category an attribute is.
func (s *console) editCategory(c *gin.Context, by auth.Actor) error {
	const op = "console: edit category"
	p, a, err := s.attributeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	all, err := s.Keeping.Schedule.Store.Categories(c.Request.Context())
	if err != nil {
		return errs.Wrap(op, err)
	}
	return s.categoryForm(c, by, p, a, typed{templates.FieldCategory: {string(all[p.Slug][a.Name])}}, nil)
}

func (s *console) changeCategory(c *gin.Context, by auth.Actor) error {
	const op = "console: change category"
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	p, a, err := s.attributeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	category := subscriptions.Category(v.get(templates.FieldCategory))
	if !slices.Contains(subscriptions.Categories, category) {
		return s.categoryForm(c, by, p, a, v, errs.E(op, errs.Invalid, "Choose a category.", nil))
	}
	if err := s.Keeping.Schedule.Store.SetCategory(c.Request.Context(), a.ID, category); err != nil {
		return errs.Wrap(op, err)
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID)+"#attributes")
	return nil
}

func (s *console) categoryForm(c *gin.Context, by auth.Actor, p subscriptions.Programme, a subscriptions.Attribute, v typed, problem error) error {
	return s.form(c, by, templates.FormPage{
		Over: templates.Link{URL: programmeURL(p.ID), Label: p.Name}, Title: "Category of " + cmp.Or(a.Label, a.Name), Action: attributeURL(p.ID, a.ID), Button: "Keep it",
		Lines: []templates.FormLine{v.one(templates.FieldCategory, "Category, for the retention schedule", "Rules that thin a record take away whole categories", categoryChoices())},
	}, problem)
}

func attributeURL(programmeID, id int64) string {
	return programmeURL(programmeID) + "/attributes/" + decimal(id)
}

func (s *console) attributeOf(c *gin.Context) (p subscriptions.Programme, a subscriptions.Attribute, err error) {
	if p, err = s.programmeOf(c); err != nil {
		return p, a, err
	}
	id, err := number(c, "attribute")
	if err != nil {
		return p, a, err
	}
	all, err := s.People.Store.AttributesOf(c.Request.Context(), p.ID)
	if err != nil {
		return p, a, err
	}
	i := slices.IndexFunc(all, func(x subscriptions.Attribute) bool { return x.ID == id })
	if i < 0 {
		return p, a, errs.E("console: attribute", errs.NotFound, "", nil)
	}
	return p, all[i], nil
}

// attributeRows shows what a programme declares to store of its people.
func (s *console) attributeRows(ctx context.Context, p subscriptions.Programme, by auth.Actor) (rows []templates.AttributeRow, err error) {
	all, err := s.People.Store.AttributesOf(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	categories, err := s.Keeping.Schedule.Store.Categories(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		row := templates.AttributeRow{
			Name: a.Name, Label: cmp.Or(a.Label, a.Name), Holds: attributeType(a.Type), Choices: strings.Join(a.Choices, ", "), SelfService: a.SelfService, Special: a.SpecialCategory,
			Category: pages.Sentence(string(categories[p.Slug][a.Name])), Required: a.Required,
		}
		if a.Ended() {
			row.Ended = s.local(a.EndedAt)
		}
		if by.May(auth.ListsWrite) {
			row.EditURL = attributeURL(p.ID, a.ID) + "/edit"
			if !a.Ended() {
				row.EndURL = attributeURL(p.ID, a.ID) + "/end"
				if row.UsedBy, err = s.Editor.Store.AttributeRules(ctx, p.ID, a.Name); err != nil {
					return nil, err
				}
			}
		}
		if by.May(auth.KeepingWrite) {
			row.CategoryURL = attributeURL(p.ID, a.ID)
		}
		rows = append(rows, row)
	}
	return rows, nil
}
