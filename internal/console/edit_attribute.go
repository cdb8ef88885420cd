package console

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/subscriptions"
	"assent/templates"
)

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
	return s.attributeEditForm(c, by, p, a, v, nil)
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
	_, err = s.Editor.Attribute(c.Request.Context(), p.ID, a.ID, func(x *subscriptions.Attribute) {
		x.Label, x.Hint, x.SelfService, x.Required = v.get("label"), v.get("hint"), v.ticked("self_service"), v.ticked("required")
		if hasChoices(a) {
			x.Choices = nonEmptyLines(v.get("choices"))
		}
	})
	if err != nil {
		return s.attributeEditForm(c, by, p, a, v, errs.Wrap(op, err))
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

func hasChoices(a subscriptions.Attribute) bool {
	return a.Type == subscriptions.ChoiceAttribute || a.Type == subscriptions.ManyAttribute
}

func (s *console) attributeEditForm(c *gin.Context, by auth.Actor, p subscriptions.Programme, a subscriptions.Attribute, v typed, problem error) error {
	page := templates.FormPage{
		Over: templates.Link{URL: programmeURL(p.ID), Label: p.Name}, Title: "Change " + cmp.Or(a.Label, a.Name), Action: attributeURL(p.ID, a.ID) + "/edit", Button: "Keep it",
		Lead: "It holds " + strings.ToLower(attributeType(a.Type)) + " and is called " + a.Name + ": that stays. For data of another kind declare another, and end this one.",
		Lines: []templates.FormLine{
			v.line("label", "As people read it", "Such as: Region"),
			v.line("hint", "Help for who answers", "A line under the label, such as: Where you live most of the year"),
		},
	}
	if hasChoices(a) {
		page.Lines = append(page.Lines, v.area("choices", "The choices, one on each line", "Add as you need. One that somebody has cannot be taken away", 6))
	}
	page.Lines = append(page.Lines,
		v.of(templates.LineTick, "self_service", "People may correct it on their own page", ""),
		v.of(templates.LineTick, "required", "Forms must bring it", "A form of yours that asks to join over the API is refused without it, and on their own page people may change it but not leave it empty. Our own pages for joining ask for address and name alone"),
	)
	return s.form(c, by, page, problem)
}
