package archtest

import (
	"fmt"
	"go/ast"
)

// checkSizes finds functions, files and packages that have grown too long to be
// read at a sitting.
func checkSizes(s *source, rules Rules) []Problem {
	var problems []Problem
	over := func(what string, n int) (string, bool) {
		limit := rules.Limits[what]
		return fmt.Sprintf("%s of %d lines: at most %d", what, n, limit), limit > 0 && n > limit
	}
	total := 0
	for _, f := range s.files {
		file := s.fset.File(f.Pos())
		total += file.LineCount()
		if text, bad := over("file", file.LineCount()); bad {
			problems = append(problems, Problem{File: file.Name(), Text: text})
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if text, bad := over("function", file.Line(fn.End())-file.Line(fn.Pos())+1); bad {
				problems = append(problems, s.problem(fn, fn.Name.Name+": "+text))
			}
		}
	}
	if text, bad := over("package", total); bad {
		problems = append(problems, Problem{File: s.dir, Text: text})
	}
	return problems
}
