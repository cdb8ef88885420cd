package templates

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// assetMark is the mark of a static file's content: a change of the stylesheet changes no golden file.
var assetMark = regexp.MustCompile(`\?v=[0-9a-f]+`)

func loaded(t testing.TB) *Set {
	t.Helper()
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test ./templates -update writes it)", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not as it was; look at git diff after go test ./templates -update\ngot:\n%s", path, got)
	}
}

func TestEveryMailReadsAsItsGoldenFile(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	for _, m := range mailSamples() {
		for _, lang := range Languages() {
			e, err := s.Email(m.name, lang, m.data)
			if err != nil {
				t.Errorf("%s: %v", m.file(lang), err)
				continue
			}
			golden(t, "email/"+m.file(lang)+".txt", []byte("Subject: "+e.Subject+"\n\n"+e.Text))
			golden(t, "email/"+m.file(lang)+".html", []byte(e.HTML))
		}
	}
}

func TestEveryPageReadsAsItsGoldenFile(t *testing.T) {
	t.Parallel()
	s := loaded(t)
	for _, p := range publicSamples() {
		for _, lang := range Languages() {
			golden(t, "pages/"+p.file(lang)+".html", render(t, s, p, lang))
		}
	}
	for _, p := range consoleSamples() {
		golden(t, "pages/"+p.file(English)+".html", render(t, s, p, English))
	}
}

func render(t *testing.T, s *Set, p sample, lang string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.Page(&b, p.name, lang, p.data); err != nil {
		t.Errorf("%s: %v", p.file(lang), err)
	}
	return assetMark.ReplaceAll(b.Bytes(), []byte("?v=mark"))
}
