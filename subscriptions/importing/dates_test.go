package importing_test

import (
	"strings"
	"testing"

	"assent/internal/errs"
	"assent/subscriptions/importing"
)

func TestDatesOfSpreadsheetsAreReadInTheOrderThatWasSaid(t *testing.T) {
	t.Parallel()
	h := onSQLite(t)
	in := h.intake(t, h.news)
	for _, c := range []struct {
		name, text string
		order      importing.DateOrder
		want       string
	}{
		{"day first", "04/03/2026", importing.DayFirst, "2026-03-04"},
		{"month first", "04/03/2026", importing.MonthFirst, "2026-04-03"},
		{"neither said", "04/03/2026", importing.YearFirst, "! The acted_at must be a date such as 2026-03-31, or a moment such as 2026-03-31T14:05:00Z. Say that the dates of the file stand day first, or month first, where they do."},
		{"dots and two figures of the year", "31.3.26", importing.DayFirst, "2026-03-31"},
		{"hyphens", "31-03-2026", importing.DayFirst, "2026-03-31"},
		{"an hour in winter", "04/03/2026 14:05", importing.DayFirst, "2026-03-04T14:05:00Z"},
		{"an hour in summer", "04/06/2026, 14:05:30", importing.DayFirst, "2026-06-04T13:05:30Z"},
		{"one of ours all the same", "2026-03-31", importing.DayFirst, "2026-03-31"},
		{"a moment of ours all the same", "2026-03-31T14:05:00+01:00", importing.MonthFirst, "2026-03-31T13:05:00Z"},
		{"no 13th month", "03/31/2026", importing.DayFirst, "! The acted_at must be a date such as 31/03/2026 or 2026-03-31."},
		{"no 30 February", "02/30/2026", importing.MonthFirst, "! The acted_at must be a date such as 03/31/2026 or 2026-03-31."},
		{"no 25th hour", "04/03/2026 25:00", importing.DayFirst, "! The acted_at must be a date such as 31/03/2026 or 2026-03-31."},
		{"a day to come", "24/11/2026", importing.DayFirst, "! The acted_at lies in the future."},
		{"a year before mail", "24/11/1926", importing.DayFirst, "! The acted_at lies before there was mail to agree to."},
		{"a number that is no date", "46112", importing.DayFirst, "! The acted_at must be a date such as 31/03/2026 or 2026-03-31."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			columns := must(importing.ParseHeader([]string{"address", "act", "acted_at", "source"}, in, importing.Mapping{Dates: c.order}))(t)
			row, err := columns.Row([]string{"a@example.org", "Ticked", c.text, "Fair"}, 7, today)
			got := row.Act.Evidence["acted_at"]
			if err != nil {
				got = "! " + errs.Message(err)
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestAnOrderOfDatesIsOneOfThree(t *testing.T) {
	t.Parallel()
	if o, err := importing.ParseDateOrder("Day-First"); o != importing.DayFirst || err != nil {
		t.Errorf("%q, %v", o, err)
	}
	if _, err := importing.ParseDateOrder("dmy"); errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), "day-first or month-first") {
		t.Errorf("%v", err)
	}
}
