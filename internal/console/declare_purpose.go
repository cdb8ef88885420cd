package console

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/subscriptions"
	"assent/templates"
)

func purposeURL(id int64) string { return pages.Desk + "/purposes/" + strconv.FormatInt(id, 10) }

// newPurpose shows an empty form for a purpose.
func (s *console) newPurpose(c *gin.Context, by auth.Actor) error {
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap("console: new purpose", err)
	}
	return s.purposeForm(c, by, p, nil, typed{"renew_days": {"30, 7"}, "confirm_outcome": {string(subscriptions.NoAnswerLapses)}}, nil)
}

// declarePurpose declares a purpose.
func (s *console) declarePurpose(c *gin.Context, by auth.Actor) error {
	const op = "console: declare purpose"
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	p, err := s.programmeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	u := subscriptions.Purpose{ProgrammeID: p.ID, Slug: v.get(templates.FieldSlug)}
	if err = readPurpose(v, &u); err == nil {
		_, err = s.People.CreatePurpose(c.Request.Context(), u)
	}
	if err != nil {
		return s.purposeForm(c, by, p, nil, v, errs.Wrap(op, err))
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID)+"#purposes")
	return nil
}

func (s *console) purposeOf(c *gin.Context) (u subscriptions.Purpose, p subscriptions.Programme, err error) {
	id, err := number(c, "id")
	if err != nil {
		return u, p, err
	}
	if u, err = s.People.Store.Purpose(c.Request.Context(), id); err != nil {
		return u, p, err
	}
	p, err = s.People.Store.Programme(c.Request.Context(), u.ProgrammeID)
	return u, p, err
}

// editPurpose shows a purpose's form as it stands.
func (s *console) editPurpose(c *gin.Context, by auth.Actor) error {
	u, p, err := s.purposeOf(c)
	if err != nil {
		return errs.Wrap("console: edit purpose", err)
	}
	return s.purposeForm(c, by, p, &u, purposeTyped(u), nil)
}

// changePurpose keeps a purpose as it was written, within what people acted on.
func (s *console) changePurpose(c *gin.Context, by auth.Actor) error {
	const op = "console: change purpose"
	v, err := typedIn(c)
	if err != nil {
		return err
	}
	u, p, err := s.purposeOf(c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	is := u
	if err = readPurpose(v, &is); err == nil {
		_, err = s.Editor.Purpose(c.Request.Context(), u.ID, func(q *subscriptions.Purpose) {
			// The fields were read without an error just now.
			_ = readPurpose(v, q)
		})
	}
	if err != nil {
		return s.purposeForm(c, by, p, &u, v, errs.Wrap(op, err))
	}
	c.Redirect(http.StatusSeeOther, programmeURL(p.ID)+"#purposes")
	return nil
}

func (s *console) purposeForm(c *gin.Context, by auth.Actor, p subscriptions.Programme, u *subscriptions.Purpose, v typed, problem error) error {
	page := templates.FormPage{
		Over: templates.Link{URL: programmeURL(p.ID), Label: p.Name}, Title: "A new purpose", Action: programmeURL(p.ID) + "/purposes/new", Button: "Declare it",
		Lead: "A purpose is one thing that personal data is used for, with its one lawful basis. Nobody is mailed for it until a version of the notice tells of it.",
	}
	if u != nil {
		page.Title, page.Action, page.Button = "Change “"+u.Name+"”", purposeURL(u.ID), "Keep the changes"
		page.Lead = "Once somebody acted on a purpose, its name, basis and class stay: declare another one then. A new term holds for permissions to come."
	} else {
		page.Lines = append(page.Lines, v.line(templates.FieldSlug, "Short name, for life", "Small letters, digits and hyphens, such as monthly-news"))
	}
	page.Lines = append(page.Lines,
		v.line(templates.FieldName, "Name", "In the words of the notice"),
		v.one("basis", "Lawful basis", "", chosen(subscriptions.Bases, basisWords)),
		v.one("class", "Sort of message", "", chosen(subscriptions.Classes, func(k subscriptions.Class) string { return pages.Sentence(string(k)) })),
		v.of("number", "term", "How many days a permission lasts", "Leave it empty for one without end"),
		v.line("renew_days", "Days before the end on which renewal is asked for", "Such as 30, 7"),
		v.of("number", "confirm_every", "Ask again every so many days whether people still want it", "Leave it empty to ask never"),
		v.one("confirm_outcome", "What no answer to that means", "", []templates.Choice{
			{Value: string(subscriptions.NoAnswerLapses), Label: "The permission ends"}, {Value: string(subscriptions.NoAnswerKeeps), Label: "The permission stays"},
		}),
		v.of("number", "keep_ip", "How many days an IP address is kept as evidence", "Leave it empty to keep none"),
		v.line("dpia", "Reference of the data protection impact assessment", "If there is one"),
		v.some("conditions", "For a soft opt-in: what is so", "Each basis needs its own, and refuses what belongs to another", conditionChoices()),
		v.line("interest", "For legitimate interests: which interest it is", ""),
		v.line("assessment", "For legitimate interests: reference of the assessment", ""),
		v.of("date", "review_on", "For legitimate interests: when it is to be looked at again", ""),
		v.line("reference", "For a public task, a contract or an obligation: which", "Such as Harbours Act 1964 s.1"),
	)
	return s.form(c, by, page, problem)
}

// softConditions are the facts that a soft opt-in rests on (PECR regulation 22(3) and (3A)).
func softConditions(x *subscriptions.Conditions) []struct {
	value, label string
	is           *bool
} {
	return []struct {
		value, label string
		is           *bool
	}{
		{"from_sale", "Details were got in a sale, or in talks about one", &x.FromSale},
		{"own_similar", "It is only for our own similar products and services", &x.OwnSimilar},
		{"charitys_purposes", "It is only for the charity’s purposes", &x.CharitysPurposes},
		{"interest_or_support", "Details were got when the person showed interest or gave support", &x.InterestOrSupport},
		{"opt_out_at_start", "A refusal was offered when the details were got", &x.OptOutAtStart},
		{"opt_out_each_time", "A refusal is offered in every message", &x.OptOutEachTime},
	}
}

func conditionChoices() (out []templates.Choice) {
	for _, x := range softConditions(&subscriptions.Conditions{}) {
		out = append(out, templates.Choice{Value: x.value, Label: x.label})
	}
	return out
}

func purposeTyped(u subscriptions.Purpose) typed {
	v := typed{
		templates.FieldName: {u.Name}, "basis": {string(u.Basis)}, "class": {string(u.Class)}, "term": {dayCount(u.Term)}, "confirm_every": {dayCount(u.ConfirmEvery)},
		"confirm_outcome": {string(u.ConfirmOutcome)}, "keep_ip": {countOf(u.KeepIPDays)}, "dpia": {u.DPIA},
		"renew_days": {strings.Trim(strings.ReplaceAll(fmt.Sprint(u.RenewDays), " ", ", "), "[]")},
		"interest":   {u.Conditions.Interest}, "assessment": {u.Conditions.Assessment}, "reference": {u.Conditions.Reference},
	}
	if !u.Conditions.ReviewOn.IsZero() {
		v["review_on"] = []string{u.Conditions.ReviewOn.Format(time.DateOnly)}
	}
	for _, x := range softConditions(&u.Conditions) {
		if *x.is {
			v["conditions"] = append(v["conditions"], x.value)
		}
	}
	return v
}

// readPurpose sets what a purpose's form shows.
func readPurpose(v typed, u *subscriptions.Purpose) (err error) {
	u.Name, u.Basis, u.Class = v.get(templates.FieldName), subscriptions.Basis(v.get("basis")), subscriptions.Class(v.get("class"))
	u.DPIA, u.ConfirmOutcome = v.get("dpia"), subscriptions.NoAnswer(v.get("confirm_outcome"))
	for name, to := range map[string]*time.Duration{"term": &u.Term, "confirm_every": &u.ConfirmEvery} {
		n, err := v.number(name, "Days")
		if err != nil || n > 36500 {
			return errs.E("console: read purpose", errs.Invalid, "A number of days must be a whole number of at most 36500.", err)
		}
		*to = time.Duration(n) * 24 * time.Hour
	}
	if u.KeepIPDays, err = v.number("keep_ip", "The days for which an IP address is kept"); err != nil {
		return err
	}
	u.RenewDays = nil
	for _, text := range strings.FieldsFunc(v.get("renew_days"), func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.Atoi(text)
		if err != nil {
			return errs.E("console: read purpose", errs.Invalid, "The days before the end must be whole numbers with commas between them, such as 30, 7.", nil)
		}
		u.RenewDays = append(u.RenewDays, n)
	}
	u.Conditions = subscriptions.Conditions{Interest: v.get("interest"), Assessment: v.get("assessment"), Reference: v.get("reference")}
	for _, x := range softConditions(&u.Conditions) {
		for _, on := range v["conditions"] {
			*x.is = *x.is || on == x.value
		}
	}
	u.Conditions.ReviewOn, err = v.date("review_on")
	return err
}
