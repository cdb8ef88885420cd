package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"assent/inbox"
	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
)

func (h house) leave(ctx context.Context, addr string) (subscriptions.Outcome, error) {
	return h.svc.Withdraw(ctx, subscriptions.Withdrawal{Address: address.Must(addr), Scope: subscriptions.Everything(), Channel: subscriptions.ByMail, Actor: "subscriber"})
}

func TestStepsTogetherAreKeptTogether(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, ctx := furnish(t, db, time.Now), t.Context()
		h.grants(t, h.lists[0], "ann@example.org")
		h.grants(t, h.lists[0], "bob@example.org")
		end := h.end(t)
		fault := errors.New("a fault")
		err := db.Together(ctx, func(ctx context.Context) error {
			if _, err := h.leave(ctx, "ann@example.org"); err != nil {
				return err
			}
			if again, err := h.leave(ctx, "ann@example.org"); err != nil || !again.Already {
				t.Errorf("what was just written is not read: %+v, %v", again, err)
			}
			return fault
		})
		if !errors.Is(err, fault) || h.end(t) != end {
			t.Errorf("after a fault the ledger ends at %d, not %d: %v", h.end(t), end, err)
		}
		err = db.Together(ctx, func(ctx context.Context) error {
			for _, who := range []string{"ann@example.org", "bob@example.org", "nobody@example.org"} {
				if _, err := h.leave(ctx, who); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || h.end(t) != end+3 {
			t.Errorf("the ledger ends at %d, want %d: %v", h.end(t), end+3, err)
		}
		if _, err := subscriptions.VerifyLedger(ctx, db); err != nil {
			t.Error(err)
		}
	})
}

// Whoever goes on after a step that failed must not keep what that step had half done.
func TestAStepThatFailedUndoesTheOthersWhoeverGoesOn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, ctx := furnish(t, db, time.Now), t.Context()
		h.grants(t, h.lists[0], "ann@example.org")
		end := h.end(t)
		err := db.Together(ctx, func(ctx context.Context) error {
			if _, err := h.leave(ctx, "ann@example.org"); err != nil {
				return err
			}
			_ = db.Update(ctx, func(subscriptions.Tx) error { return errors.New("a fault") })
			return nil
		})
		if errs.KindOf(err) != errs.Conflict || h.end(t) != end {
			t.Errorf("the ledger ends at %d, not %d: %v", h.end(t), end, err)
		}
	})
}

// One opt-out waits while many steps are made together, and is not lost among them.
func TestWhoLeavesMeanwhileIsNotLost(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h, ctx := furnish(t, db, time.Now), t.Context()
		h.grants(t, h.lists[0], "ann@example.org")
		h.grants(t, h.lists[0], "bob@example.org")
		end, left := h.end(t), make(chan error, 1)
		err := db.Together(ctx, func(shared context.Context) error {
			if _, err := h.leave(shared, "ann@example.org"); err != nil {
				return err
			}
			go func() {
				_, err := h.leave(ctx, "bob@example.org")
				left <- err
			}()
			_, err := h.leave(shared, "cat@example.org")
			return err
		})
		if other := <-left; err != nil || other != nil || h.end(t) != end+3 {
			t.Errorf("the ledger ends at %d, want %d: %v, %v", h.end(t), end+3, err, other)
		}
		if _, err := subscriptions.VerifyLedger(ctx, db); err != nil {
			t.Error(err)
		}
	})
}

var _ inbox.Store = (*store.DB)(nil)
