package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/mailer"
	"assent/subscriptions"
)

// Planning that dies between two pages, or in the middle of one, goes on where it stopped.
func TestPlanningSurvivesBeingKilledBetweenPages(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		const people = 130 // more than a page
		db.PlanBy(100, 30)
		h.crowd(t, 0, people, h.lists[0])
		c, q := h.campaign(t, h.lists[0]), audience(h.lists[0])
		more, err := db.PlanPage(t.Context(), c.ID, q, time.Now())
		if err != nil || !more {
			t.Fatalf("the first page: more %v, %v", more, err)
		}
		after := h.reread(t, c)
		if after.State != mailer.Planning || after.PlannedUpTo == 0 || !after.PlannedAt.IsZero() {
			t.Errorf("after the first page: %+v", after)
		}
		dead, kill := context.WithCancel(t.Context())
		kill()
		if _, err := db.PlanPage(dead, c.ID, q, time.Now()); err == nil {
			t.Error("a page was planned after the process died")
		}
		if more, err := db.PlanPage(t.Context(), c.ID, q, time.Now()); err != nil || more {
			t.Fatalf("the second page: more %v, %v", more, err)
		}
		if more, err := db.PlanPage(t.Context(), c.ID, q, time.Now()); err != nil || more {
			t.Fatalf("a page behind the end: more %v, %v", more, err)
		}
		says(t, "in all", h.counts(t, c), fmt.Sprint(people, " planned: 0 sent"))
		chunks := h.chunkTasks(t, c)
		seen := map[int64]bool{}
		for _, id := range chunks {
			for _, p := range h.claim(t, id, "counter", time.Now()).People {
				if seen[p] {
					t.Fatalf("person %d stands in two chunks", p)
				}
				seen[p] = true
			}
		}
		if len(seen) != people || h.reread(t, c).State != mailer.Sending {
			t.Errorf("%d people in %d chunks, the campaign is %s", len(seen), len(chunks), h.reread(t, c).State)
		}
	})
}

func TestPlanningTwiceAtOncePlansEverybodyOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		db.PlanBy(50, 40)
		h.crowd(t, 0, 120, h.lists[0])
		c, q := h.campaign(t, h.lists[0]), audience(h.lists[0])
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for more := true; more; {
					var err error
					if more, err = db.PlanPage(t.Context(), c.ID, q, time.Now()); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		says(t, "in all", h.counts(t, c), "120 planned")
		if n := len(h.chunkTasks(t, c)); n != 5 { // two of each whole page, and one
			t.Errorf("%d chunks for 120 people", n)
		}
	})
}

func TestPlanningCountsWhomItLeavesOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		ids := h.crowd(t, 0, 10, h.lists[0], h.lists[1])
		gone := must(db.Subscriber(t.Context(), ids[0]))(t)
		h.leaves(t, subscriptions.ListScope(h.lists[0]), gone.Address.String())
		h.leaves(t, subscriptions.Everything(), must(db.Subscriber(t.Context(), ids[1]))(t).Address.String())
		if err := h.svc.Restrict(t.Context(), ids[2], "user:1", "asked"); err != nil {
			t.Fatal(err)
		}
		h.asks(t, h.lists[0], "asking@example.org")
		c, _ := h.planned(t, h.lists[0])
		_, left, err := db.Counts(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := map[subscriptions.Reason]int64{subscriptions.ReasonWithdrawn: 2, subscriptions.ReasonRestricted: 1, subscriptions.ReasonUnconfirmed: 1}
		if fmt.Sprint(left) != fmt.Sprint(want) {
			t.Errorf("left out %v, want %v", left, want)
		}
		says(t, "in all", h.counts(t, c), "7 planned")
		both, _ := h.planned(t, h.lists[0], h.lists[1])
		says(t, "over two lists", h.counts(t, both), "8 planned") // the one who left a single list is on the other
	})
}

func TestWhatDoesNotRunIsNotPlanned(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		h.crowd(t, 0, 3, h.lists[0])
		q := audience(h.lists[0])
		for name, change := range map[string]func(mailer.Campaign) (mailer.Campaign, error){"paused": mailer.Campaign.Pause, "cancelled": mailer.Campaign.Cancel} {
			c := h.campaign(t, h.lists[0])
			h.change(t, c, false, change)
			if more, err := db.PlanPage(t.Context(), c.ID, q, time.Now()); !errors.Is(err, mailer.ErrNotRunning) || more {
				t.Errorf("%s: more %v, %v", name, more, err)
			}
			says(t, name, h.counts(t, c), "0 planned")
		}
	})
}

// Somebody who joins while the audience is being planned is in it or not, and never twice.
func TestJoiningWhilePlanning(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		db.PlanBy(50, 40)
		h.crowd(t, 0, 51, h.lists[0])
		c, q := h.campaign(t, h.lists[0]), audience(h.lists[0])
		if more := must(db.PlanPage(t.Context(), c.ID, q, time.Now()))(t); !more {
			t.Fatal("one page was enough")
		}
		h.crowd(t, 6000, 2, h.lists[0])
		if more := must(db.PlanPage(t.Context(), c.ID, q, time.Now()))(t); more {
			t.Fatal("two pages were not enough")
		}
		h.grants(t, h.lists[0], address.Must("late@example.org").String())
		says(t, "in all", h.counts(t, c), "53 planned")
	})
}
