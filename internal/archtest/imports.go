package archtest

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

// checkOwnImports compares imports of our packages with the package's line.
func checkOwnImports(s *source, module string, rules Rules) []Problem {
	rule, ok := rules.Packages[s.dir]
	if !ok || rule.Anything {
		return nil
	}
	var problems []Problem
	s.eachImport(func(spec *ast.ImportSpec, path string) {
		dir, ours := strings.CutPrefix(path, module+"/")
		if ours && !slices.Contains(rule.May, dir) {
			problems = append(problems, s.problem(spec, s.dir+" may not import "+dir))
		}
	})
	return problems
}

// checkOutsideImports compares all other imports with the lines about them. Every
// module from outside needs a line; of the standard library only what has one is
// restricted.
func checkOutsideImports(s *source, module string, rules Rules) []Problem {
	var problems []Problem
	s.eachImport(func(spec *ast.ImportSpec, path string) {
		first, _, _ := strings.Cut(path, "/")
		scope, found := outsideRule(rules.Outside, path)
		switch {
		case first == module:
		case found && !scope.covers(s.dir):
			problems = append(problems, s.problem(spec, path+" is imported "+scope.where()))
		case !found && strings.Contains(first, "."):
			problems = append(problems, s.problem(spec, path+" has no line in rules.txt: say where it may be imported"))
		}
	})
	return problems
}

// outsideRule returns the most specific line about an import path.
func outsideRule(scopes []Scope, path string) (Scope, bool) {
	var best Scope
	for _, s := range scopes {
		if (path == s.Name || strings.HasPrefix(path, s.Name+"/")) && len(s.Name) > len(best.Name) {
			best = s
		}
	}
	return best, best.Name != ""
}

// checkCalls finds uses of functions outside the places that have them to
// themselves. Taking the function as a value is a use.
func checkCalls(s *source, rules Rules) []Problem {
	var problems []Problem
	s.inspect(func(n ast.Node) {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return
		}
		path := s.imported(sel.X)
		for _, call := range rules.Calls {
			if path != "" && call.Name == path+"."+sel.Sel.Name && !call.covers(s.dir) {
				problems = append(problems, s.problem(sel, call.Name+" is used "+call.where()))
			}
		}
	})
	return problems
}

func (s *source) eachImport(visit func(spec *ast.ImportSpec, path string)) {
	for _, f := range s.files {
		for _, spec := range f.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil { // the parser has checked it
				visit(spec, path)
			}
		}
	}
}

func (s *source) inspect(visit func(ast.Node)) {
	for _, f := range s.files {
		ast.Inspect(f, func(n ast.Node) bool {
			visit(n)
			return true
		})
	}
}
