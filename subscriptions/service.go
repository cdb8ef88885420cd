package subscriptions

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"time"

	"assent/internal/address"
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

// Act is an affirmative act by a person, or an enrolment on another basis, towards one list.
type Act struct {
	ListID     int64
	Address    address.Address
	Name       string
	Language   string
	Attributes map[string]any // of the list's programme
	Channel    Channel
	Actor      string
	Source     string
	Wording    string    // what the person was shown; "" takes the list's present wording
	ActedAt    time.Time // when the person acted; zero is now
	Evidence   Evidence
}

// Subscribe records a request for a list and has the mailbox asked to confirm it. Its outcome is
// the same whether or not the address is known (H10). Lists without double opt-in are not open to it.
func (s *Service) Subscribe(ctx context.Context, a Act) error {
	const op = "subscriptions: subscribe"
	now := s.Now()
	list, err := s.Store.List(ctx, a.ListID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	err = s.Store.Update(ctx, func(tx Tx) error {
		person, history, err := s.record(ctx, tx, list, a, now)
		if err != nil {
			return err
		}
		if requestsSince(history, now.Add(-24*time.Hour)) >= maxRequestsADay {
			return nil
		}
		e, err := s.event(ctx, tx, Requested, list, person, a, now)
		if err != nil {
			return err
		}
		events := []Event{e}
		if err := tx.Append(events); err != nil {
			return err
		}
		return s.askToConfirm(tx, person.ID, list.ID, events[0].Seq, now)
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
		purpose, err := s.Store.Purpose(ctx, list.PurposeID)
		if err != nil {
			return err
		}
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
	list, err := s.Store.List(ctx, a.ListID)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	purpose, err := s.Store.Purpose(ctx, list.PurposeID)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	kind := Granted
	if !purpose.Basis.NeedsAct() {
		kind = Enrolled
	}
	if err := CheckAct(kind, a, now); err != nil {
		return 0, err
	}
	err = s.Store.Update(ctx, func(tx Tx) error {
		person, history, err := s.record(ctx, tx, list, a, now)
		if err != nil {
			return err
		}
		if !FreshAct(kind, a.Channel) && Fold(history).Barred(ListScope(list)) {
			return errs.E(op, errs.Refused, "This person opted out. Only a fresh act of their own can change that: have them subscribe through the form.", nil)
		}
		e, err := s.event(ctx, tx, kind, list, person, a, now)
		if err != nil {
			return err
		}
		e.ExpiresAt = purpose.Expiry(now)
		events := []Event{e}
		if err := tx.Append(events); err != nil {
			return err
		}
		seq = events[0].Seq
		return nil
	})
	return seq, s.done(op, err)
}

// CheckAct refuses an act without its evidence (Article 7(1); E2-01, E2-05).
func CheckAct(kind EventKind, a Act, now time.Time) error {
	const op = "subscriptions: check act"
	if a.Evidence["act"] == "" && kind == Granted {
		return errs.E(op, errs.Invalid, "Say in the evidence, under \"act\", what the person did to agree. Without an act there is no consent.", nil)
	}
	if a.Source == "" {
		return errs.E(op, errs.Invalid, "Say where this person's data came from (source).", nil)
	}
	if a.ActedAt.After(now.Add(time.Minute)) {
		return errs.E(op, errs.Invalid, "The act lies in the future.", nil)
	}
	return nil
}

// record finds or makes the person's row and returns it with the ledger of the address.
func (s *Service) record(ctx context.Context, tx Tx, list List, a Act, now time.Time) (Subscriber, []Event, error) {
	programme, declared, err := s.declared(ctx, list.ProgrammeID)
	if err != nil {
		return Subscriber{}, nil, err
	}
	if err := CheckAttributes(declared, a.Attributes); err != nil {
		return Subscriber{}, nil, err
	}
	key := s.Keys.AddressKey(a.Address)
	byKey, err := tx.EventsByKey(key)
	if err != nil {
		return Subscriber{}, nil, err
	}
	person, known, err := tx.SubscriberByKey(key)
	if err != nil {
		return Subscriber{}, nil, err
	}
	if known {
		if person.Address.IsZero() { // erased before, and back by an act of their own
			person.Address, person.Name, person.Language = a.Address, a.Name, a.Language
			err = tx.UpdateSubscriber(person)
		}
		return person, byKey[string(key)], err
	}
	person = Subscriber{
		Key: key, Address: a.Address, Name: a.Name, Language: a.Language, Source: a.Source,
		CreatedAt: now, UpdatedAt: now,
	}
	if len(a.Attributes) > 0 {
		person.Attributes = Attributes{programme.Slug: a.Attributes}
	}
	return person, byKey[string(key)], tx.CreateSubscribers([]*Subscriber{&person})
}

func (s *Service) declared(ctx context.Context, programmeID int64) (Programme, []Attribute, error) {
	p, err := s.Store.Programme(ctx, programmeID)
	if err != nil {
		return p, nil, err
	}
	attrs, err := s.Store.AttributesOf(ctx, programmeID)
	return p, attrs, err
}

// event builds the ledger entry of an act towards a list, and keeps the words shown.
func (s *Service) event(ctx context.Context, tx Tx, kind EventKind, list List, person Subscriber, a Act, now time.Time) (Event, error) {
	notice, err := s.Store.Notice(ctx, list.NoticeID)
	if err != nil {
		return Event{}, err
	}
	wording := a.Wording
	if wording == "" {
		wording = list.Wording
	}
	digest, err := tx.KeepText(wording)
	if err != nil {
		return Event{}, err
	}
	ev := Evidence{}
	for k, v := range a.Evidence {
		ev[k] = v
	}
	if !a.ActedAt.IsZero() {
		ev["acted_at"] = a.ActedAt.UTC().Format(time.RFC3339)
	}
	e := Event{
		At: now, Kind: kind, Scope: ListScope(list), SubscriberID: person.ID, AddressKey: person.Key,
		Channel: a.Channel, Actor: a.Actor, Source: a.Source, WordingDigest: digest, NoticeDigest: notice.Digest,
	}
	e.Evidence, e.Salt, err = sealEvidence(ev)
	return e, err
}

// done wraps an update's error, and wakes the relay when there was none.
func (s *Service) done(op string, err error) error {
	if err == nil && s.Kick != nil {
		s.Kick()
	}
	return errs.Wrap(op, err)
}

func sealEvidence(ev Evidence) (evidence, salt []byte, err error) {
	if ev == nil {
		ev = Evidence{}
	}
	salt = make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return nil, nil, err
	}
	evidence, err = json.Marshal(ev) // maps marshal with sorted keys
	return evidence, salt, err
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
