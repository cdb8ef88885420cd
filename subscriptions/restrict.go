package subscriptions

import (
	"context"

	"assent/internal/errs"
)

// Restriction limits a person's data to storage, or ends that limit (Article 18).
type Restriction struct {
	SubscriberID int64
	Actor        string
	Reason       string // names nobody: it stays for ever
	CaseID       int64  // that it was decided in; 0 for none
}

// Restrict limits a person's data to storage (Article 18): on record, and not mailed. Whoever was given the data is told (Article 19).
// Releasing it is Release; the person must be told before (Article 18(3)).
func (s *Service) Restrict(ctx context.Context, subscriberID int64, actor, reason string) error {
	return s.RestrictIn(ctx, Restriction{SubscriberID: subscriberID, Actor: actor, Reason: reason})
}

// Release lifts a restriction.
func (s *Service) Release(ctx context.Context, subscriberID int64, actor, reason string) error {
	return s.ReleaseIn(ctx, Restriction{SubscriberID: subscriberID, Actor: actor, Reason: reason})
}

// RestrictIn is Restrict for a case.
func (s *Service) RestrictIn(ctx context.Context, r Restriction) error {
	return s.mark(ctx, "subscriptions: restrict", Restricted, RecordRestricted, r)
}

// ReleaseIn is Release for a case.
func (s *Service) ReleaseIn(ctx context.Context, r Restriction) error {
	return s.mark(ctx, "subscriptions: release", Released, RecordReleased, r)
}

func (s *Service) mark(ctx context.Context, op string, kind EventKind, change RecordChange, r Restriction) error {
	person, err := s.Store.Subscriber(ctx, r.SubscriberID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	return s.done(op, s.Store.Update(ctx, func(tx Tx) error {
		byKey, err := tx.EventsByKey(person.Key)
		if err != nil {
			return err
		}
		if restricted := Fold(byKey[string(person.Key)]).RestrictedBy != 0; restricted == (kind == Restricted) {
			return nil
		}
		now := s.Now()
		e := Event{
			At: now, Kind: kind, Scope: Everything(), SubscriberID: person.ID, AddressKey: person.Key,
			Channel: ByStaff, Actor: r.Actor, Source: "staff", Reason: r.Reason,
		}
		if e.Evidence, e.Salt, err = sealEvidence(nil); err != nil {
			return err
		}
		if err := tx.Append([]Event{e}); err != nil {
			return err
		}
		return tellRecipients(tx, recordChanged{person: person, change: change, caseID: r.CaseID, at: now})
	}))
}
