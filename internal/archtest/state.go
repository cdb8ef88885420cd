package archtest

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// checkState finds what makes a package behave differently the second time: init
// functions, and package variables that can change.
func checkState(s *source, rules Rules) []Problem {
	var problems []Problem
	for _, f := range s.files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == "init" && d.Recv == nil {
					problems = append(problems, s.problem(d, "func init: do it where the program starts"))
				}
			case *ast.GenDecl:
				if d.Tok == token.VAR {
					problems = append(problems, s.checkVars(d, rules)...)
				}
			}
		}
	}
	return append(problems, s.checkWrites(rules)...)
}

// checkVars finds package variables that are not fixed by their declaration.
func (s *source) checkVars(d *ast.GenDecl, rules Rules) []Problem {
	var problems []Problem
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec) // a VAR declaration holds nothing else
		if embedded(d.Doc) || embedded(v.Doc) {
			continue
		}
		for i, name := range v.Names {
			fixed := len(v.Values) == len(v.Names) && s.fixed(v.Values[i], rules.Values)
			if name.Name != "_" && !fixed && !rules.Except[s.dir+" "+name.Name] {
				problems = append(problems, s.problem(name, "package variable "+name.Name+" is not fixed: make it a constant, or a field"))
			}
		}
	}
	return problems
}

// embedded tells whether a comment has a go:embed line.
func embedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:embed ")
	})
}

// fixed tells whether an initial value is a table or comes from a function that
// makes unchanging values, possibly refined by its methods.
func (s *source) fixed(e ast.Expr, values []string) bool {
	switch e := e.(type) {
	case *ast.CompositeLit:
		return true
	case *ast.CallExpr:
		switch fun := e.Fun.(type) {
		case *ast.ArrayType: // []byte("...")
			return true
		case *ast.SelectorExpr:
			if path := s.imported(fun.X); path != "" {
				return slices.Contains(values, path+"."+fun.Sel.Name)
			}
			return s.fixed(fun.X, values)
		}
	}
	return false
}

// checkWrites finds package variables that are assigned to, or whose address is
// taken, outside their declaration.
func (s *source) checkWrites(rules Rules) []Problem {
	var problems []Problem
	written := func(e ast.Expr) {
		id := root(e)
		if id == nil {
			return
		}
		v, ok := s.names.Uses[id].(*types.Var)
		if ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() && !rules.Except[s.dir+" "+id.Name] {
			problems = append(problems, s.problem(id, "package variable "+id.Name+" is changed: make it a field"))
		}
	}
	s.inspect(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, e := range n.Lhs {
				written(e)
			}
		case *ast.RangeStmt:
			written(n.Key)
			written(n.Value)
		case *ast.IncDecStmt:
			written(n.X)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				written(n.X)
			}
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && (id.Name == "delete" || id.Name == "clear") && len(n.Args) > 0 {
				written(n.Args[0])
			}
		}
	})
	return problems
}

// root returns the variable at the bottom of x.f[i].g, or nil.
func root(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}
