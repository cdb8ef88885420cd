package clock

import (
	"fmt"
	"time"

	"assent/internal/errs"
)

// Reckoner computes clocks with one bank-holiday table. Build one with New; many goroutines may
// share it.
type Reckoner struct {
	calendar *Calendar
	london   *time.Location
	settings Settings
}

// Settings are the house's answers where neither statute nor confirmed guidance gives one.
type Settings struct {
	// IdentityPromptDays is how many days after receipt asking for proof of identity still
	// counts as prompt. The ICO says "promptly" and gives no number.
	IdentityPromptDays int
	// LateIdentity says what asking later than that does to the start of the clock.
	LateIdentity LateIdentity
}

// LateIdentity is a reading of what asking late for proof of identity does. Article 12A(2) knows
// no lateness; the guidance says that asking late does not restart the time, in a wording that was not confirmed.
type LateIdentity uint8

const (
	// LateIsDoubtful starts the clock with the proof, and sets a target counted from receipt.
	LateIsDoubtful LateIdentity = iota
	// LateIsIgnored starts the clock as if the proof had not been asked for.
	LateIsIgnored
)

// DefaultSettings returns a week for asking, after which the start is doubtful.
func DefaultSettings() Settings { return Settings{IdentityPromptDays: 7, LateIdentity: LateIsDoubtful} }

// New makes a Reckoner. It fails with kind Unavailable when the machine has no time-zone
// data for Europe/London; a program that imports time/tzdata always has it.
func New(calendar *Calendar, settings Settings) (*Reckoner, error) {
	const op = "clock: new"
	if calendar == nil || settings.IdentityPromptDays < 0 || settings.LateIdentity > LateIsIgnored {
		return nil, errs.E(op, errs.Invalid, "The clocks need a bank-holiday table and settings that are not negative.", nil)
	}
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		return nil, errs.E(op, errs.Unavailable, "This machine has no time-zone data for Europe/London.", err)
	}
	return &Reckoner{calendar: calendar, london: london, settings: settings}, nil
}

// Calendar returns the table that the dates are computed with.
func (r *Reckoner) Calendar() *Calendar { return r.calendar }

// UKDate returns the UK local date of a moment: that of receipt, or today's.
func (r *Reckoner) UKDate(t time.Time) Date { return DateIn(t, r.london) }

// UKTime returns a moment on the clocks of the United Kingdom.
func (r *Reckoner) UKTime(t time.Time) time.Time { return t.In(r.london) }

// Reckoning is what Reckon returns.
type Reckoning struct {
	Clocks []Clock `json:"clocks"`          // the nearest first; see Sort
	Notes  []Step  `json:"notes,omitempty"` // what the law wants without setting a date
}

// Reckon computes all clocks of one input, the nearest first. An input that cannot have
// happened gives an error of kind Invalid.
func (r *Reckoner) Reckon(in Input) (Reckoning, error) {
	received := r.UKDate(in.Received)
	if err := in.check(received); err != nil {
		return Reckoning{}, errs.Wrap("clock: reckon", err)
	}
	var out Reckoning
	switch in.Kind {
	case Breach:
		out.Clocks = append(out.Clocks, r.breachNotice(in))
		out.Notes = unmoved(in, "a breach")
	case Complaint:
		out = r.complaint(in, received)
		out.Notes = append(out.Notes, unmoved(in, "a complaint")...)
	default:
		out.Clocks = r.monthClocks(in, received)
	}
	out.Clocks = append(out.Clocks, r.houseClocks(in, received)...)
	Sort(out.Clocks)
	return out, nil
}

// unmoved says that nothing but receipt counts, when something else was given.
func unmoved(in Input, what string) []Step {
	if !in.Identity.Requested && !in.Fee.Requested && len(in.Pauses) == 0 && !in.Extended && in.ExtensionTold.IsZero() {
		return nil
	}
	return []Step{{"Identity checks, fees, questions back and extensions do not move the time for " + what + ".", srcDoubt}}
}

// clock begins a clock with what all of them carry.
func (r *Reckoner) clock(name Name, rule Rule, div Division) Clock {
	return Clock{Name: name, Rule: rule, Division: div, Calendar: r.calendar.Hash()}
}

// receivedStep names the UK date of receipt, and the time where UTC has another date.
func (r *Reckoner) receivedStep(what string, in Input) Step {
	local := in.Received.In(r.london)
	text := fmt.Sprintf("The %s was received on %s, UK local date.", what, dateOf(local).Long())
	midnight := local.Hour() == 0 && local.Minute() == 0 && local.Second() == 0 // a date by hand has no time to speak of
	if utc := in.Received.UTC(); !midnight && dateOf(utc) != dateOf(local) {
		text = fmt.Sprintf("The %s was received at %s on %s, UK local time, which is %s UTC on the day before. The UK date counts.",
			what, local.Format("15:04"), dateOf(local).Long(), utc.Format("15:04"))
	}
	return Step{text, srcMonth}
}

// rollSteps tells how a last day becomes the due date, and where the table knows nothing.
func (r *Reckoner) rollSteps(div Division, last Date) (Date, []Step) {
	due := r.calendar.Roll(div, last)
	var steps []Step
	if due == last {
		steps = append(steps, Step{fmt.Sprintf("%s is a working day in %s, so it stands.", last.Long(), div.Title()), srcRoll})
	} else {
		steps = append(steps, Step{fmt.Sprintf("%s; the time ends with the next working day in %s, %s.",
			r.daysOff(div, last, due), div.Title(), due.Long()), srcRoll})
	}
	return due, append(steps, r.coverage(due)...)
}

// daysOff names the days from a date up to a working day: "Friday 25 December 2026 is
// Christmas Day, Saturday 26 December 2026 is on a weekend".
func (r *Reckoner) daysOff(div Division, from, until Date) string {
	text := ""
	for d := from; d.Before(until); d = d.AddDays(1) {
		title, holiday := r.calendar.Holiday(div, d)
		if !holiday {
			title = "on a weekend"
		}
		if text != "" {
			text += ", "
		}
		text += d.Long() + " is " + title
	}
	return text
}

// coverage warns of a day for which the table does not know the bank holidays. Without them
// a date can only come out too early, never too late.
func (r *Reckoner) coverage(day Date) []Step {
	if r.calendar.Covers(day) {
		return nil
	}
	return []Step{{fmt.Sprintf("The bank-holiday table covers %s to %s only, so %s was checked for weekends alone. A bank "+
		"holiday could only make it later.", r.calendar.from.Long(), r.calendar.until.Long(), day.Long()), srcCalendar}}
}
