package console

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/subscriptions/retention"
	"assent/templates"
)

// newRule shows an empty form for a retention rule. A person approves first unless somebody says otherwise (E2-16).
func (s *console) newRule(c *gin.Context, by auth.Actor) error {
	return s.ruleForm(c, by, typed{
		templates.FieldProgramme: {"0"}, templates.FieldWhat: {string(retention.Whats[0])}, templates.FieldLength: {"1"}, templates.FieldUnit: {string(retention.Years)},
		templates.FieldReview: {"yes"},
	}, nil)
}

// declareRule puts a rule in force.
func (s *console) declareRule(c *gin.Context, by auth.Actor) error {
	const op = "console: declare rule"
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	programme, _ := strconv.ParseInt(v.get(templates.FieldProgramme), 10, 64) // what is no number is the whole house
	length, err := strconv.Atoi(v.get(templates.FieldLength))
	if err != nil {
		return s.ruleForm(c, by, v, errs.E(op, errs.Invalid, "Say how long, as a number.", nil))
	}
	r := retention.Rule{
		ProgrammeID: programme, Name: v.get(templates.FieldName), What: retention.What(v.get(templates.FieldWhat)), Since: retention.Since(v.get(templates.FieldSince)),
		Period: retention.Period{Length: length, Unit: retention.Unit(v.get(templates.FieldUnit))}, Action: retention.Action(v.get(templates.FieldDo)),
		Review: v.ticked(templates.FieldReview), Reason: v.get(templates.FieldReason), CreatedBy: by.String(),
	}
	for _, category := range v[templates.FieldCategory] {
		r.Categories = append(r.Categories, subscriptions.Category(category))
	}
	if _, err := s.Keeping.Schedule.Declare(c.Request.Context(), r); err != nil {
		return s.ruleForm(c, by, v, errs.Wrap(op, err))
	}
	c.Redirect(http.StatusSeeOther, retentionURL+"#rules")
	return nil
}

func (s *console) ruleForm(c *gin.Context, by auth.Actor, v typed, problem error) error {
	programmes, err := s.People.Store.Programmes(c.Request.Context())
	if err != nil {
		return errs.Wrap("console: rule form", err)
	}
	house := []templates.Choice{{Value: "0", Label: "The whole house"}}
	for _, p := range programmes {
		house = append(house, templates.Choice{Value: decimal(p.ID), Label: p.Name})
	}
	var starts []retention.Since
	for _, w := range retention.Whats {
		for _, since := range retention.StartsOf(w) {
			if !slices.Contains(starts, since) {
				starts = append(starts, since)
			}
		}
	}
	return s.form(c, by, templates.FormPage{
		Over: templates.Link{URL: retentionURL, Label: "Retention"}, Title: "A new retention rule", Action: retentionURL + "/rules", Button: "Put it in force",
		Lead: "How long something stays, and what becomes of it then. A rule is not changed later: it is ended, and another put in force.",
		Lines: []templates.FormLine{
			v.line(templates.FieldName, "Name", "Such as: People who left"),
			v.one(templates.FieldProgramme, "For", "", house),
			v.one(templates.FieldWhat, "What goes", "", chosen(retention.Whats, asSentence)),
			v.of("number", templates.FieldLength, "How long after", ""),
			v.one(templates.FieldUnit, "Counted in", "", chosen([]retention.Unit{retention.Years, retention.Months, retention.Days}, asSentence)),
			v.one(templates.FieldSince, "After what", "Not each goes with everything; you are told which do", chosen(starts, asSentence)),
			v.one(templates.FieldDo, "What is done", "", chosen(retention.Actions, ruleAction)),
			v.some(templates.FieldCategory, "What thinning takes away", "", categoryChoices()),
			v.of(templates.LineTick, templates.FieldReview, "A person approves before anything goes", ""),
			v.line(templates.FieldReason, "Why this long", "It stands in the notice and on the record of destruction"),
		},
	}, problem)
}

func asSentence[T ~string](value T) string { return pages.Sentence(string(value)) }

func ruleAction(a retention.Action) string {
	return map[retention.Action]string{
		retention.Thin: "Thin: take away some categories of data", retention.Anonymise: "Anonymise: count what statistics need, and erase", retention.Delete: "Delete: erase",
	}[a]
}
