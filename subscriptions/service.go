package subscriptions

import (
	"context"
	"maps"
	"time"

	"assent/internal/audit"
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

// MaxRequestsADay is how many requests to confirm one address is sent within a day, so that nobody can fill
// a stranger's mailbox through the form.
const MaxRequestsADay = 5

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
	ip, err := takeIP(&a.Evidence)
	if err := firstOf(err, w.open(now), w.check(a), w.required(a), w.mailboxForChild(a)); err != nil {
		return errs.Wrap(op, err)
	}
	err = s.Store.Update(audit.As(ctx, a.Actor), func(tx Tx) error {
		person, history, err := s.record(tx, w, a, now)
		if err != nil {
			return err
		}
		if requestsSince(history, now.Add(-24*time.Hour)) >= MaxRequestsADay {
			return nil
		}
		e, err := w.event(tx, Requested, person, a, now)
		if err != nil {
			return err
		}
		seq, err := w.append(tx, e, ip)
		if err != nil {
			return err
		}
		return s.askToConfirm(tx, person.ID, w.list.ID, seq, now)
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
	c, _, err := s.PendingConfirmation(ctx, tok)
	if err != nil {
		return List{}, errs.Wrap(op, err)
	}
	list, _, err := s.confirm(ctx, c, yes{channel: ByLink, source: "confirmation mail", evidence: ev})
	return list, s.done(op, err)
}

// yes is how a person confirmed or renewed.
type yes struct {
	channel  Channel
	source   string
	evidence Evidence
	at       time.Time
}

// agree records a person's yes. decide returns the event that it is, by their ledger; none where they had said so already. It is given the yes with its moment, and without an IP
// address, which is kept apart.
func (s *Service) agree(ctx context.Context, subscriberID, listID int64, by yes, decide func(tx Tx, w setting, person Subscriber, ledger []Event, by yes) (*Event, error)) (List, int64, error) {
	person, err := s.Store.Subscriber(ctx, subscriberID)
	if err != nil {
		return List{}, 0, err
	}
	w, err := s.setting(ctx, listID)
	if err != nil {
		return List{}, 0, err
	}
	by.at = s.Now()
	ip, err := takeIP(&by.evidence)
	if err := firstOf(err, w.open(by.at)); err != nil {
		return w.list, 0, err
	}
	var seq int64
	err = s.Store.Update(ctx, func(tx Tx) error {
		byKey, err := tx.EventsByKey(person.Key)
		if err != nil {
			return err
		}
		e, err := decide(tx, w, person, byKey[string(person.Key)], by)
		if err != nil || e == nil {
			return err
		}
		seq, err = w.append(tx, *e, ip)
		return err
	})
	return w.list, seq, err
}

func (s *Service) confirm(ctx context.Context, c Confirmation, by yes) (List, int64, error) {
	const op = "subscriptions: confirm"
	return s.agree(ctx, c.SubscriberID, c.ListID, by, func(_ Tx, w setting, _ Subscriber, ledger []Event, by yes) (*Event, error) {
		request, ok := eventAt(ledger, c.RequestSeq)
		state := Fold(ledger)
		if !ok || state.barredSince(ListScope(w.list), c.RequestSeq) {
			return nil, errs.E(op, errs.Refused, "You unsubscribed after this mail was sent, so its link no longer works. Subscribe again if you want to.", nil)
		}
		if st := state.Lists[w.list.ID]; st.Status == StatusActive && st.Seq > c.RequestSeq {
			return nil, nil
		}
		e, err := w.confirmed(request, by)
		return &e, err
	})
}

// confirmed is a request's confirmation: by the person, or by the guardian whose mailbox was asked.
func (w setting) confirmed(request Event, by yes) (e Event, err error) {
	e = request
	e.Seq, e.Prev, e.Hash, e.EvidenceHash = 0, nil, nil, nil
	e.Kind, e.At, e.Channel, e.Actor, e.Source = Confirmed, by.at, by.channel, "subscriber", by.source
	e.ExpiresAt = w.purpose.Expiry(by.at)
	if child, ok := wardOf(request); ok && !child.guardian.Address.IsZero() {
		e.Actor = "guardian"
		by.evidence = maps.Clone(by.evidence)
		if by.evidence == nil {
			by.evidence = Evidence{}
		}
		child.tell(by.evidence, by.at)
	}
	e.Evidence, e.Salt, err = sealEvidence(by.evidence)
	return e, err
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
	g, err := w.grant(a, now)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	err = s.Store.Update(audit.As(ctx, a.Actor), func(tx Tx) error {
		seq, err = s.keepGrant(tx, g, now)
		return err
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
