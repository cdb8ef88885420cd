package segment

import (
	"time"

	"assent/subscriptions"
)

// Declarations is what a segment may speak of: what its programme has declared.
type Declarations struct {
	Programme    subscriptions.Programme
	Attributes   []subscriptions.Attribute
	Lists        []subscriptions.List
	Purposes     []subscriptions.Purpose
	Campaigns    map[int64]string // names of those campaigns of the programme that the segment names
	ProfilingOff bool             // the programme does not profile (E2-22)
}

// Rule is a segment that was checked against declarations: names are row numbers, and every day stands fixed. Bind makes it.
type Rule struct {
	Programme   subscriptions.Programme
	At          time.Time // the moment that terms are measured by
	Where       Node
	Profiles    bool                 // leaves out whoever refused profiling
	Attributes  bool                 // a condition is on a declared attribute
	Special     bool                 // a condition is on special-category data
	Declared    []subscriptions.List // the programme's lists, of which a purpose's pending requests are found
	description []Line
}

// Node is a group of a rule's conditions, or one check.
type Node struct {
	Join  Join
	Of    []Node
	Check Check
}

// Check is a test with everything that depends on declarations and the moment worked out.
type Check struct {
	Test
	Type     subscriptions.AttributeType
	ID       int64     // of the list or purpose
	Days     Days      // of a date attribute
	From, To time.Time // of any other moment: from From on, and before To; zero for unbounded
	Folded   []string  // values of a text, a language or a source, folded as Fold does
	Numbers  []float64 // values of a number
}

// Days is a range of dates such as "2026-11-25", both included; "" for unbounded.
type Days struct{ First, Last string }

// has reports whether a date is within the range.
func (d Days) has(date string) bool {
	return (d.First == "" || date >= d.First) && (d.Last == "" || date <= d.Last)
}

// within reports whether a moment is between From and To.
func (c Check) within(t time.Time) bool {
	return (c.From.IsZero() || !t.Before(c.From)) && (c.To.IsZero() || t.Before(c.To))
}
