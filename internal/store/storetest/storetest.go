// Package storetest opens empty databases for tests: SQLite always, and PostgreSQL where
// ASSENT_TEST_POSTGRES_URL names a server on which databases may be made.
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"assent/internal/store"
	"assent/internal/token"
)

// Secret is the installation's secret in tests.
const Secret = "a secret for tests, of no use elsewhere"

// Keys returns the keys of the tests' secret.
func Keys(t testing.TB) *token.Keys {
	t.Helper()
	k, err := token.NewKeys([]byte(Secret))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Each runs a test on every database: on SQLite, and on PostgreSQL unless its variable is not set.
func Each(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Helper()
	EachURL(t, func(t *testing.T, databaseURL string) { test(t, Open(t, databaseURL, time.Now)) })
}

// EachURL runs a test on every database, which it opens itself: with a clock of its own.
func EachURL(t *testing.T, test func(t *testing.T, databaseURL string)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLiteURL(t))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, PostgresURL(t))
	})
}

// Open opens a migrated database and closes it when the test ends.
func Open(t testing.TB, databaseURL string, now func() time.Time) *store.DB {
	t.Helper()
	o := store.Options{Keys: Keys(t), Now: now}
	if _, _, err := store.Migrate(t.Context(), databaseURL, o); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), databaseURL, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// PostgresURL makes an empty database with the present schema and returns its URL; it is dropped when the test ends. Without
// a server the test is skipped.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return postgresURL(t, true)
}

// BarePostgresURL is PostgresURL without any schema.
func BarePostgresURL(t testing.TB) string {
	t.Helper()
	return postgresURL(t, false)
}

func postgresURL(t testing.TB, migrated bool) string {
	t.Helper()
	server := os.Getenv("ASSENT_TEST_POSTGRES_URL")
	if server == "" {
		t.Skip("set ASSENT_TEST_POSTGRES_URL to run this")
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := "assent_test_" + random()
	create := "CREATE DATABASE " + name
	if migrated {
		from, err := template(t.Context(), admin, server)
		if err != nil {
			t.Fatal(err)
		}
		create += " TEMPLATE " + from
	}
	// PostgreSQL makes one database at a time from a template; two at once get in each other's way.
	creating.Lock()
	_, err = admin.ExecContext(t.Context(), create)
	creating.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if _, err := admin.ExecContext(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
		admin.Close()
	})
	return within(server, name)
}

var creating sync.Mutex

// template returns a database with the present schema from which others are copied, which takes a fraction of the time of migrating. The first
// test program to need it makes it, and it stays: its name is that of the schema.
func template(ctx context.Context, admin *sql.DB, server string) (string, error) {
	name := "assent_template_" + store.SchemaDigest()[:16]
	lock, err := admin.Conn(ctx) // one session: its lock is held over several statements
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if _, err := lock.ExecContext(ctx, "SELECT pg_advisory_lock(hashtext($1))", name); err != nil {
		return "", err
	}
	defer lock.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(hashtext($1))", name)
	var made bool
	if err := lock.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&made); err != nil || made {
		return name, err
	}
	draft := "assent_test_" + random()
	if _, err := lock.ExecContext(ctx, "CREATE DATABASE "+draft); err != nil {
		return "", err
	}
	if err := furnish(ctx, within(server, draft)); err != nil {
		return "", err
	}
	_, err = lock.ExecContext(ctx, "ALTER DATABASE "+draft+" RENAME TO "+name)
	return name, err
}

// furnish makes the schema, and leaves the ledger's end to whoever seals it.
func furnish(ctx context.Context, databaseURL string) error {
	keys, err := token.NewKeys([]byte(Secret))
	if err != nil {
		return err
	}
	if _, _, err := store.Migrate(ctx, databaseURL, store.Options{Keys: keys, Now: time.Now}); err != nil {
		return err
	}
	driver, source := "pgx", databaseURL
	if path, isFile := strings.CutPrefix(databaseURL, "sqlite:"); isFile {
		driver, source = "sqlite", path
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "DELETE FROM ledger_head; DELETE FROM keyring")
	return err
}

func within(server, database string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server // sql.Open has parsed it before
	}
	u.Path = "/" + database
	own := u.Query()
	own.Set("synchronous_commit", "off") // no test ends the server
	u.RawQuery = own.Encode()
	return u.String()
}

func random() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
