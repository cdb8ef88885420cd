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

func (s *console) newAttribute(c *gin.Context, by auth.Actor) error {
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap("console: new attribute", err)
	}
	return s.attributeForm(c, by, p, typed{"type": {string(subscriptions.TextAttribute)}, templates.FieldCategory: {string(subscriptions.ProfileCategory)}}, nil)
}

// declareAttribute declares what may be stored of a programme's people.
func (s *console) declareAttribute(c *gin.Context, by auth.Actor) error {
	const op = "console: declare attribute"
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	a := subscriptions.Attribute{
		ProgrammeID: p.ID, Name: v.get(templates.FieldName), Label: v.get("label"), Type: subscriptions.AttributeType(v.get("type")),
		Hint: v.get("hint"), Required: v.ticked("required"), SelfService: v.ticked("self_service"), SpecialCategory: v.ticked("special_category"),
	}
	if hasChoices(a) {
		a.Choices = nonEmptyLines(v.get("choices"))
	}
	category := subscriptions.Category(v.get(templates.FieldCategory))
	if category != "" && !slices.Contains(subscriptions.Categories, category) {
		err = errs.E(op, errs.Invalid, "The form came back changed. Open the page again.", nil)
	} else {
		a, err = s.People.CreateAttribute(c.Request.Context(), a)
	}
	if err != nil {
		return s.attributeForm(c, by, p, v, errs.Wrap(op, err))
	}
	if category != "" && by.May(auth.KeepingWrite) {
		if err := s.Keeping.Schedule.Store.SetCategory(c.Request.Context(), a.ID, category); err != nil {
			return errs.Wrap(op, err)
		}
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID)+"#attributes")
	return nil
}

func nonEmptyLines(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

func (s *console) attributeForm(c *gin.Context, by auth.Actor, p subscriptions.Programme, v typed, problem error) error {
	page := templates.FormPage{
		Over: templates.Link{URL: programmeURL(p.ID), Label: p.Name}, Title: "New data about people", Action: programmeURL(p.ID) + "/attributes/new", Button: "Declare it",
		Lead: "What is not declared cannot be stored. Ask for nothing that no purpose needs. Its name and what it holds stay; the words, choices and category may change.",
		Lines: []templates.FormLine{
			v.line(templates.FieldName, "Name, for life", "Small letters, digits and underscores, such as region. In a campaign’s words it is {{region}}"),
			v.line("label", "As people read it", "Such as: Region"),
			v.line("hint", "Help for who answers", "A line under the label, where people are asked"),
			v.one("type", "What it holds", "", chosen(attributeTypes(), attributeType)),
			v.area("choices", "The choices, one on each line", "Needed where there are choices", 4),
			v.of(templates.LineTick, "self_service", "People may correct it on their own page", ""),
			v.of(templates.LineTick, "required", "Forms must bring it", ""),
			v.of(templates.LineTick, "special_category", "It is special-category data: health, belief, ethnicity, politics, union membership, sex life or biometrics. It is used on explicit consent alone (Article 9 UK GDPR)", ""),
		},
	}
	if by.May(auth.KeepingWrite) {
		page.Lines = append(page.Lines, v.one(templates.FieldCategory, "Category, for the retention schedule", "Rules that thin a record take away whole categories", categoryChoices()))
	}
	return s.form(c, by, page, problem)
}

func attributeTypes() []subscriptions.AttributeType {
	return []subscriptions.AttributeType{
		subscriptions.TextAttribute, subscriptions.NumberAttribute, subscriptions.BoolAttribute, subscriptions.DateAttribute, subscriptions.ChoiceAttribute, subscriptions.ManyAttribute,
	}
}

func attributeType(t subscriptions.AttributeType) string {
	return map[subscriptions.AttributeType]string{
		subscriptions.TextAttribute: "Text", subscriptions.NumberAttribute: "A number", subscriptions.BoolAttribute: "Yes or no", subscriptions.DateAttribute: "A date",
		subscriptions.ChoiceAttribute: "One of some choices", subscriptions.ManyAttribute: "Any of some choices",
	}[t]
}

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
			}
		}
		if by.May(auth.KeepingWrite) {
			row.CategoryURL = attributeURL(p.ID, a.ID)
		}
		rows = append(rows, row)
	}
	return rows, nil
}
