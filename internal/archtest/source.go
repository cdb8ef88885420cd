package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// source is one package as it stands in its folder.
type source struct {
	dir   string // from the module's root
	fset  *token.FileSet
	files []*ast.File // without tests
	names types.Info  // what each identifier stands for, as far as it can be told
}

// load parses all packages below the root. A folder of tests alone is a package
// without files.
func load(fsys fs.FS) ([]*source, error) {
	byDir := map[string]*source{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && ignored(name):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		dir := path.Dir(name)
		if byDir[dir] == nil {
			byDir[dir] = &source{dir: dir, fset: token.NewFileSet()}
		}
		if strings.HasSuffix(name, "_test.go") {
			return nil
		}
		return byDir[dir].parse(fsys, name)
	})
	if err != nil {
		return nil, err
	}
	var packages []*source
	for _, p := range byDir {
		p.resolve()
		packages = append(packages, p)
	}
	slices.SortFunc(packages, func(a, b *source) int { return strings.Compare(a.dir, b.dir) })
	return packages, nil
}

// ignored tells whether the go command would pass over a folder.
func ignored(dir string) bool {
	base := path.Base(dir)
	return base == "testdata" || base == "vendor" || dir != "." && strings.ContainsAny(base[:1], "._")
}

func (s *source) parse(fsys fs.FS, name string) error {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	f, err := parser.ParseFile(s.fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	s.files = append(s.files, f)
	return nil
}

// resolve finds out what identifiers stand for. Imported packages are taken as
// empty, so types stay unknown; names of this package, of imports and of local
// variables are told apart, which is all that the rules need.
func (s *source) resolve() {
	s.names = types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: emptyImporter{}, Error: func(error) {}}
	_, _ = conf.Check(s.dir, s.fset, s.files, &s.names) // errors are to be expected
}

// problem says what is wrong at a node.
func (s *source) problem(n ast.Node, text string) Problem {
	pos := s.fset.Position(n.Pos())
	return Problem{File: pos.Filename, Line: pos.Line, Text: text}
}

// imported returns the path of the package that an expression names, or "".
func (s *source) imported(e ast.Expr) string {
	id, ok := e.(*ast.Ident)
	if !ok {
		return ""
	}
	if pkg, ok := s.names.Uses[id].(*types.PkgName); ok {
		return pkg.Imported().Path()
	}
	return ""
}

// emptyImporter gives an empty package for every import.
type emptyImporter struct{}

// majorVersion is the last element of a path such as "example.org/x/v2".
var majorVersion = regexp.MustCompile(`/v[0-9]+$`)

// Import returns an empty package with the name that the path suggests.
func (emptyImporter) Import(importPath string) (*types.Package, error) {
	p := types.NewPackage(importPath, path.Base(majorVersion.ReplaceAllString(importPath, "")))
	p.MarkComplete()
	return p, nil
}
