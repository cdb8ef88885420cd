package clock

import (
	"cmp"
	"fmt"
	"time"

	"assent/internal/errs"
)

// Date is a day of the calendar, without a time or a zone. The zero value is no date; see IsZero.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

const isoDate = "2006-01-02"

// ParseDate reads a date such as "2026-12-29" (ISO 8601, years 0001 to 9999). Anything
// else, a day that does not exist included, gives an error of kind Invalid.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(isoDate, s)
	if err != nil || t.Year() == 0 {
		return Date{}, errs.E("clock: parse date", errs.Invalid, "A date looks like 2026-12-29 and must exist.", err)
	}
	return dateOf(t), nil
}

// DateIn returns the day that t falls on in a place. For the law it is the UK local
// date that counts: 00:30 British Summer Time on 1 July is still 30 June in UTC.
func DateIn(t time.Time, place *time.Location) Date { return dateOf(t.In(place)) }

func dateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// utc is the date's midnight in UTC, where every day has 24 hours: good for counting days.
func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// IsZero tells whether d is no date at all.
func (d Date) IsZero() bool { return d == Date{} }

// Compare returns -1, 0 or +1 as d is before, the same as, or after e.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Before tells whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After tells whether d is later than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// Weekend tells whether d is a Saturday or a Sunday.
func (d Date) Weekend() bool { return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday }

// AddDays returns the date n days later, or earlier when n is negative.
func (d Date) AddDays(n int) Date { return dateOf(d.utc().AddDate(0, 0, n)) }

// DaysUntil returns the number of days from d to e: 1 when e is the next day.
func (d Date) DaysUntil(e Date) int { return int(e.utc().Sub(d.utc()) / (24 * time.Hour)) }

// AddMonths returns the corresponding date n months later, or the last day of that month
// when it has no such date (ICO, right of access: "How do we calculate a month?").
func (d Date) AddMonths(n int) Date {
	first := dateOf(time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC))
	return Date{first.Year, first.Month, min(d.Day, daysIn(first))}
}

// daysIn returns the number of days of the month that first begins.
func daysIn(first Date) int {
	return time.Date(first.Year, first.Month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// String returns the date in ISO 8601 form, "2026-12-29", and "" for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// Long returns the date as people write it, "Tuesday 29 December 2026", and "" for no date.
func (d Date) Long() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s %d %s %d", d.Weekday(), d.Day, d.Month, d.Year)
}

// MarshalText writes the ISO form, for JSON and configuration; "" stands for no date.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the ISO form; "" stands for no date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}
