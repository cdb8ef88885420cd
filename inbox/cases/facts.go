package cases

import (
	"slices"

	"assent/internal/clock"
)

// Facts is what happened to a case that its clocks and duties depend on. Events make it, and nothing else does. All days are UK dates.
type Facts struct {
	House           clock.House   `json:"house"` // the programme's promises when the case was opened (E0-31, E1-33)
	Identity        Need          `json:"identity,omitzero"`
	Authority       Need          `json:"authority,omitzero"` // of somebody who acts for somebody
	Fee             Need          `json:"fee,omitzero"`
	Clarifications  []clock.Pause `json:"clarifications,omitempty"`
	Proof           Proof         `json:"proof,omitzero"`       // of who asks; zero while it is not established
	Acting          Acting        `json:"acting,omitzero"`      // for whom; zero while nobody recorded it
	DisownedOn      clock.Date    `json:"disowned_on,omitzero"` // when the mailbox on record said that it did not ask
	AcknowledgedOn  clock.Date    `json:"acknowledged_on,omitzero"`
	ExtendedOn      clock.Date    `json:"extended_on,omitzero"` // when the person was told
	ExtensionReason []string      `json:"extension_reason,omitempty"`
	DecidedOn       clock.Date    `json:"decided_on,omitzero"`
	AnsweredOn      clock.Date    `json:"answered_on,omitzero"` // when the person was told the outcome
	ClosedOn        clock.Date    `json:"closed_on,omitzero"`
	Promises        []Promise     `json:"promises,omitempty"`
	Done            []DutyDone    `json:"done,omitempty"`
	Brief           string        `json:"brief,omitempty"`  // what it is about, in a line (E1-35)
	Level           Level         `json:"level,omitempty"`  // of a complaint
	Stages          []Stage       `json:"stages,omitempty"` // of a complaint, those that are over
	CommissionerOn  clock.Date    `json:"commissioner_on,omitzero"`
}

// Need is something that was asked for before the work can go on.
type Need struct {
	AskedOn clock.Date `json:"asked_on,omitzero"`
	MetOn   clock.Date `json:"met_on,omitzero"`
	Dropped bool       `json:"dropped,omitempty"` // nobody asks for it any more: it moves no clock
	Pence   int64      `json:"pence,omitempty"`   // of a fee: how much
}

// open reports whether it is waited for.
func (n Need) open() bool { return !n.AskedOn.IsZero() && n.MetOn.IsZero() && !n.Dropped }

// counts reports whether it moves the start of a clock.
func (n Need) counts() bool { return !n.AskedOn.IsZero() && !n.Dropped }

// Promise is something that is to be done by a date: to write to the person again, as a letter said, or an action that puts things right (E1-33).
type Promise struct {
	Told   clock.Date `json:"told"`
	Due    clock.Date `json:"due"`
	Words  string     `json:"words"`
	Action bool       `json:"action,omitempty"` // stands in letters and on the register among what we will do (E1-35)
	KeptOn clock.Date `json:"kept_on,omitzero"`
}

// DutyDone is a duty that was done, under its code.
type DutyDone struct {
	Code  string     `json:"code"`
	On    clock.Date `json:"on"`
	Actor string     `json:"actor"`
}

// DoneOn returns when the duty with a code was done last; zero while it is not.
func (f Facts) DoneOn(code string) clock.Date {
	for _, d := range slices.Backward(f.Done) {
		if d.Code == code {
			return d.On
		}
	}
	return clock.Date{}
}

// ToMarketing is the code by which a person says that an objection is to direct marketing.
const ToMarketing = "to-marketing"

// ObjectsToMarketing reports whether a case is an objection to direct marketing: absolute, at once, and without a check of identity (Article 21(3); E2-24).
func ObjectsToMarketing(c Case) bool {
	return c.Kind == Objection && !c.Facts.DoneOn(ToMarketing).IsZero()
}

// LiftingTold is the code of the duty to tell a person before a restriction is lifted (Article 18(3); E2-38). A letter may do it.
const LiftingTold = "lifting-told"

// RecordCorrected is the code of what was done when a record was corrected (Article 16).
const RecordCorrected = "corrected"

// Awaited is something that a case may wait for.
type Awaited string

const (
	Identity      Awaited = "identity"
	Authority     Awaited = "authority"
	Fee           Awaited = "fee"
	Clarification Awaited = "clarification"
)

// WaitsFor returns what the case waits for, in a fixed order.
func (f Facts) WaitsFor() []Awaited {
	var out []Awaited
	for _, a := range []Awaited{Identity, Authority, Fee} {
		if f.need(a).open() {
			out = append(out, a)
		}
	}
	if f.unclear() {
		out = append(out, Clarification)
	}
	return out
}

func (f Facts) unclear() bool {
	return slices.ContainsFunc(f.Clarifications, func(p clock.Pause) bool { return p.To.IsZero() })
}

func (f Facts) need(a Awaited) Need {
	switch a {
	case Identity:
		return f.Identity
	case Authority:
		return f.Authority
	case Fee:
		return f.Fee
	}
	return Need{}
}

func (f *Facts) setNeed(a Awaited, n Need) {
	switch a {
	case Identity:
		f.Identity = n
	case Authority:
		f.Authority = n
	case Fee:
		f.Fee = n
	}
}

// clone keeps a change of a copy from reaching the original.
func (f Facts) clone() Facts {
	f.Clarifications, f.Promises, f.Done, f.Stages = slices.Clone(f.Clarifications), slices.Clone(f.Promises), slices.Clone(f.Done), slices.Clone(f.Stages)
	return f
}

// says adds what was promised to a line about it; nothing where its words were thinned.
func (p Promise) says() string {
	if p.Words == "" {
		return ""
	}
	return ": " + p.Words
}

// keepWord marks the promises to write again as kept: what was decided has been told. An action is kept when it is done.
func (f *Facts) keepWord(on clock.Date) {
	for i, p := range f.Promises {
		if !p.Action && p.KeptOn.IsZero() {
			f.Promises[i].KeptOn = on
		}
	}
}

// Actions returns what was promised to be done to put things right (E1-33, E1-35); that we write again is none.
func (f Facts) Actions() (out []Promise) {
	for _, p := range f.Promises {
		if p.Action {
			out = append(out, p)
		}
	}
	return out
}
