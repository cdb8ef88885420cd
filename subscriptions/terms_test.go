package subscriptions_test

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
)

const oneDay = 24 * time.Hour

// questions returns the tasks that ask somebody whether they still want a list.
func (r *rig) questions() []subscriptions.Renewal {
	r.t.Helper()
	var out []subscriptions.Renewal
	for _, task := range check(r.db.Due(r.t.Context(), r.clock.now().Add(time.Second), 1000))(r.t) {
		var q subscriptions.Renewal
		if task.Kind != q.TaskKind() {
			continue
		}
		r.ok(json.Unmarshal(task.Payload, &q))
		out = append(out, q)
	}
	return out
}

// The purpose news lasts 30 days: of its questions 30 and 7 days before the end only the second is asked, because nobody is asked on the day of their yes.
func TestManyWorkersAskAQuestionOnce(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		for _, addr := range []string{"ann@example.org", "bob@example.org", "cat@example.org"} {
			r.joined(r.monthly, addr)
		}
		if p := check(r.terms().Run(t.Context()))(t); p.Asked != 0 {
			t.Errorf("%d were asked on the day of their yes", p.Asked)
		}
		r.clock.advance(23 * oneDay)
		var workers sync.WaitGroup
		for range 4 {
			workers.Go(func() {
				if _, err := r.terms().Run(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		workers.Wait()
		asked := map[int64]int{}
		for _, q := range r.questions() {
			if q.Number != 7 {
				t.Errorf("asked %d days before the end", q.Number)
			}
			asked[q.SubscriberID]++
		}
		if len(asked) != 3 || asked[1] != 1 || asked[2] != 1 || asked[3] != 1 {
			t.Errorf("asked were %v", asked)
		}
	})
}

func TestWhoMayNotBeMailedIsNotAsked(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		for _, addr := range []string{"left@example.org", "still@example.org", "stored@example.org", "later@example.org"} {
			r.joined(r.monthly, addr)
		}
		check(r.Withdraw(t.Context(), leaves(subscriptions.Everything(), "left@example.org")))(t)
		r.ok(r.Restrict(t.Context(), r.person("stored@example.org").ID, "user:1", "disputed"))
		pause := &subscriptions.Event{At: began, Kind: subscriptions.Paused, Scope: subscriptions.ListScope(r.monthly), SubscriberID: r.person("later@example.org").ID,
			AddressKey: r.key("later@example.org"), Channel: subscriptions.ByLink, Actor: "subscriber", Source: "preferences", ExpiresAt: began.Add(60 * oneDay)}
		r.ok(r.db.Update(t.Context(), func(tx subscriptions.Tx) error { return tx.Append([]subscriptions.Event{*pause}) }))
		r.clock.advance(23 * oneDay)
		if p := check(r.terms().Run(t.Context()))(t); p.Asked != 1 {
			t.Errorf("%d were asked", p.Asked)
		}
		if q := r.questions(); len(q) != 1 || q[0].SubscriberID != r.person("still@example.org").ID {
			t.Errorf("asked was %+v", q)
		}
		gate := subscriptions.Gate{Store: r.db, Now: r.clock.now}
		for _, addr := range []string{"left@example.org", "stored@example.org", "later@example.org"} {
			p := r.person(addr)
			_, _, err := gate.AdmitRenewal(t.Context(), p, r.harbour, subscriptions.ListScope(r.monthly), r.ledger(addr)[1].Seq)
			r.refused(err, errs.Refused, "may not be mailed")
		}
	})
}

// link returns the token of the question about somebody's permission on a list.
func (r *rig) link(addr string, l subscriptions.List) string {
	r.t.Helper()
	st := r.state(addr).Lists[l.ID]
	return r.RenewalToken(subscriptions.Renewal{SubscriberID: r.person(addr).ID, ListID: l.ID, Permission: st.Seq}, r.clock.now(), st.ExpiresAt)
}

func TestLookingAtAQuestionChangesNothingAndAYesIsANewAct(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		const addr = "ann@example.org"
		r.joined(r.monthly, addr)
		tok := r.link(addr, r.monthly)
		r.clock.advance(20 * oneDay)
		o := check(r.PendingRenewal(t.Context(), tok))(t)
		if o.Agreed != "Send me monthly." || o.Renewed || o.Lapsed || o.List.ID != r.monthly.ID || len(r.ledger(addr)) != 2 {
			t.Errorf("the page has %+v", o)
		}
		for range 2 {
			check(r.Renew(t.Context(), tok, subscriptions.Evidence{"act": "pressed the button"}))(t)
		}
		events := r.ledger(addr)
		if len(events) != 3 || !events[2].ExpiresAt.Equal(r.clock.now().Add(30*oneDay)) || evidenceOf(t, events[2])["renews"] != "2" {
			t.Fatalf("a yes said twice left %+v", events[2:])
		}
		if o := check(r.PendingRenewal(t.Context(), tok))(t); !o.Renewed {
			t.Error("the page does not say that it is done")
		}
		_, err := r.PendingRenewal(t.Context(), tok+"a")
		r.refused(err, errs.NotFound, "not one of ours")
		r.verified()
	})
}

func TestALateYesCountsForAWeekUnlessThePersonLeft(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		for _, addr := range []string{"late@example.org", "too.late@example.org", "left@example.org"} {
			r.joined(r.monthly, addr)
		}
		late, tooLate, left := r.link("late@example.org", r.monthly), r.link("too.late@example.org", r.monthly), r.link("left@example.org", r.monthly)
		r.clock.advance(30*oneDay - time.Second)
		if got := r.reason("late@example.org", r.monthly); got != subscriptions.Allowed {
			t.Errorf("a second before the end the gate says %q", got)
		}
		r.clock.advance(time.Second)
		if got := r.reason("late@example.org", r.monthly); got != subscriptions.ReasonExpired {
			t.Errorf("at the end the gate says %q", got)
		}
		if p := check(r.terms().Run(t.Context()))(t); p.Lapsed != 3 {
			t.Errorf("%d lapsed", p.Lapsed)
		}
		check(r.Withdraw(t.Context(), leaves(subscriptions.ListScope(r.monthly), "left@example.org")))(t)
		r.clock.advance(6 * oneDay)
		check(r.Renew(t.Context(), late, nil))(t)
		if got := r.reason("late@example.org", r.monthly); got != subscriptions.Allowed {
			t.Errorf("after a late yes the gate says %q", got)
		}
		_, err := r.Renew(t.Context(), left, nil)
		r.refused(err, errs.Refused, "unsubscribed")
		r.clock.advance(oneDay + time.Minute)
		_, err = r.Renew(t.Context(), tooLate, nil)
		r.refused(err, errs.Refused, "expired")
		r.verified()
	})
}

func TestAPersonalYesByMailIsAsGoodAsTheLink(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		const addr = "ann@example.org"
		r.ok(r.Subscribe(t.Context(), asks(r.monthly, addr)))
		request := r.ledger(addr)[0]
		c := subscriptions.Confirmation{SubscriberID: request.SubscriberID, ListID: r.monthly.ID, RequestSeq: request.Seq}
		_, err := r.ConfirmByMail(t.Context(), c, began.Add(8*oneDay), nil)
		r.refused(err, errs.Refused, "too old")
		check(r.ConfirmByMail(t.Context(), c, began.Add(time.Hour), subscriptions.Evidence{"inbound": "7"}))(t)
		e := r.ledger(addr)[1]
		if e.Kind != subscriptions.Confirmed || e.Channel != subscriptions.ByMail || evidenceOf(t, e)["inbound"] != "7" {
			t.Errorf("recorded as %+v", e)
		}
		q := subscriptions.Renewal{SubscriberID: request.SubscriberID, ListID: r.monthly.ID, Permission: e.Seq}
		r.clock.advance(10 * oneDay)
		check(r.RenewByMail(t.Context(), q, began, r.clock.now(), nil))(t)
		_, err = r.RenewByMail(t.Context(), q, began, r.clock.now().Add(90*oneDay), nil)
		r.refused(err, errs.Refused, "too old")
		check(r.DeclineByMail(t.Context(), q, nil))(t)
		if got := r.reason(addr, r.monthly); got != subscriptions.ReasonWithdrawn {
			t.Errorf("after a no the gate says %q", got)
		}
	})
}
