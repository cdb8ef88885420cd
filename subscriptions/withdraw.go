package subscriptions

import (
	"cmp"
	"context"
	"math"
	"strconv"
	"time"

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

// Barring is an opt-out or a suppression.
type Barring struct {
	Withdrawal
	Kind   EventKind // Withdrawn or Suppressed
	Reason string    // of a suppression: "complaint", "dead address", "external list"
	Source string    // where it came from; "" stands for the channel
}

// Withdraw ends every permission within a scope, for good: from its commit on the gate refuses, whatever
// else runs, and only a fresh act of the person permits anything again (H3). Repeating it changes nothing. An address that is not on record is
// barred all the same, so that a later import cannot bring it in.
func (s *Service) Withdraw(ctx context.Context, w Withdrawal) (Outcome, error) {
	return s.bar(ctx, "subscriptions: withdraw", Barring{Withdrawal: w, Kind: Withdrawn})
}

// Suppress keeps an address from being mailed within a scope for a reason other than an opt-out: "complaint", "dead address", "external list".
func (s *Service) Suppress(ctx context.Context, w Withdrawal, reason string) (Outcome, error) {
	return s.bar(ctx, "subscriptions: suppress", Barring{Withdrawal: w, Kind: Suppressed, Reason: reason})
}

func (s *Service) bar(ctx context.Context, op string, b Barring) (Outcome, error) {
	out, err := s.BarAll(ctx, b)
	if err != nil {
		return Outcome{}, errs.Wrap(op, err)
	}
	return out[0], nil
}

// BarAll carries out many of both in one transaction, as if one came after the other. It returns what each did, in their order.
func (s *Service) BarAll(ctx context.Context, all ...Barring) (out []Outcome, err error) {
	const op = "subscriptions: bar"
	for _, b := range all {
		if !b.Scope.complete() || b.SubscriberID == 0 && b.Address.IsZero() {
			return nil, errs.E(op, errs.Invalid, "Say who leaves, and what.", nil) // it would be acknowledged and stop nothing
		}
	}
	err = s.Store.Update(ctx, func(tx Tx) error {
		out, err = barAll(tx, s.Keys, s.Now, all)
		return err
	})
	return out, s.done(op, err)
}

func barAll(tx Tx, hasher Hasher, now func() time.Time, all []Barring) ([]Outcome, error) {
	keys, err := keysOf(tx, hasher, all)
	if err != nil {
		return nil, err
	}
	ledgers, err := tx.EventsByKey(keys...)
	if err != nil {
		return nil, err
	}
	people, err := tx.NumbersByKey(keys...)
	if err != nil {
		return nil, err
	}
	out, events, of := make([]Outcome, len(all)), []Event(nil), []int(nil)
	for i, b := range all {
		key := string(keys[i])
		if settled(Fold(ledgers[key]), b.Scope) {
			out[i].Already = true
			continue
		}
		e, err := b.event(now(), keys[i], people[key])
		if err != nil {
			return nil, err
		}
		events, of = append(events, e), append(of, i)
		e.Seq = math.MaxInt64 // it gets its place when it is appended; until then it counts as the last
		ledgers[key] = append(ledgers[key], e)
	}
	if err := tx.Append(events); err != nil {
		return nil, err
	}
	for n, i := range of {
		out[i].Seq = events[n].Seq
	}
	return out, nil
}

func (b Barring) event(at time.Time, key []byte, subscriber int64) (e Event, err error) {
	e = Event{
		At: at, Kind: b.Kind, Scope: b.Scope, SubscriberID: subscriber, AddressKey: key,
		Channel: b.Channel, Actor: b.Actor, Source: cmp.Or(b.Source, string(b.Channel)), Reason: b.Reason,
	}
	e.Evidence, e.Salt, err = sealEvidence(b.Evidence)
	return e, err
}

// keysOf returns the key of each address; where addresses are folded it keeps which are variants of another.
func keysOf(tx Tx, hasher Hasher, all []Barring) ([][]byte, error) {
	var numbers []int64
	for _, b := range all {
		if b.SubscriberID != 0 {
			numbers = append(numbers, b.SubscriberID)
		}
	}
	known, err := tx.KeysByNumber(numbers...)
	if err != nil {
		return nil, err
	}
	keys := make([][]byte, len(all))
	for i, b := range all {
		if v, ok := tx.(VariantKeeper); ok && !b.Address.IsZero() {
			if err := v.KnowVariant(b.Address); err != nil {
				return nil, err
			}
		}
		switch key, ok := known[b.SubscriberID]; {
		case b.SubscriberID == 0:
			keys[i] = hasher.AddressKey(b.Address)
		case !ok:
			return nil, errs.E("subscriptions: bar", errs.NotFound, "There is no such person on record.", nil)
		default:
			keys[i] = key
		}
	}
	return keys, nil
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
