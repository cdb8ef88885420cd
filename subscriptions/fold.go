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

	told   []int64 // purposes that the person was told of
	pauses []pause // asked for and taken back
}

// pause is a wish to get nothing within a scope before a moment; zero takes earlier ones back.
type pause struct {
	seq   int64
	scope Scope
	until time.Time
}

// Fold replays the events of one address, in the order of the ledger.
func Fold(events []Event) State {
	const few = 4
	f := folding{lists: make([]standingOf, 0, few), purposes: make([]standingOf, 0, few)}
	for i := range events {
		f.apply(&events[i])
	}
	return f.state()
}

// folding is a State in the making. One person has few lists and purposes, and every event looks at all of them: slices are gone through in a fraction of the
// time of maps.
type folding struct {
	lists, purposes []standingOf
	bars            []Bar
	told            []int64
	pauses          []pause
	objections      map[int64]int64
	restrictedBy    int64
	erasedBy        int64
	profiling       int64
}

// standingOf is how the person stands towards the list or purpose with a row number.
type standingOf struct {
	id int64
	Standing
}

func (f *folding) state() State {
	s := State{
		Lists: byID(f.lists), Purposes: byID(f.purposes), Bars: make(map[Scope]Bar, len(f.bars)), Objections: f.objections,
		RestrictedBy: f.restrictedBy, ErasedBy: f.erasedBy, ProfilingRefusedBy: f.profiling, told: f.told, pauses: f.pauses,
	}
	for _, b := range f.bars {
		s.Bars[b.Scope] = b
	}
	return s
}

func byID(standings []standingOf) map[int64]Standing {
	out := make(map[int64]Standing, len(standings))
	for i := range standings {
		out[standings[i].id] = standings[i].Standing
	}
	return out
}

// place returns where the standing towards id is kept; it makes room for a new one.
func place(standings *[]standingOf, id int64) *Standing {
	for i := range *standings {
		if (*standings)[i].id == id {
			return &(*standings)[i].Standing
		}
	}
	*standings = append(*standings, standingOf{id: id})
	return &(*standings)[len(*standings)-1].Standing
}

func (f *folding) apply(e *Event) {
	switch e.Kind {
	case Requested:
		if st := place(&f.lists, e.Scope.ListID); st.Status != StatusActive {
			*st = Standing{Status: StatusPending, Seq: e.Seq, Touched: e.Seq, scope: e.Scope}
		}
	case Confirmed, Granted, Enrolled:
		f.permit(e)
	case Withdrawn, Suppressed, Erased:
		f.end(e, StatusWithdrawn)
		f.bar(Bar{Scope: e.Scope, Seq: e.Seq, Reason: barReason(e)})
		if e.Kind == Erased {
			f.erasedBy = e.Seq
		}
	case Lapsed:
		f.end(e, StatusLapsed)
	case Restricted:
		f.restrictedBy = e.Seq
	case Released:
		f.restrictedBy = 0
	case Informed:
		f.inform(e.Seq, e.Scope)
	case Paused:
		f.pause(e)
	case ProfilingRefused:
		f.profiling = e.Seq
	case ProfilingAllowed:
		f.profiling = 0
	case ObjectedToMarketing:
		if f.objections == nil {
			f.objections = map[int64]int64{}
		}
		f.objections[e.Scope.ProgrammeID] = e.Seq
	}
}

// bar keeps a bar in place of an earlier one of its scope.
func (f *folding) bar(b Bar) {
	for i := range f.bars {
		if f.bars[i].Scope == b.Scope {
			f.bars[i] = b
			return
		}
	}
	f.bars = append(f.bars, b)
}

func (f *folding) barred(scope Scope) bool {
	return slices.ContainsFunc(f.bars, func(b Bar) bool { return b.Scope.Covers(scope) })
}

// permit opens a list and its purpose, unless an earlier opt-out stands and this is no fresh act
// of the person (H3).
func (f *folding) permit(e *Event) {
	fresh := FreshAct(e.Kind, e.Channel)
	if !fresh && f.barred(e.Scope) {
		return
	}
	purpose := Scope{Reach: OnePurpose, ProgrammeID: e.Scope.ProgrammeID, PurposeID: e.Scope.PurposeID}
	if informs(e) {
		f.inform(e.Seq, purpose)
	}
	st := Standing{Status: StatusActive, Seq: e.Seq, ExpiresAt: e.ExpiresAt, Informed: slices.Contains(f.told, e.Scope.PurposeID), Touched: e.Seq, scope: e.Scope}
	if e.Scope.ListID != 0 {
		onList := st
		onList.PausedUntil = pausedUntil(f.pauses, e.Scope)
		if fresh && !onList.PausedUntil.IsZero() { // nobody else's act ends a pause
			f.pauses = append(f.pauses, pause{scope: e.Scope})
			onList.PausedUntil = time.Time{}
		}
		*place(&f.lists, e.Scope.ListID) = onList
	}
	if fresh || !f.barred(purpose) {
		*place(&f.purposes, e.Scope.PurposeID) = st
	}
}

// informs reports whether a permission tells of its purpose by itself: who acts was told what for, and who is enrolled only if the notice
// that names the purpose was shown, or comes with the first message (Article 14(3)(b)).
func informs(e *Event) bool { return e.Kind != Enrolled || e.NoticeDigest != "" }

// inform notes that the person was told of every purpose within a scope.
func (f *folding) inform(seq int64, scope Scope) {
	if scope.Reach == OnePurpose {
		f.tell(scope.PurposeID)
	}
	for _, standings := range [][]standingOf{f.lists, f.purposes} {
		for i := range standings {
			st := &standings[i]
			if !st.Informed && st.Status != StatusPending && scope.Covers(Scope{Reach: OnePurpose, ProgrammeID: st.scope.ProgrammeID, PurposeID: st.scope.PurposeID}) {
				st.Informed, st.Touched = true, seq
				f.tell(st.scope.PurposeID)
			}
		}
	}
}

func (f *folding) tell(purposeID int64) {
	if !slices.Contains(f.told, purposeID) {
		f.told = append(f.told, purposeID)
	}
}

// pause puts off the lists within the event's scope, or takes a pause back.
func (f *folding) pause(e *Event) {
	f.pauses = append(f.pauses, pause{seq: e.Seq, scope: e.Scope, until: e.ExpiresAt})
	for i := range f.lists {
		if st := &f.lists[i]; e.Scope.Covers(st.scope) && st.Status == StatusActive {
			st.PausedUntil, st.Touched = e.ExpiresAt, e.Seq
		}
	}
}

// pausedUntil returns what was said last about the list, or about more.
func pausedUntil(pauses []pause, list Scope) time.Time {
	for _, p := range slices.Backward(pauses) {
		if p.scope.Covers(list) {
			return p.until
		}
	}
	return time.Time{}
}

// end closes every list and purpose within the event's scope. A purpose that was permitted through its lists ends with the last of them: who
// leaves the only list that brought offers gets no offers inside another one either.
func (f *folding) end(e *Event, to Status) {
	for i := range f.lists {
		if st := &f.lists[i].Standing; e.Scope.Covers(st.scope) && (to == StatusWithdrawn || st.Status == StatusActive) {
			st.end(e, to)
		}
	}
	for i := range f.purposes {
		st := &f.purposes[i].Standing
		own := Scope{Reach: OnePurpose, ProgrammeID: st.scope.ProgrammeID, PurposeID: f.purposes[i].id}
		covered := e.Scope.Covers(own) && (to == StatusWithdrawn || st.Status == StatusActive)
		if covered || st.Status == StatusActive && !f.carried(st) {
			st.end(e, to)
		}
	}
}

func (st *Standing) end(by *Event, to Status) {
	*st = Standing{Status: to, Seq: by.Seq, Informed: st.Informed, Touched: by.Seq, scope: st.scope}
}

// carried reports whether a purpose was permitted by itself, or is through a list.
func (f *folding) carried(purpose *Standing) bool {
	if purpose.scope.Reach == OnePurpose {
		return true
	}
	for i := range f.lists {
		if st := &f.lists[i]; st.Status == StatusActive && st.scope.PurposeID == purpose.scope.PurposeID {
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

func barReason(e *Event) string {
	if e.Kind == Suppressed && e.Reason != "" || e.Kind == Withdrawn && e.Reason == Objected {
		return e.Reason
	}
	return string(e.Kind)
}
