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
	Restricted     bool
	Permits        bool      // the purpose of the rule's longer period: now, and no end of it is known
	PermittedUntil time.Time // when that permission ends, or ended
}

// Facts reads what the rule asks out of a person's ledger. ended is when the rule's programme ends, zero for never. What the person permits
// only so as to be kept longer does not keep the time from running, unless they permitted nothing else.
func (r Rule) Facts(events []subscriptions.Event, ended, now time.Time) Facts {
	state := subscriptions.Fold(events)
	f := Facts{Restricted: state.RestrictedBy != 0}
	if !ended.IsZero() && !now.Before(ended) {
		f.ProgrammeEnded = ended
	}
	at := make(map[int64]subscriptions.Event, len(events))
	for _, e := range events {
		at[e.Seq] = e
		if !within(e.Scope, r.ProgrammeID) {
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
	given := r.given(events)
	only := true // what is permitted is the longer period's purpose, and no other
	for _, st := range state.Lists {
		only = only && (!within(st.Scope(), r.ProgrammeID) || st.Scope().PurposeID == r.Longer.PurposeID)
	}
	for list, st := range state.Lists {
		if !within(st.Scope(), r.ProgrammeID) {
			continue
		}
		f.Pending = f.Pending && st.Status == subscriptions.StatusPending
		end, lapsed := endOf(st, at[st.Seq], ended)
		if longer := st.Scope().PurposeID == r.Longer.PurposeID; !longer || only {
			f.stand(end, lapsed, now)
		}
		if given[list] {
			f.permit(end)
		}
	}
	return f
}

// given returns the lists on which the purpose of the longer period was ever permitted: taking back a request that was never confirmed ends no permission.
func (r Rule) given(events []subscriptions.Event) map[int64]bool {
	out := map[int64]bool{}
	for _, e := range events {
		gives := e.Kind == subscriptions.Confirmed || e.Kind == subscriptions.Granted || e.Kind == subscriptions.Enrolled
		if gives && r.Longer.PurposeID != 0 && e.Scope.PurposeID == r.Longer.PurposeID {
			out[e.Scope.ListID] = true
		}
	}
	return out
}

// endOf returns when what somebody permits on one list ends or ended, and whether by its term; zero for what is open. decisive is the event that
// brought the standing about.
func endOf(st subscriptions.Standing, decisive subscriptions.Event, ended time.Time) (end time.Time, lapsed bool) {
	switch st.Status {
	case subscriptions.StatusPending:
		return end, false
	case subscriptions.StatusActive:
		if !st.ExpiresAt.IsZero() && (ended.IsZero() || !ended.Before(st.ExpiresAt)) {
			return st.ExpiresAt, true
		}
		return ended, false
	}
	return decisive.At, st.Status == subscriptions.StatusLapsed
}

// stand takes in how the person stands towards one list.
func (f *Facts) stand(end time.Time, lapsed bool, now time.Time) {
	switch {
	case end.IsZero() || now.Before(end):
		f.Open = true
	case end.After(f.PermissionEnd):
		f.PermissionEnd, f.Lapsed = end, lapsed
	}
}

// permit takes in until when the purpose of the longer period is permitted on one list.
func (f *Facts) permit(end time.Time) {
	f.Permits = f.Permits || end.IsZero()
	if end.After(f.PermittedUntil) {
		f.PermittedUntil = end
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
	return r.until(from.UTC(), f), true
}

// until returns when the time that runs from a moment is over: after the period, or later while the person permits the longer one, and with
// its end at the latest (E2-13).
func (r Rule) until(from time.Time, f Facts) time.Time {
	due := r.Period.After(from)
	if r.Longer.PurposeID == 0 {
		return due
	}
	latest := r.Longer.Period.After(from)
	if !f.Permits && f.PermittedUntil.Before(latest) {
		latest = f.PermittedUntil.UTC()
	}
	if latest.After(due) {
		return latest
	}
	return due
}
