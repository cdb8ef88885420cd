package mailer

import (
	"context"
	"fmt"

	"assent/internal/errs"
	"assent/subscriptions"
)

// Verify proves H1 for the whole database from the ledger alone: for each message that started, the ledger as the gate saw it allowed that person every purpose that
// the campaign declares, by the event that the delivery names, and the gate was asked no more than 2 s before. It returns how many it
// looked at, and a *subscriptions.Fault for the first that is wrong.
func Verify(ctx context.Context, s Store, people subscriptions.Store) (deliveries int64, err error) {
	svc := &Service{Store: s, People: people}
	questions := map[int64]subscriptions.Question{}
	after := int64(0)
	for {
		page, err := people.Subscribers(ctx, after, 250)
		if err != nil || len(page) == 0 {
			return deliveries, errs.Wrap("mailer: verify", err)
		}
		ids := make([]int64, len(page))
		keys := map[int64][]byte{}
		for i, p := range page {
			ids[i], keys[p.ID] = p.ID, p.Key
		}
		sent, err := s.DeliveriesTo(ctx, ids)
		if err != nil {
			return deliveries, errs.Wrap("mailer: verify", err)
		}
		for _, d := range sent {
			q, known := questions[d.CampaignID]
			if !known {
				if q, err = svc.questionOf(ctx, d.CampaignID); err != nil {
					return deliveries, errs.Wrap("mailer: verify", err)
				}
				questions[d.CampaignID] = q
			}
			ledger, err := people.EventsByKey(ctx, keys[d.SubscriberID])
			if err != nil {
				return deliveries, errs.Wrap("mailer: verify", err)
			}
			if fault := checkDelivery(d, q, ledger); fault != nil {
				return deliveries, fault
			}
			deliveries++
		}
		after = page[len(page)-1].ID
	}
}

func (s *Service) questionOf(ctx context.Context, campaignID int64) (subscriptions.Question, error) {
	c, err := s.Store.Campaign(ctx, campaignID)
	if err != nil {
		return subscriptions.Question{}, err
	}
	return s.question(ctx, c)
}

// checkDelivery holds one delivery to the ledger as it stood at the end that the gate saw.
func checkDelivery(d Delivery, q subscriptions.Question, ledger []subscriptions.Event) error {
	bad := func(what string) error {
		return &subscriptions.Fault{Table: "deliveries", Row: fmt.Sprintf("campaign %d, subscriber %d", d.CampaignID, d.SubscriberID), What: what}
	}
	if d.StartedAt.IsZero() && d.State != Uncertain {
		return nil // nothing was handed to SMTP
	}
	seen := ledger
	for i, e := range ledger {
		if e.Seq > d.GateSeq {
			seen = ledger[:i]
			break
		}
	}
	decision := subscriptions.Decide(q, subscriptions.Fold(seen), d.AskedAt)
	switch {
	case decision.Reason != subscriptions.Allowed:
		return bad("the ledger did not allow this message: " + string(decision.Reason))
	case d.StartedAt.IsZero():
		return nil // uncertain: its worker wrote nothing but the intent
	case decision.Seq != d.EventSeq:
		return bad(fmt.Sprintf("it names event %d, but event %d allowed it", d.EventSeq, decision.Seq))
	case d.StartedAt.Sub(d.AskedAt) > subscriptions.PermitLife || d.StartedAt.Before(d.AskedAt):
		return bad("it did not start within 2 s of asking the gate")
	}
	return nil
}
