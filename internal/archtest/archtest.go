// Package archtest holds the house together: it checks which package may import
// which, which may use a library from outside, and a few habits that keep code
// simple. The rules stand in rules.txt, to be read by people; its test applies them
// to the module.
//
// Only files that are part of a program are checked; tests may use anything. Sources
// are parsed, not built, so the rules can be checked while a package does not
// compile.
package archtest

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
)

// Problem is one breach of the rules.
type Problem struct {
	File string // with slashes, from the module's root; rules.txt for a rule of its own
	Line int    // from 1; 0 for the file as a whole
	Text string
}

// String returns "file:line: text".
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Check applies rules to the module whose root is fsys and whose path is module.
// The problems are sorted by file and line. The error is about a file that cannot
// be read or parsed.
func Check(fsys fs.FS, module string, rules Rules) ([]Problem, error) {
	packages, err := load(fsys)
	if err != nil {
		return nil, err
	}
	problems := checkLines(packages, rules)
	for _, p := range packages {
		problems = append(problems, checkOwnImports(p, module, rules)...)
		problems = append(problems, checkOutsideImports(p, module, rules)...)
		problems = append(problems, checkCalls(p, rules)...)
		problems = append(problems, checkState(p, rules)...)
		problems = append(problems, checkSizes(p, rules)...)
	}
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return problems, nil
}

// checkLines compares the packages that exist with those that have a line.
func checkLines(packages []*source, rules Rules) []Problem {
	var problems []Problem
	exists := map[string]bool{}
	for _, p := range packages {
		exists[p.dir] = true
		if _, ok := rules.Packages[p.dir]; !ok {
			problems = append(problems, Problem{File: p.dir, Text: "has no line in rules.txt: say what it may import"})
		}
	}
	for dir, rule := range rules.Packages {
		if !exists[dir] && !rule.Planned {
			problems = append(problems, Problem{File: "rules.txt", Line: rule.Line, Text: dir + " does not exist"})
		}
	}
	return problems
}
