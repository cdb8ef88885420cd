package prepared

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
)

// lite returns a SQLite with a table of the numbers 1 to 9, on one connection, and a look at what that keeps.
func lite(t *testing.T) (db *sql.DB, kept func() *conn) {
	t.Helper()
	db, err := Open("file:" + filepath.Join(t.TempDir(), "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	mustRun(t, db, `CREATE TABLE n (i INTEGER PRIMARY KEY) STRICT`)
	for i := 1; i < 10; i++ {
		mustRun(t, db, `INSERT INTO n (i) VALUES (?)`, i)
	}
	return db, func() (c *conn) {
		only, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer only.Close()
		_ = only.Raw(func(raw any) error { c = raw.(*conn); return nil })
		return c
	}
}

func mustRun(t *testing.T, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

func TestAStatementIsKeptPreparedOnce(t *testing.T) {
	t.Parallel()
	_, kept := lite(t)
	if c := kept(); c.last.Len() != 1 || c.idle[`INSERT INTO n (i) VALUES (?)`] == nil {
		t.Errorf("%d statements are kept; want the INSERT that ran nine times, and not the CREATE", c.last.Len())
	}
}

func TestAStatementRunsInsideOfItself(t *testing.T) {
	t.Parallel()
	db, kept := lite(t)
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	const above = `SELECT i FROM n WHERE i > ? ORDER BY i`
	var count func(from int) int
	count = func(from int) (n int) {
		rows, err := tx.Query(above, from)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var i int
			if err := rows.Scan(&i); err != nil {
				t.Fatal(err)
			}
			n += 1 + count(i)
		}
		return n
	}
	if got := count(3); got != 63 { // the sets of 4 to 9 that are not empty
		t.Errorf("%d, want 63", got)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := kept().last.Len(); got != 2 {
		t.Errorf("%d statements are kept, want 2", got)
	}
}

func TestAKeptStatementRunsUnderANewSchema(t *testing.T) {
	t.Parallel()
	path := "file:" + filepath.Join(t.TempDir(), "a.db")
	db, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	other, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	mustRun(t, other, `CREATE TABLE n (i INTEGER PRIMARY KEY, word TEXT NOT NULL DEFAULT 'old') STRICT`)
	word := func() (word string) {
		mustRun(t, db, `INSERT INTO n (i) VALUES ((SELECT count(*) FROM n))`)
		if err := db.QueryRow(`SELECT word FROM n ORDER BY i DESC LIMIT 1`).Scan(&word); err != nil {
			t.Fatal(err)
		}
		return word
	}
	if got := word(); got != "old" {
		t.Errorf("%q, want the first schema's word", got)
	}
	for _, change := range []string{`DROP TABLE n`, `CREATE TABLE n (more TEXT NOT NULL DEFAULT '', word TEXT NOT NULL DEFAULT 'new', i INTEGER PRIMARY KEY) STRICT`} {
		mustRun(t, other, change)
	}
	if got := word(); got != "new" {
		t.Errorf("%q, want the new schema's word", got)
	}
}

func TestNoMoreStatementsAreKeptThanAllowed(t *testing.T) {
	t.Parallel()
	db, kept := lite(t)
	for i := range 2 * statementsKept {
		mustRun(t, db, fmt.Sprintf(`DELETE FROM n WHERE i = %d`, 100+i))
	}
	c := kept()
	if c.last.Len() != statementsKept || len(c.idle) != statementsKept {
		t.Errorf("%d and %d statements are kept, want %d", c.last.Len(), len(c.idle), statementsKept)
	}
	if c.idle[fmt.Sprintf(`DELETE FROM n WHERE i = %d`, 100+2*statementsKept-1)] == nil {
		t.Error("the statement that ran last is not among them")
	}
}

func TestAStatementThatFailedWorksAgain(t *testing.T) {
	t.Parallel()
	db, kept := lite(t)
	if _, err := db.Exec(`INSERT INTO n (i) VALUES (?)`, 5); err == nil {
		t.Error("a number that is there already was taken")
	}
	if n := kept().last.Len(); n != 0 {
		t.Errorf("%d statements are kept, want that which failed forgotten", n)
	}
	mustRun(t, db, `INSERT INTO n (i) VALUES (?)`, 50)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.ExecContext(ctx, `INSERT INTO n (i) VALUES (?)`, 51); err == nil {
		t.Error("a statement whose time was up ran")
	}
	mustRun(t, db, `INSERT INTO n (i) VALUES (?)`, 51)
}
