package subscriptions

import (
	"context"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
)

// PermitLife is how long after the gate was asked a message may start (H1).
const PermitLife = 2 * time.Second

// Permit allows one message to one address. Only the gate makes one; the zero Permit permits nothing. The recipient
// of a message is read from its Permit, so there is no way to send to anybody else.
type Permit struct {
	to         address.Address
	subscriber int64
	list       int64
	seq        int64
	gateSeq    int64
	askedAt    time.Time
	until      time.Time // when what it rests on ends; zero for no end
	class      Class
}

// To returns the only address that the message may go to.
func (p Permit) To() address.Address { return p.to }

// Subscriber returns the person's row number, 0 for a letter to somebody not on record.
func (p Permit) Subscriber() int64 { return p.subscriber }

// List returns the list on which the message is allowed, 0 for a letter.
func (p Permit) List() int64 { return p.list }

// Event returns the ledger event that allows the message, 0 for a case letter.
func (p Permit) Event() int64 { return p.seq }

// GateSeq returns the end of the ledger that the gate saw.
func (p Permit) GateSeq() int64 { return p.gateSeq }

// AskedAt returns when the gate was asked.
func (p Permit) AskedAt() time.Time { return p.askedAt }

// Class returns what sort of message is allowed.
func (p Permit) Class() Class { return p.class }

// Valid returns nil while the message may start, else an error of kind Refused.
func (p Permit) Valid(now time.Time) error {
	const op = "subscriptions: permit"
	if p.to.IsZero() || p.askedAt.IsZero() {
		return errs.E(op, errs.Refused, "Nothing permits this message.", nil)
	}
	if age := now.Sub(p.askedAt); age > PermitLife || age < 0 {
		return errs.E(op, errs.Refused, "The permission was asked too long ago; ask the gate again.", nil)
	}
	if !p.until.IsZero() && !now.Before(p.until) { // to the second, though the gate was asked just before (E1-15)
		return errs.E(op, errs.Refused, "The permission has ended since it was asked; ask the gate again.", nil)
	}
	return nil
}

// Candidate is a person that the gate was asked about, as the store's join judges them.
type Candidate struct {
	Subscriber Subscriber // without Key and Source
	Decision   Decision
}

// GateStore answers questions about many people at once.
type GateStore interface {
	// Ask judges the subscribers with these ids, in ascending order of id; an id without a row is left out. It also returns
	// the ledger's last place as of the same snapshot.
	Ask(ctx context.Context, q Question, ids []int64, now time.Time) (candidates []Candidate, gateSeq int64, err error)
	// EventsByKey returns the ledger of one address, in order, evidence included.
	EventsByKey(ctx context.Context, key []byte) ([]Event, error)
	// IsOperator reports whether an operator, who is not disabled, signs in with an address.
	IsOperator(ctx context.Context, a address.Address) (bool, error)
}

// Gate makes Permits. It is the only thing that does.
type Gate struct {
	Store GateStore
	Now   func() time.Time
}

// Admitted is a person who may be mailed now.
type Admitted struct {
	Permit Permit
	Person Subscriber
}

// Refusal is a person who may not, and why.
type Refusal struct {
	SubscriberID int64
	Reason       Reason
	Seq          int64 // the event that stands against it
}

// Admission is the gate's answer for a window of people.
type Admission struct {
	Admitted []Admitted
	Refused  []Refusal
	GateSeq  int64
	AskedAt  time.Time
}

// Admit asks about a window of people. Its moment is taken before the store is asked, so that a Permit
// is never younger than the snapshot that it rests on.
func (g Gate) Admit(ctx context.Context, q Question, class Class, ids []int64) (Admission, error) {
	asked := g.Now()
	candidates, seq, err := g.Store.Ask(ctx, q, ids, asked)
	if err != nil {
		return Admission{}, errs.Wrap("subscriptions: ask the gate", err)
	}
	out := Admission{GateSeq: seq, AskedAt: asked}
	found := make(map[int64]bool, len(candidates))
	for _, c := range candidates {
		found[c.Subscriber.ID] = true
		if c.Decision.Reason == Allowed && c.Subscriber.Address.IsZero() {
			c.Decision.Reason = ReasonErased // only an erasure empties an address
		}
		if c.Decision.Reason != Allowed {
			out.Refused = append(out.Refused, Refusal{SubscriberID: c.Subscriber.ID, Reason: c.Decision.Reason, Seq: c.Decision.Seq})
			continue
		}
		out.Admitted = append(out.Admitted, Admitted{Person: c.Subscriber, Permit: Permit{
			to: c.Subscriber.Address, subscriber: c.Subscriber.ID, list: c.Decision.ListID,
			seq: c.Decision.Seq, gateSeq: seq, askedAt: asked, until: c.Decision.Until, class: class,
		}})
	}
	for _, id := range ids {
		if !found[id] {
			out.Refused = append(out.Refused, Refusal{SubscriberID: id, Reason: ReasonNotMember})
		}
	}
	return out, nil
}

// AdmitConfirmation permits the one mail that asks the holder of a mailbox to confirm a request. It is
// refused, with kind Refused, when the request was withdrawn or confirmed meanwhile, or is so old that its link no longer works.
func (g Gate) AdmitConfirmation(ctx context.Context, s Subscriber, list Scope, requestSeq int64) (Permit, error) {
	const op = "subscriptions: admit confirmation"
	asked := g.Now()
	events, err := g.Store.EventsByKey(ctx, s.Key)
	if err != nil {
		return Permit{}, errs.Wrap("subscriptions: ask the gate", err)
	}
	state := Fold(events)
	request, _ := eventAt(events, requestSeq)
	switch {
	case request.Kind != Requested || request.Scope.ListID != list.ListID:
		return Permit{}, errs.E(op, errs.Refused, "The ledger has no such request.", nil)
	case s.Address.IsZero() || state.RestrictedBy != 0 || state.barredSince(list, requestSeq):
		return Permit{}, errs.E(op, errs.Refused, "The request was withdrawn before it was confirmed.", nil)
	case state.Lists[list.ListID].Status == StatusActive && state.Lists[list.ListID].Seq > requestSeq:
		return Permit{}, errs.E(op, errs.Refused, "The request is confirmed already.", nil)
	case asked.Sub(request.At) > ConfirmWithin:
		return Permit{}, errs.E(op, errs.Refused, "The request is too old to be confirmed.", nil)
	}
	return Permit{to: Confirmer(s, request), subscriber: s.ID, list: list.ListID, seq: requestSeq, askedAt: asked, class: ServiceClass}, nil
}

// AdmitTrial permits one copy of a campaign to an operator, who looks at it before it is sent. It names no person and no list, so no opt-out follows from it and no delivery is
// counted. Anybody else is refused, with kind Refused.
func (g Gate) AdmitTrial(ctx context.Context, to address.Address) (Permit, error) {
	asked := g.Now()
	ours, err := g.Store.IsOperator(ctx, to)
	if err == nil && !ours {
		err = errs.E("subscriptions: admit trial", errs.Refused, "No operator signs in with this address. A trial goes to operators alone.", nil)
	}
	if err != nil {
		return Permit{}, errs.Wrap("subscriptions: ask the gate", err)
	}
	return Permit{to: to, askedAt: asked, class: ServiceClass}, nil
}

// AdmitLetter permits one letter to a person who wrote to us: the answer to an opt-out or about a case. No
// opt-out, suppression or restriction stops it, for it is no list mail (it carries no List-Unsubscribe and is never tracked).
func (g Gate) AdmitLetter(to address.Address, subscriberID int64) Permit {
	return Permit{to: to, subscriber: subscriberID, askedAt: g.Now(), class: CaseClass}
}
