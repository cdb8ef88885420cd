package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"

	"assent/internal/errs"
)

// bulk is many new rows of a table.
type bulk struct {
	table   string
	columns string                       // separated by commas
	rows    int                          // how many
	values  func(i int, row []any) []any // appends those of row i: int64, string, []byte, bool or json.RawMessage
}

// session is a transaction on a connection that can also be spoken to in its driver's own words.
type session struct {
	*sql.Tx
	conn *sql.Conn
}

// writeBulk writes many rows in a fraction of the time of INSERT with arguments: by COPY on PostgreSQL, and on SQLite with statements of many
// rows in which a column that is the same everywhere is bound once.
func (c conn) writeBulk(ctx context.Context, b bulk) error {
	if b.rows == 0 {
		return nil
	}
	if c.dialect == postgres {
		return c.copyIn(ctx, b)
	}
	return c.insertMany(ctx, b)
}

func (c conn) copyIn(ctx context.Context, b bulk) error {
	s, ok := c.runner.(session)
	if !ok {
		return errs.E("store: copy", errs.Internal, "", errors.New("outside of a transaction"))
	}
	return s.conn.Raw(func(raw any) error {
		pg, ok := raw.(*stdlib.Conn)
		if !ok {
			return driver.ErrBadConn
		}
		_, err := pg.Conn().PgConn().CopyFrom(ctx, &copyStream{bulk: b, buf: make([]byte, 0, copyPiece+copyPiece/8)}, `COPY `+b.table+` (`+b.columns+`) FROM STDIN (FORMAT binary)`)
		return err
	})
}

// copyStream writes rows as PostgreSQL's binary COPY reads them ("COPY", File Formats, Binary Format), some at a time.
type copyStream struct {
	bulk
	next int // row
	buf  []byte
	row  []any
	left []byte // of buf
	end  bool
}

const copyPiece = 32 << 10 // octets that are made at once

// Read implements io.Reader.
func (s *copyStream) Read(p []byte) (int, error) {
	if len(s.left) == 0 {
		if s.end {
			return 0, io.EOF
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.left)
	s.left = s.left[n:]
	return n, nil
}

func (s *copyStream) fill() error {
	s.buf = s.buf[:0]
	if s.next == 0 {
		s.buf = append(s.buf, "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	}
	for ; s.next < s.rows && len(s.buf) < copyPiece; s.next++ {
		s.row = s.values(s.next, s.row[:0])
		s.buf = binary.BigEndian.AppendUint16(s.buf, uint16(len(s.row)))
		for _, v := range s.row {
			var err error
			if s.buf, err = appendField(s.buf, v); err != nil {
				return err
			}
		}
	}
	if s.next == s.rows {
		s.buf, s.end = append(s.buf, 0xff, 0xff), true
	}
	s.left = s.buf
	return nil
}

// appendField appends one value with its length.
func appendField(b []byte, value any) ([]byte, error) {
	text := func(n int) []byte { return binary.BigEndian.AppendUint32(b, uint32(n)) }
	switch v := value.(type) {
	case int64:
		return binary.BigEndian.AppendUint64(text(8), uint64(v)), nil
	case string:
		return append(text(len(v)), v...), nil
	case []byte:
		return append(text(len(v)), v...), nil
	case json.RawMessage: // JSONB, version 1
		return append(append(text(len(v)+1), 1), v...), nil
	case bool:
		if v {
			return append(text(1), 1), nil
		}
		return append(text(1), 0), nil
	}
	return b, errs.E("store: copy", errs.Internal, "", fmt.Errorf("no field can hold a %T", value))
}

const bulkRows = 100 // of one statement on SQLite

// insertMany writes rows with prepared statements. OR FAIL saves SQLite the journal with which it could undo one statement alone: whoever
// calls undoes the transaction.
func (c conn) insertMany(ctx context.Context, b bulk) error {
	s, ok := c.runner.(session)
	if !ok {
		return errs.E("store: insert many", errs.Internal, "", errors.New("outside of a transaction"))
	}
	prepared := map[string]*sql.Stmt{}
	defer func() {
		for _, st := range prepared {
			st.Close()
		}
	}()
	width := strings.Count(b.columns, ",") + 1
	values, args := make([]any, 0, bulkRows*width), make([]any, 0, bulkRows*width)
	for from := 0; from < b.rows; from += bulkRows {
		n := min(bulkRows, b.rows-from)
		values = values[:0]
		for i := range n {
			values = b.values(from+i, values)
		}
		query, bound := insertSame(b, values, width, args[:0])
		if prepared[query] == nil {
			st, err := s.PrepareContext(ctx, query)
			if err != nil {
				return err
			}
			prepared[query] = st
		}
		if _, err := prepared[query].ExecContext(ctx, bound...); err != nil {
			return err
		}
	}
	return nil
}

// insertSame returns the statement that inserts a page of rows, and its arguments: first those that are the same in every row.
func insertSame(b bulk, values []any, width int, args []any) (string, []any) {
	rows := len(values) / width
	selected := make([]string, width)
	varying := make([]int, 0, width)
	for col := range width {
		same := rows > 1
		for r := 1; r < rows && same; r++ {
			same = equalValues(values[col], values[r*width+col])
		}
		if same {
			selected[col] = "?"
			args = append(args, plainValue(values[col]))
			continue
		}
		varying = append(varying, col)
		selected[col] = fmt.Sprint("column", len(varying))
	}
	if len(varying) == 0 { // rows that are all the same break a key, and are to say so
		varying, args = append(varying, 0), args[1:]
		selected[0] = "column1"
	}
	for r := range rows {
		for _, col := range varying {
			args = append(args, plainValue(values[r*width+col]))
		}
	}
	return `INSERT OR FAIL INTO ` + b.table + ` (` + b.columns + `) SELECT ` + strings.Join(selected, ", ") + ` FROM (VALUES ` + tuples(rows, len(varying)) + `)`, args
}

func equalValues(a, b any) bool {
	switch x := a.(type) {
	case []byte:
		y, ok := b.([]byte)
		return ok && slices.Equal(x, y)
	case json.RawMessage:
		y, ok := b.(json.RawMessage)
		return ok && slices.Equal(x, y)
	}
	return a == b
}

// plainValue is a value as SQLite stores it: JSON is text there.
func plainValue(v any) any {
	if j, ok := v.(json.RawMessage); ok {
		return string(j)
	}
	return v
}
