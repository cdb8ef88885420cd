package clock

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"assent/internal/errs"
)

// govUK is the shape of https://www.gov.uk/bank-holidays.json: divisions with their events.
type govUK map[Division]struct {
	Events []struct {
		Title string `json:"title"`
		Date  string `json:"date"`
		Notes string `json:"notes"` // "Substitute day" or nothing
	} `json:"events"`
}

// loadGovUK reads GOV.UK's JSON. GOV.UK publishes whole years and does not say so, so the
// table is taken to cover each year whose January or December it names.
func loadGovUK(data []byte) (*Calendar, error) {
	const op = "clock: load calendar"
	var published govUK
	if err := json.Unmarshal(data, &published); err != nil {
		return nil, errs.E(op, errs.Invalid, "The calendar file is not JSON as GOV.UK publishes it.", err)
	}
	t := newTable()
	var from, until Date
	for _, div := range Divisions() {
		if len(published[div].Events) == 0 {
			return nil, errs.E(op, errs.Invalid, "The calendar has no bank holidays for "+div.Title()+".", nil)
		}
		var first, last Date
		for _, event := range published[div].Events {
			day, err := ParseDate(event.Date)
			if err != nil {
				return nil, errs.E(op, errs.Invalid, "The calendar file has a date for "+div.Title()+" that does not exist.", err)
			}
			if err := t.add(div, day, govUKTitle(event.Title, event.Notes)); err != nil {
				return nil, errs.E(op, errs.Invalid, fmt.Sprintf("The calendar file: %s.", err), nil)
			}
			if first.IsZero() || day.Before(first) {
				first = day
			}
			if last.IsZero() || day.After(last) {
				last = day
			}
		}
		first, last = wholeYears(first, last)
		if from.IsZero() || first.After(from) {
			from = first
		}
		if until.IsZero() || last.Before(until) {
			until = last
		}
	}
	for _, days := range t.holidays { // keep what all three divisions cover
		maps.DeleteFunc(days, func(day Date, _ string) bool { return day.Before(from) || day.After(until) })
	}
	return newCalendar(t.holidays, from, until)
}

// wholeYears widens a span that begins in a January or ends in a December to the whole year.
func wholeYears(first, last Date) (Date, Date) {
	if first.Month == time.January {
		first.Day = 1
	}
	if last.Month == time.December {
		last.Day = 31
	}
	return first, last
}

// govUKTitle joins a title and its note as bank-holidays.txt does: "Boxing Day (substitute day)".
func govUKTitle(title, note string) string {
	title, note = strings.Join(strings.Fields(title), " "), strings.Join(strings.Fields(note), " ")
	if note == "" {
		return title
	}
	return title + " (" + strings.ToLower(note) + ")"
}
