package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/mailer"
	"assent/subscriptions"
)

// unavailable checks that an error says: try again, nothing is lost.
func unavailable(t *testing.T, what string, err error, says string) {
	t.Helper()
	if errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Message(err), says) {
		t.Errorf("%s: %v %q (%v)", what, errs.KindOf(err), errs.Message(err), err)
	}
}

func (h house) subscribe(ctx context.Context, addr string) error {
	return h.svc.Subscribe(ctx, subscriptions.Act{
		ListID: h.lists[0].ID, Address: address.Must(addr), Channel: subscriptions.ByForm, Actor: "subscriber", Source: "web form",
		Evidence: subscriptions.Evidence{"browser": strings.Repeat("long ", 400)},
	})
}

func TestAFullDiskLeavesNothingHalfDone(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLiteURL(t), time.Now)
	h := furnish(t, db, time.Now)
	h.grants(t, h.lists[0], "before@example.org")
	if err := db.LimitPages(t.Context(), 350); err != nil {
		t.Fatal(err)
	}
	var err error
	kept := int64(0)
	for i := 0; err == nil && i < 2000; i++ {
		if err = h.subscribe(t.Context(), fmt.Sprintf("person-%d@example.org", i)); err == nil {
			kept++
		}
	}
	unavailable(t, "subscribing", err, "The disk of the database is full. Nothing of this step was kept")
	unavailable(t, "withdrawing", func() error {
		_, err := h.svc.Withdraw(t.Context(), subscriptions.Withdrawal{
			Address: address.Must("before@example.org"), Scope: subscriptions.Everything(), Channel: subscriptions.ByMail, Actor: "subscriber",
			Evidence: subscriptions.Evidence{"text": strings.Repeat("leave ", 2000)},
		})
		return err
	}(), "disk of the database is full")
	if end := h.end(t); end != kept+1 {
		t.Errorf("the ledger ends at %d after %d requests", end, kept)
	}
	tasks := must(db.Due(t.Context(), time.Now(), 5000))(t)
	if int64(len(tasks)) != kept {
		t.Errorf("%d tasks for %d requests", len(tasks), kept)
	}
	h.holds(t)
	if err := db.LimitPages(t.Context(), 1<<30); err != nil {
		t.Fatal(err)
	}
	h.leaves(t, subscriptions.Everything(), "before@example.org")
	h.holds(t)
}

func TestADiskThatCannotBeWrittenIsToldSo(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLiteURL(t), time.Now)
	h := furnish(t, db, time.Now)
	if err := db.Unwritable(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	unavailable(t, "subscribing", h.subscribe(t.Context(), "ann@example.org"), "The database cannot be written to")
	if n := len(must(db.Programmes(t.Context()))(t)); n != 2 {
		t.Errorf("reading finds %d programmes", n)
	}
	if err := db.Unwritable(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if err := h.subscribe(t.Context(), "ann@example.org"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// killed ends every connection to the hand's database but its own, as a restart of PostgreSQL does.
func (x *hand) kill() {
	x.t.Helper()
	x.do("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
}

// again repeats a call until it works. Each connection of a pool tells once that it was killed.
func again(t *testing.T, call func() error) {
	t.Helper()
	var err error
	for range 30 {
		if err = call(); err == nil {
			return
		}
		unavailable(t, "the next call", err, "The database does not answer")
	}
	t.Fatalf("it never works again: %v", err)
}

func TestAKilledConnectionLosesNothingAndTheNextCallWorks(t *testing.T) {
	t.Parallel()
	at := storetest.PostgresURL(t)
	db := storetest.Open(t, at, time.Now)
	h, x := furnish(t, db, time.Now), openHand(t, at)
	h.grants(t, h.lists[0], "ann@example.org")
	ann := h.person(t, "ann@example.org")
	leaves := func(kill func()) error {
		return db.Update(t.Context(), func(tx subscriptions.Tx) error {
			e := subscriptions.Event{
				At: time.Now(), Kind: subscriptions.Withdrawn, Scope: subscriptions.Everything(), SubscriberID: ann.ID, AddressKey: ann.Key,
				Channel: subscriptions.ByMail, Actor: "subscriber", Evidence: []byte("{}"), Salt: []byte("salt"),
			}
			if _, err := tx.EventsByKey(ann.Key); err != nil {
				return err
			}
			kill()
			return tx.Append([]subscriptions.Event{e})
		})
	}
	unavailable(t, "killed in the middle", leaves(x.kill), "The database does not answer")
	again(t, func() error { return db.Ping(t.Context()) })
	if end := h.end(t); end != 1 {
		t.Errorf("the ledger ends at %d", end)
	}
	unavailable(t, "killed before the commit", db.Update(t.Context(), func(tx subscriptions.Tx) error {
		_, err := tx.KeepText("words")
		x.kill()
		return err
	}), "The database does not answer")
	x.kill() // while all connections idle
	again(t, func() error { return leaves(func() {}) })
	x.kill()
	again(t, func() error {
		got, _, err := db.Ask(t.Context(), question(h.lists[0]), []int64{ann.ID}, time.Now())
		if err == nil && (len(got) != 1 || got[0].Decision.Reason != subscriptions.ReasonWithdrawn) {
			t.Errorf("the gate says %+v", got)
		}
		return err
	})
	again(t, func() error { _, err := subscriptions.VerifyLedger(t.Context(), db); return err })
}

// A worker whose database restarts while it writes down what it sent tries again: every outcome is kept.
func TestOutcomesSurviveARestartOfPostgreSQL(t *testing.T) {
	t.Parallel()
	at := storetest.PostgresURL(t)
	db := storetest.Open(t, at, time.Now)
	h, x := furnish(t, db, time.Now), openHand(t, at)
	p := h.crowd(t, 0, 3, h.lists[0])
	c, chunks := h.planned(t, h.lists[0])
	now := time.Now()
	k := h.claim(t, chunks[0], "first", now)
	w := mailer.Window{Intent: h.intend(t, k, "first", now, p...), Deliveries: []mailer.Delivery{sent(c, p[0], now), sent(c, p[1], now), sent(c, p[2], now)}}
	for range 3 {
		x.kill()
		again(t, func() error { return db.CloseWindow(t.Context(), c.ID, w) }) // each time but the first as after an answer that was lost
	}
	again(t, func() error { _, _, err := db.Counts(t.Context(), c.ID); return err })
	says(t, "in all", h.counts(t, c), "3 planned: 3 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
}

func TestWhoeverGivesUpWaitingIsNotAFaultOfOurs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		gone, leave := context.WithCancel(t.Context())
		leave()
		late, done := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		defer done()
		for name, ctx := range map[string]context.Context{"gone": gone, "late": late} {
			_, err := db.Lists(ctx)
			unavailable(t, name+", reading", err, "")
			unavailable(t, name+", writing", h.subscribe(ctx, "ann@example.org"), "")
		}
		if end := h.end(t); end != 0 {
			t.Errorf("the ledger ends at %d", end)
		}
	})
}
