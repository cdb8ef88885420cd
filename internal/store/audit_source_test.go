package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// writes finds the table that a statement writes to. ("DO UPDATE SET" and "FOR UPDATE" write to none that is not named before.)
var writes = regexp.MustCompile(`\b(?:INSERT INTO|UPDATE|DELETE FROM) ([a-z_]+|.?$)`)

// Whatever changes personal data or what operators declare is noted in the audit trail, in the same function and so in the same transaction, or
// unaudited.txt says why not.
func TestWhateverChangesIsNoted(t *testing.T) {
	t.Parallel()
	excused := readExcuses(t)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			tables, notes := writesOf(fn.Body)
			for _, table := range tables {
				name := fn.Name.Name + " " + table
				switch _, named := excused[name]; {
				case named:
					excused[name] = true
				case notes:
				case hasKey(excused, "* "+table):
					excused["* "+table] = true
				default:
					t.Errorf("%s: %s writes to %s without a note for the audit trail. Call c.note(ctx, audit.Note{…}) beside it, or say in unaudited.txt why it needs none.", file, fn.Name.Name, table)
				}
			}
		}
	}
	for name, used := range excused {
		if !used {
			t.Errorf("unaudited.txt excuses %q, which writes nothing or notes it", name)
		}
	}
}

func hasKey(m map[string]bool, key string) bool { _, ok := m[key]; return ok }

// writesOf returns the tables that a function's statements write to, and whether it notes something.
func writesOf(body *ast.BlockStmt) (tables []string, notes bool) {
	seen := map[string]bool{}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			for _, m := range writes.FindAllStringSubmatch(n.Value, -1) {
				table := strings.Trim(m[1], "`")
				if table == "" {
					table = "?" // its name is put in from elsewhere
				}
				if !seen[table] {
					seen[table], tables = true, append(tables, table)
				}
			}
		case *ast.CallExpr:
			if s, ok := n.Fun.(*ast.SelectorExpr); ok && strings.HasPrefix(strings.ToLower(s.Sel.Name), "note") {
				notes = true
			}
		}
		return true
	})
	return tables, notes
}

// readExcuses reads lines "function table  reason" and "* table  reason"; the value is whether it was needed.
func readExcuses(t *testing.T) map[string]bool {
	b, err := os.ReadFile("unaudited.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, reason, _ := strings.Cut(line, "  ")
		if strings.TrimSpace(reason) == "" {
			t.Errorf("%q has no reason", name)
		}
		out[name] = false
	}
	return out
}
