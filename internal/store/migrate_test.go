package store_test

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/internal/token"
	"assent/subscriptions"
)

// bare are databases without any schema.
func bare() map[string]func(testing.TB) string {
	return map[string]func(testing.TB) string{"SQLite": storetest.BareSQLiteURL, "PostgreSQL": storetest.BarePostgresURL}
}

func options(t *testing.T) store.Options {
	t.Helper()
	return store.Options{Keys: storetest.Keys(t), Now: time.Now}
}

// columnsOf returns every column of a migrated database as "table.column".
func (x *hand) columnsOf() []string {
	x.t.Helper()
	query := `SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`
	if x.postgres {
		query = `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'`
	}
	_, rows := x.rows(query)
	var out []string
	for _, r := range rows {
		if name := fmt.Sprint(r[0]); !strings.HasPrefix(name, "goose_") {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func TestBothDatabasesEndWithTheSameColumns(t *testing.T) {
	t.Parallel()
	columns := map[string][]string{}
	for name, url := range bare() {
		at := url(t)
		storetest.Open(t, at, time.Now)
		columns[name] = openHand(t, at).columnsOf()
	}
	if len(columns["SQLite"]) < 100 {
		t.Fatalf("%d columns", len(columns["SQLite"]))
	}
	for _, pair := range [][2]string{{"SQLite", "PostgreSQL"}, {"PostgreSQL", "SQLite"}} {
		for _, c := range columns[pair[0]] {
			if !slices.Contains(columns[pair[1]], c) {
				t.Errorf("%s has %s, and %s has not", pair[0], c, pair[1])
			}
		}
	}
}

func TestMigrationsHaveTheSameNumbersInBothDialects(t *testing.T) {
	t.Parallel()
	numbers := map[string]map[string]string{}
	for _, dialect := range []string{"sqlite", "postgres"} {
		numbers[dialect] = map[string]string{}
		files, err := fs.Glob(os.DirFS("migrations/"+dialect), "*")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			number, _, named := strings.Cut(f, "_")
			if len(number) != 4 || !named || filepath.Ext(f) != ".sql" {
				t.Errorf("%s/%s is not named like 0001_house.sql", dialect, f)
			}
			if other := numbers[dialect][number]; other != "" {
				t.Errorf("%s: %s and %s have one number", dialect, other, f)
			}
			numbers[dialect][number] = f
		}
	}
	if !maps.Equal(numbers["sqlite"], numbers["postgres"]) {
		t.Errorf("%v in the one, %v in the other", numbers["sqlite"], numbers["postgres"])
	}
}

func TestMigratingTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	for name, url := range bare() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := url(t)
			if _, err := store.Open(t.Context(), at, options(t)); errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Message(err), "Run 'assent migrate'") {
				t.Errorf("before any migration: %v", err)
			}
			from, to, err := store.Migrate(t.Context(), at, options(t))
			if err != nil || from != 0 || to < 1 {
				t.Fatalf("%d to %d, %v", from, to, err)
			}
			h := furnish(t, storetest.Open(t, at, time.Now), time.Now)
			h.grants(t, h.lists[0], "ann@example.org")
			again, stays, err := store.Migrate(t.Context(), at, options(t))
			if err != nil || again != to || stays != to {
				t.Errorf("the second time %d to %d, %v", again, stays, err)
			}
			h.holds(t)
			if end := h.end(t); end != 1 {
				t.Errorf("the ledger ends at %d", end)
			}
		})
	}
}

// Several processes that start at once all migrate.
func TestMigratingFromSeveralProcessesAtOnce(t *testing.T) {
	t.Parallel()
	for name, url := range bare() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := url(t)
			var wg sync.WaitGroup
			for range 8 { // each may get in the way of each at every step
				wg.Go(func() {
					if _, _, err := store.Migrate(t.Context(), at, options(t)); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			storetest.Open(t, at, time.Now)
		})
	}
}

func TestANewerSchemaIsLeftAlone(t *testing.T) {
	t.Parallel()
	for name, url := range bare() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := url(t)
			storetest.Open(t, at, time.Now)
			applied := "1"
			x := openHand(t, at)
			if x.postgres {
				applied = "TRUE"
			}
			x.do("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, " + applied + ")")
			_, err := store.Open(t.Context(), at, options(t))
			_, _, migrating := store.Migrate(t.Context(), at, options(t))
			for what, err := range map[string]error{"opening": err, "migrating": migrating} {
				if errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Message(err), "schema 9999, made by a newer Assent") {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
}

func TestAnotherSecretIsToldSo(t *testing.T) {
	t.Parallel()
	for name, url := range bare() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := url(t)
			h := furnish(t, storetest.Open(t, at, time.Now), time.Now)
			h.grants(t, h.lists[0], "ann@example.org")
			other, err := token.NewKeys([]byte("another secret, of somebody else's house"))
			if err != nil {
				t.Fatal(err)
			}
			o := store.Options{Keys: other, Now: time.Now}
			_, err = store.Open(t.Context(), at, o)
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), "seal of this ASSENT_SECRET") || !strings.Contains(errs.Message(err), "'assent verify'") {
				t.Errorf("%v", err)
			}
			o.Unsealed = true
			db, err := store.Open(t.Context(), at, o)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if _, err := subscriptions.VerifyLedger(t.Context(), db); err == nil {
				t.Error("verifying with another secret finds nothing")
			}
			err = db.Update(t.Context(), func(subscriptions.Tx) error { t.Error("the ledger was opened for writing"); return nil })
			if err == nil || !strings.Contains(err.Error(), "seal") {
				t.Errorf("writing with another secret: %v", err)
			}
		})
	}
}

// A ledger whose sealed end was taken away must not get a new, empty one from a migration.
func TestMigratingDoesNotSealALedgerAnew(t *testing.T) {
	t.Parallel()
	eachHand(t, func(t *testing.T, h house, x *hand) {
		h.grants(t, h.lists[0], "ann@example.org")
		x.do("DELETE FROM ledger_head")
		if _, _, err := store.Migrate(t.Context(), x.url, options(t)); err != nil {
			t.Fatal(err)
		}
		x.finds(h.db, "ledger_head", "id 1", "the end was taken away and the database migrated")
		if _, err := store.Open(t.Context(), x.url, options(t)); errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), "'assent verify'") {
			t.Errorf("opening it: %v", err)
		}
	})
}

func TestADatabaseThatCannotBeOpenedSaysWhatToDo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	notOurs := filepath.Join(dir, "letter.txt")
	if err := os.WriteFile(notOurs, []byte(strings.Repeat("Dear Sam, this is no database.\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, url, says string
		kind            errs.Kind
	}{
		{"no scheme", "/var/lib/assent.db", "must begin with postgres:// or sqlite:", errs.Invalid},
		{"another database", "mysql://localhost/assent", "must begin with postgres:// or sqlite:", errs.Invalid},
		{"nothing", "", "must begin with postgres:// or sqlite:", errs.Invalid},
		{"no file", "sqlite:", "ASSENT_DATABASE_URL", errs.Unavailable},
		{"a folder", "sqlite:" + dir, "ASSENT_DATABASE_URL", errs.Unavailable},
		{"a folder that there is not", "sqlite:" + filepath.Join(dir, "no", "assent.db"), "ASSENT_DATABASE_URL", errs.Unavailable},
		{"a file that is no database", "sqlite:" + notOurs, "ASSENT_DATABASE_URL", errs.Unavailable},
		{"no server", "postgres://assent:sesame@127.0.0.1:1/assent?connect_timeout=2", "that the server runs", errs.Unavailable},
		{"a URL that is none", "postgres://assent:ses ame@[::1/assent", "ASSENT_DATABASE_URL", errs.Unavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := store.Open(t.Context(), c.url, options(t))
			if errs.KindOf(err) != c.kind || !strings.Contains(errs.Message(err), c.says) {
				t.Errorf("%v %q", errs.KindOf(err), errs.Message(err))
			}
			if err != nil && strings.Contains(err.Error(), "sesame") {
				t.Errorf("the password is in the error: %v", err)
			}
		})
	}
	if b, err := os.ReadFile(notOurs); err != nil || !strings.HasPrefix(string(b), "Dear Sam") || len(b) != 3100 {
		t.Errorf("the file that is no database was changed: %d octets, %v", len(b), err)
	}
}
