package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"assent/mailer"
	"assent/subscriptions"
)

// mailing sends a campaign with every outcome that there is, by the gate's permits, and returns the people by outcome.
func (h house) mailing(t *testing.T) (mailer.Campaign, map[string]int64) {
	t.Helper()
	list := h.lists[0]
	list.Slug = "gazette"
	list = must(h.svc.CreateList(t.Context(), list))(t)
	p := h.crowd(t, 0, 6, list, h.lists[1])
	c, chunks := h.planned(t, list)
	gone := must(h.db.Subscriber(t.Context(), p[4]))(t)
	h.leaves(t, subscriptions.ListScope(list), gone.Address.String())
	now := time.Now()
	k := h.claim(t, chunks[0], "first", now)
	gate := subscriptions.Gate{Store: h.db, Now: func() time.Time { return now }}
	a := must(gate.Admit(t.Context(), question(list), subscriptions.Newsletter, k.People))(t)
	w := mailer.Window{}
	for i, x := range a.Admitted[:4] {
		d := mailer.Delivery{
			CampaignID: c.ID, SubscriberID: x.Permit.Subscriber(), ListID: x.Permit.List(), EventSeq: x.Permit.Event(), GateSeq: x.Permit.GateSeq(), AskedAt: x.Permit.AskedAt(),
			StartedAt: now.Add(time.Second), FinishedAt: now.Add(2 * time.Second),
		}
		switch i {
		case 0:
			d.State, d.Code, d.Reply = mailer.Sent, 250, "Ok"
		case 1:
			d.State, d.Reason, d.Code = mailer.Failed, "refused by the relay", 550
		case 2:
			d.State, d.Reason = mailer.Uncertain, "the connection was lost"
		case 3:
			d.Code, d.Reply = 451, "Greylisted"
			w.Deferred = append(w.Deferred, d)
			continue
		}
		w.Deliveries = append(w.Deliveries, d)
	}
	for _, x := range a.Refused {
		w.Deliveries = append(w.Deliveries, mailer.Delivery{
			CampaignID: c.ID, SubscriberID: x.SubscriberID, State: mailer.Refused, Reason: string(x.Reason), EventSeq: x.Seq, GateSeq: a.GateSeq, AskedAt: a.AskedAt, FinishedAt: now,
		})
	}
	w.Intent = h.intend(t, k, "first", now, p[:4]...)
	h.close(t, c, w)
	in := mailer.Intent{ChunkID: k.ID, People: p[5:], GateSeq: a.GateSeq, AskedAt: a.AskedAt}
	if err := h.db.Intend(t.Context(), &in, "first", now); err != nil {
		t.Fatal(err)
	}
	k = h.claim(t, chunks[0], "second", now.Add(time.Hour)) // the first died
	if err := h.db.FinishChunk(t.Context(), k, "second", now, time.Time{}); err != nil {
		t.Fatal(err)
	}
	return h.reread(t, c), map[string]int64{"sent": p[0], "failed": p[1], "lost": p[2], "put off": p[3], "refused": p[4], "in flight": p[5]}
}

// accuses verifies the deliveries, and wants the fault in that row.
func (x *hand) accuses(h house, row, after string) {
	x.t.Helper()
	_, err := mailer.Verify(context.Background(), h.db, h.db)
	var f *subscriptions.Fault
	switch {
	case err == nil:
		x.t.Errorf("%s: nothing was found", after)
	case !errors.As(err, &f):
		x.t.Errorf("%s: %v", after, err)
	case f.Table != "deliveries" || f.Row != row:
		x.t.Errorf("%s: found in %s, %s: %s; want %s", after, f.Table, f.Row, f.What, row)
	}
}

func TestEveryDeliveryIsHeldToTheLedgerAsTheGateSawIt(t *testing.T) {
	t.Parallel()
	eachHand(t, func(t *testing.T, h house, x *hand) {
		h.chronicle(t)
		c, people := h.mailing(t)
		says(t, "the campaign", h.counts(t, c), "6 planned: 1 sent, 2 failed, 1 refused, 2 uncertain, 0 waiting")
		if n := must(mailer.Verify(t.Context(), h.db, h.db))(t); n != 6 {
			t.Errorf("%d deliveries were looked at", n)
		}
		x.keep()
		for _, f := range []struct{ who, set string }{
			{"sent", "event_seq = event_seq + 1"}, {"sent", "event_seq = 1"}, {"sent", "event_seq = 0"}, {"sent", "list_id = list_id + 1"},
			{"sent", "gate_seq = event_seq - 1"}, {"sent", "gate_seq = 0"}, {"sent", "gate_seq = gate_seq + 1000"},
			{"sent", "asked_at = asked_at - 1001"}, {"sent", "asked_at = started_at + 1"}, {"sent", "started_at = started_at + 1001"}, {"sent", "started_at = asked_at - 1"}, {"sent", "started_at = 0"},
			{"sent", "state = 'failed'"}, {"sent", "state = 'uncertain'"}, {"sent", "state = 'refused'"}, {"sent", "state = 'Sent'"}, {"sent", "state = ''"}, {"sent", "code = 550"},
			{"failed", "state = 'sent'"}, {"failed", "state = 'uncertain'"}, {"failed", "state = 'refused'"}, {"failed", "event_seq = 1"}, {"failed", "started_at = started_at + 1001"},
			{"lost", "state = 'sent'"}, {"lost", "state = 'refused'"}, {"lost", "event_seq = 1"}, {"lost", "gate_seq = 0"},
			{"put off", "state = 'sent'"}, {"put off", "state = 'uncertain'"}, {"put off", "event_seq = 1"}, {"put off", "started_at = started_at + 1001"},
			{"refused", "state = 'sent'"}, {"refused", "state = 'failed'"}, {"refused", "state = 'uncertain'"}, {"refused", "reason = 'expired'"}, {"refused", "event_seq = 1"}, {"refused", "started_at = asked_at"},
			{"in flight", "state = 'sent'"}, {"in flight", "state = 'failed'"}, {"in flight", "state = 'refused'"}, {"in flight", "gate_seq = 0"},
		} {
			id := people[f.who]
			x.do(fmt.Sprintf("UPDATE deliveries SET %s WHERE campaign_id = %d AND subscriber_id = %d", f.set, c.ID, id))
			x.accuses(h, fmt.Sprintf("campaign %d, subscriber %d", c.ID, id), f.who+", "+f.set)
			x.restore("deliveries")
		}
		for set, row := range map[string]string{
			"subscriber_id = 9999": fmt.Sprintf("campaign %d, subscriber 9999", c.ID),
			"campaign_id = 99":     fmt.Sprintf("campaign 99, subscriber %d", people["sent"]),
			fmt.Sprintf("subscriber_id = %d", h.person(t, "person-0-1@example.org").ID): fmt.Sprintf("campaign %d, subscriber %d", c.ID, h.person(t, "person-0-1@example.org").ID),
		} {
			x.do(fmt.Sprintf("UPDATE deliveries SET %s WHERE campaign_id = %d AND subscriber_id = %d", set, c.ID, people["sent"]))
			x.accuses(h, row, set)
			x.restore("deliveries")
		}
		x.do(fmt.Sprintf("UPDATE campaigns SET purposes = '[%d]' WHERE id = %d", h.purposes[1].ID, c.ID))
		x.accuses(h, fmt.Sprintf("campaign %d, subscriber %d", c.ID, people["sent"]), "a purpose that nobody permitted was declared afterwards")
		x.restore("campaigns")
		x.do(fmt.Sprintf("UPDATE consent_events SET expires_at = (SELECT started_at FROM deliveries WHERE campaign_id = %d AND subscriber_id = %d) WHERE seq = (SELECT event_seq FROM deliveries WHERE campaign_id = %d AND subscriber_id = %d)", c.ID, people["sent"], c.ID, people["sent"]))
		x.accuses(h, fmt.Sprintf("campaign %d, subscriber %d", c.ID, people["sent"]), "a permission that ended as the message started")
		x.restore("consent_events")
		must(mailer.Verify(t.Context(), h.db, h.db))(t)
	})
}
