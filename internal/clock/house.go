package clock

import "fmt"

// houseClocks computes the organisation's own promises, from receipt, whatever else may
// stop a statutory clock.
func (r *Reckoner) houseClocks(in Input, received Date) []Clock {
	var clocks []Clock
	add := func(name Name, n int, what string) {
		if n == 0 {
			return
		}
		due := r.calendar.AddWorkingDays(in.Division, received, n)
		c := r.clock(name, RuleHouse, in.Division)
		c.Starts, c.Due = onDay(received), onDay(due)
		c.Steps = append([]Step{
			r.receivedStep("message", in),
			{fmt.Sprintf("The house promises to %s within %s.", what, workingDays(n)), srcHouse},
			{fmt.Sprintf("The first working day after receipt is day 1: %s.", r.calendar.AddWorkingDays(in.Division, received, 1).Long()), srcHouse},
		}, r.skipped(in.Division, received, due)...)
		c.Steps = append(c.Steps, Step{fmt.Sprintf("The last of them, counted in %s, is %s.", in.Division.Title(), due.Long()), srcHouse})
		c.Steps = append(c.Steps, r.coverage(due)...)
		clocks = append(clocks, c)
	}
	add(HouseAcknowledge, in.House.AcknowledgeWorkingDays, "acknowledge")
	add(HouseAnswer, in.House.AnswerWorkingDays, "answer in full")
	return clocks
}

// skipped names the bank holidays that a count of working days leaves out. Weekends go
// without saying.
func (r *Reckoner) skipped(div Division, from, until Date) []Step {
	text := ""
	for d := from.AddDays(1); d.Before(until); d = d.AddDays(1) {
		if title, holiday := r.calendar.Holiday(div, d); holiday && !d.Weekend() {
			if text != "" {
				text += ", "
			}
			text += d.Long() + " (" + title + ")"
		}
	}
	if text == "" {
		return []Step{{"Saturdays and Sundays are not counted; no bank holiday lies in between.", srcCalendar}}
	}
	return []Step{{"Saturdays and Sundays are not counted, nor are these bank holidays: " + text + ".", srcCalendar}}
}

func workingDays(n int) string {
	if n == 1 {
		return "1 working day"
	}
	return fmt.Sprintf("%d working days", n)
}
