package subscriptions_test

import (
	"testing"

	"assent/subscriptions"
)

func TestFoldingKeepsHowAPersonStands(t *testing.T) {
	t.Parallel()
	type standing struct {
		status subscriptions.Status
		seq    int64
	}
	for _, c := range []struct {
		name     string
		ledger   history
		lists    map[int64]standing
		purposes map[int64]standing
		bars     map[subscriptions.Scope]string
	}{
		{"nothing", nil, nil, nil, nil},
		{"a request", history{}.requests(listA), map[int64]standing{100: {"pending", 1}}, nil, nil},
		{"two requests: the later counts", history{}.requests(listA).requests(listA), map[int64]standing{100: {"pending", 2}}, nil, nil},
		{"a confirmation", history{}.requests(listA).confirms(listA), map[int64]standing{100: {"active", 2}}, map[int64]standing{10: {"active", 2}}, nil},
		{"a second list of the purpose", history{}.confirms(listA).confirms(listB),
			map[int64]standing{100: {"active", 1}, 101: {"active", 2}}, map[int64]standing{10: {"active", 2}}, nil},
		{"leaving a list that nobody was on", history{}.leaves(listA), nil, nil, map[subscriptions.Scope]string{listA: "withdrawn"}},
		{"leaving one of two lists keeps the purpose", history{}.confirms(listA).confirms(listB).leaves(listA),
			map[int64]standing{100: {"withdrawn", 3}, 101: {"active", 2}}, map[int64]standing{10: {"active", 2}}, map[subscriptions.Scope]string{listA: "withdrawn"}},
		{"leaving the last list ends the purpose", history{}.confirms(listA).leaves(listA),
			map[int64]standing{100: {"withdrawn", 2}}, map[int64]standing{10: {"withdrawn", 2}}, map[subscriptions.Scope]string{listA: "withdrawn"}},
		{"leaving a programme closes what is pending too", history{}.requests(listA).confirms(listD).leaves(programme1),
			map[int64]standing{100: {"withdrawn", 3}, 200: {"active", 2}}, map[int64]standing{20: {"active", 2}}, map[subscriptions.Scope]string{programme1: "withdrawn"}},
		{"a lapse ends what is active and nothing else", history{}.requests(listA).confirms(listB).lapses(purposeAB),
			map[int64]standing{100: {"pending", 1}, 101: {"lapsed", 3}}, map[int64]standing{10: {"lapsed", 3}}, nil},
		{"a suppression keeps its reason", history{}.isSuppressed(everything, "dead address"), nil, nil, map[subscriptions.Scope]string{everything: "dead address"}},
		{"a suppression without one says so", history{}.isSuppressed(everything, ""), nil, nil, map[subscriptions.Scope]string{everything: "suppressed"}},
		{"a fresh act leaves the bar in place", history{}.leaves(listA).signs(listA),
			map[int64]standing{100: {"active", 2}}, map[int64]standing{10: {"active", 2}}, map[subscriptions.Scope]string{listA: "withdrawn"}},
		{"an import changes nothing after the opt-out", history{}.confirms(listA).leaves(everything).isImported(listA),
			map[int64]standing{100: {"withdrawn", 2}}, map[int64]standing{10: {"withdrawn", 2}}, map[subscriptions.Scope]string{everything: "withdrawn"}},
		{"an import to a list leaves a withdrawn purpose alone", history{}.confirms(listC).leaves(listB).isImported(listA),
			map[int64]standing{102: {"active", 1}, 100: {"active", 3}}, map[int64]standing{11: {"active", 1}, 10: {"active", 3}}, map[subscriptions.Scope]string{listB: "withdrawn"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := subscriptions.Fold(c.ledger)
			for what, pair := range map[string]struct {
				got  map[int64]subscriptions.Standing
				want map[int64]standing
			}{"lists": {got.Lists, c.lists}, "purposes": {got.Purposes, c.purposes}} {
				if len(pair.got) != len(pair.want) {
					t.Errorf("%s: %+v, want %+v", what, pair.got, pair.want)
				}
				for id, want := range pair.want {
					if g := pair.got[id]; g.Status != want.status || g.Seq != want.seq {
						t.Errorf("%s: %d stands at %+v, want %+v", what, id, g, want)
					}
				}
			}
			if len(got.Bars) != len(c.bars) {
				t.Errorf("bars: %+v, want %+v", got.Bars, c.bars)
			}
			for scope, reason := range c.bars {
				if got.Bars[scope].Reason != reason {
					t.Errorf("the bar on %+v: %+v, want %q", scope, got.Bars[scope], reason)
				}
			}
		})
	}
}

func TestRestrictionAndErasureAreKeptByTheirEvents(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name               string
		ledger             history
		restricted, erased int64
	}{
		{"restricted", history{}.signs(listA).isRestricted(), 2, 0},
		{"restricted and released", history{}.isRestricted().isReleased(), 0, 0},
		{"erased", history{}.signs(listA).isErased(), 0, 2},
		{"erased twice", history{}.isErased().signs(listA).isErased(), 0, 3},
		{"restricted and erased", history{}.isRestricted().isErased(), 1, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := subscriptions.Fold(c.ledger)
			if got.RestrictedBy != c.restricted || got.ErasedBy != c.erased {
				t.Errorf("restricted by %d, erased by %d; want %d, %d", got.RestrictedBy, got.ErasedBy, c.restricted, c.erased)
			}
		})
	}
}

func TestOnlyAnActOfThePersonIsFresh(t *testing.T) {
	t.Parallel()
	for _, kind := range subscriptions.EventKinds {
		for _, by := range subscriptions.Channels {
			want := kind == subscriptions.Confirmed || kind == subscriptions.Granted && by == subscriptions.ByStaff
			if got := subscriptions.FreshAct(kind, by); got != want {
				t.Errorf("%s by %s: %v", kind, by, got)
			}
		}
	}
}
