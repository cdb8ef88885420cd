package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/mailer"
	"assent/queue"
)

func TestAChunkHasOneClaimantAtATime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		ids := h.crowd(t, 0, 3, h.lists[0])
		_, chunks := h.planned(t, h.lists[0])
		now := time.Now()
		var wg sync.WaitGroup
		var mu sync.Mutex
		won, busy := 0, 0
		for range 8 {
			wg.Go(func() {
				k, done, err := db.Claim(t.Context(), chunks[0], "claimant", now, now.Add(30*time.Second))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil && !done && len(k.People) == 3:
					won++
				case errors.Is(err, queue.ErrBusy):
					busy++
				default:
					t.Errorf("%+v, %v, %v", k, done, err)
				}
			})
		}
		wg.Wait()
		if won != 1 || busy != 7 {
			t.Errorf("%d claims held, %d were refused", won, busy)
		}
		if _, _, err := db.Claim(t.Context(), chunks[0], "second", now.Add(30*time.Second), now.Add(time.Minute)); !errors.Is(err, queue.ErrBusy) {
			t.Errorf("at the last moment of the lease: %v", err)
		}
		k := h.claim(t, chunks[0], "second", now.Add(30*time.Second+time.Millisecond))
		if k.Claims != 2 || len(k.People) != 3 || k.People[0] != ids[0] || k.Attempt != 1 {
			t.Errorf("%+v", k)
		}
		if _, _, err := db.Claim(t.Context(), 9999, "third", now, now); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a chunk that there is not: %v", err)
		}
	})
}

func TestTakingOverMakesUncertainWhoeverWasInFlight(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		p := h.crowd(t, 0, 8, h.lists[0])
		c, chunks := h.planned(t, h.lists[0])
		now := time.Now()
		k := h.claim(t, chunks[0], "first", now)
		first := h.intend(t, k, "first", now, p[0], p[1], p[2])
		h.close(t, c, mailer.Window{Intent: first, Deliveries: []mailer.Delivery{sent(c, p[0], now), sent(c, p[1], now)},
			Deferred: []mailer.Delivery{{SubscriberID: p[2], Code: 451, Reply: "later"}}})
		lost := h.intend(t, k, "first", now, p[3], p[4]) // and then the worker dies
		later := now.Add(time.Hour)
		k = h.claim(t, chunks[0], "second", later)
		if len(k.People) != 3 || k.People[0] != p[5] {
			t.Errorf("still to be sent to: %v of %v", k.People, p)
		}
		says(t, "after the take-over", h.counts(t, c), "8 planned: 2 sent, 0 failed, 0 refused, 2 uncertain, 4 waiting")

		// The dead worker comes back with what it knows: one was taken, of the other it knows nothing.
		h.close(t, c, mailer.Window{Intent: lost, Deliveries: []mailer.Delivery{sent(c, p[3], now)}})
		says(t, "after the late answer", h.counts(t, c), "8 planned: 3 sent, 0 failed, 0 refused, 1 uncertain, 4 waiting")
		// What is known is not overwritten by anything.
		late := sent(c, p[0], now)
		late.State, late.Reason = mailer.Failed, "a second opinion"
		h.close(t, c, mailer.Window{Intent: lost, Deliveries: []mailer.Delivery{late}})
		says(t, "after a second opinion", h.counts(t, c), "8 planned: 3 sent, 0 failed, 0 refused, 1 uncertain, 4 waiting")
		// And it sends nothing more.
		in := mailer.Intent{ChunkID: k.ID, People: p[5:6], GateSeq: 1, AskedAt: later}
		if err := db.Intend(t.Context(), &in, "first", later.Add(time.Minute)); !errors.Is(err, mailer.ErrLeaseLost) {
			t.Errorf("the first worker intends: %v", err)
		}
		if err := db.FinishChunk(t.Context(), k, "first", later, time.Time{}); !errors.Is(err, mailer.ErrLeaseLost) {
			t.Errorf("the first worker finishes: %v", err)
		}
		if err := db.Release(t.Context(), k.ID, "first"); err != nil {
			t.Error(err)
		}
		if _, _, err := db.Claim(t.Context(), k.ID, "third", later, later.Add(time.Minute)); !errors.Is(err, queue.ErrBusy) {
			t.Errorf("the first worker gave away the second's chunk: %v", err)
		}
	})
}

// Cancelling or pausing while a worker is dead must not hide that its window may have gone out.
func TestWhoWasInFlightIsShownAlsoWhenTheCampaignNoLongerRuns(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		p := h.crowd(t, 0, 4, h.lists[0])
		for name, change := range map[string]func(mailer.Campaign) (mailer.Campaign, error){"paused": mailer.Campaign.Pause, "cancelled": mailer.Campaign.Cancel} {
			c, chunks := h.planned(t, h.lists[0])
			now := time.Now()
			chunk := chunks[len(chunks)-1]
			k := h.claim(t, chunk, "first", now)
			h.intend(t, k, "first", now, p[0], p[1]) // and then the worker dies
			h.change(t, c, false, change)
			if _, _, err := db.Claim(t.Context(), chunk, "second", now, now.Add(time.Minute)); !errors.Is(err, queue.ErrBusy) {
				t.Errorf("%s, while the worker may live: %v", name, err)
			}
			says(t, name+", while the worker may live", h.counts(t, c), "0 uncertain, 4 waiting")
			later := now.Add(time.Hour)
			if _, _, err := db.Claim(t.Context(), chunk, "second", later, later.Add(time.Minute)); !errors.Is(err, mailer.ErrNotRunning) {
				t.Errorf("%s: %v", name, err)
			}
			says(t, name, h.counts(t, c), "2 uncertain, 2 waiting")
		}
	})
}

func TestAPausedCampaignStartsNoWindow(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		p := h.crowd(t, 0, 4, h.lists[0])
		c, chunks := h.planned(t, h.lists[0])
		now := time.Now()
		k := h.claim(t, chunks[0], "first", now)
		h.change(t, c, false, mailer.Campaign.Pause)
		in := mailer.Intent{ChunkID: k.ID, People: p[:1], GateSeq: 1, AskedAt: now}
		if err := db.Intend(t.Context(), &in, "first", now.Add(time.Minute)); !errors.Is(err, mailer.ErrNotRunning) {
			t.Errorf("%v", err)
		}
		if err := db.Release(t.Context(), k.ID, "first"); err != nil {
			t.Fatal(err)
		}
		h.change(t, c, true, mailer.Campaign.Resume)
		if again := h.chunkTasks(t, c); len(again) != 1 || again[0] != chunks[0] {
			t.Errorf("after resuming the tasks are of chunks %v, want %v", again, chunks)
		}
		h.claim(t, chunks[0], "second", now) // at once: it was given back
	})
}

func TestWhoeverWasPutOffComesUpAgainAndThenFails(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		p := h.crowd(t, 0, 3, h.lists[0])
		c, chunks := h.planned(t, h.lists[0])
		now := time.Now()
		k := h.claim(t, chunks[0], "first", now)
		in := h.intend(t, k, "first", now, p...)
		deferred := sent(c, p[1], now)
		deferred.State, deferred.Code, deferred.Reply = "", 451, "Greylisted"
		h.close(t, c, mailer.Window{Intent: in, Deliveries: []mailer.Delivery{sent(c, p[0], now), sent(c, p[2], now)}, Deferred: []mailer.Delivery{deferred}})
		if err := db.FinishChunk(t.Context(), k, "first", now, now.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, done, err := db.Claim(t.Context(), k.ID, "late", now.Add(time.Hour), now.Add(2*time.Hour)); !done || err != nil {
			t.Errorf("a chunk that is done: %v, %v", done, err)
		}
		if got := h.reread(t, c).State; got != mailer.Sending {
			t.Errorf("with somebody waiting the campaign is %s", got)
		}
		next := h.chunkTasks(t, c)
		again := h.claim(t, next[len(next)-1], "first", now.Add(time.Minute))
		if again.Attempt != 2 || len(again.People) != 1 || again.People[0] != p[1] {
			t.Fatalf("%+v", again)
		}
		in = h.intend(t, again, "first", now, p[1])
		deferred.Code = 452
		h.close(t, c, mailer.Window{Intent: in, Deferred: []mailer.Delivery{deferred}})
		if err := db.FinishChunk(t.Context(), again, "first", now, time.Time{}); err != nil {
			t.Fatal(err)
		}
		says(t, "in the end", h.counts(t, c), "3 planned: 2 sent, 1 failed, 0 refused, 0 uncertain, 0 waiting")
		d := must(db.Delivery(t.Context(), c.ID, p[1]))(t)
		if d.State != mailer.Failed || d.Code != 452 || d.Reply != "Greylisted" || d.EventSeq != 1 || d.StartedAt.IsZero() || d.ListID != h.lists[0].ID {
			t.Errorf("%+v", d)
		}
		if got := h.reread(t, c); got.State != mailer.Finished || got.FinishedAt.IsZero() {
			t.Errorf("%+v", got)
		}
	})
}

// The last two chunks end at the same moment: one of their workers must see that nothing is left.
func TestTwoWorkersThatEndTheLastChunksFinishTheCampaign(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		db.PlanBy(50, 10)
		p := h.crowd(t, 0, 50, h.lists[0])
		c, chunks := h.planned(t, h.lists[0])
		now := time.Now()
		var wg sync.WaitGroup
		ready := make(chan struct{})
		for _, id := range chunks {
			k := h.claim(t, id, "worker", now)
			var all []mailer.Delivery
			for _, person := range k.People {
				all = append(all, sent(c, person, now))
			}
			h.close(t, c, mailer.Window{Intent: h.intend(t, k, "worker", now, k.People...), Deliveries: all})
			wg.Go(func() {
				<-ready
				if err := db.FinishChunk(t.Context(), k, "worker", now, now); err != nil {
					t.Error(err)
				}
			})
		}
		close(ready)
		wg.Wait()
		if got := h.reread(t, c).State; got != mailer.Finished {
			t.Errorf("with nothing left the campaign is %s", got)
		}
		says(t, "in all", h.counts(t, c), "50 planned: 50 sent")
		if len(p) != 50 || len(chunks) != 5 {
			t.Errorf("%d people in %d chunks", len(p), len(chunks))
		}
	})
}

func TestAReportIsKeptOnItsDelivery(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		p := h.crowd(t, 0, 2, h.lists[0])
		c, chunks := h.planned(t, h.lists[0])
		now := time.Now()
		k := h.claim(t, chunks[0], "first", now)
		h.close(t, c, mailer.Window{Intent: h.intend(t, k, "first", now, p...), Deliveries: []mailer.Delivery{sent(c, p[0], now)}})
		if err := db.Reported(t.Context(), c.ID, p[1], "failed", "5.1.1"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a delivery that is not written yet: %v", err)
		}
		for _, step := range []struct{ action, status, want string }{
			{"delayed", "4.4.1", "delayed 4.4.1"}, {"failed", "5.1.1", "failed 5.1.1"}, {"delayed", "4.4.1", "failed 5.1.1"}, {"delivered", "2.0.0", "failed 5.1.1"},
		} {
			if err := db.Reported(t.Context(), c.ID, p[0], step.action, step.status); err != nil {
				t.Fatal(err)
			}
			if d := must(db.Delivery(t.Context(), c.ID, p[0]))(t); d.Report+" "+d.ReportStatus != step.want || d.State != mailer.Sent {
				t.Errorf("after %s: %+v", step.action, d)
			}
		}
		n, _, err := db.Counts(t.Context(), c.ID)
		if err != nil || n.Bounced != 1 || n.Sent != 1 {
			t.Errorf("%+v, %v", n, err)
		}
	})
}
