package clock

import (
	"cmp"
	"slices"
)

// period is the working of a limit of whole months, without words.
type period struct {
	start   Date
	months  int
	month   Date    // the corresponding date after the months, or the last day of that month
	counted []Pause // pauses that do not count towards the time, merged, from the start on
	late    []Pause // questions asked after the last day, which move nothing
	days    int     // how many days the counted pauses have
	open    bool    // the last counted pause has not ended; last and due are the earliest they can be
	last    Date    // month plus days
	due     Date    // last, or the next working day
}

// period computes roll(addMonths(start, months) + paused days). How whole days are added to a month is spelt
// out nowhere; the assumption is stated in the steps. pauses must come from mergePauses.
func (r *Reckoner) period(div Division, start Date, months int, pauses []Pause) period {
	p := period{start: start, months: months, month: start.AddMonths(months)}
	p.last, p.due = p.month, r.calendar.Roll(div, p.month)
	for _, pause := range pauses {
		if !pause.To.IsZero() && pause.To.Before(start) {
			continue // it was over before the time began
		}
		if pause.From.Before(start) {
			pause.From = start
		}
		if pause.From.After(p.due) {
			p.late = append(p.late, pause)
			continue
		}
		p.counted = append(p.counted, pause)
		if p.open = pause.To.IsZero(); p.open {
			p.days++ // the day of asking is lost in any case
		} else {
			p.days += pause.From.DaysUntil(pause.To) + 1
		}
		p.last = p.month.AddDays(p.days)
		p.due = r.calendar.Roll(div, p.last)
	}
	return p
}

// mergePauses sorts pauses and joins those that overlap or touch, so that no day counts
// twice. Whatever follows the beginning of an open pause is part of it.
func mergePauses(pauses []Pause) []Pause {
	sorted := slices.Clone(pauses)
	slices.SortFunc(sorted, func(a, b Pause) int { return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To)) })
	var merged []Pause
	for _, p := range sorted {
		if len(merged) == 0 {
			merged = append(merged, p)
			continue
		}
		last := &merged[len(merged)-1]
		switch {
		case last.To.IsZero():
		case p.From.After(last.To.AddDays(1)):
			merged = append(merged, p)
		case p.To.IsZero() || p.To.After(last.To):
			last.To = p.To
		}
	}
	return merged
}
