package store_test

import (
	"maps"
	"math/rand/v2"
	"testing"
	"time"

	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
)

// The overview counts by a shorter way than the gate goes; over random histories it must come to the same numbers.
func TestListFunnelsAgreeWithTheGate(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		now := time.Now().UTC().Truncate(time.Millisecond)
		h := furnish(t, db, func() time.Time { return now })
		seed := uint64(now.UnixNano())
		t.Logf("seed %d", seed)
		h.randomHistories(t, rand.New(rand.NewPCG(seed, 2)), 100, now)
		for _, at := range []time.Time{now.Add(-2 * time.Hour), now, now.Add(2 * time.Hour)} {
			got := must(db.ListFunnels(t.Context(), at))(t)
			for _, l := range h.lists {
				want := must(db.Funnel(t.Context(), subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(l)}}, at))(t)
				if !maps.Equal(got[l.ID], want) {
					t.Errorf("list %d: got %v, want %v", l.ID, got[l.ID], want)
				}
			}
		}
	})
}
