package store_test

import (
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
)

// folded opens a database in which tags and dots do not make a mailbox another one.
func folded(t *testing.T, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url, store.Options{Keys: storetest.Keys(t), Now: time.Now, Folding: address.Folding{Plus: true, Dots: true}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func eachURL(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	for name, url := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": storetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, url(t))
		})
	}
}

func (h *household) reason(addr string) subscriptions.Reason {
	h.t.Helper()
	events, err := h.db.EventsByKey(h.t.Context(), h.people.Keys.AddressKey(address.Must(addr)))
	h.ok(err)
	q := subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(h.list)}}
	return subscriptions.Decide(q, subscriptions.Fold(events), time.Now()).Reason
}

func (h *household) upserts(addr string) error {
	_, err := h.people.Grant(h.t.Context(), subscriptions.Act{ListID: h.list.ID, Address: address.Must(addr), Channel: subscriptions.ByAPI, Actor: "key:1", Source: "upsert", Evidence: subscriptions.Evidence{"act": "pressed yes"}})
	return err
}

func (h *household) optsOut(addr string) {
	h.t.Helper()
	_, err := h.people.Withdraw(h.t.Context(), subscriptions.Withdrawal{Address: address.Must(addr), Scope: subscriptions.Everything(), Channel: subscriptions.ByMail, Actor: "subscriber"})
	h.ok(err)
}

func TestWhoLeavesUnderOneSpellingIsLeftAloneUnderAll(t *testing.T) {
	t.Parallel()
	eachURL(t, func(t *testing.T, url string) {
		storetest.Open(t, url, time.Now)
		h := newHousehold(t, folded(t, url), time.Now)
		h.agrees("ann+news@example.org", annName, "Quillhaven")
		h.agrees("ann@example.org", annName, "Quillhaven")
		h.agrees("ann.x@example.org", "Ann X", "Quillhaven")
		h.optsOut("Ann+shop@example.org") // not on record
		for addr, want := range map[string]subscriptions.Reason{
			"ann+news@example.org": subscriptions.ReasonWithdrawn, "ann@example.org": subscriptions.ReasonWithdrawn, "ann.x@example.org": subscriptions.Allowed,
		} {
			if got := h.reason(addr); got != want {
				t.Errorf("%s: %q, want %q", addr, got, want)
			}
		}
		_ = h.upserts("ann+later@example.org")
		if got := h.reason("ann+later@example.org"); got == subscriptions.Allowed {
			t.Error("a new spelling comes in")
		}
		if _, err := subscriptions.VerifyLedger(t.Context(), h.db); err != nil {
			t.Error(err)
		}
	})
}

// Turning folding on later takes in what was decided before, and loses nothing of it.
func TestFoldingThatIsTurnedOnLaterLosesNothing(t *testing.T) {
	t.Parallel()
	eachURL(t, func(t *testing.T, url string) {
		h := newHousehold(t, storetest.Open(t, url, time.Now), time.Now)
		h.agrees("a.nn@gmail.com", annName, "Quillhaven")
		h.agrees("ann+news@gmail.com", annName, "Quillhaven")
		h.optsOut("a.nn@gmail.com")
		h.optsOut("stranger+tag@gmail.com")
		if got := h.reason("ann+news@gmail.com"); got != subscriptions.Allowed {
			t.Fatalf("before: %q", got)
		}
		db := folded(t, url)
		if n, err := db.FoldAll(t.Context()); err != nil || n != 2 {
			t.Errorf("%d variants, %v", n, err)
		}
		if got := h.reason("ann+news@gmail.com"); got != subscriptions.ReasonWithdrawn {
			t.Errorf("after: %q", got)
		}
		h.people.Store = db
		for _, addr := range []string{"stranger+tag@gmail.com", "ann@gmail.com"} {
			if err := h.upserts(addr); errs.KindOf(err) != errs.Refused {
				t.Errorf("%s comes in: %v", addr, err)
			}
		}
	})
}
