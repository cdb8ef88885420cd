package subscriptions

import (
	"context"
	"time"

	"assent/internal/errs"
)

// MaxPause is how long a pause may last. Who wants longer leaves.
const MaxPause = 366 * 24 * time.Hour

// Pause is a wish to get nothing for a while. It ends nothing: the permission runs on, and so does its term.
type Pause struct {
	SubscriberID int64
	Scope        Scope
	Until        time.Time // zero ends a pause at once
	Channel      Channel
	Actor        string
	Evidence     Evidence
}

// Pause puts off everything within a scope until a moment, or takes the pause back. From its commit on the gate refuses, as after an opt-out.
// A fresh act of the person ends it. Kind Invalid for a moment that is past or more than MaxPause away.
func (p *Preferences) Pause(ctx context.Context, want Pause) (Outcome, error) {
	const op = "subscriptions: pause"
	now := p.Now()
	switch {
	case !want.Scope.complete():
		return Outcome{}, errs.E(op, errs.Invalid, "Say what is to be paused.", nil)
	case !want.Until.IsZero() && !want.Until.After(now):
		return Outcome{}, errs.E(op, errs.Invalid, "Choose a day that is still to come.", nil)
	case want.Until.After(now.Add(MaxPause)):
		return Outcome{}, errs.E(op, errs.Invalid, "Choose a day within a year. Who wants no more emails at all can leave.", nil)
	}
	e := Event{Kind: Paused, Scope: want.Scope, Channel: want.Channel, Actor: want.Actor, Source: string(want.Channel), ExpiresAt: want.Until}
	return p.note(ctx, op, want.SubscriberID, e, want.Evidence, func(s State) bool {
		return want.Until.IsZero() && !s.pausedWithin(want.Scope, now)
	})
}

// pausedWithin reports whether anything within a scope is put off.
func (s State) pausedWithin(scope Scope, now time.Time) bool {
	for _, l := range s.Lists {
		if scope.Covers(l.scope) && l.PausedUntil.After(now) {
			return true
		}
	}
	for _, held := range s.pauses {
		if scope.Covers(held.scope) && pausedUntil(s.pauses, held.scope).After(now) {
			return true
		}
	}
	return false
}

// SetProfiling records whether a person may be chosen for messages by what they did (Article 21(1) and (2); E1-18).
func (p *Preferences) SetProfiling(ctx context.Context, subscriberID int64, allowed bool, channel Channel, actor string, ev Evidence) (Outcome, error) {
	e := Event{Kind: ProfilingRefused, Scope: Everything(), Channel: channel, Actor: actor, Source: string(channel)}
	if allowed {
		e.Kind = ProfilingAllowed
	}
	return p.note(ctx, "subscriptions: profiling", subscriberID, e, ev, func(s State) bool { return allowed == (s.ProfilingRefusedBy == 0) })
}

// note appends one event about a person, unless it would change nothing.
func (p *Preferences) note(ctx context.Context, op string, subscriberID int64, e Event, ev Evidence, settled func(State) bool) (out Outcome, err error) {
	person, err := p.present(ctx, op, subscriberID)
	if err != nil {
		return out, err
	}
	err = p.Store.Update(ctx, func(tx Tx) error {
		byKey, err := tx.EventsByKey(person.Key)
		if err != nil {
			return err
		}
		if settled(Fold(byKey[string(person.Key)])) {
			out.Already = true
			return nil
		}
		e.At, e.SubscriberID, e.AddressKey = p.Now(), person.ID, person.Key
		if e.Evidence, e.Salt, err = sealEvidence(ev); err != nil {
			return err
		}
		events := []Event{e}
		if err := tx.Append(events); err != nil {
			return err
		}
		out.Seq = events[0].Seq
		return nil
	})
	return out, p.done(op, err)
}
