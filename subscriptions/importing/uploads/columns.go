package uploads

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"assent/internal/address"
	"assent/internal/csvfile"
	"assent/internal/errs"
	"assent/internal/jsonlines"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

// maxColumns bounds the columns of a file that comes in.
const maxColumns = 200

// Reading says how a file is to be understood.
type Reading struct {
	Format string            // one of Formats; "" has it found out
	Map    map[string]string // column to one of importing.Names, or to a declared attribute
	Ignore []string          // columns that are left out
	Dates  importing.DateOrder
}

// Look is what the columns of an upload are taken for.
type Look struct {
	Columns    []importing.Meaning
	Attributes []string // that are declared for the list's programme, and columns may be taken for
	Dates      importing.DateOrder
	Problem    string // why the file cannot be brought in so, as a sentence; "" when it can
}

// Look tells what the columns of a file are taken for. Nothing, once the file has gone.
func (s *Service) Look(ctx context.Context, u Upload) (l Look, err error) {
	const op = "uploads: look"
	if !u.State.HasFile() || u.State == Arriving {
		return l, nil
	}
	k, err := s.sketchOf(ctx, u.ID)
	if err != nil {
		return l, errs.Wrap(op, err)
	}
	in, err := subscriptions.OpenIntake(ctx, s.Store, u.ListID, s.Now())
	if err != nil {
		return l, errs.Wrap(op, err)
	}
	for _, a := range in.Declared() {
		if !a.Ended() {
			l.Attributes = append(l.Attributes, a.Name)
		}
	}
	m := u.mapping(k)
	l.Dates = m.Dates
	if _, err := importing.ParseHeader(k.Header, in, m); err != nil {
		l.Problem = errs.Message(err)
	}
	if l.Columns, err = importing.Meanings(k.Header, in, m); err != nil {
		for _, name := range k.Header { // another program's file: nothing is known
			l.Columns = append(l.Columns, importing.Meaning{Column: name})
		}
	}
	return l, nil
}

func (s *Service) sketchOf(ctx context.Context, id int64) (k sketch, err error) {
	raw, err := s.Store.Sketch(ctx, id)
	if err == nil {
		err = json.Unmarshal(raw, &k)
	}
	return k, err
}

// header finds out what a staged file is and what its columns are called.
func (s *Service) header(ctx context.Context, u *Upload, survey csvfile.Survey, format string) (header []string, err error) {
	const op = "uploads: header"
	u.Format = format
	if format == JSONLines || format == "" && isJSON(s.file(ctx, *u)) {
		u.Format = JSONLines
		return jsonlines.Columns(s.file(ctx, *u), survey)
	}
	row, err := csvfile.NewReader(s.file(ctx, *u), survey).Next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, errs.E(op, errs.Invalid, "The file has no rows. Its first row names the columns.", nil)
	case err != nil:
		return nil, err
	case row.Broken != "":
		return nil, errs.E(op, errs.Invalid, fmt.Sprintf("The header in line %d cannot be read. %s", row.Line, row.Broken), nil)
	case len(row.Fields) > maxColumns:
		return nil, errs.E(op, errs.Invalid, fmt.Sprintf("The file has more than %d columns.", maxColumns), nil)
	}
	for _, field := range row.Fields {
		if _, err := address.Parse(strings.TrimSpace(field)); err == nil {
			return nil, errs.E(op, errs.Invalid, "The first row of the file holds an email address. It must name the columns: put a row above it such as address, name, act, acted_at, source.", nil)
		}
	}
	if format == "" {
		if u.Format = string(importing.Detect(row.Fields)); u.Format == "" {
			u.Format = CSV
		}
	}
	return row.Fields, nil
}

// isJSON reports whether a file begins with a JSON object.
func isJSON(r io.Reader) bool {
	in := bufio.NewReader(io.LimitReader(r, Piece))
	for {
		switch c, _, err := in.ReadRune(); {
		case err != nil:
			return false
		case c == '{':
			return true
		case !unicode.IsSpace(c) && c != '\ufeff':
			return false
		}
	}
}

// rows hands out the rows of a staged file, the names of its columns first.
func (s *Service) rows(ctx context.Context, u Upload, survey csvfile.Survey, k sketch) importing.Rows {
	if u.Format == JSONLines {
		return jsonlines.NewReader(s.file(ctx, u), survey, k.Header)
	}
	return csvfile.NewReader(s.file(ctx, u), survey)
}
