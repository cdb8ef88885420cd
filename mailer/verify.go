package mailer

import (
	"context"
	"fmt"

	"assent/internal/errs"
	"assent/subscriptions"
)

// Verify proves H1 for the whole database from the ledger alone: for each message that started, the ledger as the gate saw it allowed that person every purpose that
// the campaign declares, by the event that the delivery names, and the gate was asked no more than 2 s before. Refusals are held to
// the ledger in the same way. It returns how many deliveries it looked at, and a *subscriptions.Fault for the first that is wrong.
func Verify(ctx context.Context, s Store, people subscriptions.Proof) (deliveries int64, err error) {
	const op = "mailer: verify"
	campaign, subscriber, err := s.StrayDelivery(ctx)
	if err != nil {
		return 0, errs.Wrap(op, err)
	}
	if campaign != 0 {
		return 0, errs.Wrap(op, fault(campaign, subscriber, "there is no such campaign or nobody on record under this number"))
	}
	v := &verifier{Service: Service{Store: s, People: people}, proof: people, questions: map[int64]subscriptions.Question{}}
	for after := int64(0); ; {
		page, err := people.Subscribers(ctx, after, 250)
		if err != nil || len(page) == 0 {
			return v.deliveries, errs.Wrap(op, err)
		}
		if err := v.page(ctx, page); err != nil {
			return v.deliveries, errs.Wrap(op, err)
		}
		after = page[len(page)-1].ID
	}
}

// verifier is one run of Verify.
type verifier struct {
	Service
	proof      subscriptions.Proof
	questions  map[int64]subscriptions.Question // by campaign
	deliveries int64
}

func (v *verifier) page(ctx context.Context, people []subscriptions.Subscriber) error {
	ids, keys, keyOf := make([]int64, len(people)), make([][]byte, len(people)), map[int64]string{}
	for i, p := range people {
		ids[i], keys[i], keyOf[p.ID] = p.ID, p.Key, string(p.Key)
	}
	sent, err := v.Store.DeliveriesTo(ctx, ids)
	if err != nil || len(sent) == 0 {
		return err
	}
	// Both are read after the deliveries, so they know all that the gate can have seen.
	ledgers, err := v.proof.Ledgers(ctx, keys...)
	if err != nil {
		return err
	}
	head, _, err := v.proof.Head(ctx)
	if err != nil {
		return err
	}
	for _, d := range sent {
		q, known := v.questions[d.CampaignID]
		if !known {
			c, err := v.Store.Campaign(ctx, d.CampaignID)
			if err != nil {
				return err
			}
			if q, err = v.question(ctx, c); err != nil {
				return err
			}
			v.questions[d.CampaignID] = q
		}
		if what := wrong(d, q, ledgers[keyOf[d.SubscriberID]], head.Seq); what != "" {
			return fault(d.CampaignID, d.SubscriberID, what)
		}
		v.deliveries++
	}
	return nil
}

func fault(campaign, subscriber int64, what string) *subscriptions.Fault {
	return &subscriptions.Fault{Table: "deliveries", Row: fmt.Sprintf("campaign %d, subscriber %d", campaign, subscriber), What: what}
}

// wrong holds one delivery to itself, and to the ledger as it stood at the end that the gate saw. It returns what is wrong, "" for nothing.
func wrong(d Delivery, q subscriptions.Question, ledger []subscriptions.Event, end int64) string {
	if what := contradiction(d, end); what != "" {
		return what
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
	case d.State == Refused && (string(decision.Reason) != d.Reason || decision.Seq != d.EventSeq):
		return fmt.Sprintf("it names %q by event %d, but the ledger says %q by event %d", d.Reason, d.EventSeq, decision.Reason, decision.Seq)
	case d.State == Refused:
		return ""
	case decision.Reason != subscriptions.Allowed:
		return "the ledger did not allow this message: " + string(decision.Reason)
	case d.State == Uncertain && d.StartedAt.IsZero():
		return "" // its worker wrote nothing but the intent
	case decision.Ended(d.StartedAt) && !decision.Until.Equal(q.Ends): // a programme's end may have been brought forward meanwhile
		return "it started when what allowed it had ended"
	case decision.Seq != d.EventSeq || decision.ListID != d.ListID:
		return fmt.Sprintf("it names event %d on list %d, but event %d on list %d allowed it", d.EventSeq, d.ListID, decision.Seq, decision.ListID)
	}
	return ""
}

// contradiction returns what a delivery says against itself, "" for nothing.
func contradiction(d Delivery, end int64) string {
	started := !d.StartedAt.IsZero()
	answer := d.Code / 100 // RFC 5321, section 4.2.1: 2 is yes, 4 not now, 5 no
	switch {
	case d.GateSeq > end:
		return "the gate cannot have seen an end of the ledger that was never there"
	case d.State == Sent && (!started || answer != 2),
		d.State == Failed && answer == 2,
		d.State == Uncertain && (answer == 2 || answer == 4 || answer == 5),
		d.State == Refused && (started || d.Code != 0):
		return fmt.Sprintf("it cannot be %s: the relay's answer was %d", d.State, d.Code)
	case d.State != Sent && d.State != Failed && d.State != Uncertain && d.State != Refused:
		return "there is no such state"
	case started && (d.StartedAt.Sub(d.AskedAt) > subscriptions.PermitLife || d.StartedAt.Before(d.AskedAt)):
		return "it did not start within 2 s of asking the gate"
	}
	return ""
}
