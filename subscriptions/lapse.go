package subscriptions

import (
	"context"
	"time"

	"assent/internal/errs"
)

// Why a permission lapsed: the Reason of a Lapsed event.
const (
	LapsedTerm      = "term ended"
	LapsedUnasked   = "not confirmed" // a regular question was not answered (E3-10)
	LapsedProgramme = "programme ended"
)

// Lapse writes to the ledger that permissions ended with their term, for every term that has ended by now, and returns how many. The event's
// ExpiresAt is the second at which the term ended; from that second on the gate has refused already (E1-15, E1-23). Retention goes by these events.
func (t *Terms) Lapse(ctx context.Context) (lapsed int, err error) {
	now := t.Now()
	err = t.eachList(ctx, func(_ Programme, u Purpose, l List) error {
		for {
			page, err := t.Store.Overdue(ctx, l.ID, now, termPage)
			if err != nil || len(page) == 0 {
				return err
			}
			n, err := t.lapsePage(ctx, page, func(st State) []Event { return overdue(st, u, l, now) })
			if err != nil {
				return err
			}
			lapsed += n
			if n == 0 { // another process was quicker
				return nil
			}
		}
	})
	return lapsed, errs.Wrap("subscriptions: lapse", err)
}

// overdue returns the event that ends a permission on a list whose term has ended.
func overdue(st State, u Purpose, l List, now time.Time) []Event {
	standing := st.Lists[l.ID]
	if standing.Status != StatusActive || !expired(standing, now) {
		return nil
	}
	e := Event{Kind: Lapsed, Scope: ListScope(l), Reason: LapsedTerm, ExpiresAt: standing.ExpiresAt}
	if u.AsksRegularly() {
		e.Reason = LapsedUnasked
	}
	return []Event{e}
}

// EndProgrammes ends every permission of the programmes whose end has come, and returns for how many people (E3-09).
func (t *Terms) EndProgrammes(ctx context.Context) (people int, err error) {
	const op = "subscriptions: end programmes"
	now := t.Now()
	programmes, err := t.Store.Programmes(ctx)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	for _, p := range programmes {
		if !p.Ended(now) {
			continue
		}
		for after := int64(0); ; {
			page, err := t.Store.Holders(ctx, p.ID, after, termPage)
			if err != nil {
				return people, errs.Wrap(op, err)
			}
			if len(page) == 0 {
				break
			}
			after = page[len(page)-1].SubscriberID
			n, err := t.lapsePage(ctx, page, func(st State) []Event { return withProgramme(st, p) })
			if err != nil {
				return people, errs.Wrap(op, err)
			}
			people += n
		}
	}
	return people, nil
}

// withProgramme returns the event that ends a person's permissions with their programme.
func withProgramme(st State, p Programme) []Event {
	scope := ProgrammeScope(p.ID)
	for _, standings := range []map[int64]Standing{st.Lists, st.Purposes} {
		for _, s := range standings {
			if s.Status == StatusActive && scope.Covers(s.scope) {
				return []Event{{Kind: Lapsed, Scope: scope, Reason: LapsedProgramme, ExpiresAt: p.EndsAt}}
			}
		}
	}
	return nil
}

// lapsePage appends what is due for each of some people, judged by their ledgers as they stand in the transaction.
func (t *Terms) lapsePage(ctx context.Context, page []Holding, due func(State) []Event) (n int, err error) {
	err = t.Store.Update(ctx, func(tx Tx) error {
		keys := make([][]byte, len(page))
		for i, h := range page {
			keys[i] = h.Key
		}
		ledgers, err := tx.EventsByKey(keys...)
		if err != nil {
			return err
		}
		var events []Event
		for _, h := range page {
			for _, e := range due(Fold(ledgers[string(h.Key)])) {
				e.At, e.SubscriberID, e.AddressKey = t.Now(), h.SubscriberID, h.Key
				e.Channel, e.Actor, e.Source = ByScheduler, "system", string(ByScheduler)
				if e.Evidence, e.Salt, err = sealEvidence(nil); err != nil {
					return err
				}
				events = append(events, e)
			}
		}
		n = len(events)
		return tx.Append(events)
	})
	return n, err
}

// EndProgramme sets when a programme ends; the zero time is now. From that second on nobody is mailed, nobody can join, and the permissions lapse (E3-09).
func (e *Editor) EndProgramme(ctx context.Context, id int64, at time.Time) (Programme, error) {
	if at.IsZero() {
		at = e.Now()
	}
	return e.Programme(ctx, id, func(p *Programme) { p.EndsAt = time.UnixMilli(at.UnixMilli()).UTC() })
}

// checkEndsAt refuses to move an end that has come: people would be mailed who were told that it is over, and the permissions have lapsed with it.
func checkEndsAt(was, is Programme, now time.Time) error {
	const op = "subscriptions: end programme"
	switch {
	case is.EndsAt.Equal(was.EndsAt):
		return nil
	case was.Ended(now):
		return errs.E(op, errs.Conflict, "This programme has ended already, and its permissions with it. To go on, make a new one and ask people anew.", nil)
	case is.Ended(now.Add(-time.Minute)):
		return errs.E(op, errs.Invalid, "The end cannot lie in the past.", nil)
	}
	return nil
}
