package auth_test

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"assent/internal/auth"
)

var update = flag.Bool("update", false, "rewrite the table in docs/operators.md")

const (
	docs  = "../../docs/operators.md"
	begin = "<!-- scopes: written by go test ./internal/auth -update -->\n"
	end   = "<!-- end of scopes -->\n"
)

func TestTheDocumentationListsEveryScope(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(raw), begin)
	old, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table: %q and %q", docs, begin, end)
	}
	table := scopesTable()
	if old == table {
		return
	}
	if !*update {
		t.Fatal("docs/operators.md is not up to date: run go test ./internal/auth -update")
	}
	if err := os.WriteFile(docs, []byte(head+begin+table+end+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}

func scopesTable() string {
	var b strings.Builder
	b.WriteString("\n| Scope | Allows to | admin | comms | dpo |\n| --- | --- | --- | --- | --- |\n")
	for _, g := range auth.Scopes {
		b.WriteString("| `" + string(g.Scope) + "` | " + g.Meaning)
		for _, r := range auth.Roles {
			b.WriteString(" | ")
			if slices.Contains(g.Roles, r) {
				b.WriteString("yes")
			}
		}
		b.WriteString(" |\n")
	}
	b.WriteString("\n")
	return b.String()
}
