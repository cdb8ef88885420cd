package subscriptions

import (
	"context"
	"slices"
	"strconv"
	"time"

	"assent/internal/errs"
)

// NoticeRun tells every member of a programme of one version of its notice, once.
//
//	opening -> waiting -> finished
//
// While it is opening, letters are still being written; then it waits for what becomes of them. Pausing is apart from it: a paused run keeps its state, and
// no letter of it starts.
type NoticeRun struct {
	ID          int64
	ProgrammeID int64
	NoticeID    int64
	State       RunState
	Grace       time.Duration // how long a bounce may take before a letter that the relay took counts as delivered
	OpenedUpTo  int64         // the last subscriber to whom a letter was opened
	StartedBy   string
	StartedAt   time.Time
	FinishedAt  time.Time // zero until then
	PausedAt    time.Time // zero while it goes on
	PausedBy    string
	Round       int64 // how often it was resumed
}

// Pause returns r paused. Whoever was not told yet stays blocked for what is new. Kind Conflict when it is over or paused.
func (r NoticeRun) Pause(actor string, now time.Time) (NoticeRun, error) {
	const op = "subscriptions: pause notice run"
	switch {
	case r.State == RunFinished:
		return r, errs.E(op, errs.Conflict, "This run is finished: there is nothing to stop.", nil)
	case !r.PausedAt.IsZero():
		return r, errs.E(op, errs.Conflict, "This run is paused already.", nil)
	}
	r.PausedAt, r.PausedBy = now, actor
	return r, nil
}

// Resume returns r going on from where it was paused. Kind Conflict when it is not.
func (r NoticeRun) Resume() (NoticeRun, error) {
	if r.PausedAt.IsZero() {
		return r, errs.E("subscriptions: resume notice run", errs.Conflict, "This run is not paused.", nil)
	}
	r.PausedAt, r.PausedBy = time.Time{}, ""
	r.Round++
	return r, nil
}

// RunState is where a notice run is on its way.
type RunState string

const (
	RunOpening  RunState = "opening"
	RunWaiting  RunState = "waiting"
	RunFinished RunState = "finished"
)

// TellingState is what became of telling one person.
type TellingState string

const (
	TellingWaiting   TellingState = "waiting"   // for its letter to be sent, or for a bounce that may come
	TellingTold      TellingState = "told"      // the relay took the letter, and no bounce came: the ledger has it
	TellingBounced   TellingState = "bounced"   // it came back
	TellingFailed    TellingState = "failed"    // the relay refused it
	TellingRefused   TellingState = "refused"   // the gate refused it: the person left meanwhile
	TellingUncertain TellingState = "uncertain" // it may have gone out; that proves nothing
)

// MaxGrace bounds how long a run may wait for bounces.
const MaxGrace = 7 * 24 * time.Hour

// Telling is one person of a run.
type Telling struct {
	NoticeID     int64
	SubscriberID int64
	LetterID     int64
	State        TellingState
	SettledAt    time.Time
}

// TellingTx is a transaction on the ledger that also settles tellings.
type TellingTx interface {
	Tx
	// StillWaiting returns the tellings that nobody has settled meanwhile.
	StillWaiting([]Telling) ([]Telling, error)
	// SettleTellings writes states and moments of tellings that were waiting.
	SettleTellings([]Telling) error
}

// TellingStore keeps notice runs. All errors are of the kinds of package errs.
type TellingStore interface {
	// UpdateTellings is Store.Update for notice runs.
	UpdateTellings(ctx context.Context, fn func(TellingTx) error) error
}

// Inform settles a page of tellings and, for each person who was told, appends to the ledger that they know the notice: one event for each
// purpose that it covers and that they had not been told of, or one for the programme where there is none. It all happens in one transaction, so that nobody is told twice
// or counted without being told.
func (s *Service) Inform(ctx context.Context, store TellingStore, run NoticeRun, page []Telling) error {
	const op = "subscriptions: inform"
	n, err := s.Store.Notice(ctx, run.NoticeID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	all, err := s.Store.Notices(ctx, n.ProgrammeID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	people := map[int64]Subscriber{}
	for _, t := range page {
		if people[t.SubscriberID], err = s.Store.Subscriber(ctx, t.SubscriberID); err != nil {
			return errs.Wrap(op, err)
		}
	}
	now := s.Now()
	err = store.UpdateTellings(ctx, func(tx TellingTx) error {
		open, err := tx.StillWaiting(page)
		if err != nil {
			return err
		}
		var events []Event
		for i, t := range open {
			open[i].SettledAt = now
			if t.State != TellingTold {
				continue
			}
			person := people[t.SubscriberID]
			history, err := tx.EventsByKey(person.Key)
			if err != nil {
				return err
			}
			told, err := informed(n, all, run, person, history[string(person.Key)], now)
			if err != nil {
				return err
			}
			events = append(events, told...)
		}
		if err := tx.Append(events); err != nil {
			return err
		}
		return tx.SettleTellings(open)
	})
	return s.done(op, err)
}

// informed returns the events that say that a person knows a notice.
func informed(n Notice, all []Notice, run NoticeRun, person Subscriber, history []Event, now time.Time) ([]Event, error) {
	state := Fold(history)
	var scopes []Scope
	for _, id := range n.Purposes {
		if state.waitsFor(id) || !slices.Contains(state.told, id) && !toldBefore(id, all, history) {
			scopes = append(scopes, Scope{Reach: OnePurpose, ProgrammeID: n.ProgrammeID, PurposeID: id})
		}
	}
	if len(scopes) == 0 {
		scopes = []Scope{ProgrammeScope(n.ProgrammeID)}
	}
	events := make([]Event, len(scopes))
	for i, scope := range scopes {
		e := Event{
			At: now, Kind: Informed, Scope: scope, SubscriberID: person.ID, AddressKey: person.Key, Channel: ByScheduler, Actor: "system",
			Source: "notice run " + strconv.FormatInt(run.ID, 10), NoticeDigest: n.Digest,
		}
		var err error
		if e.Evidence, e.Salt, err = sealEvidence(nil); err != nil {
			return nil, err
		}
		events[i] = e
	}
	return events, nil
}

// waitsFor reports whether the person has a place under a purpose that they were not told of.
func (s State) waitsFor(purposeID int64) bool {
	for _, standings := range []map[int64]Standing{s.Lists, s.Purposes} {
		for _, st := range standings {
			if st.scope.PurposeID == purposeID && st.Status == StatusActive && !st.Informed {
				return true
			}
		}
	}
	return false
}
