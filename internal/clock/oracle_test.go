package clock

import (
	"encoding/json"
	"os"
	"testing"
	"time"
)

// oracle is a second implementation of the rules, on purpose a slow and simple-minded one: it
// walks from day to day with the standard library's times, reads GOV.UK's file by itself, and
// knows summer time by its rule. It shares no code with the package but the input's types.
type oracle struct{ holidays map[string]map[string]bool }

func newOracle(t testing.TB) oracle {
	t.Helper()
	data, err := os.ReadFile("testdata/govuk.json")
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]struct{ Events []struct{ Date string } }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	o := oracle{map[string]map[string]bool{}}
	for div, d := range file {
		o.holidays[div] = map[string]bool{}
		for _, e := range d.Events {
			o.holidays[div][e.Date] = true
		}
	}
	return o
}

// expected is a clock as the oracle sees it; empty texts stand for no date.
type expected struct{ starts, due string }

func (o oracle) clocks(in Input) map[Name]expected {
	div := string(in.Division)
	received := ukMidnight(in.Received)
	want := map[Name]expected{}
	if n := in.House.AcknowledgeWorkingDays; n > 0 {
		want[HouseAcknowledge] = expected{iso(received), iso(o.workingDaysAfter(div, received, n))}
	}
	if n := in.House.AnswerWorkingDays; n > 0 {
		want[HouseAnswer] = expected{iso(received), iso(o.workingDaysAfter(div, received, n))}
	}
	switch in.Kind {
	case Breach:
		want[BreachNotice] = expected{in.Received.UTC().Format(time.RFC3339Nano), in.Received.UTC().Add(72 * time.Hour).Format(time.RFC3339Nano)}
		return want
	case Complaint:
		if iso(received) >= "2026-06-19" {
			due := received
			for range 30 {
				due = tomorrow(due)
			}
			want[Acknowledge] = expected{iso(received), iso(o.workingDay(div, due))}
		}
		return want
	}
	start, started := received, true
	for _, c := range []Condition{in.Identity, in.Fee} {
		if !c.Requested {
			continue
		}
		if c.Received.IsZero() {
			started = false
		} else if came := midnight(c.Received); came.After(start) {
			start = came
		}
	}
	extended := in.Extended || !in.ExtensionTold.IsZero()
	offersNotice := in.Kind != WithdrawConsent || extended
	if !started {
		want[Answer] = expected{}
		if offersNotice {
			want[ExtensionNotice] = expected{}
		}
		return want
	}
	paused := func(time.Time) bool { return false }
	if in.Kind == Access && iso(received) >= "2026-02-05" {
		paused = func(day time.Time) bool {
			for _, p := range in.Pauses {
				if !day.Before(midnight(p.From)) && (p.To.IsZero() || !day.After(midnight(p.To))) {
					return true
				}
			}
			return false
		}
	}
	notice := o.monthsDue(div, start, 1, paused)
	months := 1
	if extended && (notice == "" || in.ExtensionTold.IsZero() || in.ExtensionTold.String() <= notice) {
		months = 3
	}
	want[Answer] = expected{iso(start), o.monthsDue(div, start, months, paused)}
	if offersNotice {
		want[ExtensionNotice] = expected{iso(start), notice}
	}
	return want
}

// monthsDue walks through the months and then through the days. A run of paused days counts as a
// whole when it begins while the time still runs.
func (o oracle) monthsDue(div string, start time.Time, months int, paused func(time.Time) bool) string {
	last := start
	for crossed := 0; crossed < months || last.Day() < start.Day(); {
		next := tomorrow(last)
		if next.Day() == 1 {
			if crossed++; crossed > months {
				break // the month has no such day: its last day it is
			}
		}
		last = next
	}
	counting := false
	for day := start; counting || !day.After(o.workingDay(div, last)); day = tomorrow(day) {
		if counting = paused(day); counting {
			last = tomorrow(last)
		}
		if day.Year() > start.Year()+2 {
			return "" // a pause without an end; no drawn one is so long
		}
	}
	return iso(o.workingDay(div, last))
}

func (o oracle) isWorkingDay(div string, day time.Time) bool {
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday && !o.holidays[div][iso(day)]
}

func (o oracle) workingDay(div string, day time.Time) time.Time {
	for !o.isWorkingDay(div, day) {
		day = tomorrow(day)
	}
	return day
}

func (o oracle) workingDaysAfter(div string, day time.Time, n int) time.Time {
	for n > 0 {
		day = tomorrow(day)
		if o.isWorkingDay(div, day) {
			n--
		}
	}
	return day
}

func iso(day time.Time) string         { return day.Format("2006-01-02") }
func tomorrow(day time.Time) time.Time { return day.Add(24 * time.Hour) }
func midnight(d Date) time.Time        { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }
func lastSunday(y int, m time.Month) time.Time {
	day := time.Date(y, m, 31, 1, 0, 0, 0, time.UTC) // March and October have 31 days
	for day.Weekday() != time.Sunday {
		day = day.Add(-24 * time.Hour)
	}
	return day
}

// ukMidnight is the UK local date, by the rule of summer time: from 01:00 UTC on the last
// Sunday of March to 01:00 UTC on the last Sunday of October.
func ukMidnight(t time.Time) time.Time {
	t = t.UTC()
	if !t.Before(lastSunday(t.Year(), time.March)) && t.Before(lastSunday(t.Year(), time.October)) {
		t = t.Add(time.Hour)
	}
	return t.Truncate(24 * time.Hour)
}
