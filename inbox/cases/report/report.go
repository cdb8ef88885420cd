// Package report counts cases: how many are open and by when, which were late, how long people waited to be acknowledged and to be answered, and how many
// complaints there were and how they ended, which the Secretary of State may require to be reported (DPA 2018 s.164B).
//
// It is pure. Tally takes one case after the other and keeps counts alone, so that a report over any number of cases needs the same memory. Waiting is
// counted in days from the day of receipt, UK dates; a sub-case counts as the case that it is. Of a complaint that was reviewed, the answer is that of its first stage.
package report

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"assent/inbox/cases"
	"assent/internal/clock"
)

// Filter says which cases a report counts: those that were received from From up to and including To.
type Filter struct {
	From, To    clock.Date // zero for no bound
	ProgrammeID int64      // 0 for every one
	Kind        cases.Kind // "" for every one
}

// Row is what a report needs to know of a case. It names nobody.
type Row struct {
	ID             int64
	Kind           cases.Kind
	State          cases.State
	ProgrammeID    int64
	ReceivedAt     time.Time
	DueOn          string // to work to; "" without a clock
	Outcome        cases.Outcome
	AcknowledgedOn clock.Date
	AnsweredOn     clock.Date // of a complaint's first stage
	ClosedOn       clock.Date
	Stage          int // that a complaint reached: 1, 2 or 3
	Clocks         []cases.Clock
}

// Times tells how long something took, in days. All are 0 where N is.
type Times struct {
	N      int `json:"n"`
	Median int `json:"median_days"`
	P95    int `json:"p95_days"`
	Max    int `json:"max_days"`
}

// Figures are the counts of some cases.
type Figures struct {
	Received     int   `json:"received"`
	Open         int   `json:"open"`
	Overdue      int   `json:"overdue"`      // open, and the day to work to has passed
	LateLaw      int   `json:"late_law"`     // a date that the law sets was missed
	LateHouse    int   `json:"late_house"`   // a date that the programme or a letter promised was missed
	Acknowledged Times `json:"acknowledged"` // from receipt to the acknowledgement
	Answered     Times `json:"answered"`     // from receipt to the outcome
}

// KeyedFigures is the figures of one kind, programme or month.
type KeyedFigures struct {
	Key     string  `json:"key"` // a kind, a programme's number, or a month such as "2026-11"
	Figures Figures `json:"figures"`
}

// Due counts open cases by when they are due.
type Due struct {
	Overdue   int `json:"overdue"`
	Today     int `json:"today"`
	Week      int `json:"within_7_days"`
	Month     int `json:"within_30_days"`
	Later     int `json:"later"`
	WithoutIt int `json:"without_a_date"`
}

// Complaints are the counts of s.164B, of one month or of all.
type Complaints struct {
	Key          string         `json:"key"` // a month such as "2026-11"
	Received     int            `json:"received"`
	Acknowledged int            `json:"acknowledged_in_30_days"`
	Late         int            `json:"acknowledged_late"` // or not at all, and the 30 days are over
	Outcomes     map[string]int `json:"outcomes"`          // by outcome; "open" for those without one
	Reviewed     int            `json:"reviewed"`          // that reached the second stage or further
	Commissioner int            `json:"commissioner"`      // that the Commissioner had
}

// Report is what came out.
type Report struct {
	AsOf       clock.Date     `json:"as_of"`
	All        Figures        `json:"all"`
	Due        Due            `json:"due"`
	Kinds      []KeyedFigures `json:"kinds"`
	Programmes []KeyedFigures `json:"programmes"`
	Months     []KeyedFigures `json:"months"` // by receipt
	Complaints Complaints     `json:"complaints"`
	ByMonth    []Complaints   `json:"complaints_by_month"`
}

// Tally counts. Make one with New.
type Tally struct {
	today      clock.Date
	day        func(time.Time) clock.Date
	all        counts
	due        Due
	kinds      map[string]*counts
	programmes map[string]*counts
	months     map[string]*counts
	complaints map[string]*Complaints
}

// New begins a tally as of a UK date. day gives the UK date of a moment.
func New(today clock.Date, day func(time.Time) clock.Date) *Tally {
	return &Tally{
		today: today, day: day, all: newCounts(), kinds: map[string]*counts{}, programmes: map[string]*counts{}, months: map[string]*counts{}, complaints: map[string]*Complaints{},
	}
}

// counts holds figures on their way: days of waiting by how often each occurred, which keeps percentiles exact in little memory.
type counts struct {
	Figures
	acknowledged, answered map[int]int
}

func newCounts() counts { return counts{acknowledged: map[int]int{}, answered: map[int]int{}} }

// Add counts one case.
func (t *Tally) Add(r Row) {
	received := t.day(r.ReceivedAt)
	month := received.String()[:7]
	for _, c := range []*counts{&t.all, at(t.kinds, string(r.Kind)), at(t.programmes, programmeKey(r.ProgrammeID)), at(t.months, month)} {
		c.add(r, received, t.today)
	}
	if r.State != cases.Closed {
		t.due.add(r.DueOn, t.today)
	}
	if r.Kind == cases.Complaint {
		t.complaint(month, r)
	}
}

func at(of map[string]*counts, key string) *counts {
	if of[key] == nil {
		c := newCounts()
		of[key] = &c
	}
	return of[key]
}

func (c *counts) add(r Row, received, today clock.Date) {
	c.Received++
	if r.State != cases.Closed {
		c.Open++
		if r.DueOn != "" && r.DueOn < today.String() {
			c.Overdue++
		}
	}
	law, house := late(r.Clocks, today)
	if law {
		c.LateLaw++
	}
	if house {
		c.LateHouse++
	}
	waited := func(into map[int]int, until clock.Date) {
		if !until.IsZero() {
			into[max(0, received.DaysUntil(until))]++
		}
	}
	waited(c.acknowledged, earlier(r.AcknowledgedOn, r.AnsweredOn)) // an outcome tells as well that it was received
	waited(c.answered, r.AnsweredOn)
}

func earlier(a, b clock.Date) clock.Date {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// late reports whether a date of the law and one of the house's own were missed. Nobody has to extend: the last day for telling of an extension is missed by nobody.
func late(clocks []cases.Clock, today clock.Date) (law, house bool) {
	for _, k := range clocks {
		if k.Name == string(clock.ExtensionNotice) || !k.LateOn(today) {
			continue
		}
		if clock.Rule(k.Rule) == clock.RuleHouse || k.Promise != 0 {
			house = true
		} else {
			law = true
		}
	}
	return law, house
}

func (d *Due) add(due string, today clock.Date) {
	on, err := clock.ParseDate(due)
	if err != nil {
		d.WithoutIt++
		return
	}
	switch n := today.DaysUntil(on); {
	case n < 0:
		d.Overdue++
	case n == 0:
		d.Today++
	case n <= 7:
		d.Week++
	case n <= 30:
		d.Month++
	default:
		d.Later++
	}
}

// complaint counts a complaint in its month and in all. In time is what s.164A(3) asks for, as the case's own clock has it; before that section a complaint had no time.
func (t *Tally) complaint(month string, r Row) {
	for _, key := range []string{month, ""} {
		c := t.complaints[key]
		if c == nil {
			c = &Complaints{Key: key, Outcomes: map[string]int{}}
			t.complaints[key] = c
		}
		c.Received++
		c.Outcomes[cmp.Or(string(r.Outcome), "open")]++
		if r.Stage >= 2 {
			c.Reviewed++
		}
		if r.Stage == 3 {
			c.Commissioner++
		}
		for _, k := range r.Clocks {
			if k.Name != string(clock.Acknowledge) {
				continue
			}
			if k.LateOn(t.today) {
				c.Late++
			} else if !k.Running() {
				c.Acknowledged++
			}
		}
	}
}

// Report returns what was counted. Kinds come by their number, programmes and months in their order.
func (t *Tally) Report() Report {
	out := Report{AsOf: t.today, All: t.all.figures(), Due: t.due, Kinds: lines(t.kinds), Programmes: lines(t.programmes), Months: lines(t.months), ByMonth: []Complaints{}}
	slices.SortStableFunc(out.Kinds, func(a, b KeyedFigures) int { return cmp.Compare(b.Figures.Received, a.Figures.Received) })
	out.Complaints = Complaints{Outcomes: map[string]int{}}
	for _, key := range slices.Sorted(maps.Keys(t.complaints)) {
		if key == "" {
			out.Complaints = *t.complaints[key]
			continue
		}
		out.ByMonth = append(out.ByMonth, *t.complaints[key])
	}
	return out
}

func lines(of map[string]*counts) []KeyedFigures {
	out := []KeyedFigures{}
	for _, key := range slices.SortedFunc(maps.Keys(of), func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) }) {
		out = append(out, KeyedFigures{Key: key, Figures: of[key].figures()})
	}
	return out
}

func (c *counts) figures() Figures {
	f := c.Figures
	f.Acknowledged, f.Answered = times(c.acknowledged), times(c.answered)
	return f
}

// times returns the middle, the 95th of a hundred and the longest, by nearest rank.
func times(days map[int]int) Times {
	var t Times
	for _, n := range days {
		t.N += n
	}
	if t.N == 0 {
		return t
	}
	rank := func(share float64) int { return max(1, int(math.Ceil(share*float64(t.N)))) }
	median, p95, seen := rank(0.5), rank(0.95), 0
	for _, d := range slices.Sorted(maps.Keys(days)) {
		before := seen
		seen += days[d]
		if before < median && median <= seen {
			t.Median = d
		}
		if before < p95 && p95 <= seen {
			t.P95 = d
		}
		t.Max = d
	}
	return t
}
