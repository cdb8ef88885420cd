package cases

import (
	"fmt"
	"strings"
	"time"

	"assent/internal/clock"
)

// Advance takes events one after the other, computes the clocks anew, and adds an event of its own when a date moved. It is pure: now is the moment at which all
// of it is recorded. Kinds of error: Conflict and Invalid, as of Case.After.
func Advance(r *clock.Reckoner, c Case, events []Event, now time.Time) (Case, []Event, error) {
	var err error
	for _, e := range events {
		if c, err = c.After(e); err != nil {
			return c, nil, err
		}
	}
	clocks, notes, err := Reckon(r, c)
	if err != nil {
		return c, nil, err
	}
	if moves := Moves(c.Clocks, clocks); len(moves) > 0 {
		actor := "system"
		if len(events) > 0 {
			actor = events[0].Actor
		}
		e := Event{Kind: Recomputed, At: now, On: r.UKDate(now), Actor: actor, Detail: Detail{Moves: moves}}
		e.What = e.sentence()
		if len(events) == 0 && calendarOf(c.Clocks) != calendarOf(clocks) {
			e.What = "The table of bank holidays changed. " + e.What
		}
		events = append(events[:len(events):len(events)], e)
	}
	c.Clocks, c.Notes, c.DueOn = clocks, notes, Leading(clocks)
	return c, events, nil
}

// calendarOf is the hash of the bank-holiday table by which clocks were computed, "" where none was.
func calendarOf(clocks []Clock) string {
	for _, k := range clocks {
		if k.Calendar != "" {
			return k.Calendar
		}
	}
	return ""
}

// sentence says what an event is, about nobody by name.
func (e Event) sentence() string {
	switch e.Kind {
	case Acknowledged:
		return "Acknowledged to the person."
	case Asked:
		return map[Awaited]string{
			Identity: "Asked for proof of identity.", Authority: "Asked for authority to act for the person.",
			Fee: "Asked for a fee of " + Pounds(e.Detail.Pence) + ".", Clarification: "Asked the person to clarify what they want.",
		}[e.Detail.For]
	case Received:
		return map[Awaited]string{
			Identity: "Proof of identity came.", Authority: "Authority to act came.", Fee: "The fee was paid.", Clarification: "The person clarified what they want.",
		}[e.Detail.For]
	case Dropped:
		return fmt.Sprintf("No longer asked for: %s.", e.Detail.For)
	case Started:
		return "Work began."
	case Extended:
		return "Told the person that two further months are needed (" + strings.Join(e.Detail.Reasons, ", ") + ")."
	case DecisionMade:
		return "Decided: " + e.decided() + "."
	case Answered:
		return "Told the person what was decided."
	case ClosedCase:
		return "Closed."
	case Reopened:
		return "Reopened."
	case Promised:
		if e.Detail.Promise.Action {
			return "Promised an action by " + e.Detail.Promise.Due.Long() + "."
		}
		return "Promised to write again by " + e.Detail.Promise.Due.Long() + "."
	case Kept:
		return "Kept a promise."
	case Escalated, Summarised, Referred:
		return e.further()
	case Renamed:
		return "Now taken as: " + strings.ReplaceAll(string(e.Detail.Kind), "-", " ") + "."
	}
	return e.clerical()
}

// clerical says what an event is that is work of the office.
func (e Event) clerical() string {
	switch e.Kind {
	case Corrected:
		return "The date of receipt was corrected."
	case Assigned:
		if e.Detail.OwnerID == 0 {
			return "Assigned to nobody."
		}
		return fmt.Sprintf("Assigned to operator %d.", e.Detail.OwnerID)
	case Prioritised:
		if e.Detail.Urgent {
			return "Marked as urgent."
		}
		return "No longer marked as urgent."
	case Noted:
		return "Note."
	case MessageIn:
		return "A message came in."
	case MessageRead:
		return "A message was marked as read."
	case LetterOut:
		return "A letter was written."
	case AlarmSeen:
		return "Saw to the alarm."
	case Proved:
		if e.Detail.Proof != nil && e.Detail.Proof.Evidence == NoDoubt {
			return "Nothing proves who asks; recorded that nothing gives reason to doubt it."
		}
		return "Who asks is established."
	case Unproved:
		return "Whom it is about was named anew: what proved who asks proves nothing any more."
	case Represented:
		return e.Detail.Acting.says()
	case Unsettled:
		return "Whom it is about was named anew: who asks for whom is to be recorded anew."
	case Disowned:
		return "Whoever reads the mailbox on record says that they did not ask."
	case FileAdded:
		return "A file was added."
	case PartyNamed:
		return "Who asks, or whom it is about, was named."
	case Linked:
		return "Linked to another case."
	case Recomputed:
		return "The clocks were computed anew: " + moved(e.Detail.Moves) + "."
	}
	return strings.ReplaceAll(string(e.Kind), "-", " ") + "."
}

func (e Event) decided() string {
	d := e.Detail.Decision
	if d == nil {
		return ""
	}
	out := strings.ReplaceAll(string(d.Outcome), "-", " ")
	if len(d.Reasons) > 0 {
		out += " (" + strings.Join(d.Reasons, ", ") + ")"
	}
	return out
}

func moved(moves []Move) string {
	out := make([]string, len(moves))
	for i, m := range moves {
		out[i] = fmt.Sprintf("%s %s, was %s", strings.ReplaceAll(m.Clock, "-", " "), dayWords(m.Is), dayWords(m.Was))
	}
	return strings.Join(out, "; ")
}

// dayWords writes a day or a moment of a clock as people read it.
func dayWords(iso string) string {
	if day, err := clock.ParseDate(iso); err == nil {
		return day.Long()
	}
	if iso == "" {
		return "no date"
	}
	return iso
}
