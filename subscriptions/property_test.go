package subscriptions_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"assent/subscriptions"
)

var lists = []subscriptions.Scope{listA, listB, listC, listD}

// drawEvent draws an event as careless as a bug could make it.
func drawEvent(t *rapid.T, h history) history {
	kind := rapid.SampledFrom(subscriptions.EventKinds).Draw(t, "kind")
	by := rapid.SampledFrom(subscriptions.Channels).Draw(t, "channel")
	scope := rapid.SampledFrom(lists).Draw(t, "list")
	switch kind {
	case subscriptions.Withdrawn, subscriptions.Suppressed:
		scope = rapid.SampledFrom([]subscriptions.Scope{scope, listA, purposeAB, purposeC, programme1, programme2, everything}).Draw(t, "scope")
	case subscriptions.Informed, subscriptions.Paused:
		scope = rapid.SampledFrom([]subscriptions.Scope{scope, purposeAB, purposeC, programme1, everything}).Draw(t, "scope")
	case subscriptions.Restricted, subscriptions.Released, subscriptions.Erased:
		scope = everything
	case subscriptions.ObjectedToMarketing:
		scope = rapid.SampledFrom([]subscriptions.Scope{programme1, programme2, everything}).Draw(t, "whose marketing")
	}
	h = h.then(kind, by, scope)
	if kind == subscriptions.Enrolled && rapid.Bool().Draw(t, "with the notice") {
		h[len(h)-1].NoticeDigest = "the notice"
	}
	if (kind == subscriptions.Paused || permits(h[len(h)-1])) && rapid.Bool().Draw(t, "ends") {
		h = h.until(began.Add(time.Duration(rapid.IntRange(-10, 60).Draw(t, "after")) * time.Minute))
	}
	return h
}

func drawHistory(t *rapid.T, atMost int) history {
	var h history
	for range rapid.IntRange(0, atMost).Draw(t, "events") {
		h = drawEvent(t, h)
	}
	return h
}

func permits(e subscriptions.Event) bool {
	return e.Kind == subscriptions.Confirmed || e.Kind == subscriptions.Granted || e.Kind == subscriptions.Enrolled
}

func bars(e subscriptions.Event, l subscriptions.Scope) bool {
	return (e.Kind == subscriptions.Withdrawn || e.Kind == subscriptions.Suppressed || e.Kind == subscriptions.Erased) && e.Scope.Covers(l)
}

// oracle says from the events themselves which of them permits mail on a list now, 0 for none. It shares nothing with Fold.
func oracle(h history, l subscriptions.Scope, now time.Time) int64 {
	var permit subscriptions.Event
	barred, restricted := false, false
	var paused time.Time
	for _, e := range h {
		switch {
		case permits(e) && e.Scope == l && (!barred || subscriptions.FreshAct(e.Kind, e.Channel)):
			permit = e
			if subscriptions.FreshAct(e.Kind, e.Channel) {
				paused = time.Time{}
			}
		case bars(e, l):
			barred, permit = true, subscriptions.Event{}
		case e.Kind == subscriptions.Lapsed && e.Scope.Covers(l):
			permit = subscriptions.Event{}
		case e.Kind == subscriptions.Paused && e.Scope.Covers(l):
			paused = e.ExpiresAt
		case e.Kind == subscriptions.Restricted:
			restricted = true
		case e.Kind == subscriptions.Released:
			restricted = false
		}
	}
	if restricted || now.Before(paused) || !permit.ExpiresAt.IsZero() && !now.Before(permit.ExpiresAt) || !told(h, l) {
		return 0
	}
	return permit.Seq
}

// told says whether somebody on a list was told of its purpose.
func told(h history, l subscriptions.Scope) bool {
	purpose := subscriptions.Scope{Reach: subscriptions.OnePurpose, ProgrammeID: l.ProgrammeID, PurposeID: l.PurposeID}
	on, told, barred := false, false, map[int64]bool{}
	for _, e := range h {
		for _, other := range lists {
			barred[other.ListID] = barred[other.ListID] || bars(e, other)
		}
		switch {
		case permits(e) && e.Scope.PurposeID == l.PurposeID && (!barred[e.Scope.ListID] || subscriptions.FreshAct(e.Kind, e.Channel)):
			on = true
			told = told || e.Kind != subscriptions.Enrolled || e.NoticeDigest != ""
		case e.Kind == subscriptions.Informed && e.Scope.Covers(purpose):
			told = told || on || e.Scope.PurposeID == l.PurposeID
		}
	}
	return told
}

func TestTheGateOpensOnlyByAnEventThatStandsUncontradicted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t, 20)
		now := began.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "now")) * time.Minute)
		for _, l := range lists {
			got := subscriptions.Decide(to(l), subscriptions.Fold(h), now)
			want := oracle(h, l, now)
			if (got.Reason == subscriptions.Allowed) != (want != 0) || want != 0 && got.Seq != want {
				t.Fatalf("list %d: the gate says %+v, event %d permits it", l.ListID, got, want)
			}
		}
	})
}

func TestAWithdrawalRefusesUntilAFreshAct(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom(lists).Draw(t, "list of the message")
		h := drawHistory(t, 10).leaves(rapid.SampledFrom([]subscriptions.Scope{l, everything, subscriptions.ProgrammeScope(l.ProgrammeID)}).Draw(t, "left"))
		for range rapid.IntRange(0, 10).Draw(t, "later events") {
			next := drawEvent(t, h)
			if last := next[len(next)-1]; last.Scope == l && subscriptions.FreshAct(last.Kind, last.Channel) {
				continue
			}
			h = next
		}
		if got := subscriptions.Decide(to(l), subscriptions.Fold(h), h.end()); got.Reason == subscriptions.Allowed {
			t.Fatalf("allowed by event %d", got.Seq)
		}
	})
}

func TestWithdrawingTwiceIsTheSameAsOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t, 12)
		scope := rapid.SampledFrom([]subscriptions.Scope{listA, purposeAB, programme1, everything}).Draw(t, "left")
		once, twice := h.leaves(scope), h.leaves(scope).leaves(scope)
		for _, l := range lists {
			q := declaring(to(l), purposeAB)
			a, b := subscriptions.Decide(q, subscriptions.Fold(once), once.end()), subscriptions.Decide(q, subscriptions.Fold(twice), once.end())
			if a.Reason != b.Reason {
				t.Fatalf("list %d: %q, then %q", l.ListID, a.Reason, b.Reason)
			}
		}
	})
}

// Events of other people take places in the ledger in between. Only the order of a person's own events may count.
func TestOtherPeoplesEventsChangeNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t, 15)
		apart := append(history{}, h...)
		place := map[int64]int64{0: 0}
		seq := int64(0)
		for i := range apart {
			seq += int64(rapid.IntRange(1, 1000).Draw(t, "others"))
			place[apart[i].Seq], apart[i].Seq = seq, seq
		}
		q := declaring(to(lists...), rapid.SampledFrom([][]subscriptions.Scope{nil, {purposeC}, {purposeAB, purposeD}}).Draw(t, "purposes")...)
		alone, among := subscriptions.Decide(q, subscriptions.Fold(h), h.end()), subscriptions.Decide(q, subscriptions.Fold(apart), h.end())
		if alone.Reason != among.Reason || place[alone.Seq] != among.Seq || alone.ListID != among.ListID {
			t.Fatalf("alone %+v, among others %+v", alone, among)
		}
	})
}

// Being asked about more lists never takes away what one of them allows; declaring more purposes never adds anything.
func TestMoreListsNeverNarrowAndMorePurposesNeverWiden(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := drawHistory(t, 15)
		st := subscriptions.Fold(h)
		one := rapid.SampledFrom(lists).Draw(t, "list")
		purpose := rapid.SampledFrom([]subscriptions.Scope{purposeAB, purposeC, purposeD}).Draw(t, "purpose")
		alone := subscriptions.Decide(to(one), st, h.end()).Reason
		if all := subscriptions.Decide(to(lists...), st, h.end()).Reason; alone == subscriptions.Allowed && all != subscriptions.Allowed {
			t.Fatalf("allowed on list %d, and %q on all", one.ListID, all)
		}
		if more := subscriptions.Decide(declaring(to(one), purpose), st, h.end()).Reason; alone != subscriptions.Allowed && more == subscriptions.Allowed {
			t.Fatalf("%q, and allowed when it declares more", alone)
		}
	})
}
