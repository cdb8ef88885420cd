package subscriptions

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
)

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

// setting is a list with what is declared around it. It is read before a transaction and never in one: while others wait for the ledger with all
// the connections there are, a transaction that asks for a second one waits for ever.
type setting struct {
	list      List
	programme Programme
	purpose   Purpose
	notice    Notice   // the list's
	notices   []Notice // all of the programme
	declared  []Attribute
}

func (s *Service) setting(ctx context.Context, listID int64) (w setting, err error) {
	if w.list, err = s.Store.List(ctx, listID); err != nil {
		return w, err
	}
	if w.programme, err = s.Store.Programme(ctx, w.list.ProgrammeID); err != nil {
		return w, err
	}
	if w.purpose, err = s.Store.Purpose(ctx, w.list.PurposeID); err != nil {
		return w, err
	}
	if w.notices, err = s.Store.Notices(ctx, w.list.ProgrammeID); err != nil {
		return w, err
	}
	if i := slices.IndexFunc(w.notices, func(n Notice) bool { return n.ID == w.list.NoticeID }); i >= 0 {
		w.notice = w.notices[i]
	}
	w.declared, err = s.Store.AttributesOf(ctx, w.list.ProgrammeID)
	return w, err
}

// kind is what an act towards the list is in the ledger.
func (w setting) kind() EventKind {
	if w.purpose.Basis.NeedsAct() {
		return Granted
	}
	return Enrolled
}

// check refuses what could not be stored or shown.
func (w setting) check(a Act) error {
	return firstOf(
		oneLine(a.Name, "name", maxName), oneLine(a.Language, "language", maxLanguage), oneLine(a.Source, "source", maxName),
		plain(a.Wording, "wording", maxWords), CheckAttributes(w.declared, a.Attributes),
	)
}

// expiry returns when a permission by an act ends: its term counts from the act, not from the day on which it was entered.
func (w setting) expiry(a Act, now time.Time) (time.Time, error) {
	acted := a.ActedAt
	if acted.IsZero() {
		acted = now
	}
	ends := w.purpose.Expiry(acted)
	if !ends.IsZero() && !now.Before(ends) {
		return ends, errs.E("subscriptions: expiry", errs.Refused, fmt.Sprintf("The permission ended on %s, for it lasts %d days from the act. Ask the person again.",
			ends.Format(time.DateOnly), int(w.purpose.Term.Hours()/24)), nil)
	}
	return ends, nil
}

// record finds or makes the person's row and returns it with the ledger of the address. What is known of a person stays: anybody
// can type an address into a form.
func (s *Service) record(tx Tx, w setting, a Act, now time.Time) (Subscriber, []Event, error) {
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
		if person.Address.IsZero() { // erased before, and asking again
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
		person.Attributes = Attributes{w.programme.Slug: a.Attributes}
	}
	return person, byKey[string(key)], tx.CreateSubscribers([]*Subscriber{&person})
}

// event builds the ledger entry of an act, and keeps the words shown.
func (w setting) event(tx Tx, kind EventKind, person Subscriber, a Act, now time.Time) (Event, error) {
	wording := a.Wording
	if wording == "" {
		wording = w.list.Wording
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
		At: now, Kind: kind, Scope: ListScope(w.list), SubscriberID: person.ID, AddressKey: person.Key,
		Channel: a.Channel, Actor: a.Actor, Source: a.Source, WordingDigest: digest, NoticeDigest: w.notice.Digest,
	}
	e.Evidence, e.Salt, err = sealEvidence(ev)
	return e, err
}

// sealEvidence returns evidence as the ledger keeps it, with the salt of its digest.
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
