package subscriptions

import (
	"context"
	"time"

	"assent/internal/errs"
	"assent/internal/token"
	"assent/queue"
)

// Service carries out what people and operators ask for. All its methods are safe to repeat.
type Service struct {
	Store Store
	Keys  *token.Keys
	Now   func() time.Time
	Kick  func() // wakes the relay after a commit that enqueued tasks; may be nil

	Retention RetentionWords // may be nil
}

// ConfirmWithin is how long a confirmation link is good for.
const ConfirmWithin = 7 * 24 * time.Hour

// Within a day one address is sent this many requests to confirm, so that nobody can fill
// a stranger's mailbox through the form.
const maxRequestsADay = 5

// Evidence is what shows an act. It is stored as JSON, bound to the ledger by a digest, and erased with the person.
type Evidence map[string]string

// Confirmation is the task of sending a request to confirm.
type Confirmation struct {
	SubscriberID int64 `json:"subscriber"`
	ListID       int64 `json:"list"`
	RequestSeq   int64 `json:"request"`
}

// TaskKind names the task.
func (Confirmation) TaskKind() string { return "letter.confirmation" }

// Subscribe records a request for a list and has the mailbox asked to confirm it. Its outcome is
// the same whether or not the address is known (H10). Lists without double opt-in are not open to it.
func (s *Service) Subscribe(ctx context.Context, a Act) error {
	const op = "subscriptions: subscribe"
	now := s.Now()
	w, err := s.setting(ctx, a.ListID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if !w.list.DoubleOptIn {
		return errs.E(op, errs.Refused, "This list takes nobody on request. Ask its Point of Contact.", nil)
	}
	if err := w.check(a); err != nil {
		return errs.Wrap(op, err)
	}
	err = s.Store.Update(ctx, func(tx Tx) error {
		person, history, err := s.record(tx, w, a, now)
		if err != nil {
			return err
		}
		if requestsSince(history, now.Add(-24*time.Hour)) >= maxRequestsADay {
			return nil
		}
		e, err := w.event(tx, Requested, person, a, now)
		if err != nil {
			return err
		}
		events := []Event{e}
		if err := tx.Append(events); err != nil {
			return err
		}
		return s.askToConfirm(tx, person.ID, w.list.ID, events[0].Seq, now)
	})
	return s.done(op, err)
}

func (s *Service) askToConfirm(tx Tx, subscriber, list, seq int64, now time.Time) error {
	task, err := queue.New(confirmationID(seq), Confirmation{SubscriberID: subscriber, ListID: list, RequestSeq: seq}, now)
	if err != nil {
		return err
	}
	return tx.Enqueue(task)
}

// ConfirmToken returns the token of a confirmation link, good for ConfirmWithin from the request.
func (s *Service) ConfirmToken(c Confirmation, requestedAt time.Time) string {
	return s.Keys.Sign(token.Confirm, c.SubscriberID, c.ListID, c.RequestSeq, requestedAt.Add(ConfirmWithin).Unix()/60)
}

// PendingConfirmation opens a confirmation link without changing anything: mail scanners follow links. Kind NotFound for a foreign
// link, Refused for one that is too old.
func (s *Service) PendingConfirmation(ctx context.Context, tok string) (Confirmation, List, error) {
	const op = "subscriptions: open confirmation"
	ids, err := s.Keys.Open(token.Confirm, tok, 4)
	if err != nil {
		return Confirmation{}, List{}, errs.Wrap(op, err)
	}
	if s.Now().Unix()/60 > ids[3] {
		return Confirmation{}, List{}, errs.E(op, errs.Refused, "This link has expired. Subscribe again to get a new one.", nil)
	}
	c := Confirmation{SubscriberID: ids[0], ListID: ids[1], RequestSeq: ids[2]}
	list, err := s.Store.List(ctx, c.ListID)
	return c, list, errs.Wrap(op, err)
}

// Confirm records that the holder of the mailbox confirmed a request. Confirming twice is the same as once. A withdrawal
// after the request makes the link void (H3).
func (s *Service) Confirm(ctx context.Context, tok string, ev Evidence) (List, error) {
	const op = "subscriptions: confirm"
	c, list, err := s.PendingConfirmation(ctx, tok)
	if err != nil {
		return List{}, errs.Wrap(op, err)
	}
	person, err := s.Store.Subscriber(ctx, c.SubscriberID)
	if err != nil {
		return List{}, errs.Wrap(op, err)
	}
	purpose, err := s.Store.Purpose(ctx, list.PurposeID)
	if err != nil {
		return List{}, errs.Wrap(op, err)
	}
	now := s.Now()
	err = s.Store.Update(ctx, func(tx Tx) error {
		byKey, err := tx.EventsByKey(person.Key)
		if err != nil {
			return err
		}
		request, ok := eventAt(byKey[string(person.Key)], c.RequestSeq)
		state := Fold(byKey[string(person.Key)])
		if !ok || state.barredSince(ListScope(list), c.RequestSeq) {
			return errs.E(op, errs.Refused, "You unsubscribed after this mail was sent, so its link no longer works. Subscribe again if you want to.", nil)
		}
		if st := state.Lists[list.ID]; st.Status == StatusActive && st.Seq > c.RequestSeq {
			return nil
		}
		e := request
		e.Seq, e.Prev, e.Hash, e.EvidenceHash = 0, nil, nil, nil
		e.Kind, e.At, e.Channel, e.Actor, e.Source = Confirmed, now, ByLink, "subscriber", "confirmation mail"
		e.ExpiresAt = purpose.Expiry(now)
		if e.Evidence, e.Salt, err = sealEvidence(ev); err != nil {
			return err
		}
		return tx.Append([]Event{e})
	})
	return list, s.done(op, err)
}

// Grant records an affirmative act that comes with its evidence, or an enrolment where the purpose rests on another
// basis than consent. An act without evidence is refused, and so is anything but a fresh act by the person
// while an opt-out stands (H3). It returns the event's place in the ledger.
func (s *Service) Grant(ctx context.Context, a Act) (seq int64, err error) {
	const op = "subscriptions: grant"
	now := s.Now()
	w, err := s.setting(ctx, a.ListID)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	kind := w.kind()
	if err := firstOf(CheckAct(kind, a, now), w.check(a)); err != nil {
		return 0, errs.Wrap(op, err)
	}
	expires, err := w.expiry(a, now)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	err = s.Store.Update(ctx, func(tx Tx) error {
		person, history, err := s.record(tx, w, a, now)
		if err != nil {
			return err
		}
		if !mayFollow(kind, a, history, ListScope(w.list)) {
			return errs.E(op, errs.Refused, "This person opted out. Only a fresh act of their own can change that: have them subscribe through the form.", nil)
		}
		e, err := w.event(tx, kind, person, a, now)
		if err != nil {
			return err
		}
		e.ExpiresAt = expires
		events := []Event{e}
		if err := tx.Append(events); err != nil {
			return err
		}
		seq = events[0].Seq
		return nil
	})
	return seq, s.done(op, err)
}

// mayFollow reports whether an act may follow what the ledger has. After an opt-out only a fresh act may, and a paper form that was signed before
// the opt-out is not fresh, whenever it is entered (H3).
func mayFollow(kind EventKind, a Act, history []Event, scope Scope) bool {
	for _, bar := range Fold(history).Bars {
		if !bar.Scope.Covers(scope) {
			continue
		}
		optOut, _ := eventAt(history, bar.Seq)
		if !FreshAct(kind, a.Channel) || !a.ActedAt.IsZero() && a.ActedAt.Before(optOut.At) {
			return false
		}
	}
	return true
}

// done wraps an update's error, and wakes the relay when there was none.
func (s *Service) done(op string, err error) error {
	if err == nil && s.Kick != nil {
		s.Kick()
	}
	return errs.Wrap(op, err)
}

func eventAt(events []Event, seq int64) (Event, bool) {
	for _, e := range events {
		if e.Seq == seq {
			return e, true
		}
	}
	return Event{}, false
}

func requestsSince(events []Event, t time.Time) int {
	n := 0
	for _, e := range events {
		if e.Kind == Requested && e.At.After(t) {
			n++
		}
	}
	return n
}
