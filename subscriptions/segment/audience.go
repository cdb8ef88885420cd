package segment

import (
	"slices"

	"assent/subscriptions"
)

// Audience is whom a message is for: the people of the question's lists whom the rule means and no other list excludes. Of these, the
// gate lets through whom it will.
type Audience struct {
	Question subscriptions.Question
	Rule     *Rule   // nil for everybody
	Excluded []int64 // lists whose people are left out
}

// Counts holds an audience by what became of each person in it; those who may be mailed are under Allowed.
type Counts map[subscriptions.Reason]int64

// outside are the reasons for which a person is not in the segment at all. Whoever is erased or restricted was not looked at.
var outside = []subscriptions.Reason{subscriptions.ReasonErased, subscriptions.ReasonRestricted, subscriptions.ReasonNotInSegment, ReasonProfiling}

// Reasons holds every reason for which a person may be left out, in the order in which a funnel tells them.
func Reasons() []subscriptions.Reason {
	out := append([]subscriptions.Reason(nil), outside...)
	out = append(out, subscriptions.ReasonExcluded)
	for _, r := range subscriptions.Reasons {
		switch r {
		case subscriptions.Allowed, subscriptions.ReasonErased, subscriptions.ReasonRestricted, subscriptions.ReasonNotInSegment, subscriptions.ReasonExcluded:
		default:
			out = append(out, r)
		}
	}
	return out
}

// Funnel is how an audience narrows down, from the lists to those who may be mailed.
type Funnel struct {
	InLists   int64
	InSegment int64 // the same as InLists but for the erased and restricted, where there is no segment
	Eligible  int64
	LeftOut   []LeftOut
	Below     int64 // when not 0: everything but InLists is hidden, because fewer people than this are in the segment
}

// LeftOut is a reason with the people who are left out for it.
type LeftOut struct {
	Reason subscriptions.Reason
	People int64
}

// Funnel puts counts in order. A segment on declared attributes that means fewer people than fewest is hidden: so small a
// group says something about each of them (E3-05, E4-06).
func (c Counts) Funnel(rule *Rule, fewest int64) Funnel {
	f := Funnel{Eligible: c[subscriptions.Allowed]}
	for _, n := range c {
		f.InLists += n
	}
	f.InSegment = f.InLists
	for _, r := range outside {
		f.InSegment -= c[r]
	}
	if rule != nil && rule.Attributes && f.InSegment < fewest {
		return Funnel{InLists: f.InLists, Below: fewest}
	}
	for _, r := range Reasons() {
		if n := c[r]; n > 0 {
			f.LeftOut = append(f.LeftOut, LeftOut{r, n})
		}
	}
	return f
}

// Sentence says in English why a person is left out of an audience.
func Sentence(r subscriptions.Reason) string {
	if r == ReasonProfiling {
		return "This person refused profiling, and so is not chosen by what they were sent."
	}
	return r.Sentence()
}

// Outside reports whether a reason keeps a person out of the segment, rather than from being mailed.
func Outside(r subscriptions.Reason) bool { return slices.Contains(outside, r) }
