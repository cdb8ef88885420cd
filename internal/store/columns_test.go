package store_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/internal/store/storetest"
)

// Every column has a class that says what erasing a person does to it, so that no new column keeps a person by oversight.
func TestEveryColumnHasAClassForErasure(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("columns.txt")
	if err != nil {
		t.Fatal(err)
	}
	classed := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		column, class, _ := strings.Cut(line, "  ")
		if classed[column] {
			t.Errorf("%s has two lines", column)
		}
		classed[column] = true
		if reason, isKept := strings.CutPrefix(class, "keep: "); class != "erase" && class != "hash" && (!isKept || reason == "") {
			t.Errorf("%s has the class %q; it must be erase, hash, or keep: with its reason", column, class)
		}
	}
	columns, err := storetest.Open(t, storetest.SQLiteURL(t), time.Now).Columns(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range columns {
		if !classed[c] {
			t.Errorf("%s has no class in columns.txt", c)
		}
	}
	for c := range classed {
		if !slices.Contains(columns, c) {
			t.Errorf("%s has a class, but there is no such column", c)
		}
	}
}
