package pagestest

import (
	"testing"

	"assent/mailer"
	"assent/queue"
	"assent/subscriptions"
	"assent/subscriptions/segment"
)

// SendCampaign plans a campaign and records that it was sent to everybody planned.
func (r *Rig) SendCampaign(t *testing.T, l subscriptions.List) mailer.Campaign {
	t.Helper()
	ctx, now := t.Context(), r.Clock.Now()
	c := mailer.Campaign{
		ProgrammeID: r.Programme.ID, Name: "November update", Subject: "What is new", Body: "Hello {{name}}, *read on*.", Language: "en",
		Class: subscriptions.Newsletter, Lists: []int64{l.ID}, State: mailer.Draft, CreatedBy: "user:1", CreatedAt: now, TimeZone: "Europe/London",
	}
	if err := r.DB.CreateCampaign(ctx, &c); err != nil {
		t.Fatal(err)
	}
	var err error
	change := func(f func(mailer.Campaign) (mailer.Campaign, error)) {
		c, err = r.DB.ChangeCampaign(ctx, c.ID, false, func(c mailer.Campaign) (mailer.Campaign, []queue.Task, error) {
			c, err := f(c)
			return c, nil, err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	change(func(c mailer.Campaign) (mailer.Campaign, error) { return c.Schedule(now, now, "user:2") })
	q := subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(l)}}
	for more := true; more; {
		if more, err = r.DB.PlanPage(ctx, c.ID, segment.Audience{Question: q}, now); err != nil {
			t.Fatal(err)
		}
	}
	people := must(r.DB.Subscribers(ctx, 0, 1000))(t)
	var ids []int64
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	candidates, gateSeq, err := r.DB.Ask(ctx, q, ids, now)
	if err != nil {
		t.Fatal(err)
	}
	var w mailer.Window
	for _, k := range candidates {
		if k.Decision.Reason == subscriptions.Allowed {
			w.Deliveries = append(w.Deliveries, mailer.Delivery{
				CampaignID: c.ID, SubscriberID: k.Subscriber.ID, ListID: l.ID, State: mailer.Sent, EventSeq: k.Decision.Seq, GateSeq: gateSeq,
				AskedAt: now, StartedAt: now, FinishedAt: now, Code: 250, Reply: "2.0.0 queued as ABC.",
			})
		}
	}
	if err := r.DB.CloseWindow(ctx, c.ID, w); err != nil {
		t.Fatal(err)
	}
	return c
}
