package subscriptions_test

import (
	"testing"
	"time"

	"assent/subscriptions"
)

func to(lists ...subscriptions.Scope) subscriptions.Question {
	return subscriptions.Question{Lists: lists}
}

func declaring(q subscriptions.Question, purposes ...subscriptions.Scope) subscriptions.Question {
	q.Purposes = purposes
	return q
}

func ending(q subscriptions.Question, at time.Time) subscriptions.Question {
	q.Ends = at
	return q
}

func TestTheGateDecidesFromThePersonsLedger(t *testing.T) {
	t.Parallel()
	var nobody history
	onA := nobody.requests(listA).confirms(listA)
	later := began.AddDate(1, 0, 0)
	for _, c := range []struct {
		name   string
		ledger history
		q      subscriptions.Question
		want   subscriptions.Reason
		seq    int64
		list   int64
	}{
		{"nobody on record", nobody, to(listA), subscriptions.ReasonNotMember, 0, 0},
		{"a message to no list", onA, to(), subscriptions.ReasonNotMember, 0, 0},
		{"a request that nobody confirmed", nobody.requests(listA), to(listA), subscriptions.ReasonUnconfirmed, 1, 100},
		{"a confirmed request", onA, to(listA), subscriptions.Allowed, 2, 100},
		{"a signed form", nobody.signs(listA), to(listA), subscriptions.Allowed, 1, 100},
		{"an import with its evidence", nobody.isImported(listA), to(listA), subscriptions.Allowed, 1, 100},
		{"an enrolment on another basis", nobody.isEnrolled(listA), to(listA), subscriptions.Allowed, 1, 100},
		{"another list of the same purpose", onA, to(listB), subscriptions.ReasonNotMember, 0, 0},
		{"asking again while on the list", onA.requests(listA), to(listA), subscriptions.Allowed, 2, 100},

		{"leaving the list", onA.leaves(listA), to(listA), subscriptions.ReasonWithdrawn, 3, 100},
		{"leaving the purpose", onA.leaves(purposeAB), to(listA), subscriptions.ReasonWithdrawn, 3, 100},
		{"leaving the programme", onA.leaves(programme1), to(listA), subscriptions.ReasonWithdrawn, 3, 100},
		{"leaving everything", onA.leaves(everything), to(listA), subscriptions.ReasonWithdrawn, 3, 100},
		{"leaving another list", onA.leaves(listB), to(listA), subscriptions.Allowed, 2, 100},
		{"leaving another purpose", onA.leaves(purposeC), to(listA), subscriptions.Allowed, 2, 100},
		{"leaving another programme", onA.leaves(programme2), to(listA), subscriptions.Allowed, 2, 100},
		{"a dead mailbox", onA.isSuppressed(everything, "dead address"), to(listA), subscriptions.ReasonWithdrawn, 3, 100},
		{"a complaint about one list", onA.isSuppressed(listA, "complaint"), to(listA), subscriptions.ReasonWithdrawn, 3, 100},

		{"an import after the opt-out", onA.leaves(listA).isImported(listA), to(listA), subscriptions.ReasonWithdrawn, 3, 100},
		{"an enrolment after the opt-out", onA.leaves(programme1).isEnrolled(listA), to(listA), subscriptions.ReasonWithdrawn, 3, 100},
		{"an import to a list that the opt-out covers", nobody.leaves(programme1).isImported(listA), to(listA), subscriptions.ReasonNotMember, 0, 0},
		{"an import to a list that the opt-out does not cover", nobody.leaves(listB).isImported(listA), to(listA), subscriptions.Allowed, 2, 100},
		{"a request after the opt-out, and an import", onA.leaves(listA).requests(listA).isImported(listA), to(listA), subscriptions.ReasonUnconfirmed, 4, 100},
		{"a request after the opt-out", onA.leaves(listA).requests(listA), to(listA), subscriptions.ReasonUnconfirmed, 4, 100},
		{"a confirmation after the opt-out", onA.leaves(everything).requests(listA).confirms(listA), to(listA), subscriptions.Allowed, 5, 100},
		{"a signed form after the opt-out", onA.leaves(everything).signs(listA), to(listA), subscriptions.Allowed, 4, 100},
		{"a grant over the API after the opt-out", onA.leaves(listA).then(subscriptions.Granted, subscriptions.ByAPI, listA), to(listA), subscriptions.ReasonWithdrawn, 3, 100},
		{"a fresh act for one list leaves the others closed", onA.confirms(listB).leaves(everything).signs(listA), to(listB), subscriptions.ReasonWithdrawn, 4, 101},
		{"leaving again after a fresh act", onA.leaves(listA).signs(listA).leaves(purposeAB), to(listA), subscriptions.ReasonWithdrawn, 5, 100},

		{"a term that ended", onA.lapses(listA), to(listA), subscriptions.ReasonExpired, 3, 100},
		{"a renewal after the term ended", onA.lapses(listA).confirms(listA), to(listA), subscriptions.Allowed, 4, 100},
		{"an import after the term ended", onA.lapses(listA).isImported(listA), to(listA), subscriptions.Allowed, 4, 100},
		{"a term that ends for somebody who left already", onA.leaves(listA).lapses(listA), to(listA), subscriptions.ReasonWithdrawn, 3, 100},

		{"a restriction", onA.isRestricted(), to(listA), subscriptions.ReasonRestricted, 2, 100},
		{"a restriction lifted", onA.isRestricted().isReleased(), to(listA), subscriptions.Allowed, 2, 100},
		{"a fresh act under a restriction", nobody.isRestricted().signs(listA), to(listA), subscriptions.ReasonRestricted, 2, 100},
		{"a restriction of somebody who left", onA.leaves(listA).isRestricted(), to(listA), subscriptions.ReasonRestricted, 3, 100},
		{"an erasure", onA.isErased(), to(listA), subscriptions.ReasonErased, 3, 100},
		{"an erasure under a restriction", onA.isRestricted().isErased(), to(listA), subscriptions.ReasonErased, 4, 100},
		{"an import after the erasure", onA.isErased().isImported(listA), to(listA), subscriptions.ReasonErased, 3, 100},
		{"an import to another list after the erasure", onA.isErased().isImported(listB), to(listB), subscriptions.ReasonNotMember, 0, 0},
		{"a fresh act after the erasure", onA.isErased().signs(listA), to(listA), subscriptions.Allowed, 4, 100},

		{"an enrolment for a purpose that nobody told of", nobody.isEnrolledUntold(listA), to(listA), subscriptions.ReasonNotInformed, 1, 100},
		{"told of the purpose", nobody.isEnrolledUntold(listA).isTold(purposeAB), to(listA), subscriptions.Allowed, 1, 100},
		{"told of all that the programme does", nobody.isEnrolledUntold(listA).isTold(programme1), to(listA), subscriptions.Allowed, 1, 100},
		{"told of another purpose", nobody.isEnrolledUntold(listA).isTold(purposeC), to(listA), subscriptions.ReasonNotInformed, 1, 100},
		{"told before the enrolment", nobody.isTold(purposeAB).isEnrolledUntold(listA), to(listA), subscriptions.Allowed, 2, 100},
		{"told by an act for another list of the purpose", nobody.isEnrolledUntold(listA).confirms(listB), to(listA), subscriptions.Allowed, 1, 100},
		{"told of one list's purpose, on two lists", nobody.isEnrolledUntold(listA).isEnrolledUntold(listC).isTold(purposeC), to(listA, listC), subscriptions.Allowed, 2, 102},
		{"left before being told", nobody.isEnrolledUntold(listA).leaves(listA).isTold(purposeAB), to(listA), subscriptions.ReasonWithdrawn, 2, 100},
		{"a declared purpose that nobody told of", onA.isEnrolledUntold(listC), declaring(to(listA), purposeC), subscriptions.ReasonPurpose, 2, 100},
		{"a declared purpose, told of since", onA.isEnrolledUntold(listC).isTold(purposeC), declaring(to(listA), purposeC), subscriptions.Allowed, 2, 100},

		{"a pause of the list", onA.pauses(listA, later), to(listA), subscriptions.ReasonPaused, 2, 100},
		{"a pause of everything", onA.pauses(everything, later), to(listA), subscriptions.ReasonPaused, 2, 100},
		{"a pause of another list", onA.pauses(listB, later), to(listA), subscriptions.Allowed, 2, 100},
		{"a pause that is over", onA.pauses(listA, began), to(listA), subscriptions.Allowed, 2, 100},
		{"a pause taken back", onA.pauses(everything, later).pauses(listA, time.Time{}), to(listA), subscriptions.Allowed, 2, 100},
		{"a fresh act in a pause", onA.pauses(everything, later).confirms(listA), to(listA), subscriptions.Allowed, 4, 100},
		{"an import in a pause", onA.pauses(everything, later).isImported(listA), to(listA), subscriptions.ReasonPaused, 4, 100},
		{"an enrolment to another list in a pause of everything", onA.pauses(everything, later).isEnrolled(listB), to(listB), subscriptions.ReasonPaused, 4, 101},
		{"leaving in a pause", onA.pauses(listA, later).leaves(listA), to(listA), subscriptions.ReasonWithdrawn, 4, 100},
		{"paused on one list of two", onA.confirms(listB).pauses(listA, later), to(listA, listB), subscriptions.Allowed, 3, 101},
		{"refusing to be profiled", onA.then(subscriptions.ProfilingRefused, subscriptions.ByLink, everything), to(listA), subscriptions.Allowed, 2, 100},

		{"a programme that ended", onA, ending(to(listA), began), subscriptions.ReasonEnded, 2, 100},
		{"a programme that ends later", onA, ending(to(listA), later), subscriptions.Allowed, 2, 100},
		{"a programme that ended, and nobody on its list", nobody, ending(to(listA), began), subscriptions.ReasonNotMember, 0, 0},

		{"on the second of two lists", onA, to(listB, listA), subscriptions.Allowed, 2, 100},
		{"left one of two lists", onA.confirms(listB).leaves(listA), to(listA, listB), subscriptions.Allowed, 3, 101},
		{"allowed on both, by the older event", onA.confirms(listB), to(listB, listA), subscriptions.Allowed, 2, 100},
		{"not yet confirmed on one, left the other", onA.leaves(listA).requests(listB), to(listA, listB), subscriptions.ReasonUnconfirmed, 4, 101},

		{"a declared purpose that was never permitted", onA, declaring(to(listA), purposeC), subscriptions.ReasonPurpose, 2, 100},
		{"a declared purpose that another list brought", onA.confirms(listC), declaring(to(listA), purposeC), subscriptions.Allowed, 2, 100},
		{"one of two declared purposes is missing", onA.confirms(listC), declaring(to(listA), purposeC, purposeD), subscriptions.ReasonPurpose, 2, 100},
		{"a declared purpose withdrawn since", onA.confirms(listC).leaves(purposeC), declaring(to(listA), purposeC), subscriptions.ReasonPurpose, 2, 100},
		{"a declared purpose whose only list was left", onA.confirms(listC).leaves(listC), declaring(to(listA), purposeC), subscriptions.ReasonPurpose, 2, 100},
		{"a declared purpose of which one list is left", onA.confirms(listB).confirms(listC).leaves(listA), declaring(to(listC), purposeAB), subscriptions.Allowed, 4, 102},
		{"a declared purpose whose only list lapsed", onA.confirms(listC).lapses(listC), declaring(to(listA), purposeC), subscriptions.ReasonPurpose, 2, 100},
		{"a declared purpose that was permitted by itself", onA.then(subscriptions.Confirmed, subscriptions.ByLink, purposeC).confirms(listB).leaves(listB), declaring(to(listA), purposeC), subscriptions.Allowed, 2, 100},
		{"a declared purpose that was asked for, not confirmed", onA.requests(listC), declaring(to(listA), purposeC), subscriptions.ReasonPurpose, 2, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := subscriptions.Decide(c.q, subscriptions.Fold(c.ledger), c.ledger.end())
			want := subscriptions.Decision{Reason: c.want, Seq: c.seq, ListID: c.list}
			if c.want == subscriptions.Allowed {
				want.Until = c.q.Ends // these permissions have no term
			}
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestAPermissionEndsToTheMillisecond(t *testing.T) {
	t.Parallel()
	ends := began.Add(24 * time.Hour)
	onA := history{}.confirms(listA).until(ends).confirms(listC)
	withOffers := declaring(to(listC), purposeAB)
	for _, c := range []struct {
		name   string
		at     time.Time
		list   subscriptions.Reason
		offers subscriptions.Reason
	}{
		{"a millisecond before", ends.Add(-time.Millisecond), subscriptions.Allowed, subscriptions.Allowed},
		{"a nanosecond before", ends.Add(-1), subscriptions.Allowed, subscriptions.Allowed},
		{"at the moment itself", ends, subscriptions.ReasonExpired, subscriptions.ReasonPurpose},
		{"a millisecond after", ends.Add(time.Millisecond), subscriptions.ReasonExpired, subscriptions.ReasonPurpose},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := subscriptions.Decide(to(listA), subscriptions.Fold(onA), c.at).Reason; got != c.list {
				t.Errorf("the list: %q, want %q", got, c.list)
			}
			if got := subscriptions.Decide(withOffers, subscriptions.Fold(onA), c.at).Reason; got != c.offers {
				t.Errorf("the purpose: %q, want %q", got, c.offers)
			}
		})
	}
}

// A gate that is asked just before an end must not let a message out after it.
func TestADecisionKnowsWhenItsFirstEndComes(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return began.AddDate(0, 0, n) }
	ledger := history{}.confirms(listA).until(day(20)).confirms(listB).confirms(listC).until(day(10))
	for _, c := range []struct {
		name string
		q    subscriptions.Question
		want time.Time
	}{
		{"a permission with a term", to(listA), day(20)},
		{"a permission without a term", to(listB), time.Time{}},
		{"a purpose besides that ends earlier", declaring(to(listA), purposeC), day(10)},
		{"a programme that ends earlier", ending(to(listA), day(5)), day(5)},
		{"a programme that ends later", ending(to(listA), day(30)), day(20)},
		{"a message that is not allowed", to(listD), time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := subscriptions.Decide(c.q, subscriptions.Fold(ledger), began.Add(time.Hour)).Until; !got.Equal(c.want) {
				t.Errorf("until %v, want %v", got, c.want)
			}
		})
	}
}

// What folding cannot make must not open the gate if it turns up all the same.
func TestAnUnknownStandingOpensNothing(t *testing.T) {
	t.Parallel()
	for _, status := range []subscriptions.Status{subscriptions.StatusNone, "Active", "active "} {
		st := subscriptions.State{Lists: map[int64]subscriptions.Standing{100: {Status: status, Seq: 1}}}
		if got := subscriptions.Decide(to(listA), st, began).Reason; got != subscriptions.ReasonWithdrawn {
			t.Errorf("a standing of %q: %q", status, got)
		}
	}
}

func TestEveryReasonHasItsRank(t *testing.T) {
	t.Parallel()
	for i, r := range subscriptions.Reasons {
		if r.Rank() != i {
			t.Errorf("%q has rank %d and stands at %d", r, r.Rank(), i)
		}
	}
	if got := subscriptions.Reason("unheard of").Rank(); got != len(subscriptions.Reasons) {
		t.Errorf("a reason that there is not has rank %d", got)
	}
}

func TestScopesCover(t *testing.T) {
	t.Parallel()
	all := []subscriptions.Scope{listA, listB, listC, listD, purposeAB, purposeC, purposeD, programme1, programme2, everything}
	for _, c := range []struct {
		name   string
		scope  subscriptions.Scope
		covers []subscriptions.Scope
	}{
		{"a list covers itself", listA, []subscriptions.Scope{listA}},
		{"a purpose covers itself and its lists", purposeAB, []subscriptions.Scope{purposeAB, listA, listB}},
		{"a programme covers its purposes and lists", programme1, []subscriptions.Scope{programme1, purposeAB, purposeC, listA, listB, listC}},
		{"everything covers all", everything, all},
		{"no scope covers nothing", subscriptions.Scope{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want := map[subscriptions.Scope]bool{}
			for _, s := range c.covers {
				want[s] = true
			}
			for _, inner := range all {
				if got := c.scope.Covers(inner); got != want[inner] {
					t.Errorf("%+v covers %+v: %v", c.scope, inner, got)
				}
			}
		})
	}
}
