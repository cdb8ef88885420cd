package clock

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"

	"assent/internal/errs"
)

// Calendar is a dated table of the bank holidays of the three divisions. It never
// changes after it was loaded, so many goroutines may share it.
type Calendar struct {
	holidays    map[Division]map[Date]string // the title of each holiday
	from, until Date                         // the table is whole from the first to the last of these days
	hash        string
}

// warnMonths is how much future a table must have: the longest clock is three months, and
// someone needs time to fetch a new table.
const warnMonths = 6

// newCalendar checks a table and seals it with its hash.
func newCalendar(holidays map[Division]map[Date]string, from, until Date) (*Calendar, error) {
	const op = "clock: load calendar"
	if from.IsZero() || until.Before(from) {
		return nil, errs.E(op, errs.Invalid, "The calendar must say from which day to which later day it is whole.", nil)
	}
	for _, div := range Divisions() {
		if len(holidays[div]) == 0 {
			return nil, errs.E(op, errs.Invalid, "The calendar has no bank holidays for "+div.Title()+".", nil)
		}
		for day := range holidays[div] {
			if day.Before(from) || day.After(until) {
				return nil, errs.E(op, errs.Invalid, fmt.Sprintf("The calendar has a holiday on %s, outside the days that it covers.", day), nil)
			}
		}
	}
	c := &Calendar{holidays: holidays, from: from, until: until}
	sum := sha256.Sum256([]byte(c.rows()))
	c.hash = hex.EncodeToString(sum[:])
	return c, nil
}

// Hash returns the SHA-256 of the table's rows in hexadecimal. Tables with the same rows
// have the same hash, whatever form they were loaded from. It is kept with each computed
// date, so that a changed table shows which dates to compute anew.
func (c *Calendar) Hash() string { return c.hash }

// Holiday returns the title of the bank holiday on a day, if it is one in that division.
func (c *Calendar) Holiday(div Division, day Date) (title string, ok bool) {
	title, ok = c.holidays[div][day]
	return title, ok
}

// WorkingDay tells whether a day is neither on a weekend nor a bank holiday.
func (c *Calendar) WorkingDay(div Division, day Date) bool {
	if day.Weekend() {
		return false
	}
	_, holiday := c.Holiday(div, day)
	return !holiday
}

// Roll returns the day itself when it is a working day, else the next working day
// (Regulation 1182/71 art 3(4); ICO, right of access).
func (c *Calendar) Roll(div Division, day Date) Date {
	for !c.WorkingDay(div, day) {
		day = day.AddDays(1)
	}
	return day
}

// AddWorkingDays returns the nth working day after a day, which itself is not counted,
// and the day itself when n is zero or less.
func (c *Calendar) AddWorkingDays(div Division, day Date, n int) Date {
	for ; n > 0; n-- {
		day = c.Roll(div, day.AddDays(1))
	}
	return day
}

// Covers tells whether the table is whole on a day. Outside, only weekends are known.
func (c *Calendar) Covers(day Date) bool { return !day.Before(c.from) && !day.After(c.until) }

// FutureUntil returns the last day on which the table is whole.
func (c *Calendar) FutureUntil() Date { return c.until }

// Warning returns a sentence for the operator when less than six months of future are
// left on a day, else "".
func (c *Calendar) Warning(today Date) string {
	if !c.until.Before(today.AddMonths(warnMonths)) {
		return ""
	}
	state := "ends on"
	if c.until.Before(today) {
		state = "ended on"
	}
	return fmt.Sprintf("The bank-holiday table %s %s, less than %d months ahead of today. Due dates beyond that day would "+
		"only look at weekends. Load a newer table, for example https://www.gov.uk/bank-holidays.json.", state, c.until.Long(), warnMonths)
}

// Merge returns a table with newer's holidays on the days that newer covers, and c's on all
// others, so that a published file without past years loses no history. It gives an error
// of kind Invalid when days between the two would be covered by neither.
func (c *Calendar) Merge(newer *Calendar) (*Calendar, error) {
	if newer.from.After(c.until.AddDays(1)) || newer.until.Before(c.from.AddDays(-1)) {
		return nil, errs.E("clock: merge calendars", errs.Invalid,
			"There is a gap between the days of the two calendars.", nil)
	}
	merged := map[Division]map[Date]string{}
	for _, div := range Divisions() {
		merged[div] = maps.Clone(c.holidays[div])
		maps.DeleteFunc(merged[div], func(day Date, _ string) bool { return newer.Covers(day) })
		maps.Copy(merged[div], newer.holidays[div])
	}
	from, until := c.from, c.until
	if newer.from.Before(from) {
		from = newer.from
	}
	if newer.until.After(until) {
		until = newer.until
	}
	return newCalendar(merged, from, until)
}

// String names the table in a line: what it covers and the start of its hash.
func (c *Calendar) String() string {
	return strings.Join([]string{c.from.String(), "to", c.until.String() + ",", "hash", c.hash[:12]}, " ")
}
