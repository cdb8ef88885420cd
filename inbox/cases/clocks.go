package cases

import (
	"cmp"
	"slices"
	"time"

	"assent/internal/clock"
)

// Clock is one time limit of a case as it was computed, with every step of its working (H7). Dates are UK dates in ISO form; a limit in
// hours has its moment in RFC 3339 form.
type Clock struct {
	Name       string       `json:"name"` // as package clock names them: "answer", "acknowledge", …
	Starts     string       `json:"starts"`
	Due        string       `json:"due"` // "" while it waits
	Target     string       `json:"target"`
	WaitingFor string       `json:"waiting_for"`
	Rule       string       `json:"rule"`
	Calendar   string       `json:"calendar"`          // hash of the bank-holiday table
	Promise    int          `json:"promise,omitempty"` // place of the promise in the facts, from 1
	MetOn      string       `json:"met_on,omitempty"`  // when what it asks for was done; "" while it runs
	Steps      []clock.Step `json:"steps"`
}

// ExtendedTo returns the day by which a case is answered where the person is told on a UK date of two further months (Article 12A(3)); zero where the law gives none, or
// the clock waits for something.
func ExtendedTo(r *clock.Reckoner, c Case, told clock.Date) clock.Date {
	c, err := c.After(Event{Kind: Extended, On: told, Detail: Detail{Reasons: []string{ExtensionReasons()[0].Code}}})
	if err != nil {
		return clock.Date{}
	}
	clocks, _, err := Reckon(r, c)
	for _, k := range clocks {
		if due, bad := clock.ParseDate(k.Due); err == nil && bad == nil && k.Name == string(clock.Answer) {
			return due
		}
	}
	return clock.Date{}
}

// TooLateToExtend returns the last day for telling the person of two further months, and whether a UK date is after it (Article 12A(4)). While the clock waits for something no
// date is too late.
func (c Case) TooLateToExtend(on clock.Date) (last clock.Date, late bool) {
	for _, k := range c.Clocks {
		if k.Name == string(clock.ExtensionNotice) {
			last, err := clock.ParseDate(k.Due)
			return last, err == nil && on.After(last)
		}
	}
	return clock.Date{}, false
}

// Note is a sentence of the law's that sets no date, with its source.
type Note = clock.Step

// Running reports whether what the clock asks for is still to be done.
func (k Clock) Running() bool { return k.MetOn == "" }

// Lead is the day to work to: the target, else the due date; "" while it waits without either.
func (k Clock) Lead() string {
	if k.Target != "" {
		return k.Target
	}
	return k.Due[:min(len(k.Due), len(time.DateOnly))]
}

// LateOn reports whether the due date was missed, seen from a UK date.
func (k Clock) LateOn(today clock.Date) bool {
	due := k.Due[:min(len(k.Due), len(time.DateOnly))]
	return due != "" && due < cmp.Or(k.MetOn, today.String())
}

// Reckon computes all clocks of a case from its facts, those that run first and the nearest of them at the head, and what the law wants without a
// date. The same facts and table always give the same clocks. An error is of kind Invalid: facts that cannot be.
func Reckon(r *clock.Reckoner, c Case) ([]Clock, []Note, error) {
	kind, legal := c.Kind.clockKind()
	if !legal {
		kind = clock.Other // for the house's own promises alone
	}
	f := c.Facts
	in := clock.Input{
		Kind: kind, Received: c.ReceivedAt, Division: clock.Division(c.Division), Identity: f.proof(), Pauses: f.Clarifications,
		Extended: !f.ExtendedOn.IsZero(), ExtensionTold: f.ExtendedOn, House: f.House,
	}
	if f.Fee.counts() {
		in.Fee = clock.Condition{Requested: true, RequestedOn: f.Fee.AskedOn, Received: f.Fee.MetOn}
	}
	reckoning, err := r.Reckon(in)
	if err != nil {
		return nil, nil, err
	}
	if !legal {
		reckoning.Notes = nil
		reckoning.Clocks = slices.DeleteFunc(reckoning.Clocks, func(k clock.Clock) bool { return k.Rule != clock.RuleHouse })
	}
	out := make([]Clock, 0, len(reckoning.Clocks)+len(f.Promises))
	for _, k := range reckoning.Clocks {
		out = append(out, shown(k))
	}
	for i, p := range f.Promises {
		k := shown(clock.Promised(p.Told, p.Due, "what stands beside this clock"))
		k.Promise = i + 1
		out = append(out, k)
	}
	for i := range out {
		out[i].MetOn = f.metOn(out[i]).String()
	}
	slices.SortStableFunc(out, func(a, b Clock) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a.Lead(), b.Lead()))
	})
	return out, reckoning.Notes, nil
}

// place puts clocks that run before those that wait, and these before those that were met. The last day for telling of an extension comes after the others that
// run: nobody must extend.
func place(k Clock) int {
	switch {
	case !k.Running():
		return 3
	case k.Lead() == "":
		return 2
	case k.Name == string(clock.ExtensionNotice):
		return 1
	}
	return 0
}

// Leading returns the day to work to of the nearest clock that runs; "" where none has a date.
func Leading(clocks []Clock) string {
	if len(clocks) == 0 || place(clocks[0]) > 0 {
		return ""
	}
	return clocks[0].Lead()
}

// proof joins proof of identity and authority, which the law treats alike: the time starts when all that was asked for has come (Article 12(6), 12A(2)).
func (f Facts) proof() clock.Condition {
	var all clock.Condition
	for _, n := range []Need{f.Identity, f.Authority} {
		if !n.counts() {
			continue
		}
		if !all.Requested {
			all = clock.Condition{Requested: true, RequestedOn: n.AskedOn, Received: n.MetOn}
			continue
		}
		if n.AskedOn.Before(all.RequestedOn) {
			all.RequestedOn = n.AskedOn
		}
		switch {
		case n.MetOn.IsZero() || all.Received.IsZero():
			all.Received = clock.Date{}
		case n.MetOn.After(all.Received):
			all.Received = n.MetOn
		}
	}
	return all
}

// CommissionerTold is the code of the duty that meets the 72 hours of a breach: the Commissioner was told, or it is on record why not (Article 33).
const CommissionerTold = "commissioner-told"

// metOn returns when what a clock asks for was done; zero while it runs. Whatever closes a case ends its clocks.
func (f Facts) metOn(k Clock) clock.Date {
	var met clock.Date
	answered := f.firstAnswer()
	switch clock.Name(k.Name) {
	case clock.Acknowledge, clock.HouseAcknowledge:
		met = earliest(f.AcknowledgedOn, answered) // an outcome in time needs no acknowledgement of its own
	case clock.Answer, clock.HouseAnswer:
		met = answered
	case clock.ExtensionNotice:
		met = earliest(f.ExtendedOn, answered)
	case clock.BreachNotice:
		met = f.DoneOn(CommissionerTold)
	case clock.Promise:
		met = f.Promises[k.Promise-1].KeptOn
	}
	return earliest(met, f.ClosedOn)
}

// earliest returns the first of two days of which each may be missing.
func earliest(a, b clock.Date) clock.Date {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Moves tells which dates differ between two reckonings of one case.
func Moves(before, after []Clock) []Move {
	type name struct {
		name    string
		promise int
	}
	key := func(k Clock) name { return name{k.Name, k.Promise} }
	dates := map[name]Clock{}
	for _, k := range before {
		dates[key(k)] = k
	}
	var out []Move
	for _, k := range after {
		was, had := dates[key(k)]
		delete(dates, key(k))
		if had && was.Due == k.Due && was.WaitingFor == k.WaitingFor {
			continue
		}
		out = append(out, Move{Clock: k.Name, Was: dated(was), Is: dated(k)})
	}
	for _, k := range before {
		if gone, left := dates[key(k)]; left {
			out = append(out, Move{Clock: k.Name, Was: dated(gone)})
		}
	}
	return out
}

func dated(k Clock) string {
	if k.Due == "" && k.WaitingFor != "" {
		return "waits for " + k.WaitingFor
	}
	return k.Due
}

// shown keeps a clock as texts.
func shown(k clock.Clock) Clock {
	return Clock{
		Name: string(k.Name), Starts: k.Starts.String(), Due: k.Due.String(), Target: k.Target.String(),
		WaitingFor: k.WaitingFor, Rule: string(k.Rule), Calendar: k.Calendar, Steps: k.Steps,
	}
}
