package clock

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"
)

// Name says what must be done by a clock's due date.
type Name string

const (
	BreachNotice     Name = "breach-notice"     // tell the Commissioner of a breach
	Acknowledge      Name = "acknowledge"       // acknowledge a complaint (statute)
	HouseAcknowledge Name = "house-acknowledge" // acknowledge (the house's promise)
	HouseAnswer      Name = "house-answer"      // answer in full (the house's promise)
	Answer           Name = "answer"            // tell the person what was done (statute)
	ExtensionNotice  Name = "extension-notice"  // tell the person of an extension, with reasons
	Promise          Name = "promise"           // keep what a letter promised
)

// names returns every name, in the order in which clocks with the same date are shown.
func names() []Name {
	return []Name{BreachNotice, Acknowledge, HouseAcknowledge, Answer, ExtensionNotice, HouseAnswer, Promise}
}

// Clock is one time limit with its working.
type Clock struct {
	Name   Name `json:"name"`
	Starts When `json:"starts"` // no time while the clock has not started
	Due    When `json:"due"`    // the last day, or the last moment; no time while the clock waits
	// Target is the day to work to where the law leaves a doubt: earlier than Due. Zero otherwise.
	Target Date `json:"target,omitzero"`
	// WaitingFor says why Due is missing: "identity", "fee" or "clarification".
	WaitingFor string   `json:"waiting_for,omitempty"`
	Rule       Rule     `json:"rule"`
	Division   Division `json:"division"`
	Calendar   string   `json:"calendar,omitempty"` // hash of the bank-holiday table, where one was used
	Steps      []Step   `json:"steps"`
}

// Step is one sentence of a clock's working, with the source of the rule it follows.
type Step struct {
	Text   string `json:"text"`
	Source string `json:"source"`
}

// Lead returns what a clock is worked and ordered by: its target, else its due date.
func (c Clock) Lead() When {
	if !c.Target.IsZero() {
		return onDay(c.Target)
	}
	return c.Due
}

// Sort puts the nearest clock first, by Lead. Clocks that wait without a target come last.
func Sort(clocks []Clock) {
	slices.SortStableFunc(clocks, func(a, b Clock) int {
		return cmp.Or(a.Lead().compare(b.Lead()), cmp.Compare(slices.Index(names(), a.Name), slices.Index(names(), b.Name)))
	})
}

// Promised makes a clock of a date that we promised somebody, such as the date of a full answer
// in a holding letter. told is the day on which we did, and words are what, such as "an answer". The date stands as
// it was written, whatever day of the week it is.
func Promised(told, due Date, words string) Clock {
	return Clock{Name: Promise, Starts: onDay(told), Due: onDay(due), Rule: RuleHouse, Steps: []Step{
		{"On " + told.Long() + " we promised " + words + ".", srcLetter},
		{"The promise must be kept by the end of " + due.Long() + ".", srcLetter},
	}}
}

// When is a day or, for limits in hours, a moment. The zero value is no time. Its JSON is
// "2026-12-29", or "2026-11-28T09:00:00Z", or null.
type When struct {
	Day    Date      // the UK local date
	Moment time.Time // in UK local time, for limits in hours only
}

func onDay(d Date) When { return When{Day: d} }

// IsZero tells whether w is no time at all.
func (w When) IsZero() bool { return w.Day.IsZero() }

// String returns the ISO form of the day, or that of the moment in UTC, and "" for no time.
func (w When) String() string {
	if w.Moment.IsZero() {
		return w.Day.String()
	}
	return w.Moment.UTC().Format(time.RFC3339Nano)
}

// Long returns the day as people write it, or the moment in UK local time: "09:00 GMT on
// Saturday 28 November 2026".
func (w When) Long() string {
	if w.Moment.IsZero() {
		return w.Day.Long()
	}
	return w.Moment.Format("15:04 MST") + " on " + dateOf(w.Moment).Long()
}

// compare orders by time, with no time last. A day lasts until its end, so that a
// moment on the same day comes before it.
func (w When) compare(v When) int {
	if w.IsZero() || v.IsZero() {
		return cmp.Compare(truth(w.IsZero()), truth(v.IsZero()))
	}
	if c := w.Day.Compare(v.Day); c != 0 {
		return c
	}
	if w.Moment.IsZero() || v.Moment.IsZero() {
		return cmp.Compare(truth(w.Moment.IsZero()), truth(v.Moment.IsZero()))
	}
	return w.Moment.Compare(v.Moment)
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// MarshalJSON writes the ISO form, and null for no time.
func (w When) MarshalJSON() ([]byte, error) {
	if w.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(w.String())
}
