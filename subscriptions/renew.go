package subscriptions

import (
	"context"
	"maps"
	"strconv"
	"time"

	"assent/internal/errs"
	"assent/internal/token"
)

// LateYes is how long after the end of a permission the link in the question still works: as long as a request can be confirmed.
const LateYes = ConfirmWithin

// RenewalToken returns the token of the link in a question that was asked at a moment about a permission that ends at another, or never.
func (s *Service) RenewalToken(r Renewal, askedAt, ends time.Time) string {
	return s.Keys.Sign(token.Renew, r.SubscriberID, r.ListID, r.Permission, renewableUntil(askedAt, ends).Unix()/60)
}

func renewableUntil(askedAt, ends time.Time) time.Time {
	if ends.IsZero() {
		return askedAt.Add(AnswerWithin)
	}
	return ends.Add(LateYes)
}

// RenewalOffer is what a question is about, as its page shows it.
type RenewalOffer struct {
	Person  Subscriber
	List    List
	Given   Event  // the permission
	Agreed  string // the words of it
	Renewed bool   // a later act stands already
	Lapsed  bool   // the permission ended meanwhile: a yes is a new one
}

// PendingRenewal opens the link of a question without changing anything: mail scanners follow links. Kind NotFound for a foreign link, Refused
// for one that is too old, or void because the person left since.
func (s *Service) PendingRenewal(ctx context.Context, tok string) (RenewalOffer, error) {
	const op = "subscriptions: open renewal"
	r, err := s.openRenewal(tok)
	if err != nil {
		return RenewalOffer{}, errs.Wrap(op, err)
	}
	var o RenewalOffer
	if o.Person, err = s.Store.Subscriber(ctx, r.SubscriberID); err != nil {
		return o, errs.Wrap(op, err)
	}
	if o.List, err = s.Store.List(ctx, r.ListID); err != nil {
		return o, errs.Wrap(op, err)
	}
	events, err := s.Store.EventsByKey(ctx, o.Person.Key)
	if err != nil {
		return o, errs.Wrap(op, err)
	}
	if o.Given, o.Renewed, err = renewable(events, o.List, r.Permission); err != nil {
		return o, errs.Wrap(op, err)
	}
	o.Lapsed = !o.Renewed && !o.Given.ExpiresAt.IsZero() && !s.Now().Before(o.Given.ExpiresAt)
	if o.Given.WordingDigest != "" {
		o.Agreed, err = s.Store.Text(ctx, o.Given.WordingDigest)
	}
	return o, errs.Wrap(op, err)
}

func (s *Service) openRenewal(tok string) (Renewal, error) {
	ids, err := s.Keys.Open(token.Renew, tok, 4)
	if err != nil {
		return Renewal{}, err
	}
	if s.Now().Unix()/60 > ids[3] {
		return Renewal{}, errs.E("subscriptions: open renewal", errs.Refused, "This link has expired. Subscribe again if you want to.", nil)
	}
	return Renewal{SubscriberID: ids[0], ListID: ids[1], Permission: ids[2]}, nil
}

// renewable returns the permission that a question is about, and whether a later act replaced it. Kind Refused when the person left since (H3), or their data
// may only be stored.
func renewable(events []Event, l List, permission int64) (given Event, renewed bool, err error) {
	const op = "subscriptions: renewable"
	state := Fold(events)
	given, known := eventAt(events, permission)
	st := state.Lists[l.ID]
	switch {
	case !known || !ListScope(l).Covers(given.Scope):
		return given, false, errs.E(op, errs.NotFound, "There is nothing to renew.", nil)
	case state.barredSince(ListScope(l), permission):
		return given, false, errs.E(op, errs.Refused, "You unsubscribed after this mail was sent, so its link no longer works. Subscribe again if you want to.", nil)
	case state.RestrictedBy != 0:
		return given, false, errs.E(op, errs.Refused, "The data under this address may only be stored at the moment, so nothing can be renewed.", nil)
	}
	return given, st.Status == StatusActive && st.Seq > permission, nil
}

// Renew records that a person wants a list still. It is a new act of theirs, under the words and the notice in force now and with a term of its own, also when the
// permission had lapsed a few days before. Saying yes twice is the same as once.
func (s *Service) Renew(ctx context.Context, tok string, ev Evidence) (List, error) {
	const op = "subscriptions: renew"
	r, err := s.openRenewal(tok)
	if err != nil {
		return List{}, errs.Wrap(op, err)
	}
	list, _, err := s.renew(ctx, r, yes{channel: ByLink, source: "renewal mail", evidence: ev})
	return list, s.done(op, err)
}

func (s *Service) renew(ctx context.Context, r Renewal, by yes) (List, int64, error) {
	return s.agree(ctx, r.SubscriberID, r.ListID, by, func(tx Tx, w setting, person Subscriber, ledger []Event, by yes) (*Event, error) {
		given, renewed, err := renewable(ledger, w.list, r.Permission)
		if err != nil || renewed {
			return nil, err
		}
		e, err := w.renewed(tx, person, given, by)
		return &e, err
	})
}

// renewed is the act that renews a permission: the guardian's, while the child is too young, and from then on the person's own.
func (w setting) renewed(tx Tx, person Subscriber, given Event, by yes) (Event, error) {
	ev := maps.Clone(by.evidence)
	if ev == nil {
		ev = Evidence{}
	}
	ev["renews"] = strconv.FormatInt(given.Seq, 10)
	act := Act{Channel: by.channel, Actor: "subscriber", Source: by.source, Evidence: ev}
	if child, ok := wardOf(given); ok {
		act.Age = child.ageAt(by.at)
		if w.programme.isChild(act.Age) {
			act.Actor, act.Guardian = "guardian", child.guardian
		}
	}
	e, err := w.event(tx, Confirmed, person, act, by.at)
	e.ExpiresAt = w.purpose.Expiry(by.at)
	return e, err
}

// Decline withdraws the list that a question is about. Leaving is as easy as staying (Article 7(3)).
func (s *Service) Decline(ctx context.Context, tok string, ev Evidence) (List, error) {
	const op = "subscriptions: decline renewal"
	r, err := s.openRenewal(tok)
	if err != nil {
		return List{}, errs.Wrap(op, err)
	}
	return s.decline(ctx, r, ByLink, ev)
}

func (s *Service) decline(ctx context.Context, r Renewal, channel Channel, ev Evidence) (List, error) {
	list, err := s.Store.List(ctx, r.ListID)
	if err != nil {
		return list, err
	}
	_, err = s.Withdraw(ctx, Withdrawal{SubscriberID: r.SubscriberID, Scope: ListScope(list), Channel: channel, Actor: "subscriber", Evidence: ev})
	return list, err
}
