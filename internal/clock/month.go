package clock

import (
	"fmt"
	"slices"
)

// monthClocks computes the answer and the last day for telling of an extension.
func (r *Reckoner) monthClocks(in Input, received Date) []Clock {
	m := monthWork{r: r, in: in, received: received, rule: monthRuleOn(received)}
	m.start = r.start(in, m.rule, received)
	m.takePauses()

	first := r.period(in.Division, m.start.day, firstMonth, m.pauses)
	extended := in.Extended || !in.ExtensionTold.IsZero()
	tooLate := extended && m.start.waiting == "" && !first.open && in.ExtensionTold.After(first.due)

	answer := m.clock(Answer, m.months(extended && !tooLate), m.extensionSteps(extended, tooLate, first.due))
	if in.Kind == WithdrawConsent && !extended {
		return []Clock{answer} // a withdrawal has no period that could be extended
	}
	return []Clock{answer, m.clock(ExtensionNotice, firstMonth, nil)}
}

// monthWork holds what the clocks of one request share.
type monthWork struct {
	r        *Reckoner
	in       Input
	received Date
	rule     monthRule
	start    start
	pauses   []Pause // merged; none where they do not count
}

func (m *monthWork) months(extended bool) int {
	if extended {
		return extendedTotal
	}
	return firstMonth
}

// takePauses keeps the pauses of an access request under Art 12A(5), and says why others do
// not count.
func (m *monthWork) takePauses() {
	switch {
	case len(m.in.Pauses) == 0:
	case m.in.Kind != Access:
		m.start.steps = append(m.start.steps, Step{"Only for an access request can a question back to the person stop the clock; here it does not.", "Art 12A(5) UK GDPR"})
	case !m.rule.pausesCount:
		m.start.steps = append(m.start.steps, Step{"Before 5 February 2026 guidance alone, and no statute, let a question back to the person stop the clock. " +
			"In doubt the earlier date: the question does not move it.", m.rule.pauses})
	default:
		m.pauses = mergePauses(m.in.Pauses)
	}
}

// extensionSteps tells what an extension did to the answer.
func (m *monthWork) extensionSteps(extended, tooLate bool, notice Date) []Step {
	switch {
	case tooLate:
		return []Step{{fmt.Sprintf("The person was told of an extension on %s, after the last day for telling, %s. The extension has no effect.",
			m.in.ExtensionTold.Long(), notice.Long()), m.rule.notice}}
	case extended:
		return []Step{{"The time was extended by two further months. That counts three months from the original start, and holds only if the person was told, with reasons, within the first month.", m.rule.extension}}
	}
	return nil
}

// clock builds one of the two clocks; extra steps stand between the start and the counting.
func (m *monthWork) clock(name Name, months int, extra []Step) Clock {
	c := m.r.clock(name, m.rule.rule, m.in.Division)
	c.Steps = slices.Concat(m.start.steps, extra)
	if m.start.waiting != "" {
		c.WaitingFor = m.start.waiting
		m.doubt(&c, months, nil)
		return c
	}
	p := m.r.period(m.in.Division, m.start.day, months, m.pauses)
	c.Starts = onDay(p.start)
	c.Steps = append(c.Steps, m.monthStep(p))
	c.Steps = append(c.Steps, m.pauseSteps(p)...)
	due, steps := m.r.rollSteps(m.in.Division, p.last)
	if p.open {
		c.WaitingFor = "clarification"
		c.Steps = append(c.Steps, Step{fmt.Sprintf("The clock stands still and has no due date until the answer comes. It cannot be earlier than %s.", due.Long()), m.rule.pauses})
	} else {
		c.Due = onDay(due)
		c.Steps = append(append(c.Steps, steps...), m.conclusion(name, due))
	}
	m.doubt(&c, months, &p)
	return c
}

// monthStep counts the months.
func (m *monthWork) monthStep(p period) Step {
	words := "One month from %s ends"
	if p.months == extendedTotal {
		words = "Three months from %s end"
	}
	if p.month.Day == p.start.Day {
		return Step{fmt.Sprintf(words+" on the corresponding date, %s.", p.start.Long(), p.month.Long()), m.rule.period}
	}
	return Step{fmt.Sprintf(words+" in %s %d, which has no day %d, so on its last day, %s.",
		p.start.Long(), p.month.Month, p.month.Year, p.start.Day, p.month.Long()), m.rule.period + "; " + srcMonth}
}

// pauseSteps tells which questions back to the person stopped the clock, and for how long.
func (m *monthWork) pauseSteps(p period) []Step {
	var steps []Step
	for _, pause := range m.pauses {
		if !pause.To.IsZero() && pause.To.Before(p.start) {
			steps = append(steps, Step{fmt.Sprintf("The question of %s was answered before the clock started and does not move it.", pause.From.Long()), m.rule.pauses})
		}
	}
	for _, pause := range p.late {
		steps = append(steps, Step{fmt.Sprintf("The question of %s was asked after the last day and does not move it.", pause.From.Long()), m.rule.pauses})
	}
	for _, pause := range p.counted {
		if pause.To.IsZero() {
			steps = append(steps, Step{fmt.Sprintf("We asked the person to clarify; from %s on the days do not count, and the answer has not come yet.", pause.From.Long()), m.rule.pauses})
			continue
		}
		steps = append(steps, Step{fmt.Sprintf("We asked the person to clarify: %s to %s, first and last day included, is %s that do not count.",
			pause.From.Long(), pause.To.Long(), days(pause.From.DaysUntil(pause.To)+1)), m.rule.pauses})
	}
	if p.days > 0 && !p.open {
		steps = append(steps, Step{fmt.Sprintf("The law does not say how whole days are added to a calendar month. Assent adds the %s to the end of the month: %s.",
			days(p.days), p.last.Long()), "assumption"})
	}
	return steps
}

// conclusion says what must be done by the due date.
func (m *monthWork) conclusion(name Name, due Date) Step {
	switch {
	case name == Answer:
		return Step{fmt.Sprintf("The answer is due without undue delay, and by the end of %s at the latest.", due.Long()), "Art 12(3) UK GDPR"}
	case !m.in.ExtensionTold.IsZero() && !m.in.ExtensionTold.After(due):
		return Step{fmt.Sprintf("The person had to be told of the extension by the end of %s, and was told on %s.", due.Long(), m.in.ExtensionTold.Long()), m.rule.notice}
	}
	return Step{fmt.Sprintf("An extension needs a notice to the person, with the reasons, by the end of %s.", due.Long()), m.rule.notice}
}

// doubt sets the target to the earliest date that another reading of the law gives, if one
// does. p is nil while the clock has not started.
func (m *monthWork) doubt(c *Clock, months int, p *period) {
	consider := func(day Date, why string) {
		if !c.Due.IsZero() && !day.Before(c.Due.Day) {
			return
		}
		c.Steps = append(c.Steps, Step{why + " In doubt the earlier date: work to " + day.Long() + ".", srcDoubt})
		if c.Target.IsZero() || day.Before(c.Target) {
			c.Target = day
		}
	}
	roll := func(day Date) Date { return m.r.calendar.Roll(m.in.Division, day) }
	if !m.start.early.IsZero() {
		if early := m.r.period(m.in.Division, m.start.early, months, m.pauses); !early.open {
			consider(early.due, "Counted from "+m.start.early.Long()+", the time ends sooner.")
		}
	}
	if p != nil && p.days > 0 && !p.open {
		consider(roll(p.start.AddDays(p.days).AddMonths(months)), "Adding the days to the start, and then the month, the time ends sooner.")
	}
	if m.in.Kind == WithdrawConsent {
		consider(roll(m.received.AddMonths(firstMonth)), "Nothing in the law lets an identity check, a fee or an extension delay a withdrawal.")
	}
}
