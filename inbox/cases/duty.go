package cases

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"assent/internal/errs"
)

// Duty is something that must be done before a case is closed.
type Duty struct {
	Step  Step
	Code  string // such as "tell-recipients": what Service.Did records
	Words string // such as "Tell the two recipients of the correction"
	Done  bool
	URL   string // where an operator does it; "" for the case page itself
}

// Step is where on the way of a case a duty stands.
type Step int

const (
	Preparing Step = iota // before anything is decided
	deciding
	CarryingOut // what was decided, before the person is told of it
	telling
	Following // once the person has been told
)

// Practice is how one kind of case is carried out. One file or package for each kind implements it; assembly puts it into Service.Practices. All that it
// does to data goes through the same services as everywhere else; here it only says what is allowed and what is left.
type Practice interface {
	// Outcomes returns what may be decided, the usual first.
	Outcomes(c Case) []Outcome
	// Reasons returns the grounds that an outcome may rest on, besides those of Reasons.
	Reasons(c Case, o Outcome) []Reason
	// Duties returns what must be done before the case is closed, done or not, in the order of doing within each Step. c is decided or not; its Facts
	// tell what Service.Did recorded. What it has to look up, it reads; an error keeps the case open.
	Duties(ctx context.Context, c Case) ([]Duty, error)
}

// Deciding is a Practice that wants more of a decision than all kinds do.
type Deciding interface {
	// MayDecide refuses a decision that lacks something. Kind of error: Invalid.
	MayDecide(c Case, d Decision) error
}

// Telling is a Practice that has something to be done before the person is told what was decided.
type Telling interface {
	// MayTell refuses while what they would be told is not true yet. Kind of error: Conflict.
	MayTell(ctx context.Context, c Case) error
}

// BaseDuties returns the duties that every case has. subs are its sub-cases.
func BaseDuties(c Case, subs []Case) []Duty {
	var out []Duty
	if c.Kind != Correspondence {
		out = append(out, Duty{Step: deciding, Code: "decide", Words: "Decide", Done: c.Decision != nil})
		if c.Kind != Breach && (c.Decision == nil || c.Decision.Outcome.needsAnswer()) { // whom a breach concerns is told by its own duty
			out = append(out, Duty{Step: telling, Code: "answer", Words: "Tell the person what was decided", Done: !c.Facts.AnsweredOn.IsZero()})
		}
	}
	out = append(out, referrals(c)...)
	for i, p := range c.Facts.Promises {
		out = append(out, Duty{Step: Following, Code: fmt.Sprintf("promise-%d", i+1), Words: "Keep what was promised for " + p.Due.Long() + p.says(), Done: !p.KeptOn.IsZero()})
	}
	if c.Unread > 0 {
		out = append(out, Duty{Code: "read", Words: "Read what came in"})
	}
	if c.Alarm != "" {
		out = append(out, Duty{Code: "alarm", Words: "See to the alarm"})
	}
	for _, s := range subs {
		out = append(out, Duty{Step: Following, Code: "sub-case", Words: "Close " + s.Reference, Done: !s.Open()})
	}
	return out
}

// inOrder puts duties in the order of doing.
func inOrder(duties []Duty) []Duty {
	slices.SortStableFunc(duties, func(a, b Duty) int { return cmp.Compare(a.Step, b.Step) })
	return duties
}

// Left returns the duties that are not done.
func Left(duties []Duty) []Duty {
	var out []Duty
	for _, d := range duties {
		if !d.Done {
			out = append(out, d)
		}
	}
	return out
}

// mayClose refuses while a duty is left.
func mayClose(duties []Duty) error {
	left := Left(duties)
	if len(left) == 0 {
		return nil
	}
	says := "The case cannot be closed yet. Still to do: "
	for i, d := range left {
		if i > 0 {
			says += "; "
		}
		says += d.Words
	}
	return errs.E("cases: close", errs.Conflict, says+".", nil)
}
