package csvfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"assent/internal/errs"
)

const (
	maxRow   = 64 << 10 // octets, and so of a line
	maxLines = 50       // of one row
	maxShown = 200      // octets of a line that is too long to be kept
	bom      = "\xef\xbb\xbf"
)

// Row is one row of a file.
type Row struct {
	Line   int64    // where it begins, from 1
	Fields []string // as many as the header has; nil when it is broken
	Raw    string   // as it stands in the file, without the line's end
	Broken string   // a sentence that says why it cannot be read; "" for a good row
}

// Reader hands out the rows of a file, the header first.
type Reader struct {
	src    *bufio.Reader
	survey Survey
	width  int    // fields of the header; 0 before it
	line   int64  // of the last line read
	again  []line // lines that were looked at and given back
}

// NewReader reads a file from its beginning, in the way that Examine found out about.
func NewReader(r io.Reader, s Survey) *Reader {
	if s.Encoding == Latin1 {
		r = charmap.Windows1252.NewDecoder().Reader(r)
	}
	return &Reader{src: bufio.NewReaderSize(r, 64<<10), survey: s}
}

// Next returns the next row that is not blank (spreadsheets write rows of delimiters alone), io.EOF after the last, or an error of kind Unavailable when the
// file cannot be read.
func (r *Reader) Next() (Row, error) {
	for {
		first, err := r.next()
		if err != nil {
			return Row{}, err
		}
		row, err := r.row(first)
		if err != nil || row.Broken != "" || !blank(row.Fields) {
			return row, err
		}
	}
}

func blank(fields []string) bool {
	return !slices.ContainsFunc(fields, func(f string) bool { return strings.TrimSpace(f) != "" })
}

// row makes a row out of a line and, while a quote is open, the lines after it. Where that comes to nothing, the first
// line alone is broken and the others are read again as rows of their own.
func (r *Reader) row(first line) (Row, error) {
	row := Row{Line: first.number, Raw: first.text}
	if first.fault != "" {
		row.Broken = first.fault
		return row, nil
	}
	if strings.TrimSpace(first.text) == "" {
		return row, nil
	}
	taken := []line{}
	text, quotes := first.text, strings.Count(first.text, `"`)
	for quotes%2 == 1 {
		next, err := r.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return Row{}, err
		}
		if err == nil {
			taken = append(taken, next)
		}
		if err != nil || next.fault != "" || len(taken) >= maxLines || len(text)+len(next.text) > maxRow {
			r.giveBack(taken)
			row.Broken = `A quote (") is opened and not closed.`
			return row, nil
		}
		text += "\n" + next.text
		quotes += strings.Count(next.text, `"`)
	}
	fields, ok := split(text, r.survey.Delimiter, r.width)
	switch {
	case !ok:
		row.Broken = `A quote (") stands where none can: a field with a quote in it is put in quotes, and the quote is doubled.`
	case r.width != 0 && len(fields) != r.width:
		row.Broken = fmt.Sprintf("The header has %d fields, and this row %d.", r.width, len(fields))
	}
	if row.Broken != "" {
		r.giveBack(taken)
		return row, nil
	}
	if r.width == 0 && !blank(fields) {
		r.width = len(fields)
	}
	row.Fields, row.Raw = fields, text
	return row, nil
}

// Fields takes the text of a good row apart again, as Next did.
func (s Survey) Fields(raw string) []string {
	fields, _ := split(raw, s.Delimiter, 0)
	return fields
}

// split takes a row apart; false when a quote stands where none can.
func split(text string, delimiter byte, width int) (fields []string, ok bool) {
	fields = make([]string, 0, width)
	for {
		if !strings.HasPrefix(text, `"`) {
			i := strings.IndexByte(text, delimiter)
			field := text
			if i >= 0 {
				field = text[:i]
			}
			if strings.Contains(field, `"`) {
				return nil, false
			}
			fields = append(fields, field)
			if i < 0 {
				return fields, true
			}
			text = text[i+1:]
			continue
		}
		field, rest, closed := quoted(text[1:])
		fields = append(fields, field)
		switch {
		case !closed || rest != "" && rest[0] != delimiter:
			return nil, false
		case rest == "":
			return fields, true
		}
		text = rest[1:]
	}
}

// quoted reads a field after its opening quote up to its closing one, which two quotes are not.
func quoted(text string) (field, rest string, closed bool) {
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '"')
		if i < 0 {
			return "", "", false
		}
		b.WriteString(text[:i])
		text = text[i+1:]
		if !strings.HasPrefix(text, `"`) {
			return b.String(), text, true
		}
		b.WriteByte('"')
		text = text[1:]
	}
}

// Line is a line of a file, without its end.
type Line struct {
	Number int64  // from 1
	Text   string // only the beginning of one that is too long
	Fault  string // a sentence that says why it cannot be read; "" for a good one
}

// NextLine returns the next line as it stands, for formats that have one row in each; io.EOF after the last. A reader gives out rows or lines, not both.
func (r *Reader) NextLine() (Line, error) {
	l, err := r.next()
	return Line{Number: l.number, Text: l.text, Fault: l.fault}, err
}

// line is a line of the file, without its end.
type line struct {
	number int64
	text   string // only the beginning of one that is too long
	fault  string // a sentence, where it cannot be part of any row
}

func (r *Reader) giveBack(lines []line) { r.again = append(lines, r.again...) }

func (r *Reader) next() (line, error) {
	if len(r.again) > 0 {
		l := r.again[0]
		r.again = r.again[1:]
		return l, nil
	}
	text, long, err := r.read()
	if err != nil {
		return line{}, err
	}
	r.line++
	if r.line == 1 {
		text = strings.TrimPrefix(text, bom)
	}
	l := line{number: r.line, text: text}
	switch {
	case long:
		l.text = strings.ToValidUTF8(text[:maxShown], "") + " …"
		l.fault = fmt.Sprintf("The line is longer than %d KiB.", maxRow>>10)
	case strings.IndexByte(text, 0) >= 0:
		l.fault = "There is a NUL byte in it, which no text has."
	case !utf8.ValidString(text):
		l.text = strings.ToValidUTF8(text, "\ufffd")
		l.fault = "It is not UTF-8 text."
	}
	return l, nil
}

// read reads to the end of the line, and keeps no more than maxRow of it.
func (r *Reader) read() (text string, long bool, err error) {
	var b []byte
	for {
		part, err := r.src.ReadSlice(r.survey.newline)
		if len(b)+len(part) > maxRow+2 { // the line's end does not count
			long, part = true, part[:min(len(part), max(0, maxShown-len(b)))]
		}
		if err == nil && b == nil && !long { // the whole line
			return r.withoutEnd(string(part)), false, nil
		}
		b = append(b, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && (len(b) > 0 || long):
		case errors.Is(err, io.EOF):
			return "", false, io.EOF
		case err != nil:
			return "", false, errs.E("csvfile: read", errs.Unavailable, "The file cannot be read to its end.", err)
		}
		return r.withoutEnd(string(b)), long, nil
	}
}

func (r *Reader) withoutEnd(text string) string {
	if n := len(text); n > 0 && text[n-1] == r.survey.newline {
		text = text[:n-1]
	}
	return strings.TrimSuffix(text, "\r")
}
