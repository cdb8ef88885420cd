package clock

import "fmt"

// complaint computes the statutory acknowledgement of a complaint.
func (r *Reckoner) complaint(in Input, received Date) Reckoning {
	if received.Before(s164ABegins()) {
		return Reckoning{Notes: []Step{
			r.receivedStep("complaint", in),
			{"That is before 19 June 2026, when the duty to acknowledge a complaint within 30 days began. No statutory time applies.", src164A},
		}}
	}
	c := r.clock(Acknowledge, Rule164A, in.Division)
	c.Starts = onDay(received)
	last := complaintEnds(received)
	due, rolled := r.rollSteps(in.Division, last)
	c.Due = onDay(due)
	c.Steps = append([]Step{
		r.receivedStep("complaint", in),
		{"That is on or after 19 June 2026, so the duty to acknowledge a complaint applies.", src164A},
		{fmt.Sprintf("Thirty days, of which the day after receipt is the first, end on %s.", last.Long()), srcComplaint},
	}, rolled...)
	c.Steps = append(c.Steps, Step{fmt.Sprintf("The acknowledgement is due by the end of %s at the latest. An outcome sent by then needs no separate acknowledgement.", due.Long()), srcComplaint})
	return Reckoning{Clocks: []Clock{c}, Notes: []Step{
		{"The duty to look into the complaint, and to tell its outcome without undue delay, runs from receipt and has no fixed date. Keep the person informed of progress.", srcOutcome},
	}}
}

// complaintEnds returns the last of the 30 days, before any roll. The day of receipt is not
// counted (Reg 1182/71 art 3(1)).
func complaintEnds(received Date) Date { return received.AddDays(complaintDays) }
