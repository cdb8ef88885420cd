package retention

import (
	"time"

	"assent/subscriptions"
)

// Facts are what the rules ask about one person in one programme, or, for a rule of the whole house, in all of them. Zero times say "never".
type Facts struct {
	Open           bool      // some permission is in force, or a request waits
	Pending        bool      // there is nothing but requests that were never confirmed
	PermissionEnd  time.Time // when the last permission ended
	Lapsed         bool      // that one ended by its term
	LastActive     time.Time // the person's last act
	LastRequest    time.Time
	ProgrammeEnded time.Time
	Held           bool
	Restricted     bool
}

// FactsOf reads a person's ledger for one programme; 0 is all of them. ended is when the programme ends, zero for never.
func FactsOf(events []subscriptions.Event, programmeID int64, ended, now time.Time) Facts {
	state := subscriptions.Fold(events)
	f := Facts{Restricted: state.RestrictedBy != 0}
	if !ended.IsZero() && !now.Before(ended) {
		f.ProgrammeEnded = ended
	}
	at := make(map[int64]subscriptions.Event, len(events))
	for _, e := range events {
		at[e.Seq] = e
		if !within(e.Scope, programmeID) {
			continue
		}
		if byPerson(e) && e.At.After(f.LastActive) {
			f.LastActive = e.At
		}
		if e.Kind == subscriptions.Requested && e.At.After(f.LastRequest) {
			f.LastRequest = e.At
		}
	}
	f.Pending = len(state.Lists) > 0
	for _, st := range state.Lists {
		e := at[st.Seq]
		if !within(st.Scope(), programmeID) {
			continue
		}
		f.Pending = f.Pending && st.Status == subscriptions.StatusPending
		f.stand(st, e, ended, now)
	}
	return f
}

// stand takes in how the person stands towards one list.
func (f *Facts) stand(st subscriptions.Standing, decisive subscriptions.Event, ended, now time.Time) {
	end, lapsed := decisive.At, false
	switch {
	case st.Status == subscriptions.StatusPending:
		f.Open = true
		return
	case st.Status == subscriptions.StatusLapsed:
		lapsed = true
	case st.Status == subscriptions.StatusActive && !st.ExpiresAt.IsZero() && !now.Before(st.ExpiresAt):
		end, lapsed = st.ExpiresAt, true
	case st.Status == subscriptions.StatusActive && !ended.IsZero() && !now.Before(ended):
		end = ended
	case st.Status == subscriptions.StatusActive:
		f.Open = true
		return
	}
	if end.After(f.PermissionEnd) {
		f.PermissionEnd, f.Lapsed = end, lapsed
	}
}

// byPerson reports whether an event is the person's own act.
func byPerson(e subscriptions.Event) bool {
	switch e.Kind {
	case subscriptions.Requested, subscriptions.Confirmed, subscriptions.Granted, subscriptions.Withdrawn, subscriptions.Paused,
		subscriptions.ProfilingRefused, subscriptions.ProfilingAllowed, subscriptions.ObjectedToMarketing:
		return true
	}
	return false
}

func within(s subscriptions.Scope, programmeID int64) bool {
	return programmeID == 0 || s.ProgrammeID == programmeID || s.Reach == subscriptions.EverythingReach
}

// Due returns from when on a rule for people disposes of somebody; ok is false while its time does not run. A hold or a restriction
// does not stop the time, only what is done when it has come.
func (r Rule) Due(f Facts) (due time.Time, ok bool) {
	var from time.Time
	switch {
	case r.What == Requests:
		if !f.Pending {
			return due, false
		}
		from = f.LastRequest
	case r.What != People || f.Pending:
		return due, false
	case r.Since == PermissionEnded && !f.Open:
		from = f.PermissionEnd
	case r.Since == ConsentLapsed && !f.Open && f.Lapsed:
		from = f.PermissionEnd
	case r.Since == ProgrammeEnded:
		from = f.ProgrammeEnded
	case r.Since == LastActive:
		from = f.LastActive
	}
	if from.IsZero() {
		return due, false
	}
	return r.Period.After(from.UTC()), true
}
