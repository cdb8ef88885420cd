// Package prepared opens a SQLite whose connections keep the statements that they ran last prepared.
//
// Parsing and planning a statement anew costs more than running a small one. Neither database/sql nor SQLite's driver keeps one by itself, as
// PostgreSQL's does. SQLite prepares a statement again when the schema has changed (sqlite3_prepare_v2), and one that is not running keeps no
// transaction open and holds none of the values that it ran with.
package prepared

import (
	"container/list"
	"context"
	"database/sql"
	"database/sql/driver"
	"slices"
	"strings"

	sqlite3 "modernc.org/sqlite"
)

// Open opens the SQLite of a source, in the words of its driver. As with sql.Open, nothing is connected yet; an error is of a source that makes no sense.
func Open(source string) (*sql.DB, error) {
	c, err := sqlite3.NewConnector(source)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector{c}), nil
}

const (
	statementsKept = 150     // by each connection
	longestKept    = 4 << 10 // octets; a longer one is an INSERT of many rows, whose running is what costs
)

// connector makes connections that keep their statements.
type connector struct{ driver.Connector }

// Connect implements driver.Connector.
func (o connector) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := o.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	lite, ok := c.(liteConn)
	if !ok { // another version of the driver: it works as it does by itself
		return c, nil
	}
	return &conn{liteConn: lite, idle: map[string]*list.Element{}}, nil
}

// liteConn is what a connection of the driver can do that database/sql looks for.
type liteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type liteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// conn is a connection with its prepared statements that are not running. database/sql has it used by one goroutine at a time.
type conn struct {
	liteConn
	idle map[string]*list.Element // by their text
	last list.List                // of *statement, the one that ran last in front
}

type statement struct {
	query string
	liteStmt
}

// ExecContext implements driver.ExecerContext.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	p, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return c.liteConn.ExecContext(ctx, query, args)
	}
	result, err := p.ExecContext(ctx, args)
	c.put(p, err)
	return result, err
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	p, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return c.liteConn.QueryContext(ctx, query, args)
	}
	found, err := p.QueryContext(ctx, args)
	if err != nil {
		c.put(p, err)
		return nil, err
	}
	return rows{found, c, p}, nil
}

// Close implements driver.Conn.
func (c *conn) Close() error {
	for c.last.Len() > 0 {
		c.drop(c.last.Back())
	}
	return c.liteConn.Close()
}

// take returns a statement that nobody runs, nil for one that is not worth keeping.
func (c *conn) take(ctx context.Context, query string) (*statement, error) {
	if e, ok := c.idle[query]; ok {
		delete(c.idle, query)
		return c.last.Remove(e).(*statement), nil
	}
	if !comesAgain(query) {
		return nil, nil
	}
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	lite, ok := s.(liteStmt)
	if !ok {
		return nil, s.Close()
	}
	return &statement{query, lite}, nil
}

// put takes a statement back that has run, but for one that failed or of which a second one ran meanwhile.
func (c *conn) put(p *statement, failed error) {
	if failed != nil || c.idle[p.query] != nil {
		_ = p.Close() // tells again what failed
		return
	}
	c.idle[p.query] = c.last.PushFront(p)
	if c.last.Len() > statementsKept {
		c.drop(c.last.Back())
	}
}

func (c *conn) drop(e *list.Element) {
	p := c.last.Remove(e).(*statement)
	delete(c.idle, p.query)
	_ = p.Close()
}

// comesAgain reports whether a statement is one that comes again: not of a migration, which may be several and change the schema.
func comesAgain(query string) bool {
	if len(query) > longestKept || strings.Contains(query, ";") {
		return false
	}
	query = strings.TrimSpace(query)
	return slices.ContainsFunc([]string{"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}, func(verb string) bool { return strings.HasPrefix(query, verb) })
}

// rows are the rows of a statement that is put back when they are closed.
type rows struct {
	driver.Rows
	from *conn
	stmt *statement
}

// Close implements driver.Rows.
func (r rows) Close() error {
	err := r.Rows.Close()
	r.from.put(r.stmt, err)
	return err
}
