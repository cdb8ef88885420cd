// Package jsonlines reads and writes files with one JSON object in each line (JSON Lines), as rows of text: a column for each name that stands in any of
// the objects. Nothing of a file is trusted: a line is read within a limit, and one that cannot be read is a broken row and loses no other.
package jsonlines

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"assent/internal/csvfile"
	"assent/internal/errs"
)

const maxColumns = 200

// Columns reads a file to its end and returns the names that its objects have, in the order in which they first stand there. Kind Invalid when there is
// none, or more than 200. s is what csvfile.Examine found out.
func Columns(r io.Reader, s csvfile.Survey) ([]string, error) {
	const op = "jsonlines: columns"
	lines := csvfile.NewReader(r, s)
	var names []string
	known := map[string]bool{}
	for {
		line, err := lines.NextLine()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		object, broken := parse(line)
		if broken != "" {
			continue // its row says so when its turn comes
		}
		for _, f := range object {
			if known[f.name] {
				continue
			}
			known[f.name] = true
			if names = append(names, f.name); len(names) > maxColumns {
				return nil, errs.E(op, errs.Invalid, fmt.Sprintf("The objects of the file have more than %d different names. Nothing was done.", maxColumns), nil)
			}
		}
	}
	if len(names) == 0 {
		return nil, errs.E(op, errs.Invalid, "The file has no JSON object in any line. Each line must be one, such as {\"address\":\"ann@example.org\"}. Nothing was done.", nil)
	}
	return names, nil
}

// Reader hands out the rows of a file, the names of its columns first.
type Reader struct {
	lines   *csvfile.Reader
	columns []string
	at      map[string]int
	begun   bool
}

// NewReader reads a file from its beginning, with the names that Columns found.
func NewReader(r io.Reader, s csvfile.Survey, columns []string) *Reader {
	at := make(map[string]int, len(columns))
	for i, name := range columns {
		at[name] = i
	}
	return &Reader{lines: csvfile.NewReader(r, s), columns: columns, at: at}
}

// Next returns the next row that is not blank, io.EOF after the last, or an error of kind Unavailable when the file cannot be read.
func (r *Reader) Next() (csvfile.Row, error) {
	if !r.begun {
		r.begun = true
		return csvfile.Row{Fields: slices.Clone(r.columns)}, nil
	}
	for {
		line, err := r.lines.NextLine()
		if err != nil {
			return csvfile.Row{}, err
		}
		if line.Fault == "" && strings.TrimSpace(line.Text) == "" {
			continue
		}
		row := csvfile.Row{Line: line.Number, Raw: line.Text}
		object, broken := parse(line)
		if broken != "" {
			row.Broken = broken
			return row, nil
		}
		row.Fields = make([]string, len(r.columns))
		for _, f := range object {
			i, known := r.at[f.name]
			if !known {
				row.Fields, row.Broken = nil, "The file changed while it was being read."
				return row, nil
			}
			row.Fields[i] = f.text
		}
		return row, nil
	}
}

// field is one name of an object with its value as text.
type field struct{ name, text string }

// parse reads a line's object. A name that stands twice is refused: nobody knows which was meant.
func parse(line csvfile.Line) (fields []field, broken string) {
	if line.Fault != "" {
		return nil, line.Fault
	}
	d := json.NewDecoder(strings.NewReader(line.Text))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, "It is not a JSON object."
	}
	for d.More() {
		name, err := d.Token()
		var value json.RawMessage
		if err == nil {
			err = d.Decode(&value)
		}
		if err != nil {
			return nil, "It is not a JSON object."
		}
		if slices.ContainsFunc(fields, func(f field) bool { return f.name == name }) {
			return nil, fmt.Sprintf("The name %.60q stands twice in it.", name)
		}
		text, ok := asText(value)
		if !ok || strings.ContainsRune(text, 0) {
			return nil, fmt.Sprintf("The value of %.60q cannot be read as text.", name)
		}
		fields = append(fields, field{fmt.Sprint(name), text})
	}
	if _, err := d.Token(); err != nil {
		return nil, "It is not a JSON object."
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, "Something stands behind the JSON object."
	}
	return fields, ""
}

// asText takes a value to text: null to none, several texts to one with bars between them, an object to its JSON.
func asText(value json.RawMessage) (string, bool) {
	switch value = bytes.TrimSpace(value); value[0] {
	case '"':
		var text string
		err := json.Unmarshal(value, &text)
		return text, err == nil
	case '[':
		var many []string
		if json.Unmarshal(value, &many) != nil || slices.ContainsFunc(many, func(s string) bool { return strings.Contains(s, "|") }) {
			return "", false
		}
		return strings.Join(many, "|"), true
	case 'n':
		return "", true
	}
	return string(value), true
}
