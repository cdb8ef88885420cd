package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
)

func TestTheAuditTrailIsReadInTheOrderOfItsLines(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for i := range 3 {
			n := audit.Note{Actor: "user:3", Action: audit.ReadCase, Object: fmt.Sprint("case:", i), Why: "asked by phone"}
			if err := db.Record(t.Context(), n); err != nil {
				t.Fatal(err)
			}
		}
		all := must(db.TrailAfter(t.Context(), audit.Filter{}, 0, 10))(t)
		if len(all) != 3 || all[0].Object != "case:0" || all[0].Why != "asked by phone" || all[0].Action != audit.ReadCase || time.Since(all[0].At) > time.Minute {
			t.Fatalf("%+v", all)
		}
		if rest := must(db.AuditEntries(t.Context(), all[0].Seq, 1))(t); len(rest) != 1 || rest[0].Object != "case:1" {
			t.Errorf("%+v", rest)
		}
	})
}

func TestPeopleOfAListAreCountedByStatus(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		list := h.lists[0]
		for i := range 4 {
			a := subscriptions.Act{
				ListID: list.ID, Address: address.Must(fmt.Sprintf("person-%d@example.org", i)), Channel: subscriptions.ByAPI, Actor: "key:1", Source: "test",
				Evidence: subscriptions.Evidence{"act": "ticked the box"},
			}
			if i == 3 {
				if err := h.svc.Subscribe(t.Context(), a); err != nil {
					t.Fatal(err)
				}
				continue
			}
			must(h.svc.Grant(t.Context(), a))(t)
		}
		must(h.svc.Withdraw(t.Context(), subscriptions.Withdrawal{
			Address: address.Must("person-0@example.org"), Scope: subscriptions.ListScope(list), Channel: subscriptions.ByAPI, Actor: "key:1",
		}))(t)
		got := must(db.ListStatuses(t.Context(), list.ID))(t)
		want := map[subscriptions.Status]int64{subscriptions.StatusActive: 2, subscriptions.StatusPending: 1, subscriptions.StatusWithdrawn: 1}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v, want %v", got, want)
		}
		if none := must(db.ListStatuses(t.Context(), h.lists[1].ID))(t); len(none) != 0 {
			t.Errorf("an empty list has %v", none)
		}
	})
}

func TestCasesComeInTheOrderOfWorkOnEveryPage(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for i, c := range []struct{ due, state string }{
			{"2026-12-24", "new"}, {"", "waiting"}, {"2026-12-01", "closed"}, {"2026-12-01", "new"}, {"2026-12-24", "in-progress"}, {"", "closed"},
		} {
			if err := db.Receive(t.Context(), "privacy", 1, []inbox.Arrival{{UID: uint32(i + 1), ReceivedAt: time.Now(), Unreadable: "no"}}); err != nil {
				t.Fatal(err)
			}
			kept := must(db.KeptBefore(t.Context(), 0, 1))(t)
			err := db.Settle(t.Context(), inbox.Settlement{InboundID: kept[0].ID, Disposition: inbox.OpenedCase, Opening: &cases.Opening{
				Case: cases.Case{Kind: cases.Access, State: cases.State(c.state), DueOn: c.due, InboundID: kept[0].ID, ReceivedAt: time.Now()}, Events: []cases.Event{{Kind: cases.Opened}},
			}})
			if err != nil {
				t.Fatal(err)
			}
		}
		var got []int64
		for after := int64(0); ; {
			page := must(db.CasesAfter(t.Context(), cases.Filter{}, after, 2))(t)
			if len(page) == 0 {
				break
			}
			for _, c := range page {
				got = append(got, c.ID)
			}
			after = page[len(page)-1].ID
		}
		if want := []int64{4, 1, 5, 2, 3, 6}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		if none := must(db.CasesAfter(t.Context(), cases.Filter{}, 99, 2))(t); len(none) != 0 {
			t.Errorf("after a case that does not exist: %v", none)
		}
	})
}
