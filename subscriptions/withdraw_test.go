package subscriptions_test

import (
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
)

func TestLeavingReachesAsFarAsItSays(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		all := []subscriptions.List{r.monthly, r.weekly, r.sales, r.boat}
		for addr, c := range map[string]struct {
			scope subscriptions.Scope
			keeps []subscriptions.List
		}{
			"list@example.org":       {subscriptions.ListScope(r.monthly), []subscriptions.List{r.weekly, r.sales, r.boat}},
			"purpose@example.org":    {subscriptions.PurposeScope(r.news), []subscriptions.List{r.sales, r.boat}},
			"programme@example.org":  {subscriptions.ProgrammeScope(r.harbour.ID), []subscriptions.List{r.boat}},
			"everything@example.org": {subscriptions.Everything(), nil},
		} {
			for _, l := range all {
				check(r.Grant(t.Context(), agrees(l, addr, subscriptions.ByStaff)))(t)
			}
			out := check(r.Withdraw(t.Context(), leaves(c.scope, addr)))(t)
			events := r.ledger(addr)
			if e := events[len(events)-1]; out.Already || out.Seq != e.Seq || e.Kind != subscriptions.Withdrawn || e.Scope != c.scope {
				t.Errorf("%s: %+v, %+v", addr, out, e)
			}
			keeps := map[int64]bool{}
			for _, l := range c.keeps {
				keeps[l.ID] = true
			}
			for _, l := range all {
				if got := r.reason(addr, l); (got == subscriptions.Allowed) != keeps[l.ID] {
					t.Errorf("%s on %s: %q", addr, l.Slug, got)
				}
			}
		}
		r.verified()
	})
}

func TestLeavingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		const addr = "ann@example.org"
		r.joined(r.monthly, addr)
		check(r.Withdraw(t.Context(), leaves(subscriptions.ProgrammeScope(r.harbour.ID), addr)))(t)
		n := len(r.ledger(addr))
		for _, scope := range []subscriptions.Scope{subscriptions.ProgrammeScope(r.harbour.ID), subscriptions.ListScope(r.monthly), subscriptions.PurposeScope(r.offers)} {
			if out := check(r.Withdraw(t.Context(), leaves(scope, "ANN@example.org")))(t); !out.Already || out.Seq != 0 {
				t.Errorf("%+v: %+v", scope, out)
			}
		}
		if got := len(r.ledger(addr)); got != n {
			t.Errorf("%d events became %d", n, got)
		}
		if out := check(r.Withdraw(t.Context(), leaves(subscriptions.Everything(), addr)))(t); out.Already {
			t.Error("leaving more than before counts as done already")
		}
		r.asked(r.monthly, addr)
		if out := check(r.Withdraw(t.Context(), leaves(subscriptions.ListScope(r.monthly), addr)))(t); out.Already {
			t.Error("a request since then stays open")
		}
		r.joined(r.monthly, addr)
		if out := check(r.Withdraw(t.Context(), leaves(subscriptions.ListScope(r.monthly), addr)))(t); out.Already {
			t.Error("leaving after a fresh act counts as done already")
		}
		if got := r.reason(addr, r.monthly); got != subscriptions.ReasonWithdrawn {
			t.Errorf("at the end: %q", got)
		}
	})
}

// Whoever is not on record is kept out all the same, so that no later import brings them in.
// Many that come at once are as if one came after the other: what the second of somebody finds is what the first left.
func TestManyLeaveAtOnce(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		for _, addr := range []string{"ann@example.org", "bob@example.org"} {
			r.joined(r.monthly, addr)
			check(r.Grant(t.Context(), agrees(r.boat, addr, subscriptions.ByStaff)))(t)
		}
		bob := check(r.db.SubscriberByKey(t.Context(), r.Keys.AddressKey(address.Must("bob@example.org"))))(t)
		optOut := func(scope subscriptions.Scope, addr string) subscriptions.Barring {
			return subscriptions.Barring{Withdrawal: leaves(scope, addr), Kind: subscriptions.Withdrawn}
		}
		dead := subscriptions.Barring{Kind: subscriptions.Suppressed, Reason: "dead address",
			Withdrawal: subscriptions.Withdrawal{SubscriberID: bob.ID, Scope: subscriptions.Everything(), Channel: subscriptions.ByReport, Actor: "system"}}
		out := check(r.BarAll(t.Context(),
			optOut(subscriptions.ListScope(r.monthly), "ann@example.org"),
			dead,
			optOut(subscriptions.ListScope(r.monthly), "Ann@example.org"),
			optOut(subscriptions.ListScope(r.monthly), "stranger@example.org"),
			optOut(subscriptions.Everything(), "bob@example.org"),
			optOut(subscriptions.ProgrammeScope(r.harbour.ID), "ann@example.org"),
		))(t)
		for i, already := range []bool{false, false, true, false, true, false} {
			if out[i].Already != already || (out[i].Seq == 0) != already {
				t.Errorf("the place %d of six did %+v", i, out[i])
			}
		}
		for _, c := range []struct {
			addr string
			list subscriptions.List
			want subscriptions.Reason
		}{
			{"ann@example.org", r.monthly, subscriptions.ReasonWithdrawn}, {"ann@example.org", r.boat, subscriptions.Allowed},
			{"bob@example.org", r.monthly, subscriptions.ReasonWithdrawn}, {"bob@example.org", r.boat, subscriptions.ReasonWithdrawn},
		} {
			if got := r.reason(c.addr, c.list); got != c.want {
				t.Errorf("%s on %s: %q", c.addr, c.list.Slug, got)
			}
		}
		if e := r.ledger("bob@example.org"); e[len(e)-1].Reason != "dead address" || e[len(e)-1].SubscriberID != bob.ID {
			t.Errorf("%+v", e[len(e)-1])
		}
		r.verified()
	})
}

func TestOneOfManyThatIsNobodyKeepsAllFromLeaving(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.joined(r.monthly, "ann@example.org")
		_, err := r.BarAll(t.Context(),
			subscriptions.Barring{Withdrawal: leaves(subscriptions.Everything(), "ann@example.org"), Kind: subscriptions.Withdrawn},
			subscriptions.Barring{Withdrawal: subscriptions.Withdrawal{SubscriberID: 999, Scope: subscriptions.Everything(), Channel: subscriptions.ByReport, Actor: "system"}, Kind: subscriptions.Suppressed, Reason: "complaint"},
		)
		if errs.KindOf(err) != errs.NotFound {
			t.Errorf("%v", err)
		}
		if got := r.reason("ann@example.org", r.monthly); got != subscriptions.Allowed {
			t.Errorf("ann: %q", got)
		}
	})
}

func TestAnUnknownAddressCanLeave(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		const addr = "nobody@example.org"
		out := check(r.Withdraw(t.Context(), leaves(subscriptions.Everything(), addr)))(t)
		if e := r.ledger(addr)[0]; out.Already || e.SubscriberID != 0 {
			t.Errorf("%+v, %+v", out, e)
		}
		if _, err := r.db.SubscriberByKey(t.Context(), r.key(addr)); errs.KindOf(err) != errs.NotFound {
			t.Errorf("leaving put the address on record: %v", err)
		}
		_, err := r.Grant(t.Context(), agrees(r.sales, addr, subscriptions.ByImport))
		r.refused(err, errs.Refused, "opted out")
		all := check(r.db.Suppressions(t.Context(), 0, 10))(t)
		if len(all) != 1 || string(all[0].Key) != string(r.key(addr)) || all[0].Reason != "withdrawn" {
			t.Errorf("suppressed: %+v", all)
		}
		r.joined(r.monthly, addr)
		if got := r.reason(addr, r.monthly); got != subscriptions.Allowed {
			t.Errorf("after a fresh act: %q", got)
		}
		r.verified()
	})
}

func TestLeavingByRowNumberAndTheScopesThatThereAreNot(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.joined(r.monthly, "ann@example.org")
		w := subscriptions.Withdrawal{SubscriberID: r.person("ann@example.org").ID, Scope: subscriptions.ListScope(r.monthly), Channel: subscriptions.ByMail, Actor: "subscriber"}
		check(r.Withdraw(t.Context(), w))(t)
		if got := r.reason("ann@example.org", r.monthly); got != subscriptions.ReasonWithdrawn {
			t.Errorf("%q", got)
		}
		w.SubscriberID = 999
		if _, err := r.Withdraw(t.Context(), w); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a person that there is not: %v", err)
		}
		if _, err := r.Withdraw(t.Context(), subscriptions.Withdrawal{Scope: subscriptions.Everything()}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("nobody at all: %v", err)
		}
		for name, scope := range map[string]subscriptions.Scope{
			"none": {}, "a list without its purpose": {Reach: subscriptions.OneList, ListID: 1}, "a purpose of no programme": {Reach: subscriptions.OnePurpose, PurposeID: 1},
			"a programme without number": {Reach: subscriptions.WholeProgramme}, "everything of a list": {Reach: subscriptions.EverythingReach, ListID: 1}, "a word": {Reach: "all"},
		} {
			_, err := r.Withdraw(t.Context(), leaves(scope, "bob@example.org"))
			if errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := len(r.ledger("bob@example.org")); n != 0 {
			t.Errorf("%d events", n)
		}
	})
}

func TestASuppressionSaysWhy(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.joined(r.monthly, "ann@example.org")
		w := leaves(subscriptions.Everything(), "ann@example.org")
		w.Channel, w.Actor, w.Evidence = subscriptions.ByReport, "system", subscriptions.Evidence{"message": "12"}
		check(r.Suppress(t.Context(), w, "dead address"))(t)
		if out := check(r.Suppress(t.Context(), w, "complaint"))(t); !out.Already {
			t.Error("suppressing again is not 'already'")
		}
		events := r.ledger("ann@example.org")
		e := events[len(events)-1]
		if e.Kind != subscriptions.Suppressed || e.Reason != "dead address" || string(e.Evidence) != `{"message":"12"}` {
			t.Errorf("%+v", e)
		}
		if got := r.reason("ann@example.org", r.monthly); got != subscriptions.ReasonWithdrawn {
			t.Errorf("%q", got)
		}
	})
}

func TestARestrictionStopsMailUntilItIsLifted(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		const addr = "ann@example.org"
		r.joined(r.sales, addr)
		id := r.person(addr).ID
		r.ok(r.Release(t.Context(), id, "user:1", "nothing to lift"))
		r.ok(r.Restrict(t.Context(), id, "user:1", "accuracy is disputed"))
		r.ok(r.Restrict(t.Context(), id, "user:2", "again"))
		if got := r.reason(addr, r.sales); got != subscriptions.ReasonRestricted {
			t.Errorf("restricted: %q", got)
		}
		r.ok(r.Release(t.Context(), id, "user:1", "corrected"))
		r.ok(r.Release(t.Context(), id, "user:1", "again"))
		if got := r.reason(addr, r.sales); got != subscriptions.Allowed {
			t.Errorf("released: %q", got)
		}
		var marks []subscriptions.EventKind
		for _, e := range r.ledger(addr)[2:] {
			marks = append(marks, e.Kind)
		}
		if len(marks) != 2 || marks[0] != subscriptions.Restricted || marks[1] != subscriptions.Released {
			t.Errorf("the ledger has %v", marks)
		}
		if err := r.Restrict(t.Context(), 999, "user:1", "nobody"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a person that there is not: %v", err)
		}
		r.verified()
	})
}

func TestTheRelayIsWokenAfterACommit(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		woken := 0
		r.Kick = func() { woken++ }
		r.ok(r.Subscribe(t.Context(), asks(r.monthly, "ann@example.org")))
		if woken != 1 {
			t.Errorf("woken %d times", woken)
		}
		if _, err := r.Grant(t.Context(), subscriptions.Act{ListID: r.monthly.ID, Address: address.Must("ann@example.org"), ActedAt: began.Add(time.Hour)}); err == nil || woken != 1 {
			t.Errorf("%v, woken %d times", err, woken)
		}
	})
}
