package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

func undo(t *testing.T, db importing.UndoStore, now func() time.Time, id int64, dry bool) importing.Undone {
	t.Helper()
	return must((&importing.Undoing{Store: db, Now: now, Batch: 20}).Undo(t.Context(), id, "user:3", dry))(t)
}

func undone(u importing.Undone) string {
	return fmt.Sprintf("%d ended, %d left, %d kept, %d forgotten, %d dropped", u.Ended, u.Left, u.Kept, u.Forgotten, u.Dropped)
}

func TestAnImportIsTakenBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		h := furnish(t, db, func() time.Time { return now })
		list := h.lists[0]
		// p1 stands on the other list, p2 acts afresh afterwards, p3 opts out, p4 is mailed: the others are only here through the file.
		must(bring(t, db, h.svc.Now, h.lists[1], header+people(1, 2), &rejectLog{}, false))(t)
		text := header + people(0, 60) + "q1@example.org,,,,,,\n"
		report := must(bring(t, db, h.svc.Now, list, text, &rejectLog{}, false))(t)
		now = now.Add(time.Hour)
		must(h.svc.Grant(ctx, subscriptions.Act{ListID: list.ID, Address: address.Must("p2@example.org"), Channel: subscriptions.ByStaff, Actor: "user:1", Source: "phone", Evidence: subscriptions.Evidence{"act": "asked by phone"}}))(t)
		must(h.svc.Withdraw(ctx, subscriptions.Withdrawal{Address: address.Must("p3@example.org"), Scope: subscriptions.ListScope(list), Channel: subscriptions.ByMail, Actor: "subscriber"}))(t)
		before := must(db.Events(ctx, 0, 1000))(t)

		want := "58 ended, 2 left, 0 kept, 57 forgotten, 1 dropped"
		if dry := undo(t, db, h.svc.Now, report.ID, true); undone(dry) != want {
			t.Errorf("dry: %s\nwant %s", undone(dry), want)
		}
		if after := must(db.Events(ctx, 0, 1000))(t); len(after) != len(before) {
			t.Fatalf("a dry run wrote %d events", len(after)-len(before))
		}
		got := undo(t, db, h.svc.Now, report.ID, false)
		if undone(got) != want || got.Already {
			t.Errorf("%s, already %v\nwant %s", undone(got), got.Already, want)
		}
		if again := undo(t, db, h.svc.Now, report.ID, false); !again.Already || again.Ended != 0 {
			t.Errorf("again: %+v", again)
		}
		h.checkMailable(t, list, []string{"p2@example.org"})
		h.checkMailable(t, h.lists[1], []string{"p1@example.org"})
		if p := must(db.SubscriberByKey(ctx, h.svc.Keys.AddressKey(address.Must("p7@example.org"))))(t); !p.Address.IsZero() || p.Name != "" {
			t.Errorf("not forgotten: %+v", p)
		}
		if _, err := subscriptions.VerifyLedger(ctx, db); err != nil {
			t.Error(err)
		}

		// The same file again: a new import, which brings in whom nobody kept away.
		anew := must(bring(t, db, h.svc.Now, list, text, &rejectLog{}, false))(t)
		if anew.ID == report.ID || tally(anew.Counts) != "61 rows: 58 granted, 1 unchanged, 0 duplicates, 1 quarantined, 1 refused, 0 invalid" {
			t.Errorf("import %d: %s", anew.ID, tally(anew.Counts))
		}
		if p := must(db.SubscriberByKey(ctx, h.svc.Keys.AddressKey(address.Must("p7@example.org"))))(t); p.Name != "Person 7" || p.Address.IsZero() {
			t.Errorf("not back: %+v", p)
		}
	})
}

// cutOff is a store that fails at a chosen step of taking back.
type cutOff struct {
	*store.DB
	at, calls int
}

func (c *cutOff) UpdateUndo(ctx context.Context, fn func(importing.UndoTx) error) error {
	return c.DB.UpdateUndo(ctx, func(tx importing.UndoTx) error {
		if err := fn(tx); err != nil {
			return err
		}
		if c.calls++; c.calls == c.at {
			return errPower
		}
		return nil
	})
}

func TestTakingBackGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		h := furnish(t, db, func() time.Time { return now })
		text := header + people(0, 70)
		report := must(bring(t, db, h.svc.Now, h.lists[0], text, &rejectLog{}, false))(t)
		power := &cutOff{DB: db, at: 3}
		_, err := (&importing.Undoing{Store: power, Now: h.svc.Now, Batch: 20}).Undo(t.Context(), report.ID, "user:3", false)
		if !errors.Is(err, errPower) {
			t.Fatal(err)
		}
		if _, err := bring(t, db, h.svc.Now, h.lists[0], text, &rejectLog{}, false); errs.KindOf(err) != errs.Conflict {
			t.Errorf("the file came in while it was being taken back: %v", err)
		}
		if rest := undo(t, db, h.svc.Now, report.ID, false); rest.Ended != 30 {
			t.Errorf("the rest: %s", undone(rest))
		}
		h.checkMailable(t, h.lists[0], nil)
		if head, _, err := db.Head(t.Context()); err != nil || head.Seq != 140 {
			t.Errorf("%d events, %v", head.Seq, err)
		}
	})
}

func TestNoImportOfThatNumber(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, err := (&importing.Undoing{Store: db, Now: time.Now}).Undo(t.Context(), 7, "user:3", false)
		if errs.KindOf(err) != errs.NotFound {
			t.Error(err)
		}
	})
}
