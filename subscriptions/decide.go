package subscriptions

import "time"

// Reason is why a person may not be mailed; "" means that they may.
type Reason string

const (
	Allowed           Reason = ""
	ReasonErased      Reason = "erased"
	ReasonRestricted  Reason = "restricted"
	ReasonWithdrawn   Reason = "withdrawn"
	ReasonExpired     Reason = "expired"
	ReasonUnconfirmed Reason = "unconfirmed"
	ReasonNotMember   Reason = "not on the list"
	ReasonPurpose     Reason = "purpose not permitted"
	// ReasonNotInformed: mail for a purpose waits until the person was told of it (E0-07, E1-36, E2-10).
	ReasonNotInformed Reason = "not yet told"
	ReasonPaused      Reason = "paused"
	ReasonEnded       Reason = "programme ended"

	// The last two narrow an audience and are counted in its funnel; they permit and forbid nothing.

	ReasonNotInSegment Reason = "not in the segment"
	ReasonExcluded     Reason = "excluded"
)

// Reasons holds every reason by its rank: where several lists are asked for, the lowest
// rank counts. The store's SQL speaks in these ranks.
var Reasons = []Reason{Allowed, ReasonPurpose, ReasonNotInformed, ReasonPaused, ReasonExpired, ReasonUnconfirmed, ReasonWithdrawn, ReasonRestricted, ReasonErased,
	ReasonEnded, ReasonExcluded, ReasonNotInSegment, ReasonNotMember}

// Rank returns the place of r in Reasons.
func (r Reason) Rank() int {
	for i, x := range Reasons {
		if x == r {
			return i
		}
	}
	return len(Reasons)
}

// Question asks whether people may be sent one message. A message goes to one or more lists and may declare
// further purposes; every one of them must be permitted (Leave.EU & Eldon v IC: promotion inside a newsletter needs its own consent).
type Question struct {
	Lists    []Scope // the lists it goes to, each with its purpose and programme; being on one is enough
	Purposes []Scope // the purposes it declares besides those of the lists; all are needed
	// Ends is when the programme ends, and with it every permission (E3-09); zero for never.
	Ends time.Time
}

// Ended reports whether the question's programme has ended.
func (q Question) Ended(now time.Time) bool { return !q.Ends.IsZero() && !now.Before(q.Ends) }

// Decision answers a Question for one person.
type Decision struct {
	Reason Reason
	Seq    int64 // the ledger event that allowed it, or that stands against it; 0 where there is none
	ListID int64 // the list on which it was allowed
	// Until is when a permission that it rests on ends, or the programme: an answer of "allowed" holds no longer, whatever else the ledger says
	// (E1-15, E3-09). Zero for no end, and where it is not allowed.
	Until time.Time
}

// Ended reports whether what a message was allowed by had ended at a moment.
func (d Decision) Ended(at time.Time) bool { return !d.Until.IsZero() && !at.Before(d.Until) }

// Decide answers from a person's state alone. It is the gate (H1); the store holds the same rule as
// a join over whole audiences.
func Decide(q Question, s State, now time.Time) Decision {
	best := Decision{Reason: ReasonNotMember}
	for _, list := range q.Lists {
		d := decideList(q, s, list, now)
		if d.Reason.Rank() < best.Reason.Rank() || d.Reason == best.Reason && best.Seq != 0 && d.Seq < best.Seq {
			best = d
		}
	}
	return best
}

func decideList(q Question, s State, list Scope, now time.Time) Decision {
	st, known := s.Lists[list.ListID]
	if !known {
		return Decision{Reason: ReasonNotMember}
	}
	d := Decision{Seq: st.Seq, ListID: list.ListID}
	switch {
	case q.Ended(now):
		d.Reason = ReasonEnded
	case s.ErasedBy != 0 && s.ErasedBy >= st.Seq:
		d.Reason = ReasonErased
	case s.RestrictedBy != 0:
		d.Reason = ReasonRestricted
	case s.barredSince(list, st.Seq):
		d.Reason = ReasonWithdrawn
	case st.Status == StatusPending:
		d.Reason = ReasonUnconfirmed
	case st.Status == StatusLapsed || st.Status == StatusActive && expired(st, now):
		d.Reason = ReasonExpired
	case st.Status != StatusActive: // withdrawn; whatever else it might be opens nothing
		d.Reason = ReasonWithdrawn
	case now.Before(st.PausedUntil):
		d.Reason = ReasonPaused
	case !st.Informed:
		d.Reason = ReasonNotInformed
	case !permitsAll(q.Purposes, s, now):
		d.Reason = ReasonPurpose
	default:
		d.Until = q.until(s, st.ExpiresAt)
	}
	return d
}

// until is the first end of all that a message on a list rests on.
func (q Question) until(s State, list time.Time) time.Time {
	end := Earliest(q.Ends, list)
	for _, p := range q.Purposes {
		end = Earliest(end, s.Purposes[p.PurposeID].ExpiresAt)
	}
	return end
}

// Earliest returns the first of several ends, of which zero is none.
func Earliest(ends ...time.Time) (first time.Time) {
	for _, end := range ends {
		if first.IsZero() || !end.IsZero() && end.Before(first) {
			first = end
		}
	}
	return first
}

func permitsAll(purposes []Scope, s State, now time.Time) bool {
	for _, p := range purposes {
		st := s.Purposes[p.PurposeID]
		if st.Status != StatusActive || !st.Informed || expired(st, now) || s.barredSince(p, st.Seq) {
			return false
		}
	}
	return true
}

func expired(st Standing, now time.Time) bool {
	return !st.ExpiresAt.IsZero() && !now.Before(st.ExpiresAt)
}
