package subscriptions

import (
	"context"
	"slices"

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

// Marketing reports whether messages of a class are direct marketing: newsletters promote their sender's aims as
// advertisements do (DPA 2018 section 122(5); the Commissioner's guidance takes in aims and ideals).
func (c Class) Marketing() bool { return c == Newsletter || c == Marketing }

// Object ends every purpose of direct marketing of some programmes, in one transaction, as Withdraw does: from its commit on the gate refuses, and an
// address that is not on record is barred all the same.
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
	scopes, err := s.marketing(ctx, o.ProgrammeIDs)
	if err != nil {
		return Outcome{}, errs.Wrap(op, err)
	}
	out := Outcome{Already: true}
	err = s.Store.Update(ctx, func(tx Tx) error {
		byKey, err := tx.EventsByKey(key)
		if err != nil {
			return err
		}
		person, _, err := tx.SubscriberByKey(key)
		if err != nil {
			return err
		}
		state := Fold(byKey[string(key)])
		var events []Event
		for _, scope := range scopes {
			if settled(state, scope) {
				continue
			}
			e := Event{
				At: s.Now(), Kind: Withdrawn, Scope: scope, SubscriberID: person.ID, AddressKey: key,
				Channel: o.Channel, Actor: o.Actor, Source: string(o.Channel), Reason: Objected,
			}
			if e.Evidence, e.Salt, err = sealEvidence(o.Evidence); err != nil {
				return err
			}
			events = append(events, e)
		}
		if len(events) == 0 {
			return nil
		}
		if err := tx.Append(events); err != nil {
			return err
		}
		out = Outcome{Seq: events[0].Seq}
		return nil
	})
	return out, s.done(op, err)
}

// marketing returns the scopes of every purpose of direct marketing of some programmes.
func (s *Service) marketing(ctx context.Context, programmes []int64) (scopes []Scope, err error) {
	programmes = slices.Clone(programmes)
	slices.Sort(programmes)
	for _, id := range slices.Compact(programmes) {
		purposes, err := s.Store.Purposes(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, u := range purposes {
			if u.Class.Marketing() {
				scopes = append(scopes, PurposeScope(u))
			}
		}
	}
	return scopes, nil
}
