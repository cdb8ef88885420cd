package cases

import (
	"cmp"
	"fmt"
	"time"

	"assent/internal/clock"
)

// Prepare makes a case of what was asked for: the first kind is its own, each further one opens a sub-case. Without a kind it is
// correspondence. The template has everything but kind, state, clocks and reference, which the store gives. Kind of error: Invalid.
func Prepare(r *clock.Reckoner, template Case, kinds []Kind, promises func(Kind) clock.House) (Opening, error) {
	if len(kinds) == 0 {
		kinds = []Kind{Correspondence}
	}
	var o Opening
	for i, k := range kinds {
		c, err := begin(r, template, k, promises(k))
		if err != nil {
			return Opening{}, err
		}
		if i == 0 {
			o.Case = c
			continue
		}
		c.Labels = []string{string(k)}
		o.Subs = append(o.Subs, c)
	}
	return o, nil
}

// begin makes one case with its clocks.
func begin(r *clock.Reckoner, template Case, k Kind, house clock.House) (Case, error) {
	c := template
	c.Kind, c.State, c.Facts = k, New, Facts{House: house}
	var err error
	if c.Clocks, c.Notes, err = Reckon(r, c); err != nil {
		return Case{}, err
	}
	c.DueOn = Leading(c.Clocks)
	return c, nil
}

// OpenedBy is the first line of a timeline.
func OpenedBy(c Case, actor string, now time.Time, on clock.Date) Event {
	what := map[Channel]string{
		ByMail: "Opened from a message to " + c.Mailbox, ByForm: "Opened from the web form", ByPost: "Opened from a letter by post",
		ByPhone: "Opened from a telephone call", InPerson: "Opened from a visit",
	}[c.Channel]
	if late := now.Sub(c.ReceivedAt); c.Channel != ByMail && late > 24*time.Hour {
		what += fmt.Sprintf(", received %s and entered later", c.ReceivedAt.Format("2 January 2006"))
	}
	return Event{Kind: Opened, At: now, On: on, Actor: actor, What: what + "."}
}

// AnswerBy returns the date by which the person hears from us, for letters: that of the nearest running clock for an answer, else of a promise that was made; "" where
// none has a date. That a complaint is acknowledged, or the Commissioner told of a breach, is no answer: a letter that named their dates would promise what no clock holds.
func (c Case) AnswerBy() string {
	promised := ""
	for _, k := range c.Clocks {
		if k.Due == "" || !k.Running() {
			continue
		}
		day := k.Due[:min(len(k.Due), len(time.DateOnly))]
		switch clock.Name(k.Name) {
		case clock.Answer, clock.HouseAnswer:
			return day
		case clock.Promise:
			promised = cmp.Or(promised, day)
		}
	}
	return promised
}
