package segment

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
)

// Bind checks a segment against what a programme has declared, and fixes every relative day as seen from a moment, in the programme's time zone. Errors
// are of kind Invalid for a condition that cannot be asked, and Refused for one that may not be.
func Bind(s Segment, d Declarations, at time.Time) (Rule, error) {
	const op = "segment: bind"
	if err := s.wellFormed(); err != nil {
		return Rule{}, err
	}
	if s.Profiles() && d.ProfilingOff {
		return Rule{}, errs.E(op, errs.Refused,
			"This programme does not profile: it chooses nobody by what they were sent, or by what became of it. Leave out “sent”, “delivered” and “bounced”, or switch profiling on.", nil)
	}
	zone, err := time.LoadLocation(d.Programme.TimeZone)
	if err != nil {
		return Rule{}, errs.E(op, errs.Internal, "", err)
	}
	b := binder{Declarations: d, at: at, zone: zone}
	node, err := b.condition(s.Where, "where")
	if err != nil {
		return Rule{}, err
	}
	r := Rule{Programme: d.Programme, At: at, Where: node, Profiles: s.Profiles(), Attributes: s.UsesAttributes(), Special: b.special, Declared: d.Lists}
	r.description = b.describe(node, 0)
	return r, nil
}

// Resolve fixes every relative day of a segment as seen from a moment in a time zone. What it returns gives the same people whenever it is bound.
func (s Segment) Resolve(at time.Time, zone *time.Location) Segment {
	if s.IsZero() {
		return s
	}
	return Segment{Where: s.Where.resolve(day(at, zone))}
}

func (c Condition) resolve(today time.Time) Condition {
	if c.Join == "" {
		c.Test = c.Test.resolve(today)
		return c
	}
	of := make([]Condition, len(c.Of))
	for i := range c.Of {
		of[i] = c.Of[i].resolve(today)
	}
	c.Of = of
	return c
}

func (t Test) resolve(today time.Time) Test {
	if t.Op != InLastDays && t.Op != InNextDays {
		return t
	}
	days, _ := t.Values[0].(float64) // wellFormed
	date := func(days int) any { return today.AddDate(0, 0, days).Format(time.DateOnly) }
	if t.Op == InLastDays {
		if t.Subject == Attribute { // of a date that may lie ahead
			t.Op, t.Values = Between, []any{date(-int(days)), date(0)}
			return t
		}
		t.Op, t.Values = Since, []any{date(-int(days))}
		return t
	}
	t.Op, t.Values = Between, []any{date(0), date(int(days))}
	return t
}

// day returns the beginning of a moment's day in a zone, as a date in UTC.
func day(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

type binder struct {
	Declarations
	at      time.Time
	zone    *time.Location
	special bool
}

func (b *binder) condition(c Condition, where string) (Node, error) {
	if c.Join == "" {
		k, err := b.check(c.Test.resolve(day(b.at, b.zone)), where)
		return Node{Check: k}, err
	}
	n := Node{Join: c.Join}
	for i, of := range c.Of {
		at := where + "." + string(c.Join)
		if c.Join != Not {
			at = place(at, i)
		}
		inner, err := b.condition(of, at)
		if err != nil {
			return n, err
		}
		n.Of = append(n.Of, inner)
	}
	return n, nil
}

func (b *binder) check(t Test, where string) (Check, error) {
	k := Check{Test: t}
	var err error
	switch t.Subject {
	case Attribute:
		return b.attribute(k, where)
	case List, Joined:
		i := slices.IndexFunc(b.Lists, func(l subscriptions.List) bool { return l.Slug == t.Name })
		if i < 0 {
			return k, mistake(where, "The programme has no list %q.%s", t.Name, named(" It has: ", slugsOf(b.Lists, func(l subscriptions.List) string { return l.Slug })))
		}
		k.ID = b.Lists[i].ID
	case Purpose:
		i := slices.IndexFunc(b.Purposes, func(p subscriptions.Purpose) bool { return p.Slug == t.Name })
		if i < 0 {
			return k, mistake(where, "The programme has no purpose %q.%s", t.Name, named(" It has: ", slugsOf(b.Purposes, func(p subscriptions.Purpose) string { return p.Slug })))
		}
		k.ID = b.Purposes[i].ID
	case Language, Source:
		k.Folded, err = folded(t.Values, where)
	case Sent, Delivered, Bounced:
		if _, known := b.Campaigns[t.Campaign]; t.Campaign != 0 && !known {
			return k, mistake(where, "The programme has no campaign %d.", t.Campaign)
		}
	}
	if t.Subject.dated() {
		k.From, k.To, err = b.span(t, where)
	}
	return k, err
}

// span returns the moments that a condition on dates means: a day is the programme's own.
func (b *binder) span(t Test, where string) (from, to time.Time, err error) {
	days, err := daysOf(t, where)
	if days.First != "" {
		from = b.midnight(days.First, 0)
	}
	if days.Last != "" {
		to = b.midnight(days.Last, 1)
	}
	return from, to, err
}

// midnight is when a date begins, some days later, in the programme's zone.
func (b *binder) midnight(date string, later int) time.Time {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil { // wellFormed
		return time.Time{}
	}
	return time.Date(t.Year(), t.Month(), t.Day()+later, 0, 0, 0, 0, b.zone)
}

// daysOf returns the dates that a condition means.
func daysOf(t Test, where string) (Days, error) {
	if t.Op == "" {
		return Days{}, nil
	}
	first, _ := t.Values[0].(string)
	switch t.Op {
	case Before:
		return Days{Last: shift(first, -1)}, nil
	case After:
		return Days{First: shift(first, 1)}, nil
	case Since:
		return Days{First: first}, nil
	}
	last, _ := t.Values[1].(string)
	if last < first {
		return Days{}, mistake(where, "%s lies after %s: write the earlier date first.", first, last)
	}
	return Days{First: first, Last: last}, nil
}

func shift(date string, days int) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return t.AddDate(0, 0, days).Format(time.DateOnly)
}

func slugsOf[T any](all []T, slug func(T) string) []string {
	out := make([]string, len(all))
	for i, one := range all {
		out[i] = slug(one)
	}
	return out
}

// named goes on with names where there are any; of many, the first few.
func named(before string, names []string) string {
	const few = 12
	switch {
	case len(names) == 0:
		return ""
	case len(names) > few:
		return fmt.Sprintf("%s%s, and %d more.", before, strings.Join(names[:few], ", "), len(names)-few)
	}
	return before + strings.Join(names, ", ") + "."
}
