package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	promiseLine = regexp.MustCompile(`^\| (E\d-\d\d) \| ([^|]+) \| ([a-z ]+) \| ([^|]*)\|$`)
	testName    = regexp.MustCompile("`([a-z0-9/]+)\\.(Test[A-Za-z0-9_]+)`")
)

// The numbers of the promises: how many each of the five has.
var promises = []int{33, 44, 47, 16, 29}

// docs/promises.md has a line for every promise, and the tests that it names are there.
func TestEveryPromiseHasItsStateAndItsTests(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	b, err := os.ReadFile(filepath.Join(root, "docs", "promises.md"))
	if err != nil {
		t.Fatal(err)
	}
	seen, there := map[string]bool{}, map[string]map[string]bool{}
	for line := range strings.Lines(string(b)) {
		if !strings.HasPrefix(line, "| E") {
			continue
		}
		m := promiseLine.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			t.Errorf("this line cannot be read: %s", line)
			continue
		}
		id, state, tests := m[1], m[3], testName.FindAllStringSubmatch(m[4], -1)
		if seen[id] {
			t.Errorf("%s has two lines", id)
		}
		seen[id] = true
		switch note := strings.TrimSpace(testName.ReplaceAllString(m[4], "")); state {
		case "kept":
			if len(tests) == 0 {
				t.Errorf("%s is said to be kept, and no test shows it", id)
			}
		case "partly":
			if len(tests) == 0 || strings.Trim(note, ", ;") == "" {
				t.Errorf("%s is kept in part: name the test that shows it, and say what is missing", id)
			}
		case "not yet", "not for software":
		default:
			t.Errorf("%s has the state %q", id, state)
		}
		for _, test := range tests {
			if there[test[1]] == nil {
				there[test[1]] = testsIn(t, filepath.Join(root, filepath.FromSlash(test[1])))
			}
			if !there[test[1]][test[2]] {
				t.Errorf("%s names %s.%s, and there is no such test", id, test[1], test[2])
			}
		}
	}
	for group, n := range promises {
		for i := 1; i <= n; i++ {
			if id := fmt.Sprintf("E%d-%02d", group, i); !seen[id] {
				t.Errorf("%s has no line", id)
			}
		}
	}
}

// testsIn returns the names of the tests in a folder.
func testsIn(t *testing.T, dir string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			continue // the compiler says so
		}
		for _, d := range parsed.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil {
				names[fn.Name.Name] = true
			}
		}
	}
	return names
}
