package cases

import (
	"slices"
	"strings"

	"assent/internal/clock"
)

// Level is how far a complaint has gone (E1-33, E1-34).
type Level string

const (
	First        Level = ""             // the first stage
	Review       Level = "review"       // a senior officer who had no part in the first decides again
	Commissioner Level = "commissioner" // the Information Commissioner has it (DPA 2018 s.165)
)

// Stage is a stage of a complaint that is over.
type Stage struct {
	Level      Level      `json:"level,omitempty"`
	Decision   Decision   `json:"decision"`
	DecidedOn  clock.Date `json:"decided_on"`
	AnsweredOn clock.Date `json:"answered_on"`
	EndedOn    clock.Date `json:"ended_on"` // when the next began
}

// Reached is the furthest stage that a complaint came to: 1, 2 for a review, or 3 with the Commissioner.
func (f Facts) Reached() int {
	switch {
	case !f.CommissionerOn.IsZero():
		return 3
	case f.Level == Review:
		return 2
	}
	return 1
}

// firstAnswer is when the person was told the outcome that the clocks run for: of a complaint that of its first stage. For a review the policy gives no time but "without
// undue delay" (E1-34): what is promised for it becomes a clock of its own.
func (f Facts) firstAnswer() clock.Date {
	if len(f.Stages) > 0 {
		return f.Stages[0].AnsweredOn
	}
	return f.AnsweredOn
}

// escalated takes a complaint to its next stage. A review looks at an outcome that the person was told. The Commissioner may be gone to at any time: before our own
// outcome was told that is only noted, for we still owe it; after it, what we answer to the Commissioner is a stage of its own.
func (c *Case) escalated(e Event) error {
	to := Level(e.Detail.Code)
	switch {
	case c.Kind != Complaint:
		return invalid("Only a complaint has stages.")
	case to != Review && to != Commissioner:
		return invalid("Say where it goes: review or commissioner.")
	case to == Review && c.Facts.Reached() > 1:
		return conflict("It was reviewed already, and that decision is final. The person may go to the Commissioner.")
	case to == Review && c.Facts.AnsweredOn.IsZero():
		return conflict("There is no outcome yet of which the person was told, and which could be reviewed.")
	case to == Commissioner && !c.Facts.CommissionerOn.IsZero():
		return conflict("It has been with the Commissioner since %s.", c.Facts.CommissionerOn.Long())
	}
	if to == Commissioner {
		c.Facts.CommissionerOn = e.On
		if c.Facts.AnsweredOn.IsZero() {
			return nil
		}
	}
	c.Facts.Stages = append(c.Facts.Stages, Stage{
		Level: c.Facts.Level, Decision: *c.Decision, DecidedOn: c.Facts.DecidedOn, AnsweredOn: c.Facts.AnsweredOn, EndedOn: e.On,
	})
	c.Facts.Level = to
	return c.ending(Event{Kind: Reopened})
}

// reviewedByAnother refuses a review by whoever decided what is reviewed (E1-34).
func (c Case) reviewedByAnother(d Decision) error {
	if c.Facts.Level != Review {
		return nil
	}
	for _, s := range c.Facts.Stages {
		if s.Level == First && sameDecider(s.Decision, d) {
			return conflict("You decided the first stage. The review is decided by somebody else.")
		}
	}
	return nil
}

// sameDecider reports whether one person took two decisions, as far as the record tells: the same operator, or the same name where a program recorded it.
func sameDecider(a, b Decision) bool {
	if name := strings.TrimSpace(a.Person); name != "" && strings.EqualFold(name, strings.TrimSpace(b.Person)) {
		return true
	}
	return strings.HasPrefix(a.Actor, "user:") && a.Actor == b.Actor
}

// What somebody else may have to deal with.
const (
	ToFreedomOfInformation = "freedom-of-information" // those who answer under the Freedom of Information Act (E4-02)
	ToRiskOfficer          = "risk-officer"           // the Senior Information Risk Officer, with compensation (E1-31)
	ToSomebodyElse         = "somebody-else"          // whoever a misdirected letter was meant for
)

// Referrals returns the codes of whom a case may be referred to.
func Referrals() []string { return []string{ToFreedomOfInformation, ToRiskOfficer, ToSomebodyElse} }

func referredTo(code string) string { return "referred-" + code }

// Flags of a case that mean that somebody else has to deal with a part of it, as package inbox sets them.
const (
	FlagFreedomOfInformation = "freedom-of-information"
	FlagCompensation         = "compensation"
)

// referrals are the duties that what the sorter saw brings.
func referrals(c Case) []Duty {
	if c.ParentID != 0 {
		return nil // its parent has them
	}
	var out []Duty
	for _, r := range []struct{ flag, code, words string }{
		{FlagFreedomOfInformation, ToFreedomOfInformation, "Pass on what asks for information under the Freedom of Information Act, or record that nothing does"},
		{FlagCompensation, ToRiskOfficer, "Have the Senior Information Risk Officer deal with compensation, or record that none is asked for"},
	} {
		if c.Has(r.flag) {
			out = append(out, Duty{Code: referredTo(r.code), Words: r.words, Done: !c.Facts.DoneOn(referredTo(r.code)).IsZero()})
		}
	}
	return out
}

// further says what an event is that takes a case on to somebody else.
func (e Event) further() string {
	switch {
	case e.Kind == Summarised:
		return "Summarised for the register."
	case e.Kind == Escalated && Level(e.Detail.Code) == Review:
		return "The person asked for a review: somebody else decides anew."
	case e.Kind == Escalated:
		return "The Information Commissioner has the complaint."
	}
	return map[string]string{
		ToFreedomOfInformation: "What asks for information under the Freedom of Information Act was passed on.",
		ToRiskOfficer:          "The Senior Information Risk Officer deals with compensation.",
		ToSomebodyElse:         "Passed on to whom it was meant for.",
	}[e.Detail.Code]
}

// checkReferral refuses an event that refers to nobody.
func checkReferral(e Event) error {
	if !slices.Contains(Referrals(), e.Detail.Code) {
		return invalid("Say to whom it is referred: %s.", strings.Join(Referrals(), ", "))
	}
	return nil
}
