package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	sqlite3 "modernc.org/sqlite"
	sqlite3lib "modernc.org/sqlite/lib"

	"assent/internal/errs"
)

// runner is a connection pool or a transaction.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// conn runs statements written with ? on either database.
type conn struct {
	runner
	dialect dialect
	trail   *trail // of a transaction of DB.within; nil otherwise
	pool    *DB    // of a connection pool: its statements join the transaction that their context carries
}

func (d *DB) reading() conn { return conn{d.read, d.dialect, nil, d} }
func (d *DB) writing() conn { return conn{d.write, d.dialect, nil, d} }

// on returns where a statement runs.
func (c conn) on(ctx context.Context) runner {
	if c.pool != nil {
		if t := c.pool.sharing(ctx); t != nil {
			return t.conn.runner
		}
	}
	return c.runner
}

func (c conn) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return c.on(ctx).ExecContext(ctx, c.rebind(query), args...)
}

func (c conn) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return c.on(ctx).QueryContext(ctx, c.rebind(query), args...)
}

func (c conn) row(ctx context.Context, query string, args ...any) *sql.Row {
	return c.on(ctx).QueryRowContext(ctx, c.rebind(query), args...)
}

// insert runs an INSERT and returns the new row's id.
func (c conn) insert(ctx context.Context, query string, args ...any) (id int64, err error) {
	err = c.row(ctx, query+" RETURNING id", args...).Scan(&id)
	return id, err
}

// insertRows inserts rows of width arguments each, which get their ids in their order. insert is the statement as far as VALUES.
func (c conn) insertRows(ctx context.Context, insert string, width int, args []any) error {
	return pages(args, eventsAtOnce*width, func(page []any) error {
		_, err := c.exec(ctx, insert+` VALUES `+tuples(len(page)/width, width), page...)
		return err
	})
}

// rebind turns ? into $1, $2, … for PostgreSQL. No statement here has a ? in a literal.
func (c conn) rebind(query string) string {
	if c.dialect != postgres {
		return query
	}
	var b strings.Builder
	b.Grow(len(query) + 16)
	n := 0
	for {
		i := strings.IndexByte(query, '?')
		if i < 0 {
			b.WriteString(query)
			return b.String()
		}
		n++
		b.WriteString(query[:i])
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(n))
		query = query[i+1:]
	}
}

// within runs fn in one transaction; an error undoes it. What fn notes for the audit trail is written at its end, so that the
// end of the trail is locked only for a moment. Where ctx carries a transaction fn is a step of that one, and an error undoes it all.
func (d *DB) within(ctx context.Context, fn func(c conn) error) error {
	if t := d.sharing(ctx); t != nil {
		err := fn(t.conn)
		t.undone = t.undone || err != nil
		return err
	}
	own, err := d.write.Conn(ctx)
	if err != nil {
		return fail("store: begin", err)
	}
	defer own.Close() // gives it back
	tx, err := own.BeginTx(ctx, nil)
	if err != nil {
		return fail("store: begin", err)
	}
	defer tx.Rollback() // does nothing after Commit
	c := conn{session{tx, own}, d.dialect, &trail{}, nil}
	if err := fn(c); err != nil {
		return err
	}
	if err := d.keepTrail(ctx, c); err != nil {
		return fail("store: audit trail", err)
	}
	return fail("store: commit", tx.Commit())
}

type scanner interface{ Scan(dest ...any) error }

// collect reads all rows of a query.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// marks returns "?, ?, ?" for n arguments.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// tuples returns n times "(?, ?)" with width arguments each, for an INSERT of many rows.
func tuples(n, width int) string {
	return strings.TrimSuffix(strings.Repeat("("+marks(width)+"), ", n), ", ")
}

// pages calls fn with slices of at most size elements.
func pages[T any](all []T, size int, fn func([]T) error) error {
	for len(all) > 0 {
		n := min(size, len(all))
		if err := fn(all[:n]); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

func anys[T any](values []T) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// fail gives a database error its kind. nil stays nil, and an error that has a kind keeps it.
func fail(op string, err error) error {
	var known *errs.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return errs.Wrap(op, err)
	case errors.Is(err, sql.ErrNoRows):
		return errs.E(op, errs.NotFound, "There is no such thing here.", nil)
	case isDuplicate(err):
		return errs.E(op, errs.Conflict, "There is one of that name already.", err)
	case isFull(err):
		return errs.E(op, errs.Unavailable, "The disk of the database is full. Nothing of this step was kept; make room and try again.", err)
	case isReadOnly(err):
		return errs.E(op, errs.Unavailable, "The database cannot be written to: its disk or its server allows reading only. Nothing of this step was kept.", err)
	case errors.Is(err, context.Canceled):
		return errs.E(op, errs.Unavailable, "This was stopped before it was done. Nothing of this step was kept.", err)
	case isDown(err):
		return errs.E(op, errs.Unavailable, "The database does not answer. Try again soon.", err)
	}
	return errs.E(op, errs.Internal, "", err)
}

func isDuplicate(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite *sqlite3.Error
	if errors.As(err, &lite) {
		return lite.Code() == sqlite3lib.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3lib.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

func isFull(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "53100"
	}
	var lite *sqlite3.Error
	return errors.As(err, &lite) && lite.Code()&0xff == sqlite3lib.SQLITE_FULL
}

func isReadOnly(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "25006" // a standby, after a failover
	}
	var lite *sqlite3.Error
	return errors.As(err, &lite) && lite.Code()&0xff == sqlite3lib.SQLITE_READONLY
}

// isDown reports whether an error is of the connection, or of the moment: then trying again may work.
func isDown(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code[:2] { // connection; rollback, as of a deadlock; resources; operator, as a restart
		case "08", "40", "53", "57":
			return true
		}
		return false
	}
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) {
		return true
	}
	for _, gone := range []error{sql.ErrConnDone, driver.ErrBadConn, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, context.DeadlineExceeded} {
		if errors.Is(err, gone) {
			return true
		}
	}
	var lite *sqlite3.Error
	if errors.As(err, &lite) {
		code := lite.Code() & 0xff
		return code == sqlite3lib.SQLITE_BUSY || code == sqlite3lib.SQLITE_LOCKED || code == sqlite3lib.SQLITE_IOERR || code == sqlite3lib.SQLITE_CANTOPEN
	}
	return false
}

func isBusy(err error) bool {
	var lite *sqlite3.Error
	return errors.As(err, &lite) && lite.Code()&0xff == sqlite3lib.SQLITE_BUSY
}

// isDeadlock reports whether PostgreSQL ended a transaction so that another could go on: trying again is all that it takes.
func isDeadlock(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "40P01"
}
