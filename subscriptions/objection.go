package subscriptions

import (
	"context"
	"fmt"
	"slices"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
)

// Objected is the reason that the ledger gives for an opt-out which objects to direct marketing.
const Objected = "objection"

// Objection is an objection to direct marketing. It is absolute: nothing is weighed, no reason is asked for and nobody's
// identity is checked (Article 21(2) and (3); E2-24).
type Objection struct {
	Address      address.Address // or SubscriberID
	SubscriberID int64
	ProgrammeIDs []int64 // whose marketing; at least one
	Channel      Channel
	Actor        string
	Evidence     Evidence
}

// ObjectionTx is a Tx that knows what is direct marketing, and who objected to it.
type ObjectionTx interface {
	Tx
	// MarketingOf returns the scopes of the purposes of direct marketing that a programme has now.
	MarketingOf(programmeID int64) ([]Scope, error)
	// ObjectorsAfter returns up to limit addresses, by their keys above after, that objected to a programme's marketing, or to all, ascending.
	ObjectorsAfter(programmeID int64, after []byte, limit int) (keys [][]byte, err error)
}

// Marketing reports whether messages of a class are direct marketing: newsletters promote their sender's aims as
// advertisements do (DPA 2018 section 122(5); the Commissioner's guidance takes in aims and ideals).
func (c Class) Marketing() bool { return c == Newsletter || c == Marketing }

// Object ends every purpose of direct marketing of some programmes, in one transaction, as Withdraw does: from its commit on the gate refuses, and an
// address that is not on record is barred all the same. A purpose that is declared later is barred as well, from its declaration on.
func (s *Service) Object(ctx context.Context, o Objection) (Outcome, error) {
	const op = "subscriptions: object"
	w := Withdrawal{Address: o.Address, SubscriberID: o.SubscriberID}
	if len(o.ProgrammeIDs) == 0 || w.SubscriberID == 0 && w.Address.IsZero() {
		return Outcome{}, errs.E(op, errs.Invalid, "Say who objects, and to whose marketing.", nil)
	}
	key, err := s.keyOf(ctx, w)
	if err != nil {
		return Outcome{}, errs.Wrap(op, err)
	}
	out := Outcome{Already: true}
	err = s.Store.Update(ctx, func(tx Tx) error {
		if v, ok := tx.(VariantKeeper); ok && !w.Address.IsZero() {
			if err := v.KnowVariant(w.Address); err != nil {
				return err
			}
		}
		events, err := s.objects(tx, o, key)
		if err != nil || len(events) == 0 {
			return err
		}
		if err := tx.Append(events); err != nil {
			return err
		}
		out = Outcome{Seq: events[0].Seq}
		return nil
	})
	return out, s.done(op, err)
}

// objects returns the events of an objection: for each programme the objection itself, where it is new, and the end of each purpose that is open or not barred yet.
func (s *Service) objects(tx Tx, o Objection, key []byte) (events []Event, err error) {
	known, ok := tx.(ObjectionTx)
	if !ok {
		return nil, errs.E("subscriptions: object", errs.Internal, "", nil)
	}
	byKey, err := tx.EventsByKey(key)
	if err != nil {
		return nil, err
	}
	person, _, err := tx.SubscriberByKey(key)
	if err != nil {
		return nil, err
	}
	state := Fold(byKey[string(key)])
	programmes := slices.Clone(o.ProgrammeIDs)
	slices.Sort(programmes)
	for _, id := range slices.Compact(programmes) {
		scopes, err := known.MarketingOf(id)
		if err != nil {
			return nil, err
		}
		scopes = slices.DeleteFunc(scopes, func(scope Scope) bool { return settled(state, scope) })
		if state.Objections[id] == 0 {
			scopes = append([]Scope{ProgrammeScope(id)}, scopes...)
		}
		for _, scope := range scopes {
			e := Event{
				At: s.Now(), Kind: Withdrawn, Scope: scope, SubscriberID: person.ID, AddressKey: key,
				Channel: o.Channel, Actor: o.Actor, Source: string(o.Channel), Reason: Objected,
			}
			if scope.Reach == WholeProgramme {
				e.Kind, e.Reason = ObjectedToMarketing, ""
			}
			if e.Evidence, e.Salt, err = sealEvidence(o.Evidence); err != nil {
				return nil, err
			}
			events = append(events, e)
		}
	}
	return events, nil
}

// objectorsAtOnce bounds what one page of BarObjectors holds in memory.
const objectorsAtOnce = 500

// BarObjectors keeps a purpose that has just become one of direct marketing from everybody who objected to the marketing of its programme before it was declared. It
// belongs into the transaction of the declaration.
func BarObjectors(tx Tx, p Purpose, now time.Time) error {
	known, ok := tx.(ObjectionTx)
	if !ok || !p.Class.Marketing() {
		return nil
	}
	var after []byte
	for {
		keys, err := known.ObjectorsAfter(p.ProgrammeID, after, objectorsAtOnce)
		if err != nil || len(keys) == 0 {
			return err
		}
		byKey, err := tx.EventsByKey(keys...)
		if err != nil {
			return err
		}
		var events []Event
		for _, key := range keys {
			e, bars, err := barsNew(byKey[string(key)], PurposeScope(p), now)
			if err != nil {
				return err
			}
			if bars {
				events = append(events, e)
			}
		}
		if err := tx.Append(events); err != nil {
			return err
		}
		after = keys[len(keys)-1]
	}
}

// barsNew returns what keeps a purpose that is new from somebody who objected; ok is false where it is kept from them already.
func barsNew(history []Event, scope Scope, now time.Time) (e Event, ok bool, err error) {
	state := Fold(history)
	seq := max(state.Objections[scope.ProgrammeID], state.Objections[0])
	by, found := eventAt(history, seq)
	if !found || state.Barred(scope) {
		return e, false, nil
	}
	e = Event{
		At: now, Kind: Withdrawn, Scope: scope, SubscriberID: by.SubscriberID, AddressKey: by.AddressKey,
		Channel: ByScheduler, Actor: "system", Source: fmt.Sprintf("objection of event %d", seq), Reason: Objected,
	}
	e.Evidence, e.Salt, err = sealEvidence(nil)
	return e, true, err
}
