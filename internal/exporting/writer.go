package exporting

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Format is how an export is written.
type Format string

const (
	CSV       Format = "csv"   // RFC 4180, UTF-8, the names of the columns first
	JSONLines Format = "jsonl" // one object in each line
)

// ContentType returns the media type of a format (RFC 4180; JSON Lines has none of its own).
func (f Format) ContentType() string {
	if f == CSV {
		return "text/csv; charset=utf-8; header=present"
	}
	return "application/x-ndjson"
}

// writer writes rows.
type writer struct {
	request Request
	columns []string
	out     io.Writer
	buf     bytes.Buffer
	csv     *csv.Writer
	record  []string
}

func newWriter(r Request, out io.Writer, columns []string) *writer {
	w := &writer{request: r, columns: columns, out: out, record: make([]string, len(columns))}
	w.csv = csv.NewWriter(&w.buf)
	if r.Format == CSV && r.After == 0 { // what goes on behind a row goes on in the same file
		_ = w.csv.Write(columns) // a buffer takes everything
	}
	return w
}

func (w *writer) row(cells []any) error {
	if w.request.Format == CSV {
		for i, c := range cells {
			w.record[i] = w.text(c)
		}
		return w.csv.Write(w.record)
	}
	w.buf.WriteByte('{')
	for i, c := range cells {
		if i > 0 {
			w.buf.WriteByte(',')
		}
		value, err := json.Marshal(c)
		if err != nil {
			return err
		}
		fmt.Fprintf(&w.buf, "%q:%s", w.columns[i], value) // names of columns are plain
	}
	w.buf.WriteString("}\n")
	return nil
}

// text writes one cell of a CSV file: several values with bars between them, as an import reads them.
func (w *writer) text(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case string:
		return w.safe(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case json.RawMessage:
		return string(v)
	case []any:
		many := make([]string, len(v))
		for i, one := range v {
			many[i] = fmt.Sprint(one)
		}
		return w.safe(strings.Join(many, "|"))
	}
	return w.safe(fmt.Sprint(cell))
}

// safe keeps a spreadsheet from running a cell as a formula (OWASP, CSV Injection), where that was asked for: it changes what is written.
func (w *writer) safe(text string) string {
	if w.request.Spreadsheet && text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// flush hands on what was written.
func (w *writer) flush() error {
	w.csv.Flush()
	_, err := w.buf.WriteTo(w.out)
	return err
}
