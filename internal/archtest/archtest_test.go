package archtest

import (
	_ "embed"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the expected problems in testdata")

//go:embed rules.txt
var houseRules string

func TestTheHouseKeepsItsRules(t *testing.T) {
	t.Parallel()
	rules, err := ParseRules(houseRules)
	if err != nil {
		t.Fatal(err)
	}
	problems, err := Check(os.DirFS("../.."), "assent", rules)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

// Each archive in testdata is a small module with its own rules.txt. Its file "want"
// holds the problems that must be found, and no others.
func TestEachRuleFires(t *testing.T) {
	t.Parallel()
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := problemsOf(t, archive)
			want := &archive.Files[len(archive.Files)-1]
			if want.Name != "want" {
				t.Fatalf("the last file is %s, not want", want.Name)
			}
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got != string(want.Data) {
				t.Errorf("got\n%swant\n%s", got, want.Data)
			}
		})
	}
}

func problemsOf(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	files, err := txtar.FS(archive)
	if err != nil {
		t.Fatal(err)
	}
	var text string
	for _, f := range archive.Files {
		if f.Name == "rules.txt" {
			text = string(f.Data)
		}
	}
	rules, err := ParseRules(text)
	if err != nil {
		t.Fatal(err)
	}
	problems, err := Check(files, "assent", rules)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, p := range problems {
		b.WriteString(p.String() + "\n")
	}
	return b.String()
}

func TestAWrongRuleIsNamedByItsLine(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, rules, want string }{
		{"an unknown kind of rule", "# first\nfoo bar", `rules.txt:2: no rule begins with "foo"`},
		{"a package twice", "package a imports nothing\npackage a imports b", "rules.txt:2: a has a line already"},
		{"a package without imports", "package a", "rules.txt:1: want: package FOLDER imports"},
		{"an outside rule without a place", "outside net/http", "rules.txt:1: want: NAME... only in"},
		{"an outside rule with an empty place", "outside net/http only in", "rules.txt:1: want: NAME... only in"},
		{"a limit for something else", "limit line 80", "rules.txt:1: want: limit"},
		{"a limit that is no number", "limit file many", "rules.txt:1: "},
		{"an exception without a reason", "except x in a", "rules.txt:1: want: except"},
		{"an empty group", "group a =", "rules.txt:1: want: group"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseRules(tt.rules)
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}
