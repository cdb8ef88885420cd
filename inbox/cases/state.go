package cases

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"assent/internal/clock"
	"assent/internal/errs"
)

// State is where a case is on its way:
//
//	new → acknowledged → in progress ⇄ waiting → decided → closed, and from the last two back by reopening
//
// No step must be taken before the next: what was never acknowledged may be decided, and mail for a person to read is closed as it is.
type State string

const (
	New        State = "new"
	InTouch    State = "acknowledged"
	Waiting    State = "waiting" // for what Facts.WaitsFor says
	InProgress State = "in-progress"
	Decided    State = "decided"
	Closed     State = "closed"
)

// States returns every state, in the order of the way.
func States() []State { return []State{New, InTouch, Waiting, InProgress, Decided, Closed} }

// working reports whether nobody has decided yet.
func (s State) working() bool { return s != Decided && s != Closed }

// After returns the case as it is after an event, without its clocks computed anew. An event that cannot happen now gives an error of kind Conflict, and one that
// makes no sense kind Invalid. The case that it is called on is left as it was.
func (c Case) After(e Event) (Case, error) {
	c.Facts = c.Facts.clone()
	if err := c.allows(e); err != nil {
		return c, err
	}
	if err := c.take(e); err != nil {
		return c, err
	}
	if c.State.working() {
		c.State = c.worked()
	}
	return c, nil
}

// worked is the state of a case on which nobody has decided, by its facts.
func (c Case) worked() State {
	switch {
	case len(c.Facts.WaitsFor()) > 0:
		return Waiting
	case c.State == Waiting:
		return InProgress
	case c.State == New && !c.Facts.AcknowledgedOn.IsZero():
		return InTouch
	}
	return c.State
}

// allows refuses an event that cannot happen in the present state.
func (c Case) allows(e Event) error {
	switch e.Kind {
	case Asked, Received, Dropped, Started, Extended, Renamed, Corrected:
		if !c.State.working() {
			return conflict("This case is %s. Reopen it first.", words(c.State))
		}
	case Proved, Disowned, Represented:
		if c.State == Closed {
			return conflict("This case is closed. Reopen it first.")
		}
	case DecisionMade:
		if c.State == Closed || !c.Facts.AnsweredOn.IsZero() {
			return conflict("The person was told the decision, or the case is closed. Reopen it to decide anew.")
		}
	case Answered:
		if c.State != Decided {
			return conflict("Nothing is decided that the person could be told.")
		}
	case ClosedCase:
		if c.State == Closed {
			return conflict("This case is closed already.")
		}
	case Reopened:
		if c.State.working() {
			return conflict("This case is open. Nothing was changed.")
		}
	}
	return nil
}

// take changes the case by one event.
func (c *Case) take(e Event) error {
	switch e.Kind {
	case Acknowledged:
		return c.acknowledged(e)
	case Asked, Received, Dropped:
		return c.awaited(e)
	case Proved:
		return c.proved(e)
	case Unproved:
		c.Facts.Proof = Proof{}
	case Represented:
		c.acting(e)
	case Unsettled:
		c.Facts.Acting = Acting{}
	case Disowned:
		c.disowned(e)
	case Started:
		if c.State != Waiting {
			c.State = InProgress
		}
	case Extended:
		return c.extended(e)
	case DecisionMade, Answered, ClosedCase, Reopened:
		return c.ending(e)
	case Promised, Kept:
		return c.promise(e)
	case Done:
		c.Facts.Done = append(c.Facts.Done, DutyDone{Code: e.Detail.Code, On: e.On, Actor: e.Actor})
	case Renamed:
		return c.renamed(e)
	case Escalated:
		return c.escalated(e)
	case Summarised:
		c.Facts.Brief = strings.TrimSpace(e.Note)
	case Referred:
		if err := checkReferral(e); err != nil {
			return err
		}
		c.Facts.Done = append(c.Facts.Done, DutyDone{Code: referredTo(e.Detail.Code), On: e.On, Actor: e.Actor})
	case Corrected:
		if e.Detail.Received != nil {
			c.ReceivedAt = *e.Detail.Received
		}
	case Assigned:
		c.OwnerID = e.Detail.OwnerID
	case Prioritised:
		c.Urgent = e.Detail.Urgent
	case MessageIn:
		if e.Detail.Unread {
			c.Unread++
		}
	case MessageRead:
		c.Unread = max(0, c.Unread-1)
	case LetterFailed:
		c.Alarm = e.What
	case AlarmSeen:
		c.Alarm = ""
	}
	return nil
}

func (c *Case) acknowledged(e Event) error {
	if !c.Facts.AcknowledgedOn.IsZero() {
		return conflict("This case was acknowledged on %s.", c.Facts.AcknowledgedOn.Long())
	}
	c.Facts.AcknowledgedOn = e.On
	return nil
}

// awaited asks for something, or has it.
func (c *Case) awaited(e Event) error {
	if e.Detail.For == Clarification {
		return c.clarified(e)
	}
	n := c.Facts.need(e.Detail.For)
	if e.Kind == Asked {
		switch {
		case !slices.Contains([]Awaited{Identity, Authority, Fee}, e.Detail.For):
			return invalid("Say what is asked for: identity, authority, fee or clarification.")
		case n.counts() && n.MetOn.IsZero():
			return conflict("This was asked for on %s, and has not come yet.", n.AskedOn.Long())
		case n.counts():
			return conflict("This was asked for on %s and came on %s. It is not asked for twice.", n.AskedOn.Long(), n.MetOn.Long())
		case e.Detail.For == Fee && (len(e.Detail.Reasons) == 0 || !known(FeeReasons(), e.Detail.Reasons)):
			return invalid("A fee may be asked for only where a request is manifestly unfounded, excessive or repeated (Article 12(5)). Say which.")
		case e.Detail.For == Fee && (e.Detail.Pence < 1 || e.Detail.Pence > maxFee):
			return invalid("Say how much the fee is: what answering costs and no more, at most £%d.", maxFee/100)
		}
		c.Facts.setNeed(e.Detail.For, Need{AskedOn: e.On, Pence: e.Detail.Pence})
		return nil
	}
	if !n.open() {
		return conflict("Nobody waits for this.")
	}
	if e.On.Before(n.AskedOn) {
		return invalid("It was asked for on %s and cannot have come before.", n.AskedOn.Long())
	}
	switch {
	case e.Kind == Dropped:
		n.Dropped = true
	case e.Detail.For == Identity:
		if e.Detail.Proof == nil {
			e.Detail.Proof = &Proof{By: ByStaff, Evidence: "other"}
		}
		return c.proved(e)
	case e.Detail.Acting != nil:
		c.acting(e)
		return nil
	default:
		n.MetOn = e.On
	}
	c.Facts.setNeed(e.Detail.For, n)
	return nil
}

// clarified keeps the questions back to the person. For an access request their days do not count (Article 12A(5)).
func (c *Case) clarified(e Event) error {
	i := slices.IndexFunc(c.Facts.Clarifications, func(p clock.Pause) bool { return p.To.IsZero() })
	if e.Kind == Asked {
		if i >= 0 {
			return conflict("A question of %s has not been answered yet.", c.Facts.Clarifications[i].From.Long())
		}
		c.Facts.Clarifications = append(c.Facts.Clarifications, clock.Pause{From: e.On})
		return nil
	}
	switch {
	case i < 0:
		return conflict("No question is open.")
	case e.On.Before(c.Facts.Clarifications[i].From):
		return invalid("The question was asked on %s and cannot have been answered before.", c.Facts.Clarifications[i].From.Long())
	case e.Kind == Dropped: // as if it had not been asked
		c.Facts.Clarifications = slices.Delete(c.Facts.Clarifications, i, i+1)
	default:
		c.Facts.Clarifications[i].To = e.On
	}
	return nil
}

// extended takes an extension of which the person was told, with reasons (Article 12A(3)).
func (c *Case) extended(e Event) error {
	switch {
	case !c.Kind.Extends():
		return invalid("The law gives no extension for this kind of case.")
	case !c.Facts.ExtendedOn.IsZero():
		return conflict("The time was extended already; the person was told on %s.", c.Facts.ExtendedOn.Long())
	case len(e.Detail.Reasons) == 0 || !known(ExtensionReasons(), e.Detail.Reasons):
		return invalid("Only complexity or the number of requests allows an extension (Article 12A(3)). Say which.")
	}
	c.Facts.ExtendedOn, c.Facts.ExtensionReason = e.On, e.Detail.Reasons
	return nil
}

// ending decides, tells, closes and reopens.
func (c *Case) ending(e Event) error {
	switch e.Kind {
	case DecisionMade:
		if e.Detail.Decision == nil {
			return invalid("Say what was decided.")
		}
		if err := c.reviewedByAnother(*e.Detail.Decision); err != nil {
			return err
		}
		c.Decision, c.State, c.Facts.DecidedOn = e.Detail.Decision, Decided, e.On
	case Answered:
		if c.Facts.AnsweredOn.IsZero() {
			c.Facts.AnsweredOn = e.On
		}
		c.Facts.keepWord(e.On)
	case ClosedCase:
		c.State, c.ClosedAt, c.Facts.ClosedOn = Closed, e.At, e.On
	case Reopened: // what was decided and told stays on the timeline
		c.State, c.Decision, c.ClosedAt = InProgress, nil, time.Time{}
		c.Facts.DecidedOn, c.Facts.AnsweredOn, c.Facts.ClosedOn = clock.Date{}, clock.Date{}, clock.Date{}
	}
	return nil
}

func (c *Case) promise(e Event) error {
	if e.Kind == Kept {
		i := e.Detail.Kept - 1
		if i < 0 || i >= len(c.Facts.Promises) {
			return invalid("There is no such promise.")
		}
		if !c.Facts.Promises[i].KeptOn.IsZero() {
			return conflict("This promise was kept on %s.", c.Facts.Promises[i].KeptOn.Long())
		}
		c.Facts.Promises[i].KeptOn = e.On
		return nil
	}
	p := e.Detail.Promise
	if p == nil || p.Due.IsZero() || p.Due.Before(p.Told) {
		return invalid("A promise needs a date that does not lie before the letter.")
	}
	c.Facts.Promises = append(c.Facts.Promises, *p)
	return nil
}

func (c *Case) renamed(e Event) error {
	if _, err := ParseKind(string(e.Detail.Kind)); err != nil {
		return err
	}
	if e.Detail.Kind == c.Kind {
		return conflict("The case is of this kind already.")
	}
	c.Kind = e.Detail.Kind
	if e.Detail.House != nil {
		c.Facts.House = *e.Detail.House
	}
	return nil
}

func words(s State) string { return strings.ReplaceAll(string(s), "-", " ") }

func conflict(format string, args ...any) error {
	return errs.E("cases: event", errs.Conflict, fmt.Sprintf(format, args...), nil)
}

func invalid(format string, args ...any) error {
	return errs.E("cases: event", errs.Invalid, fmt.Sprintf(format, args...), nil)
}
