package csvfile_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"assent/internal/csvfile"
	"assent/internal/errs"
)

// read returns the rows of a file, each as "line: field|field" or "line! reason".
func read(t *testing.T, text string, enc csvfile.Encoding) []string {
	t.Helper()
	s, err := csvfile.Examine(iotest.OneByteReader(strings.NewReader(text)), enc)
	if err != nil {
		return []string{errs.Message(err)}
	}
	r := csvfile.NewReader(iotest.HalfReader(strings.NewReader(text)), s)
	var out []string
	for {
		row, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return out
		case err != nil:
			t.Fatal(err)
		case row.Broken != "":
			out = append(out, fmt.Sprintf("%d! %s", row.Line, row.Broken))
		default:
			out = append(out, fmt.Sprintf("%d: %s", row.Line, strings.Join(row.Fields, "|")))
		}
	}
}

func TestRows(t *testing.T) {
	t.Parallel()
	const unclosed, misplaced = `A quote (") is opened and not closed.`, `A quote (") stands where none can: a field with a quote in it is put in quotes, and the quote is doubled.`
	for _, c := range []struct{ name, text, want string }{
		{"commas", "a,b\n1,2\n", "1: a|b; 2: 1|2"},
		{"semicolons, and a comma in a field", "a;b\n1,5;2\n", "1: a|b; 2: 1,5|2"},
		{"tabs", "a\tb\n1\t2", "1: a|b; 2: 1|2"},
		{"one column", "address\nx@example.org\n", "1: address; 2: x@example.org"},
		{"a byte order mark", "\xef\xbb\xbfa,b\n1,2\n", "1: a|b; 2: 1|2"},
		{"lines as Windows ends them", "a,b\r\n1,2\r\n", "1: a|b; 2: 1|2"},
		{"lines as an old Mac ends them", "a,b\r1,2\r", "1: a|b; 2: 1|2"},
		{"blank lines and rows of delimiters", "\n\na,b\n\n,\n1,2\n\n", "3: a|b; 6: 1|2"},
		{"quotes", "a,b\n\"x, y\",\"say \"\"hi\"\"\"\n", "1: a|b; 2: x, y|say \"hi\""},
		{"a field of two lines", "a,b\n1,\"two\nlines\"\n3,4\n", "1: a|b; 2: 1|two\nlines; 4: 3|4"},
		{"an empty quoted field", "a,b\n\"\",2\n", "1: a|b; 2: |2"},
		{"too few fields", "a,b\n1\n3,4\n", "1: a|b; 2! The header has 2 fields, and this row 1.; 3: 3|4"},
		{"too many fields", "a,b\n1,2,3\n3,4\n", "1: a|b; 2! The header has 2 fields, and this row 3.; 3: 3|4"},
		{"a quote that is not closed", "a,b\n1,\"Ann\n3,4\n5,6\n", "1: a|b; 2! " + unclosed + "; 3: 3|4; 4: 5|6"},
		{"a quote that is not closed on the last line", "a,b\n3,4\n1,\"Ann", "1: a|b; 2: 3|4; 3! " + unclosed},
		{"an unclosed quote before a quoted field", "a,b\n1,\"Ann\n3,\"4, 5\"\n5,6\n", "1: a|b; 2! " + unclosed + "; 3: 3|4, 5; 4: 5|6"},
		{"a quote in the middle", "a,b\n1,O\"Neil\"\n3,4\n", "1: a|b; 2! " + misplaced + "; 3: 3|4"},
		{"text after a closing quote", "a,b\n1,\"Ann\" Lee\n3,4\n", "1: a|b; 2! " + misplaced + "; 3: 3|4"},
		{"an open quote that swallows a row with a quote of its own", "a,b\n1,\"Ann\n2,\"Bob\n3,4\n", "1: a|b; 2! " + misplaced + "; 3! " + unclosed + "; 4: 3|4"},
		{"a NUL byte", "a,b\n1,\x002\n3,4\n", "1: a|b; 2! There is a NUL byte in it, which no text has.; 3: 3|4"},
		{"UTF-8", "a,b\nJosé,Łódź\n", "1: a|b; 2: José|Łódź"},
		{"Latin-1", "a,b\n1,2\nJos\xe9,2\n", "Line 3 is not UTF-8 text; the file was probably saved as Latin-1. Save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\"), or say that its encoding is latin1 (--encoding latin1). Nothing was done."},
		{"UTF-8 cut off", "a,b\n1,2\xc3", "Line 2 is not UTF-8 text; the file was probably saved as Latin-1. Save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\"), or say that its encoding is latin1 (--encoding latin1). Nothing was done."},
		{"UTF-16", "\xff\xfea\x00,\x00", "The file is UTF-16. Save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")."},
		{"a workbook", "PK\x03\x04\x14\x00a,b", "The file is a workbook or an archive, and no text. Open it in a spreadsheet, and save the sheet as \"CSV UTF-8\"."},
		{"an older workbook", "\xd0\xcf\x11\xe0\xa1\xb1", "The file is a workbook or an archive, and no text. Open it in a spreadsheet, and save the sheet as \"CSV UTF-8\"."},
		{"nothing", "", "The file is empty."},
		{"blank lines alone", "\n \n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(read(t, c.text, csvfile.UTF8), "; "); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestLatin1IsConverted(t *testing.T) {
	t.Parallel()
	if got := strings.Join(read(t, "a;b\nJos\xe9;\x80 5\n", csvfile.Latin1), "; "); got != "1: a|b; 2: José|€ 5" {
		t.Errorf("got %s", got)
	}
}

func TestALineOfTenMegabytesIsOneBrokenRow(t *testing.T) {
	t.Parallel()
	text := "a,b\n" + strings.Repeat("x", 10<<20) + "\n1,2\n"
	s, err := csvfile.Examine(strings.NewReader(text), csvfile.UTF8)
	if err != nil {
		t.Fatal(err)
	}
	r := csvfile.NewReader(strings.NewReader(text), s)
	_, _ = r.Next()
	long, err := r.Next()
	if err != nil || long.Broken != "The line is longer than 64 KiB." || len(long.Raw) > 300 {
		t.Errorf("got %q with %d octets, %v", long.Broken, len(long.Raw), err)
	}
	if next, err := r.Next(); err != nil || next.Line != 3 || next.Fields[1] != "2" {
		t.Errorf("after it came %+v, %v", next, err)
	}
}

func TestTheSurvey(t *testing.T) {
	t.Parallel()
	s, err := csvfile.Examine(strings.NewReader("a;b\n1;2\n3;4"), csvfile.UTF8)
	if err != nil || s.Lines != 3 || s.Size != 11 || s.Delimiter != ';' || len(s.Digest) != 64 {
		t.Errorf("got %+v, %v", s, err)
	}
	if _, err := csvfile.Examine(iotest.ErrReader(errors.New("disk gone")), csvfile.UTF8); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("a failing disk gave %v", err)
	}
	if _, err := csvfile.NewReader(iotest.ErrReader(errors.New("disk gone")), s).Next(); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("a failing disk gave %v", err)
	}
}

// Whatever a file holds, reading ends, and every line that is not blank stands in exactly one row.
func FuzzReader(f *testing.F) {
	for _, s := range []string{"a,b\n1,\"x\ny\"\n", "a;b\r\n\"1;2\n3;\"\"4\"\n", "\xef\xbb\xbfa\n\"\n\"\"\n\x00\n", "a,b\n1,\"Ann\n2,\"Bob\n3,4\n"} {
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, text string, latin1 bool) {
		enc := csvfile.UTF8
		if latin1 {
			enc = csvfile.Latin1
		}
		s, err := csvfile.Examine(strings.NewReader(text), enc)
		if err != nil {
			return
		}
		r := csvfile.NewReader(strings.NewReader(text), s)
		var got []string
		width := 0
		for {
			row, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if row.Broken == "" {
				if width == 0 {
					width = len(row.Fields)
				}
				if len(row.Fields) != width {
					t.Errorf("%d fields after a header of %d: %q", len(row.Fields), width, row.Raw)
				}
			}
			got = append(got, row.Raw)
		}
		if latin1 || strings.ContainsAny(text, "\r\ufeff") || len(text) > 60000 {
			return // the same letters, in other octets
		}
		if want := telling(text); telling(strings.Join(got, "\n")) != want {
			t.Errorf("%q was read as %q", text, got)
		}
	})
}

// telling returns the lines that are not blank.
func telling(text string) string {
	var out []string
	for l := range strings.SplitSeq(text, "\n") {
		if strings.Trim(l, " \t,;|\"\v\f\u0085\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u1680") != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}
