package jsonlines_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"assent/internal/csvfile"
	"assent/internal/errs"
	"assent/internal/jsonlines"
)

func read(t testing.TB, text string) (columns []string, rows []csvfile.Row, err error) {
	t.Helper()
	survey, err := csvfile.Examine(strings.NewReader(text), csvfile.UTF8)
	if err != nil {
		return nil, nil, err
	}
	if columns, err = jsonlines.Columns(strings.NewReader(text), survey); err != nil {
		return nil, nil, err
	}
	r := jsonlines.NewReader(strings.NewReader(text), survey, columns)
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return columns, rows, nil
		}
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, row)
	}
}

func TestEachLineIsARow(t *testing.T) {
	t.Parallel()
	_, rows, err := read(t, "\ufeff{\"address\":\"a@example.org\",\"berths\":3,\"member\":true}\r\n\n"+
		`{"topics":["tides","works"],"address":"b@example.org","attributes":{"quay":"north"},"name":null}`+"\n"+
		"{broken\n"+
		`["a list"]`+"\n"+
		`{"address":"c@example.org"} {}`+"\n"+
		`{"address":"d@example.org","address":"e@example.org"}`+"\n"+
		`{"address":"f@example.org","topics":["a|b"]}`+"\n"+
		"{\"address\":\"g\x00\"}\n"+
		`{"address":"h\u0000@example.org"}`+"\n"+
		`{"address":"`+strings.Repeat("i", 70_000)+`"}`+"\n"+
		`{"address":"j@example.org"}`)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&got, "%d %q %s\n", r.Line, r.Fields, r.Broken)
	}
	want := `0 ["address" "berths" "member" "topics" "attributes" "name"] 
1 ["a@example.org" "3" "true" "" "" ""] 
3 ["b@example.org" "" "" "tides|works" "{\"quay\":\"north\"}" ""] 
4 [] It is not a JSON object.
5 [] It is not a JSON object.
6 [] Something stands behind the JSON object.
7 [] The name "address" stands twice in it.
8 [] The value of "topics" cannot be read as text.
9 [] There is a NUL byte in it, which no text has.
10 [] The value of "address" cannot be read as text.
11 [] The line is longer than 64 KiB.
12 ["j@example.org" "" "" "" "" ""] 
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func TestFilesThatAreNoJSONLines(t *testing.T) {
	t.Parallel()
	var wide strings.Builder
	for n := range 201 {
		fmt.Fprintf(&wide, "{\"n%d\":1}\n", n)
	}
	for _, c := range []struct{ name, text, says string }{
		{"CSV", "address,name\nann@example.org,Ann\n", "no JSON object in any line"},
		{"empty objects", "{}\n{}\n", "no JSON object in any line"},
		{"more names than columns are allowed", wide.String(), "more than 200 different names"},
		{"UTF-16", "\xff\xfe{\x00}\x00", "UTF-16"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := read(t, c.text); errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), c.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Whatever a file holds, every line that is not blank is one row, which is whole or says what is wrong with it.
func FuzzReader(f *testing.F) {
	f.Add("{\"a\":1}\n{\"b\":[\"x\"]}\n")
	f.Add("{\"a\":\"\\ud800\"}\n\x00\n{{{")
	f.Add("{\"a\":{\"b\":[1,2,{}]}}")
	f.Fuzz(func(t *testing.T, text string) {
		columns, rows, err := read(t, text)
		if err != nil {
			return
		}
		for _, r := range rows {
			if r.Broken == "" && len(r.Fields) != len(columns) {
				t.Errorf("line %d has %d fields of %d", r.Line, len(r.Fields), len(columns))
			}
			for _, field := range r.Fields {
				if strings.ContainsRune(field, 0) {
					t.Errorf("line %d has a NUL", r.Line)
				}
			}
		}
	})
}
