package subscriptions

import (
	"context"
	"time"

	"assent/internal/errs"
)

// ConfirmByMail records that the holder of the mailbox that was asked confirmed a request by answering the mail, which arrived at a moment. It is as good as the
// link, and for as long; ev names the mail. Kinds as of Confirm.
func (s *Service) ConfirmByMail(ctx context.Context, c Confirmation, arrived time.Time, ev Evidence) (List, error) {
	const op = "subscriptions: confirm by mail"
	person, err := s.Store.Subscriber(ctx, c.SubscriberID)
	if err != nil {
		return List{}, errs.Wrap(op, err)
	}
	events, err := s.Store.EventsByKey(ctx, person.Key)
	if err != nil {
		return List{}, errs.Wrap(op, err)
	}
	request, known := eventAt(events, c.RequestSeq)
	if !known || request.Kind != Requested {
		return List{}, errs.E(op, errs.NotFound, "There is no such request.", nil)
	}
	if arrived.After(request.At.Add(ConfirmWithin)) {
		return List{}, errs.E(op, errs.Refused, "The request is too old to be confirmed.", nil)
	}
	list, _, err := s.confirm(ctx, c, yes{channel: ByMail, source: "answer to the confirmation mail", evidence: ev})
	return list, s.done(op, err)
}

// RenewByMail records that a person who was asked at a moment whether they still want a list answered the mail with yes. Kinds as of Renew.
func (s *Service) RenewByMail(ctx context.Context, r Renewal, asked, arrived time.Time, ev Evidence) (List, error) {
	const op = "subscriptions: renew by mail"
	if err := s.inTime(ctx, r, asked, arrived); err != nil {
		return List{}, errs.Wrap(op, err)
	}
	list, _, err := s.renew(ctx, r, yes{channel: ByMail, source: "answer to the renewal mail", evidence: ev})
	return list, s.done(op, err)
}

// DeclineByMail withdraws the list that a question is about, because the person answered the mail with no. A no is never too late.
func (s *Service) DeclineByMail(ctx context.Context, r Renewal, ev Evidence) (List, error) {
	list, err := s.decline(ctx, r, ByMail, ev)
	return list, errs.Wrap("subscriptions: decline by mail", err)
}

// inTime refuses an answer that arrived when the question's link no longer worked.
func (s *Service) inTime(ctx context.Context, r Renewal, asked, arrived time.Time) error {
	person, err := s.Store.Subscriber(ctx, r.SubscriberID)
	if err != nil {
		return err
	}
	events, err := s.Store.EventsByKey(ctx, person.Key)
	if err != nil {
		return err
	}
	given, _ := eventAt(events, r.Permission)
	if arrived.After(renewableUntil(asked, given.ExpiresAt)) {
		return errs.E("subscriptions: renewal in time", errs.Refused, "The question is too old to be answered.", nil)
	}
	return nil
}
