package subscriptions_test

import (
	"testing"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
)

func TestAGrantNeedsItsEvidence(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		for _, c := range []struct {
			name   string
			list   subscriptions.List
			change func(*subscriptions.Act)
			says   string
		}{
			{"no evidence", r.monthly, func(a *subscriptions.Act) { a.Evidence = nil }, "Without an act there is no consent"},
			{"evidence of no act", r.monthly, func(a *subscriptions.Act) { a.Evidence = subscriptions.Evidence{"ip": "192.0.2.1"} }, "Without an act there is no consent"},
			{"no source", r.monthly, func(a *subscriptions.Act) { a.Source = "" }, "where this person's data came from"},
			{"an enrolment without source", r.dredge, func(a *subscriptions.Act) { a.Source = "" }, "where this person's data came from"},
			{"an act tomorrow", r.monthly, func(a *subscriptions.Act) { a.ActedAt = began.Add(24 * time.Hour) }, "lies in the future"},
			{"a name of two lines", r.monthly, func(a *subscriptions.Act) { a.Name = "Ann\nPoole" }, "name must be in one line"},
		} {
			a := agrees(c.list, "ann@example.org", subscriptions.ByStaff)
			c.change(&a)
			_, err := r.Grant(t.Context(), a)
			r.refused(err, errs.Invalid, c.says)
		}
		a := agrees(r.monthly, "ann@example.org", subscriptions.ByStaff)
		a.ListID = 999
		if _, err := r.Grant(t.Context(), a); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a list that there is not: %v", err)
		}
		if n := len(r.ledger("ann@example.org")); n != 0 {
			t.Errorf("%d events", n)
		}
	})
}

func TestAGrantIsConsentOrAnEnrolmentByThePurposesBasis(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		seq := check(r.Grant(t.Context(), agrees(r.monthly, "ann@example.org", subscriptions.ByStaff)))(t)
		a := agrees(r.dredge, "ann@example.org", subscriptions.ByAPI)
		a.Evidence = nil
		check(r.Grant(t.Context(), a))(t)
		events := r.ledger("ann@example.org")
		if events[0].Seq != seq || events[0].Kind != subscriptions.Granted || events[1].Kind != subscriptions.Enrolled {
			t.Errorf("%d: %s, %s", seq, events[0].Kind, events[1].Kind)
		}
		for _, l := range []subscriptions.List{r.monthly, r.dredge} {
			if got := r.reason("ann@example.org", l); got != subscriptions.Allowed {
				t.Errorf("%s: %q", l.Slug, got)
			}
		}
	})
}

// A permission counts from the person's act, on whichever day somebody enters it.
func TestAGrantLastsFromTheAct(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		a := agrees(r.monthly, "ann@example.org", subscriptions.ByStaff)
		a.ActedAt = began.Add(-10 * 24 * time.Hour)
		check(r.Grant(t.Context(), a))(t)
		if e := r.ledger("ann@example.org")[0]; !e.ExpiresAt.Equal(began.Add(20*24*time.Hour)) || !e.At.Equal(began) {
			t.Errorf("at %v, until %v", e.At, e.ExpiresAt)
		}
		a = agrees(r.monthly, "bob@example.org", subscriptions.ByStaff)
		a.ActedAt = began.Add(-30 * 24 * time.Hour)
		_, err := r.Grant(t.Context(), a)
		r.refused(err, errs.Refused, "The permission ended on 4 May 2026, for it lasts 30 days from the act.")
		a.ListID = r.sales.ID // a purpose without a term
		check(r.Grant(t.Context(), a))(t)
	})
}

func TestOnlyAFreshActMayFollowAnOptOut(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		const addr = "ann@example.org"
		r.joined(r.sales, addr)
		r.clock.advance(time.Hour)
		check(r.Withdraw(t.Context(), leaves(subscriptions.ProgrammeScope(r.harbour.ID), addr)))(t)
		left := r.clock.now()
		r.clock.advance(time.Hour)
		for _, by := range []subscriptions.Channel{subscriptions.ByAPI, subscriptions.ByImport, subscriptions.ByForm} {
			_, err := r.Grant(t.Context(), agrees(r.sales, addr, by))
			r.refused(err, errs.Refused, "This person opted out")
		}
		_, err := r.Grant(t.Context(), agrees(r.dredge, addr, subscriptions.ByStaff))
		r.refused(err, errs.Refused, "This person opted out") // an enrolment is no act of theirs
		old := agrees(r.sales, addr, subscriptions.ByStaff)
		old.ActedAt = left.Add(-time.Minute)
		_, err = r.Grant(t.Context(), old)
		r.refused(err, errs.Refused, "This person opted out") // a form signed before they left, entered afterwards
		if got := r.reason(addr, r.sales); got != subscriptions.ReasonWithdrawn {
			t.Errorf("after all of these: %q", got)
		}
		check(r.Grant(t.Context(), agrees(r.boat, addr, subscriptions.ByAPI)))(t) // the opt-out does not reach the other programme
		fresh := agrees(r.sales, addr, subscriptions.ByStaff)
		fresh.ActedAt = left.Add(time.Minute)
		check(r.Grant(t.Context(), fresh))(t)
		if got := r.reason(addr, r.sales); got != subscriptions.Allowed {
			t.Errorf("after a form signed since: %q", got)
		}
		r.verified()
	})
}
