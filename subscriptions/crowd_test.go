package subscriptions_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
)

// More people at once than the database has connections for must not wait for each other for ever.
func TestManyPeopleAtOnceDoNotLockEachOtherOut(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				addr := fmt.Sprintf("person-%d@example.org", i)
				if err := r.Subscribe(ctx, asks(r.monthly, addr)); err != nil {
					t.Error(err)
				}
				if _, err := r.Grant(ctx, agrees(r.sales, addr, subscriptions.ByStaff)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := len(r.requests()); n != 60 {
			t.Errorf("%d of 60 requests are to be confirmed", n)
		}
		r.verified()
	})
}

// Whatever order twenty hands act in, the ledger holds, and the person stands as the ledger says.
func TestConfirmingAndLeavingAtOnceEndsAsTheLedgerSays(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		const addr = "ann@example.org"
		tokens := []string{r.asked(r.monthly, addr), r.asked(r.weekly, addr), r.asked(r.sales, addr)}
		scopes := []subscriptions.Scope{
			subscriptions.ListScope(r.monthly), subscriptions.PurposeScope(r.news), subscriptions.ProgrammeScope(r.harbour.ID), subscriptions.Everything(),
		}
		var wg sync.WaitGroup
		for hand := range 20 {
			wg.Go(func() {
				random := rand.New(rand.NewPCG(uint64(hand), 1))
				for range 4 {
					if random.IntN(2) == 0 {
						_, err := r.Confirm(t.Context(), tokens[random.IntN(len(tokens))], nil)
						if err != nil && errs.KindOf(err) != errs.Refused {
							t.Error(err)
						}
						continue
					}
					if _, err := r.Withdraw(t.Context(), leaves(scopes[random.IntN(len(scopes))], addr)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		r.verified()
		person := r.person(addr)
		tables := check(r.db.Folded(t.Context(), []subscriptions.Subscriber{person}))(t)[person.ID]
		for list, st := range r.state(addr).Lists {
			if tables.Lists[list].Seq != st.Seq || tables.Lists[list].Status != st.Status {
				t.Errorf("list %d stands at %+v, the ledger says %+v", list, tables.Lists[list], st)
			}
		}
		if _, err := r.Withdraw(t.Context(), leaves(subscriptions.Everything(), addr)); err != nil {
			t.Error(err)
		}
		if got := r.reason(addr, r.monthly); got != subscriptions.ReasonWithdrawn {
			t.Errorf("after the last word was to leave: %q", got)
		}
	})
}

func TestAFailedTransactionLeavesNothing(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		broken := *r.Service
		broken.Store = failing{r.db, errors.New("the disk went away")}
		if err := broken.Subscribe(t.Context(), asks(r.monthly, "ann@example.org")); err == nil {
			t.Fatal("no error")
		}
		if _, err := broken.Withdraw(t.Context(), leaves(subscriptions.Everything(), "ann@example.org")); err == nil {
			t.Fatal("no error")
		}
		if events := r.ledger("ann@example.org"); len(events) != 0 {
			t.Errorf("the ledger has %d events", len(events))
		}
		if n := len(r.requests()); n != 0 {
			t.Errorf("%d tasks stand", n)
		}
		if _, err := r.db.SubscriberByKey(t.Context(), r.key("ann@example.org")); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a person is on record: %v", err)
		}
		r.verified()
	})
}
