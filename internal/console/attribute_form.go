package console

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/subscriptions"
	"assent/templates"
)

// newAttribute shows the form for data about people that is not declared yet.
func (s *console) newAttribute(c *gin.Context, by auth.Actor) error {
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap("console: new attribute", err)
	}
	return s.attributeForm(c, by, p, subscriptions.Attribute{}, typed{"type": {string(subscriptions.TextAttribute)}, templates.FieldCategory: {string(subscriptions.ProfileCategory)}}, nil)
}

// editAttribute shows what may still be said of an attribute that was declared.
func (s *console) editAttribute(c *gin.Context, by auth.Actor) error {
	p, a, err := s.attributeOf(c)
	if err != nil {
		return errs.Wrap("console: edit attribute", err)
	}
	v := typed{"label": {a.Label}, "hint": {a.Hint}, "choices": {strings.Join(a.Choices, "\n")}}
	for field, on := range map[string]bool{"self_service": a.SelfService, "required": a.Required} {
		if on {
			v[field] = []string{"yes"}
		}
	}
	return s.attributeForm(c, by, p, a, v, nil)
}

// saysOf reads what both forms say of an attribute.
func saysOf(v typed, a *subscriptions.Attribute) {
	a.Label, a.Hint, a.SelfService, a.Required = v.get("label"), v.get("hint"), v.ticked("self_service"), v.ticked("required")
	if hasChoices(*a) {
		a.Choices = nonEmptyLines(v.get("choices"))
	}
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
		ProgrammeID: p.ID, Name: v.get(templates.FieldName), Type: subscriptions.AttributeType(v.get("type")), SpecialCategory: v.ticked("special_category"),
	}
	saysOf(v, &a)
	category := subscriptions.Category(v.get(templates.FieldCategory))
	if category != "" && !slices.Contains(subscriptions.Categories, category) {
		err = errs.E(op, errs.Invalid, "The form came back changed. Open the page again.", nil)
	} else {
		a, err = s.People.CreateAttribute(c.Request.Context(), a)
	}
	if err != nil {
		return s.attributeForm(c, by, p, subscriptions.Attribute{}, v, errs.Wrap(op, err))
	}
	if category != "" && by.May(auth.KeepingWrite) {
		if err := s.Keeping.Schedule.Store.SetCategory(c.Request.Context(), a.ID, category); err != nil {
			return errs.Wrap(op, err)
		}
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID)+"#attributes")
	return nil
}

func (s *console) changeAttribute(c *gin.Context, by auth.Actor) error {
	const op = "console: change attribute"
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	p, a, err := s.attributeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if _, err = s.Editor.Attribute(c.Request.Context(), p.ID, a.ID, func(x *subscriptions.Attribute) { saysOf(v, x) }); err != nil {
		return s.attributeForm(c, by, p, a, v, errs.Wrap(op, err))
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID)+"#attributes")
	return nil
}

// endAttribute takes no new values of an attribute from now on.
func (s *console) endAttribute(c *gin.Context, _ auth.Actor) error {
	const op = "console: end attribute"
	p, a, err := s.attributeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if _, err := s.Editor.EndAttribute(c.Request.Context(), p.ID, a.ID); err != nil {
		return errs.Wrap(op, err)
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID)+"#attributes")
	return nil
}

// attributeForm shows the form of an attribute, or of a new one: the name and what it holds are said once, the category beside other rules of retention later.
func (s *console) attributeForm(c *gin.Context, by auth.Actor, p subscriptions.Programme, a subscriptions.Attribute, v typed, problem error) error {
	fresh := a.ID == 0
	page := templates.FormPage{Over: templates.Link{URL: programmeURL(p.ID), Label: p.Name}}
	if fresh {
		page.Title, page.Action, page.Button = "New data about people", programmeURL(p.ID)+"/attributes/new", "Declare it"
		page.Lead = "What is not declared cannot be stored. Ask for nothing that no purpose needs. Its name and what it holds stay; the words, choices and category may change."
		page.Lines = append(page.Lines, v.line(templates.FieldName, "Name, for life", "Small letters, digits and underscores, such as region. In a campaign’s words it is {{region}}"))
	} else {
		page.Title, page.Action, page.Button = "Change "+cmp.Or(a.Label, a.Name), attributeURL(p.ID, a.ID)+"/edit", "Keep it"
		page.Lead = "It holds " + strings.ToLower(attributeType(a.Type)) + " and is called " + a.Name + ": that stays. For data of another kind declare another, and end this one."
	}
	page.Lines = append(page.Lines,
		v.line("label", "As people read it", "Such as: Region"),
		v.line("hint", "Help for who answers", "A line under the label, where people are asked, such as: Where you live most of the year"),
	)
	switch {
	case fresh:
		page.Lines = append(page.Lines, v.one("type", "What it holds", "", chosen(attributeTypes(), attributeType)), v.area("choices", "The choices, one on each line", "Needed where there are choices", 4))
	case hasChoices(a):
		page.Lines = append(page.Lines, v.area("choices", "The choices, one on each line", "Add as you need. One that somebody has, or that a segment or a campaign asks for, cannot be taken away", 6))
	}
	page.Lines = append(page.Lines,
		v.of(templates.LineTick, "self_service", "People may correct it on their own page", ""),
		v.of(templates.LineTick, "required", "Forms must bring it", "A form of yours that asks to join over the API is refused without it, and on their own page people may change it but not leave it empty. Our own pages for joining ask for address and name alone"),
	)
	if fresh {
		page.Lines = append(page.Lines, v.of(templates.LineTick, "special_category", "It is special-category data: health, belief, ethnicity, politics, union membership, sex life or biometrics. It is used on explicit consent alone (Article 9 UK GDPR)", ""))
	}
	if fresh && by.May(auth.KeepingWrite) {
		page.Lines = append(page.Lines, v.one(templates.FieldCategory, "Category, for the retention schedule", "Rules that thin a record take away whole categories", categoryChoices()))
	}
	return s.form(c, by, page, problem)
}

func hasChoices(a subscriptions.Attribute) bool {
	return a.Type == subscriptions.ChoiceAttribute || a.Type == subscriptions.ManyAttribute
}

func nonEmptyLines(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
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
