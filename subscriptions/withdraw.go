package subscriptions

import (
	"context"
	"strconv"

	"assent/internal/address"
	"assent/internal/errs"
)

// Withdrawal is an opt-out. It needs no login and no reason (Article 7(3); E1-24).
type Withdrawal struct {
	Address      address.Address // or SubscriberID
	SubscriberID int64
	Scope        Scope
	Channel      Channel
	Actor        string
	Evidence     Evidence
}

// Outcome tells what an opt-out did.
type Outcome struct {
	Seq     int64 // the event that stands for it; 0 when it changed nothing
	Already bool  // it had been withdrawn before
}

// Withdraw ends every permission within a scope, for good: from its commit on the gate refuses, whatever
// else runs, and only a fresh act of the person permits anything again (H3). Repeating it changes nothing. An address that is not on record is
// barred all the same, so that a later import cannot bring it in.
func (s *Service) Withdraw(ctx context.Context, w Withdrawal) (Outcome, error) {
	return s.bar(ctx, "subscriptions: withdraw", Withdrawn, w, "")
}

// Suppress keeps an address from being mailed within a scope for a reason other than an opt-out: "complaint", "dead address", "external list".
func (s *Service) Suppress(ctx context.Context, w Withdrawal, reason string) (Outcome, error) {
	return s.bar(ctx, "subscriptions: suppress", Suppressed, w, reason)
}

func (s *Service) bar(ctx context.Context, op string, kind EventKind, w Withdrawal, reason string) (Outcome, error) {
	if !w.Scope.complete() || w.SubscriberID == 0 && w.Address.IsZero() {
		return Outcome{}, errs.E(op, errs.Invalid, "Say who leaves, and what.", nil) // it would be acknowledged and stop nothing
	}
	key, err := s.keyOf(ctx, w)
	if err != nil {
		return Outcome{}, errs.Wrap(op, err)
	}
	var out Outcome
	err = s.Store.Update(ctx, func(tx Tx) error {
		if v, ok := tx.(VariantKeeper); ok && !w.Address.IsZero() {
			if err := v.KnowVariant(w.Address); err != nil {
				return err
			}
		}
		byKey, err := tx.EventsByKey(key)
		if err != nil {
			return err
		}
		if settled(Fold(byKey[string(key)]), w.Scope) {
			out.Already = true
			return nil
		}
		person, _, err := tx.SubscriberByKey(key)
		if err != nil {
			return err
		}
		e := Event{
			At: s.Now(), Kind: kind, Scope: w.Scope, SubscriberID: person.ID, AddressKey: key,
			Channel: w.Channel, Actor: w.Actor, Source: string(w.Channel), Reason: reason,
		}
		if e.Evidence, e.Salt, err = sealEvidence(w.Evidence); err != nil {
			return err
		}
		events := []Event{e}
		if err := tx.Append(events); err != nil {
			return err
		}
		out.Seq = events[0].Seq
		return nil
	})
	return out, s.done(op, err)
}

func (s *Service) keyOf(ctx context.Context, w Withdrawal) ([]byte, error) {
	if w.SubscriberID == 0 {
		return s.Keys.AddressKey(w.Address), nil
	}
	person, err := s.Store.Subscriber(ctx, w.SubscriberID)
	return person.Key, err
}

// settled reports whether nothing within scope is open and a bar already covers it.
func settled(st State, scope Scope) bool {
	if !st.Barred(scope) {
		return false
	}
	for _, l := range st.Lists {
		if scope.Covers(l.scope) && (l.Status == StatusActive || l.Status == StatusPending) {
			return false
		}
	}
	for id, p := range st.Purposes {
		if p.Status == StatusActive && scope.Covers(Scope{Reach: OnePurpose, ProgrammeID: p.scope.ProgrammeID, PurposeID: id}) {
			return false
		}
	}
	return true
}

func confirmationID(seq int64) string { return "confirmation:" + strconv.FormatInt(seq, 10) }
