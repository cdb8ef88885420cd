package importing

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"assent/internal/errs"
)

// DateOrder is the order in which the dates of a file stand. Nothing tells it by itself: 04/03/2026 is two days, and when somebody agreed is evidence.
type DateOrder string

const (
	YearFirst  DateOrder = ""            // 2026-03-31, which is understood in every file
	DayFirst   DateOrder = "day-first"   // 31/03/2026
	MonthFirst DateOrder = "month-first" // 03/31/2026
)

// DateOrders holds every order.
var DateOrders = []DateOrder{YearFirst, DayFirst, MonthFirst}

// ParseDateOrder reads the name of an order. Kind Invalid.
func ParseDateOrder(name string) (DateOrder, error) {
	for _, o := range DateOrders {
		if string(o) == strings.ToLower(name) {
			return o, nil
		}
	}
	return YearFirst, errs.E("importing: dates", errs.Invalid, "The order of dates must be day-first or month-first. Leave it out for dates such as 2026-03-31.", nil)
}

// sheetDate is a date as spreadsheets show it: 31/03/2026, 31.3.26, 31/03/2026 14:05.
var sheetDate = regexp.MustCompile(`^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:,? +(\d{1,2}):(\d{2})(?::(\d{2}))?)?$`)

// read reads such a date, with an hour in the zone given, and returns the text that evidence keeps.
func (o DateOrder) read(text string, zone *time.Location) (at time.Time, kept string, ok bool) {
	if o == YearFirst {
		return at, "", false
	}
	found := sheetDate.FindStringSubmatch(text)
	if found == nil {
		return at, "", false
	}
	var n [7]int
	for i := 1; i < len(found); i++ {
		n[i], _ = strconv.Atoi(found[i]) // digits or nothing
	}
	day, month, year := n[1], time.Month(n[2]), n[3]
	if o == MonthFirst {
		day, month = n[2], time.Month(n[1])
	}
	if len(found[3]) == 2 {
		year += 2000
	}
	if found[4] == "" {
		at = time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
		return at, at.Format(time.DateOnly), at.Day() == day && at.Month() == month
	}
	at = time.Date(year, month, day, n[4], n[5], n[6], 0, zone)
	return at, at.UTC().Format(time.RFC3339), at.Day() == day && at.Month() == month && n[4] < 24 && n[5] < 60 && n[6] < 60
}
