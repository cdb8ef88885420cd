package clock

import (
	"fmt"
	"time"
)

// breachNotice computes the 72 hours of Art 33. They are hours that really pass: neither
// weekends and holidays nor the change to or from summer time stop them.
func (r *Reckoner) breachNotice(in Input) Clock {
	aware, due := r.moment(in.Received), r.moment(in.Received.Add(breachTime))
	c := Clock{Name: BreachNotice, Starts: aware, Due: due, Rule: RuleArt33, Division: in.Division}
	c.Steps = []Step{
		{fmt.Sprintf("We became aware of the breach at %s.", aware.Long()), srcBreach},
		{fmt.Sprintf("The Commissioner must be told without undue delay and, where feasible, within 72 hours: by %s.", due.Long()), srcBreach},
		{"Hours run through weekends, bank holidays and the change of the clocks; nothing moves this time.", srcHours},
		{"The hour in which we became aware could be left out of the count; Assent counts from the minute, which is earlier.", srcDoubt},
		{"If the risk to people is high, they must be told too, without undue delay.", "Art 34(1) UK GDPR"},
	}
	return c
}

func (r *Reckoner) moment(t time.Time) When {
	local := t.In(r.london)
	return When{Day: dateOf(local), Moment: local}
}
