package clock

import (
	"fmt"
	"time"

	"assent/internal/errs"
)

// Kind says what was received, in the words of the inbox's labels.
type Kind string

const (
	Access            Kind = "access"             // Art 15: a copy of one's data
	Erasure           Kind = "erasure"            // Art 17
	Rectification     Kind = "rectification"      // Art 16
	Restriction       Kind = "restriction"        // Art 18
	Objection         Kind = "objection"          // Art 21
	Portability       Kind = "portability"        // Art 20
	WithdrawConsent   Kind = "withdraw-consent"   // Art 7(3)
	Complaint         Kind = "complaint"          // DPA 2018 s.164A
	AutomatedDecision Kind = "automated-decision" // Arts 22A to 22D
	Other             Kind = "other"              // a rights request that a person has yet to name
	Breach            Kind = "breach"             // Art 33; received is the moment of becoming aware
)

// Kinds returns every kind.
func Kinds() []Kind {
	return []Kind{Access, Erasure, Rectification, Restriction, Objection, Portability,
		WithdrawConsent, Complaint, AutomatedDecision, Other, Breach}
}

// ParseKind reads a kind's name; another text gives an error of kind Invalid.
func ParseKind(s string) (Kind, error) {
	for _, k := range Kinds() {
		if s == string(k) {
			return k, nil
		}
	}
	return "", errs.E("clock: parse kind", errs.Invalid, fmt.Sprintf("The kind must be one of %v.", Kinds()), nil)
}

// Input is what happened to one request, complaint or breach.
type Input struct {
	Kind     Kind
	Received time.Time // arrival at our server or desk, not the time of reading it
	Division Division
	Identity Condition // proof of identity, or of an agent's authority (Art 12(6))
	Fee      Condition // a fee under Art 12(5)
	Pauses   []Pause   // clarification of an access request (Art 12A(5))
	Extended bool      // the time was extended by two further months
	// ExtensionTold is the day the person was told of the extension, when it is known. After
	// the last day for telling, an extension has no effect.
	ExtensionTold Date
	House         House
}

// Condition is something that was asked for before the time can start.
type Condition struct {
	Requested   bool
	RequestedOn Date // zero when the day is not known
	Received    Date // zero while we wait for it
}

// waiting tells whether the condition was asked for and is not yet there.
func (c Condition) waiting() bool { return c.Requested && c.Received.IsZero() }

// Pause is a question back to the person: from the day we asked to the day the answer
// came, both counted. A zero To means that we still wait.
type Pause struct{ From, To Date }

// House holds an organisation's own promises, in working days after receipt; 0 is no promise.
type House struct {
	AcknowledgeWorkingDays int `json:"acknowledge_working_days"`
	AnswerWorkingDays      int `json:"answer_working_days"`
}

// Limits of an input; far outside what happens, and inside what dates can hold.
const (
	minYear, maxYear = 1990, 2999
	maxPauses        = 100
	maxWorkingDays   = 1000
)

// check returns an error of kind Invalid for an input that cannot have happened.
// received is the UK date of receipt.
func (in Input) check(received Date) error {
	if _, err := ParseKind(string(in.Kind)); err != nil {
		return err
	}
	if _, err := ParseDivision(string(in.Division)); err != nil {
		return err
	}
	if !usable(received) {
		return wrong("The received time must lie in the years 1990 to 2999.")
	}
	if err := in.Identity.check("proof of identity", received); err != nil {
		return err
	}
	if err := in.Fee.check("the fee", received); err != nil {
		return err
	}
	if len(in.Pauses) > maxPauses {
		return wrong("There are more than %d pauses.", maxPauses)
	}
	for _, p := range in.Pauses {
		if !usable(p.From) || !p.To.IsZero() && (!usable(p.To) || p.To.Before(p.From)) {
			return wrong("A pause must begin on a day and end on the same day or later: %s to %s does not.", p.From, p.To)
		}
	}
	if !in.ExtensionTold.IsZero() && (!usable(in.ExtensionTold) || in.ExtensionTold.Before(received)) {
		return wrong("The person cannot have been told of an extension on %s, before the request came.", in.ExtensionTold)
	}
	for _, n := range []int{in.House.AcknowledgeWorkingDays, in.House.AnswerWorkingDays} {
		if n < 0 || n > maxWorkingDays {
			return wrong("A promise in working days must lie between 0 and %d.", maxWorkingDays)
		}
	}
	return nil
}

func (c Condition) check(what string, received Date) error {
	for _, d := range []Date{c.RequestedOn, c.Received} {
		if !d.IsZero() && !usable(d) {
			return wrong("The day for %s must lie in the years 1990 to 2999.", what)
		}
	}
	if !c.RequestedOn.IsZero() && c.RequestedOn.Before(received) {
		return wrong("On %s, before the request came, nobody can have asked for %s.", c.RequestedOn, what)
	}
	if !c.RequestedOn.IsZero() && !c.Received.IsZero() && c.Received.Before(c.RequestedOn) {
		return wrong("On %s, the day given for having %s, it had not been asked for.", c.Received, what)
	}
	return nil
}

func usable(d Date) bool { return d.Year >= minYear && d.Year <= maxYear }

func wrong(format string, args ...any) error {
	return errs.E("clock: check input", errs.Invalid, fmt.Sprintf(format, args...), nil)
}
