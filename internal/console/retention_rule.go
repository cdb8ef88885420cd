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
		templates.FieldLongerFor: {"0"}, templates.FieldLongerUnit: {string(retention.Months)}, templates.FieldReview: {"yes"},
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
	longer, err := longerPeriod(v)
	if err != nil {
		return s.ruleForm(c, by, v, errs.Wrap(op, err))
	}
	r := retention.Rule{
		ProgrammeID: programme, Name: v.get(templates.FieldName), What: retention.What(v.get(templates.FieldWhat)), Since: retention.Since(v.get(templates.FieldSince)),
		Period: retention.Period{Length: length, Unit: retention.Unit(v.get(templates.FieldUnit))}, Longer: longer, Action: retention.Action(v.get(templates.FieldDo)),
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

// longerPeriod reads for whom a rule has a longer period; none was chosen unless a purpose was.
func longerPeriod(v typed) (longer retention.Longer, err error) {
	if longer.PurposeID, _ = strconv.ParseInt(v.get(templates.FieldLongerFor), 10, 64); longer.PurposeID == 0 {
		return longer, nil
	}
	longer.Period.Unit = retention.Unit(v.get(templates.FieldLongerUnit))
	if longer.Period.Length, err = strconv.Atoi(v.get(templates.FieldLonger)); err != nil {
		return longer, errs.E("console: longer period", errs.Invalid, "Say how long at most people are kept who permit it, as a number.", nil)
	}
	return longer, nil
}

func (s *console) ruleForm(c *gin.Context, by auth.Actor, v typed, problem error) error {
	const op = "console: rule form"
	programmes, err := s.People.Store.Programmes(c.Request.Context())
	if err != nil {
		return errs.Wrap(op, err)
	}
	house, longer := []templates.Choice{{Value: "0", Label: "The whole house"}}, []templates.Choice{{Value: "0", Label: "Nobody"}}
	for _, p := range programmes {
		house = append(house, templates.Choice{Value: decimal(p.ID), Label: p.Name})
		purposes, err := s.People.Store.Purposes(c.Request.Context(), p.ID)
		if err != nil {
			return errs.Wrap(op, err)
		}
		for _, u := range purposes {
			longer = append(longer, templates.Choice{Value: decimal(u.ID), Label: u.Name + " (" + p.Name + ")"})
		}
	}
	units := []retention.Unit{retention.Years, retention.Months, retention.Days}
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
			v.one(templates.FieldUnit, "Counted in", "", chosen(units, asSentence)),
			v.one(templates.FieldSince, "After what", "Not each goes with everything; you are told which do", chosen(starts, asSentence)),
			v.one(templates.FieldLongerFor, "Who permits this is kept longer", "For people alone: until they take it back, or the longer time is over", longer),
			v.of("number", templates.FieldLonger, "How long at most, for them", "From the same day as the other"),
			v.one(templates.FieldLongerUnit, "Counted in", "", chosen(units, asSentence)),
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
