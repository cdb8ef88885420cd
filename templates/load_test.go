package templates

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// changed returns the embedded files after a change to them.
func changed(t *testing.T, change func(fstest.MapFS)) fs.FS {
	t.Helper()
	m := fstest.MapFS{}
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(path)
		m[path] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	change(m)
	return m
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	put := func(path, text string) func(fstest.MapFS) {
		return func(m fstest.MapFS) { m[path] = &fstest.MapFile{Data: []byte(text)} }
	}
	drop := func(path string) func(fstest.MapFS) {
		return func(m fstest.MapFS) { delete(m, path) }
	}
	tests := []struct {
		name   string
		change func(fstest.MapFS)
		says   string
	}{
		{"a mail that nothing declares", put("email/surprise.en.txt", ""), "email/surprise.en.txt"},
		{"a page that nothing declares", put("pages/surprise.html", ""), "pages/surprise.html"},
		{"a mail without its other language", drop("email/confirm.cy.html"), "email/confirm.cy.html"},
		{"a mail without its text twin", drop("email/campaign.en.txt"), "email/campaign.en.txt"},
		{"a page without its other language", drop("pages/unsubscribe.cy.html"), "pages/unsubscribe.cy.html"},
		{"a missing page", drop("pages/overview.html"), "pages/overview.html"},
		{"a text that does not parse", put("email/confirm.en.txt", `{{define "subject"}}x{{end}}{{.List`), "confirm.en.txt"},
		{"a text without a subject", put("email/confirm.en.txt", "x"), "no subject in confirm.en.txt"},
		{"a page that does not parse", put("pages/confirm.html", "{{end}}"), "confirm.html"},
		{"a page that cannot be escaped", put("pages/confirm.html", `{{define "title"}}{{end}}{{define "main"}}<a href='{{if .List}}"{{end}}>x</a>{{end}}`), "ambiguous"},
		{"a page that calls what is not there", put("pages/confirm.html", `{{define "main"}}{{nonsense}}{{end}}`), "nonsense"},
		{"a mail with a class that has no style", put("email/confirm.en.html", `{{define "title"}}{{end}}{{define "body"}}<p class="nonsense">{{end}}`), "nonsense"},
		{"a layout that is gone", drop("pages/_layout.html"), "pages/_layout.html"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := load(changed(t, tt.change)); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want an error that says %q", err, tt.says)
			}
		})
	}
}

func TestStaticHasWhatThePagesName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"assent.css", "logo.svg"} {
		if _, err := fs.Stat(Static(), name); err != nil {
			t.Error(err)
		}
	}
	l := loader{from: files}
	if got, err := l.asset("assent.css"); err != nil || !strings.HasPrefix(got, StaticPath+"assent.css?v=") {
		t.Errorf("asset = %q, %v", got, err)
	}
	if _, err := l.asset("gone.css"); err == nil {
		t.Error("a file that is not there has a path")
	}
}
