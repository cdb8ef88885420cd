package csvfile_test

import (
	"bytes"
	"testing"

	"assent/internal/csvfile"
)

func TestACellThatASpreadsheetWouldRunIsQuoted(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	err := csvfile.Write(&b, []string{"name", "words"}, [][]string{{`=HYPERLINK("http://x.example")`, "plain"}, {"+1", "-1"}, {"@SUM(A1)", "\tx"}, {"a, b", "two\nlines"}, {"", "1 = 1"}})
	if err != nil {
		t.Fatal(err)
	}
	want := "name,words\r\n\"'=HYPERLINK(\"\"http://x.example\"\")\",plain\r\n'+1,'-1\r\n'@SUM(A1),'\tx\r\n\"a, b\",\"two\r\nlines\"\r\n,1 = 1\r\n"
	if got := b.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
