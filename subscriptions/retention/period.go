package retention

import (
	"fmt"
	"time"

	"assent/internal/errs"
)

// Unit is what a period is counted in.
type Unit string

const (
	Days   Unit = "days"
	Months Unit = "months"
	Years  Unit = "years"
)

// Period is a length of time by the calendar, such as 6 years.
type Period struct {
	Length int
	Unit   Unit
}

// maxYears bounds what may be promised.
const maxYears = 100

// Check refuses a period that is none, with kind Invalid.
func (p Period) Check() error {
	limit := map[Unit]int{Days: maxYears * 366, Months: maxYears * 12, Years: maxYears}[p.Unit]
	if limit == 0 {
		return errs.E("retention: check period", errs.Invalid, "The unit must be days, months or years.", nil)
	}
	if p.Length < 0 || p.Length > limit {
		return errs.E("retention: check period", errs.Invalid, fmt.Sprintf("The length must be from 0 to %d %s.", limit, p.Unit), nil)
	}
	return nil
}

// After returns when the period that begins at t has passed. Months and years are those of the calendar, at the same time of day in t's location:
// one month from 31 January is the last day of February, and one year from 29 February the 28th.
func (p Period) After(t time.Time) time.Time {
	switch p.Unit {
	case Days:
		return t.AddDate(0, 0, p.Length)
	case Months:
		return addMonths(t, p.Length)
	}
	return addMonths(t, 12*p.Length)
}

// addMonths adds months and stays within the month that it comes to.
func addMonths(t time.Time, n int) time.Time {
	year, month, day := t.Date()
	last := time.Date(year, month+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(year, month+time.Month(n), min(day, last), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
}

// String returns the period in words, such as "1 year".
func (p Period) String() string {
	if p.Length == 1 {
		return "1 " + string(p.Unit[:len(p.Unit)-1])
	}
	return fmt.Sprintf("%d %s", p.Length, p.Unit)
}
