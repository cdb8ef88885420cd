package templates

import (
	"strconv"
	"strings"
	"time"
)

// words writes dates and numbers in one language, as plain writing in the United Kingdom has them.
type words struct{ lang string }

// date returns "25 November 2026", in t's own location, or "" for the zero time.
func (w words) date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.Itoa(t.Day()) + " " + w.month(t.Month()) + " " + strconv.Itoa(t.Year())
}

// clock returns "9:05am", "midday" or "midnight", in t's own location.
func (w words) clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if t.Minute() == 0 && t.Hour()%12 == 0 {
		return w.noon(t.Hour() == 12)
	}
	return t.Format("3:04pm")
}

// at returns "9:05am GMT on 25 November 2026", in t's own location: a reader elsewhere needs the zone.
func (w words) at(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	on := " on "
	if w.lang == Welsh {
		on = " ar "
	}
	return w.clock(t) + " " + t.Format("MST") + on + w.date(t)
}

func (w words) noon(day bool) string {
	switch {
	case w.lang == Welsh && day:
		return "hanner dydd"
	case w.lang == Welsh:
		return "hanner nos"
	case day:
		return "midday"
	}
	return "midnight"
}

func (w words) month(m time.Month) string {
	if w.lang != Welsh {
		return m.String()
	}
	return [...]string{"Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin", "Gorffennaf",
		"Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr"}[m-1]
}

// many counts what has a name for one and a name for more: "1 row", "1,200 rows".
func (w words) many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return w.count(n) + " " + more
}

// count returns 1234567 as "1,234,567".
func (w words) count(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// share returns part of whole in percent, 0 to 100, rounded down except that something is never 0.
func share(part, whole int) int {
	switch {
	case part <= 0 || whole <= 0:
		return 0
	case part >= whole:
		return 100
	}
	return max(1, part*100/whole)
}

// lines splits a postal address into its lines.
func lines(s string) []string {
	var out []string
	for l := range strings.Lines(s) {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}
