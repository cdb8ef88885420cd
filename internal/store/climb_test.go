package store_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/mailer"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

// firstSchema makes a database as version 1 of the schema left it: with the rows that the program of that time wrote, sealed by it.
func firstSchema(t *testing.T, databaseURL string) *hand {
	t.Helper()
	x := openHand(t, databaseURL)
	dialect, folder := goose.DialectSQLite3, "sqlite"
	if x.postgres {
		dialect, folder = goose.DialectPostgres, "postgres"
	}
	steps, err := goose.NewProvider(dialect, x.raw, os.DirFS("migrations/"+folder))
	if err == nil {
		_, err = steps.UpTo(t.Context(), 1)
	}
	if err != nil {
		t.Fatal(err)
	}
	rows, err := os.ReadFile("testdata/v0001-" + folder + ".sql")
	if err != nil {
		t.Fatal(err)
	}
	x.do(string(rows))
	return x
}

// tablesOf names every table.
func (x *hand) tablesOf() (tables []string) {
	x.t.Helper()
	for _, c := range x.columnsOf() {
		if table, _, _ := strings.Cut(c, "."); !slices.Contains(tables, table) {
			tables = append(tables, table)
		}
	}
	return tables
}

// sizes counts the rows of each table.
func (x *hand) sizes(tables []string) map[string]string {
	x.t.Helper()
	out := map[string]string{}
	for _, table := range tables {
		_, rows := x.rows("SELECT count(*) FROM " + table)
		out[table] = fmt.Sprint(rows[0][0])
	}
	return out
}

// Nobody's permission, opt-out or case is lost on the way from the first schema to this one, and what was sealed then holds now.
func TestWhatTheFirstSchemaHeldHoldsAfterAllMigrations(t *testing.T) {
	t.Parallel()
	for name, url := range bare() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := url(t)
			x := firstSchema(t, at)
			tables := x.tablesOf()
			if len(tables) < 30 {
				t.Fatalf("%d tables", len(tables))
			}
			before := x.sizes(tables)
			for table, n := range before {
				if n == "0" {
					t.Errorf("%s is empty: nothing of it would be climbed", table)
				}
			}
			if from, to, err := store.Migrate(t.Context(), at, options(t)); err != nil || from != 1 || to < 13 {
				t.Fatalf("%d to %d, %v", from, to, err)
			}
			after := x.sizes(tables)
			for _, table := range tables {
				if before[table] != after[table] {
					t.Errorf("%s had %s rows and has %s", table, before[table], after[table])
				}
			}
			holdsAfterClimbing(t, storetest.Open(t, at, time.Now))
		})
	}
}

// holdsAfterClimbing is what 'assent verify' does, and then a day's work on the old rows.
func holdsAfterClimbing(t *testing.T, db *store.DB) {
	t.Helper()
	ctx := t.Context()
	verify := func() {
		t.Helper()
		if events := must(subscriptions.VerifyLedger(ctx, db))(t); events < 117 {
			t.Errorf("%d events", events)
		}
		if n := must(mailer.Verify(ctx, db, db))(t); n != 95 {
			t.Errorf("%d deliveries were held to the ledger", n)
		}
		must(audit.Verify(ctx, db))(t)
	}
	verify()
	svc := &subscriptions.Service{Store: db, Keys: db.HouseKeys(), Now: time.Now}
	list := must(db.ListBySlug(ctx, "open-service-monthly"))(t)
	mailable := admitted(t, db, list)
	if len(mailable) < 10 {
		t.Fatalf("%d people may be mailed", len(mailable))
	}
	must(svc.Withdraw(ctx, subscriptions.Withdrawal{SubscriberID: mailable[0], Scope: subscriptions.Everything(), Channel: subscriptions.ByLink, Actor: "subscriber"}))(t)
	if left := admitted(t, db, list); len(left) != len(mailable)-1 {
		t.Errorf("%d may be mailed after one of %d left", len(left), len(mailable))
	}
	if _, err := svc.Grant(ctx, subscriptions.Act{
		ListID: list.ID, Address: address.Must("stranger@people.example"), Channel: subscriptions.ByAPI, Actor: "key:1", Source: "upsert", Evidence: subscriptions.Evidence{"act": "pressed yes"},
	}); errs.KindOf(err) != errs.Refused {
		t.Errorf("somebody suppressed then is let in now: %v", err)
	}
	keeper := &subscriptions.Keeper{Store: db, Keys: db.HouseKeys(), Now: time.Now}
	must(keeper.Erase(ctx, subscriptions.ErasureRequest{SubscriberID: mailable[1], Ground: subscriptions.GroundRequest, Actor: "user:1", Untold: "a test"}))(t)
	for id, want := range map[int64]mailer.CampaignState{1: mailer.Finished, 7: mailer.Scheduled, 8: mailer.Draft} {
		if c := must(db.Campaign(ctx, id))(t); c.State != want {
			t.Errorf("campaign %d is %q", id, c.State)
		}
	}
	undo := &importing.Undoing{Store: db, Now: time.Now}
	if undone := must(undo.Undo(ctx, 1, "user:1", false))(t); undone.Dropped != 1 || undone.Rows != 3 {
		t.Errorf("taking an old import back: %+v", undone)
	}
	verify()
}

// admitted returns whom the gate lets through on a list.
func admitted(t *testing.T, db *store.DB, list subscriptions.List) (ids []int64) {
	t.Helper()
	everybody := must(db.Subscribers(context.Background(), 0, 1000))(t)
	all := make([]int64, len(everybody))
	for i, p := range everybody {
		all[i] = p.ID
	}
	gate := subscriptions.Gate{Store: db, Now: time.Now}
	a := must(gate.Admit(t.Context(), subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(list)}}, subscriptions.Newsletter, all))(t)
	for _, one := range a.Admitted {
		ids = append(ids, one.Permit.Subscriber())
	}
	return ids
}
