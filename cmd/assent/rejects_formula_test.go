package main

import (
	"path/filepath"
	"testing"

	"assent/subscriptions/importing"
)

// The file of rows that were not taken is opened in a spreadsheet, and a row may begin like a formula.
func TestARejectedRowIsNoFormulaInASpreadsheet(t *testing.T) {
	t.Parallel()
	f := &rejectsFile{path: filepath.Join(t.TempDir(), "people.csv.errors.csv")}
	if _, err := f.Write(nil, 0, []importing.Reject{{Line: 2, Reason: "An email address looks like name@example.org.", Row: "=cmd|x,Ann"}}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	contains(t, read(t, f.path), `2,An email address looks like name@example.org.,"'=cmd|x,Ann"`)
}
