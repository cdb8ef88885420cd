package subscriptions

import (
	"slices"
	"time"
)

// Status is how a person stands towards one list or one purpose.
type Status string

const (
	StatusNone      Status = ""
	StatusPending   Status = "pending"
	StatusActive    Status = "active"
	StatusWithdrawn Status = "withdrawn"
	StatusLapsed    Status = "lapsed"
)

// Standing is a status with the event that brought it about.
type Standing struct {
	Status      Status
	Seq         int64 // the ledger event that decides
	ExpiresAt   time.Time
	Informed    bool      // the person was told of the purpose: by the act itself or by a notice (E0-07, E2-10)
	PausedUntil time.Time // of a list: nothing is sent before; zero for no pause
	Touched     int64     // the last event that changed any of this
	scope       Scope
}

// Bar keeps an address from being mailed within its scope, from its event on, until a fresh act by the person.
type Bar struct {
	Scope  Scope
	Seq    int64
	Reason string // "withdrawn", "objection", "erased", or the reason of a suppression
}

// State is one address's events folded: how it stands now.
type State struct {
	Lists        map[int64]Standing // by list
	Purposes     map[int64]Standing // by purpose
	Bars         map[Scope]Bar
	RestrictedBy int64 // the event that restricts processing; 0 when none is in force
	ErasedBy     int64 // the last erasure; 0 when never

	ProfilingRefusedBy int64 // the event that refuses profiling; 0 when it is not refused

	// Objections are the events that object to direct marketing, by programme; 0 stands for that of all.
	Objections map[int64]int64

	told   map[int64]bool // purposes that the person was told of
	pauses []Event        // asked for and taken back
}

// Fold replays the events of one address, in the order of the ledger.
func Fold(events []Event) State {
	s := State{
		Lists: map[int64]Standing{}, Purposes: map[int64]Standing{}, Bars: map[Scope]Bar{},
		Objections: map[int64]int64{}, told: map[int64]bool{},
	}
	for _, e := range events {
		s.apply(e)
	}
	return s
}

func (s *State) apply(e Event) {
	switch e.Kind {
	case Requested:
		if s.Lists[e.Scope.ListID].Status != StatusActive {
			s.Lists[e.Scope.ListID] = Standing{Status: StatusPending, Seq: e.Seq, Touched: e.Seq, scope: e.Scope}
		}
	case Confirmed, Granted, Enrolled:
		s.permit(e)
	case Withdrawn, Suppressed, Erased:
		s.end(e, StatusWithdrawn)
		s.Bars[e.Scope] = Bar{Scope: e.Scope, Seq: e.Seq, Reason: barReason(e)}
		if e.Kind == Erased {
			s.ErasedBy = e.Seq
		}
	case Lapsed:
		s.end(e, StatusLapsed)
	case Restricted:
		s.RestrictedBy = e.Seq
	case Released:
		s.RestrictedBy = 0
	case Informed:
		s.inform(e)
	case Paused:
		s.pause(e)
	case ProfilingRefused:
		s.ProfilingRefusedBy = e.Seq
	case ProfilingAllowed:
		s.ProfilingRefusedBy = 0
	case ObjectedToMarketing:
		s.Objections[e.Scope.ProgrammeID] = e.Seq
	}
}

// permit opens a list and its purpose, unless an earlier opt-out stands and this is no fresh act
// of the person (H3).
func (s *State) permit(e Event) {
	fresh := FreshAct(e.Kind, e.Channel)
	if !fresh && s.Barred(e.Scope) {
		return
	}
	purpose := Scope{Reach: OnePurpose, ProgrammeID: e.Scope.ProgrammeID, PurposeID: e.Scope.PurposeID}
	if informs(e) {
		s.inform(Event{Seq: e.Seq, Scope: purpose})
	}
	st := Standing{Status: StatusActive, Seq: e.Seq, ExpiresAt: e.ExpiresAt, Informed: s.told[e.Scope.PurposeID], Touched: e.Seq, scope: e.Scope}
	if e.Scope.ListID != 0 {
		if fresh { // nobody else's act ends a pause
			s.pauses = append(s.pauses, Event{Scope: e.Scope})
		}
		onList := st
		onList.PausedUntil = s.pausedUntil(e.Scope)
		s.Lists[e.Scope.ListID] = onList
	}
	if fresh || !s.Barred(purpose) {
		s.Purposes[e.Scope.PurposeID] = st
	}
}

// informs reports whether a permission tells of its purpose by itself: who acts was told what for, and who is enrolled only if the notice
// that names the purpose was shown, or comes with the first message (Article 14(3)(b)).
func informs(e Event) bool { return e.Kind != Enrolled || e.NoticeDigest != "" }

// inform notes that the person was told of every purpose within the event's scope.
func (s *State) inform(e Event) {
	if e.Scope.Reach == OnePurpose {
		s.told[e.Scope.PurposeID] = true
	}
	for _, standings := range []map[int64]Standing{s.Lists, s.Purposes} {
		for id, st := range standings {
			if !st.Informed && st.Status != StatusPending && e.Scope.Covers(Scope{Reach: OnePurpose, ProgrammeID: st.scope.ProgrammeID, PurposeID: st.scope.PurposeID}) {
				st.Informed, st.Touched = true, e.Seq
				standings[id] = st
				s.told[st.scope.PurposeID] = true
			}
		}
	}
}

// pause puts off the lists within the event's scope, or takes a pause back.
func (s *State) pause(e Event) {
	s.pauses = append(s.pauses, e)
	for id, st := range s.Lists {
		if e.Scope.Covers(st.scope) && st.Status == StatusActive {
			st.PausedUntil, st.Touched = e.ExpiresAt, e.Seq
			s.Lists[id] = st
		}
	}
}

// pausedUntil returns what was said last about the list, or about more.
func (s *State) pausedUntil(list Scope) time.Time {
	for _, p := range slices.Backward(s.pauses) {
		if p.Scope.Covers(list) {
			return p.ExpiresAt
		}
	}
	return time.Time{}
}

// end closes every list and purpose within the event's scope. A purpose that was permitted through its lists ends with the last of them: who
// leaves the only list that brought offers gets no offers inside another one either.
func (s *State) end(e Event, to Status) {
	for id, st := range s.Lists {
		if e.Scope.Covers(st.scope) && (to == StatusWithdrawn || st.Status == StatusActive) {
			s.Lists[id] = ended(st, e, to)
		}
	}
	for id, st := range s.Purposes {
		own := Scope{Reach: OnePurpose, ProgrammeID: st.scope.ProgrammeID, PurposeID: id}
		covered := e.Scope.Covers(own) && (to == StatusWithdrawn || st.Status == StatusActive)
		if covered || st.Status == StatusActive && !s.carried(st) {
			s.Purposes[id] = ended(st, e, to)
		}
	}
}

func ended(st Standing, by Event, to Status) Standing {
	return Standing{Status: to, Seq: by.Seq, Informed: st.Informed, Touched: by.Seq, scope: st.scope}
}

// carried reports whether a purpose was permitted by itself, or is through a list.
func (s *State) carried(purpose Standing) bool {
	if purpose.scope.Reach == OnePurpose {
		return true
	}
	for _, st := range s.Lists {
		if st.Status == StatusActive && st.scope.PurposeID == purpose.scope.PurposeID {
			return true
		}
	}
	return false
}

// Barred reports whether an opt-out or suppression covers the scope, whenever it was made.
// What it bars may since have been permitted anew by a fresh act; a mere import may not.
func (s State) Barred(scope Scope) bool {
	return s.barredSince(scope, 0)
}

func (s State) barredSince(scope Scope, seq int64) bool {
	for _, b := range s.Bars {
		if b.Seq > seq && b.Scope.Covers(scope) {
			return true
		}
	}
	return false
}

func barReason(e Event) string {
	if e.Kind == Suppressed && e.Reason != "" || e.Kind == Withdrawn && e.Reason == Objected {
		return e.Reason
	}
	return string(e.Kind)
}
