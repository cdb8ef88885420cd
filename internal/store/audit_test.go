package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
)

// trailOf returns the trail as "actor action object", the oldest first.
func trailOf(t *testing.T, db *store.DB, f audit.Filter) []string {
	t.Helper()
	var out []string
	for _, e := range must(db.TrailAfter(t.Context(), f, 0, 1000))(t) {
		out = append(out, e.Actor+" "+string(e.Action)+" "+e.Object)
	}
	return out
}

func TestEveryChangeOfAPersonIsInTheTrail(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		h.asks(t, h.lists[0], "ann@example.org")
		p := h.person(t, "ann@example.org")
		p.Name, p.Attributes = "Ann Lee", subscriptions.Attributes{"harbour": {"region": "Kent"}}
		ctx := audit.For(audit.As(t.Context(), "user:3"), "she rang us")
		if err := db.Update(ctx, func(tx subscriptions.Tx) error { return tx.UpdateSubscriber(p) }); err != nil {
			t.Fatal(err)
		}
		if err := db.Update(ctx, func(tx subscriptions.Tx) error { return tx.UpdateSubscriber(p) }); err != nil { // changes nothing
			t.Fatal(err)
		}
		all := must(db.TrailAfter(t.Context(), audit.Filter{PersonID: p.ID}, 0, 10))(t)
		if len(all) != 2 {
			t.Fatalf("%d entries: %+v", len(all), all)
		}
		added, changed := all[0], all[1]
		if added.Actor != "subscriber" || added.Action != audit.AddPerson || added.After["address"] != "ann@example.org" {
			t.Errorf("added: %+v", added)
		}
		if changed.Actor != "user:3" || changed.Why != "she rang us" || changed.After["name"] != "Ann Lee" || changed.After["harbour.region"] != "Kent" ||
			string(changed.Facts) != `{"fields":["harbour.region","name"]}` {
			t.Errorf("changed: %+v %s", changed, changed.Facts)
		}
	})
}

func TestAChangeWithoutItsEntryIsImpossible(t *testing.T) {
	t.Parallel()
	eachHand(t, func(t *testing.T, h house, x *hand) {
		h.asks(t, h.lists[0], "ann@example.org")
		p := h.person(t, "ann@example.org")
		x.do("UPDATE audit_head SET seal = hash") // the trail cannot be gone on with
		p.Name = "Mallory"
		if err := h.db.Update(t.Context(), func(tx subscriptions.Tx) error { return tx.UpdateSubscriber(p) }); err == nil {
			t.Error("changed a person with a trail that is broken")
		}
		err := h.db.CreateUser(t.Context(), &auth.User{Address: address.Must("mallory@example.org"), Name: "Mallory", Role: auth.Admin}, "x")
		if err == nil {
			t.Error("added an operator with a trail that is broken")
		}
		if again := h.person(t, "ann@example.org"); again.Name == "Mallory" {
			t.Error("the change was kept")
		}
		if _, _, err := h.db.UserByAddress(t.Context(), "mallory@example.org"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("the operator was kept: %v", err)
		}
	})
}

func TestOperatorsAndDeclarationsAreInTheTrail(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := audit.As(t.Context(), "cli:1000")
		accounts := &auth.Service{Store: db, Now: time.Now, Cost: auth.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}}
		u := must(accounts.AddUser(ctx, address.Must("ann@harbour.example"), "Ann Lee", auth.Admin, "a long enough password"))(t)
		k, _, err := accounts.MakeKey(ctx, u.Actor(), "kiosk", []auth.Scope{auth.ListsRead})
		for _, err := range []error{err, accounts.RevokeKey(ctx, k.ID), accounts.SetPassword(ctx, u.ID, "another long password"), accounts.SetDisabled(ctx, u.ID, true)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		got := strings.Join(trailOf(t, db, audit.Filter{}), "\n")
		want := "cli:1000 add operator user:1\ncli:1000 make API key key:1\ncli:1000 revoke API key key:1\ncli:1000 set operator's password user:1\ncli:1000 disable operator user:1"
		if got != want {
			t.Errorf("the trail is\n%s\nwant\n%s", got, want)
		}
		furnish(t, db, time.Now)
		declared := strings.Join(trailOf(t, db, audit.Filter{Action: audit.Declare}), "\n")
		for _, what := range []string{"system declare programme:1", "system declare purpose:1", "system declare notice:1", "system declare list:1"} {
			if !strings.Contains(declared, what) {
				t.Errorf("%q is not in the trail:\n%s", what, declared)
			}
		}
	})
}

func TestADestroyedKeyLeavesTheTrailWholeAndUnreadable(t *testing.T) {
	t.Parallel()
	eachHand(t, func(t *testing.T, h house, x *hand) {
		h.asks(t, h.lists[0], "ann@example.org")
		h.asks(t, h.lists[0], "bob@example.org")
		ann := h.person(t, "ann@example.org")
		record := func(n audit.Note) {
			t.Helper()
			if err := h.db.Record(t.Context(), n); err != nil {
				t.Fatal(err)
			}
		}
		record(audit.Note{Actor: "user:3", Action: audit.ReadPerson, Object: audit.About("subscriber", ann.ID), Why: "Ann Lee rang"})
		record(audit.Note{Actor: "user:3", Action: audit.ReadCase, Object: "case:7", PersonID: ann.ID, Why: "about Ann"})
		if err := h.db.DestroyKeys(t.Context(), audit.About("subscriber", ann.ID)); err != nil {
			t.Fatal(err)
		}
		x.holdsTrail(h.db, "after the key was destroyed")
		for _, e := range must(h.db.TrailAfter(t.Context(), audit.Filter{PersonID: ann.ID}, 0, 10))(t) {
			if !e.Personal.Empty() || len(e.Sealed) > 0 && !e.Destroyed {
				t.Errorf("still readable: %+v", e)
			}
		}
		if left := fmt.Sprint(must(h.db.TrailAfter(t.Context(), audit.Filter{}, 0, 100))(t)); !strings.Contains(left, "bob@example.org") || strings.Contains(left, "ann@example.org") {
			t.Errorf("the wrong one was destroyed: %s", left)
		}
		record(audit.Note{Actor: "user:3", Action: audit.ReadPerson, Object: audit.About("subscriber", ann.ID), Why: "came back"})
		last := must(h.db.Trail(t.Context(), audit.Filter{}, 0, 1))(t)[0]
		if last.Why != "came back" {
			t.Errorf("a person who comes back has no new key: %+v", last)
		}
		x.holdsTrail(h.db, "after the person came back")
	})
}

func TestOldEntriesAreTrimmedAndTheRestStillVerifies(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": storetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := url(t)
			now := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
			db := storetest.Open(t, at, func() time.Time { return now })
			record := func(n int) {
				for i := range n {
					if err := db.Record(t.Context(), audit.Note{Actor: "user:3", Action: audit.ReadCase, Object: audit.About("case", int64(i)), Why: "work"}); err != nil {
						t.Fatal(err)
					}
				}
			}
			record(30)
			old, kept, err := db.KeepSeal(t.Context(), now)
			if err != nil || !kept {
				t.Fatal(kept, err)
			}
			now = now.AddDate(0, 6, 0)
			record(20)
			now = now.AddDate(0, 7, 0) // 13 months after the first, 7 after the second
			n := must(db.TrimTrail(t.Context(), now.Add(-time.Hour)))(t)
			if n != 30 { // whoever asks for less gets 12 months
				t.Errorf("trimmed %d entries, want 30", n)
			}
			x := openHand(t, at)
			x.holdsTrail(db, "after trimming")
			if err := audit.Against(t.Context(), db, old); err != nil {
				t.Errorf("a seal from before: %v", err)
			}
			if again := must(db.TrimTrail(t.Context(), time.Time{}))(t); again != 0 {
				t.Errorf("trimmed %d entries again", again)
			}
			x.do("DELETE FROM audit_entries WHERE seq = 31") // the first that is left
			x.findsInTrail(db, "audit_entries", "seq 31", "a row more was taken from the beginning")
		})
	}
}

func TestSealsKeptElsewhereFindARewrittenDatabase(t *testing.T) {
	t.Parallel()
	eachHand(t, func(t *testing.T, h house, x *hand) {
		h.chronicle(t)
		x.keep() // a dump of the day before
		h.leaves(t, subscriptions.ListScope(h.lists[2]), "person-2-2@example.org")
		h.asks(t, h.lists[0], "new@example.org")
		s, kept, err := h.db.KeepSeal(t.Context(), time.Now().Add(-time.Hour))
		if err != nil || !kept {
			t.Fatal(kept, err)
		}
		if _, again, err := h.db.KeepSeal(t.Context(), time.Now().Add(-time.Hour)); err != nil || again {
			t.Errorf("a second seal within the hour: %v, %v", again, err)
		}
		mailed := must(audit.ParseSeal("Dear officer,\r\n\r\n> " + strings.ReplaceAll(s.Text(), "\n", "\r\n> ")))(t)
		if err := audit.Against(t.Context(), h.db, mailed); err != nil {
			t.Errorf("against the seal of now: %v", err)
		}
		x.restore("subscribers", "consent_events", "ledger_head", "memberships", "permissions", "suppressions", "audit_entries", "audit_head", "audit_keys", "seals")
		h.holds(t)
		x.holdsTrail(h.db, "of yesterday's dump, which is whole in itself")
		var f *audit.Fault
		if err := audit.Against(t.Context(), h.db, mailed); !errors.As(err, &f) || f.Table != "audit_entries" {
			t.Errorf("against the seal of a later day: %v", err)
		}
		mailed.Ledger.Seq--
		if err := audit.Against(t.Context(), h.db, mailed); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a seal that was changed: %v", err)
		}
	})
}

func TestALongTransactionKeepsNobodyFromReading(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.PostgresURL(t), time.Now)
	held, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- db.Hold(t.Context(), audit.Note{Action: audit.ImportDone, Object: "import:1"}, held, release)
	}()
	<-held // the transaction has noted something and is not at its end
	if err := db.Record(t.Context(), audit.Note{Actor: "user:3", Action: audit.ReadCase, Object: "case:7"}); err != nil {
		t.Fatal(err)
	}
	close(release)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(trailOf(t, db, audit.Filter{}), ", "); got != "user:3 read case case:7, system finish import import:1" {
		t.Errorf("the trail is %s", got)
	}
}
