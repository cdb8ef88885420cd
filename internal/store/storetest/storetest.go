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
	"path/filepath"
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
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, Open(t, SQLiteURL(t), time.Now))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, Open(t, PostgresURL(t), time.Now))
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

// SQLiteURL returns the URL of a new file.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "assent.db") + "?synchronous=normal"
}

// PostgresURL makes an empty database and returns its URL; it is dropped when the test ends. Without
// a server the test is skipped.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv("ASSENT_TEST_POSTGRES_URL")
	if server == "" {
		t.Skip("set ASSENT_TEST_POSTGRES_URL to run this")
	}
	var b [8]byte
	rand.Read(b[:])
	name := "assent_test_" + hex.EncodeToString(b[:])
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	// PostgreSQL makes one database at a time from a template; two at once get in each other's way.
	creating.Lock()
	_, err = admin.ExecContext(t.Context(), "CREATE DATABASE "+name)
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
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

var creating sync.Mutex
