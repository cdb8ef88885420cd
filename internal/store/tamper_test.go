package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
)

// hand changes a database behind Assent's back, with all the rights there are, and puts everything back.
type hand struct {
	t        *testing.T
	raw      *sql.DB
	postgres bool
	url      string
}

// tables are those that a hand may touch.
var tables = []string{
	"programmes", "purposes", "texts", "notices", "notice_texts", "lists", "subscribers", "consent_events", "ledger_head", "memberships", "permissions", "suppressions", "campaigns", "deliveries",
	"audit_entries", "audit_head", "audit_keys", "seals",
}

// eachHand runs a test on every database, with a hand in it.
func eachHand(t *testing.T, test func(t *testing.T, h house, x *hand)) {
	t.Helper()
	for name, url := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": storetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := url(t)
			db := storetest.Open(t, at, time.Now)
			test(t, furnish(t, db, time.Now), openHand(t, at))
		})
	}
}

func openHand(t *testing.T, databaseURL string) *hand {
	t.Helper()
	x := &hand{t: t, url: databaseURL, postgres: strings.HasPrefix(databaseURL, "postgres")}
	driver, dsn := "pgx", databaseURL
	if !x.postgres {
		file, _, _ := strings.Cut(strings.TrimPrefix(databaseURL, "sqlite:"), "?")
		driver, dsn = "sqlite", "file:"+file+"?_pragma=busy_timeout(10000)"
	}
	var err error
	if x.raw, err = sql.Open(driver, dsn); err != nil {
		t.Fatal(err)
	}
	x.raw.SetMaxOpenConns(1)
	t.Cleanup(func() { x.raw.Close() })
	if x.postgres {
		x.do("SET session_replication_role = replica") // no foreign key stops whoever owns the server
	}
	return x
}

// do runs a statement written with ? for its arguments.
func (x *hand) do(query string, args ...any) {
	x.t.Helper()
	if err := x.try(query, args...); err != nil {
		x.t.Fatalf("%s %v: %v", query, args, err)
	}
}

func (x *hand) try(query string, args ...any) error {
	for n := 1; x.postgres && strings.Contains(query, "?"); n++ {
		query = strings.Replace(query, "?", fmt.Sprint("$", n), 1)
	}
	_, err := x.raw.ExecContext(context.Background(), query, args...)
	return err
}

// keep remembers all rows; restore brings those of some tables back.
func (x *hand) keep() {
	x.t.Helper()
	for _, t := range tables {
		x.do("CREATE TABLE kept_" + t + " AS SELECT * FROM " + t)
	}
}

func (x *hand) restore(tables ...string) {
	x.t.Helper()
	for _, t := range tables {
		x.do("DELETE FROM " + t)
		x.do("INSERT INTO " + t + " SELECT * FROM kept_" + t)
	}
}

// rows reads a table as it is, ordered by its first columns.
func (x *hand) rows(query string) (columns []string, rows [][]any) {
	x.t.Helper()
	found, err := x.raw.Query(query)
	if err != nil {
		x.t.Fatal(err)
	}
	defer found.Close()
	columns, err = found.Columns()
	for err == nil && found.Next() {
		row := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		err = found.Scan(into...)
		rows = append(rows, row)
	}
	if err := errors.Join(err, found.Err()); err != nil {
		x.t.Fatal(err)
	}
	return columns, rows
}

// changed returns values that differ from v as little as can be.
func changed(v any) []any {
	switch v := v.(type) {
	case nil:
		return []any{[]byte("x")}
	case int64:
		return []any{v + 1, v - 1}
	case string:
		if v == "" {
			return []any{"x"}
		}
		return []any{string(v[0]^1) + v[1:], v[:len(v)-1], v + " "}
	case []byte:
		if len(v) == 0 {
			return []any{[]byte("x")}
		}
		first, last := slices.Clone(v), slices.Clone(v)
		first[0] ^= 1
		last[len(last)-1] ^= 0x80
		return []any{first, last, []byte{}}
	}
	return nil
}

// finds verifies, and wants the fault in that row.
func (x *hand) finds(db *store.DB, table, row, after string) {
	x.t.Helper()
	_, err := subscriptions.VerifyLedger(context.Background(), db)
	var f *subscriptions.Fault
	switch {
	case err == nil:
		x.t.Errorf("%s: nothing was found", after)
	case !errors.As(err, &f):
		x.t.Errorf("%s: %v", after, err)
	case f.Table != table || row != "" && f.Row != row:
		x.t.Errorf("%s: found in %s, %s: %s; want %s, %s", after, f.Table, f.Row, f.What, table, row)
	}
}

// records appends a bare event about a person.
func (h house) records(t *testing.T, p subscriptions.Subscriber, kind subscriptions.EventKind, scope subscriptions.Scope) {
	t.Helper()
	err := h.db.Update(t.Context(), func(tx subscriptions.Tx) error {
		return tx.Append([]subscriptions.Event{{
			At: time.Now(), Kind: kind, Scope: scope, SubscriberID: p.ID, AddressKey: p.Key,
			Channel: subscriptions.ByScheduler, Actor: "system", Evidence: []byte("{}"), Salt: []byte("salt"),
		}})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// chronicle makes a ledger with every kind of event.
func (h house) chronicle(t *testing.T) {
	t.Helper()
	for i, list := range h.lists {
		for j := range 4 {
			h.grants(t, list, fmt.Sprintf("person-%d-%d@example.org", i, j))
		}
	}
	works := must(h.svc.CreatePurpose(t.Context(), subscriptions.Purpose{
		ProgrammeID: h.lists[0].ProgrammeID, Slug: "works", Name: "Works", Basis: subscriptions.PublicTask, Conditions: subscriptions.Conditions{Reference: "Harbours Act"}, Class: subscriptions.Targeted, Term: time.Hour,
	}))(t)
	h.grants(t, must(h.svc.CreateList(t.Context(), subscriptions.List{
		ProgrammeID: works.ProgrammeID, PurposeID: works.ID, NoticeID: h.publishes(t, works.ProgrammeID, "Now for works too.").ID, Slug: "dredging", Name: "Dredging", Wording: "Where we dredge.",
	}))(t), "person-0-0@example.org")
	h.asks(t, h.lists[0], "asking@example.org")
	tok := h.asks(t, h.lists[1], "person-0-0@example.org")
	must(h.svc.Confirm(t.Context(), tok, subscriptions.Evidence{"ip": "192.0.2.1"}))(t)
	h.leaves(t, subscriptions.ListScope(h.lists[0]), "person-0-1@example.org")
	h.leaves(t, subscriptions.PurposeScope(h.purposes[1]), "person-2-0@example.org")
	h.leaves(t, subscriptions.ProgrammeScope(h.lists[4].ProgrammeID), "person-4-0@example.org")
	h.leaves(t, subscriptions.Everything(), "never-seen@example.org")
	must(h.svc.Suppress(t.Context(), subscriptions.Withdrawal{
		Address: address.Must("person-5-1@example.org"), Scope: subscriptions.Everything(), Channel: subscriptions.ByReport, Actor: "system",
	}, "dead address"))(t)
	restricted := h.person(t, "person-6-1@example.org")
	for _, err := range []error{
		h.svc.Restrict(t.Context(), restricted.ID, "user:1", "accuracy is disputed"),
		h.svc.Release(t.Context(), restricted.ID, "user:1", "corrected"),
		h.svc.Restrict(t.Context(), h.person(t, "person-6-2@example.org").ID, "user:1", "accuracy is disputed"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	lapsing := h.person(t, "person-7-1@example.org")
	h.records(t, lapsing, subscriptions.Lapsed, subscriptions.ListScope(h.lists[7]))
	for _, kind := range []subscriptions.EventKind{subscriptions.Informed, subscriptions.Paused, subscriptions.ProfilingRefused, subscriptions.ProfilingAllowed, subscriptions.ObjectedToMarketing} {
		h.records(t, h.person(t, "person-7-2@example.org"), kind, subscriptions.Everything())
	}
	h.erases(t, "person-3-3@example.org")
	h.leaves(t, subscriptions.ListScope(h.lists[1]), "person-1-3@example.org")
}

func (h house) grants(t *testing.T, l subscriptions.List, addr string) {
	t.Helper()
	must(h.svc.Grant(t.Context(), subscriptions.Act{
		ListID: l.ID, Address: address.Must(addr), Name: "Ann", Channel: subscriptions.ByStaff, Actor: "user:1", Source: "paper form", Evidence: subscriptions.Evidence{"act": "signed"},
	}))(t)
}

// asks subscribes an address and returns its confirmation token.
func (h house) asks(t *testing.T, l subscriptions.List, addr string) string {
	t.Helper()
	if err := h.svc.Subscribe(t.Context(), subscriptions.Act{ListID: l.ID, Address: address.Must(addr), Channel: subscriptions.ByForm, Actor: "subscriber", Source: "web form"}); err != nil {
		t.Fatal(err)
	}
	p := h.person(t, addr)
	events := must(h.db.EventsByKey(t.Context(), p.Key))(t)
	last := events[len(events)-1]
	return h.svc.ConfirmToken(subscriptions.Confirmation{SubscriberID: p.ID, ListID: l.ID, RequestSeq: last.Seq}, last.At)
}

func (h house) leaves(t *testing.T, s subscriptions.Scope, addr string) {
	t.Helper()
	must(h.svc.Withdraw(t.Context(), subscriptions.Withdrawal{Address: address.Must(addr), Scope: s, Channel: subscriptions.ByOneClick, Actor: "subscriber"}))(t)
}

func (h house) person(t *testing.T, addr string) subscriptions.Subscriber {
	t.Helper()
	return must(h.db.SubscriberByKey(t.Context(), h.svc.Keys.AddressKey(address.Must(addr))))(t)
}

// erases does to the ledger what an erasure does.
func (h house) erases(t *testing.T, addr string) {
	t.Helper()
	p := h.person(t, addr)
	p.Address, p.Name = address.Address{}, ""
	err := h.db.Update(t.Context(), func(tx subscriptions.Tx) error {
		if err := tx.UpdateSubscriber(p); err != nil {
			return err
		}
		return tx.Append([]subscriptions.Event{{
			At: time.Now(), Kind: subscriptions.Erased, Scope: subscriptions.Everything(), SubscriberID: p.ID, AddressKey: p.Key,
			Channel: subscriptions.ByStaff, Actor: "user:1", Evidence: []byte("{}"), Salt: []byte("salt"),
		}})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.db.EmptyEvidence(t.Context(), p.Key); err != nil {
		t.Fatal(err)
	}
}

func (h house) holds(t *testing.T) {
	t.Helper()
	if _, err := subscriptions.VerifyLedger(t.Context(), h.db); err != nil {
		t.Fatal(err)
	}
}

func TestAByteChangedAnywhereInTheLedgerIsFound(t *testing.T) {
	t.Parallel()
	eachHand(t, func(t *testing.T, h house, x *hand) {
		h.chronicle(t)
		h.holds(t)
		columns, rows := x.rows("SELECT * FROM consent_events ORDER BY seq")
		kinds := map[string]bool{}
		looked := 0
		for i, row := range rows {
			kind := fmt.Sprint(row[slices.Index(columns, "kind")])
			if kinds[kind] && i != len(rows)-1 && i != len(rows)/2 {
				continue
			}
			kinds[kind] = true
			seq := row[0].(int64)
			for c, column := range columns {
				variants := changed(row[c])
				v := variants[(i+c)%len(variants)]
				if column == "seq" {
					v = seq + 1000
				}
				x.do("UPDATE consent_events SET "+column+" = ? WHERE seq = ?", v, seq)
				x.finds(h.db, "consent_events", fmt.Sprint("seq ", seq), fmt.Sprintf("%s of row %d (%s) was %v, is %v", column, seq, kind, row[c], v))
				if column == "seq" {
					x.do("UPDATE consent_events SET seq = ? WHERE seq = ?", seq, v)
				} else {
					x.do("UPDATE consent_events SET "+column+" = ? WHERE seq = ?", row[c], seq)
				}
				looked++
			}
		}
		if len(kinds) != len(subscriptions.EventKinds) {
			t.Errorf("the ledger has %d kinds of event, there are %d", len(kinds), len(subscriptions.EventKinds))
		}
		t.Logf("%d changes in a ledger of %d rows", looked, len(rows))
		h.holds(t)
	})
}
