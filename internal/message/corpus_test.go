//go:build corpus

package message

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// corpus names the folder with mail that is not part of the project.
func corpus(t *testing.T) string {
	dir := os.Getenv("ASSENT_TEST_CORPUS")
	if dir == "" {
		t.Skip("set ASSENT_TEST_CORPUS to run this")
	}
	return dir
}

func TestEveryMailOfTheCorpusIsRead(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus(t), "*", "*.eml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	total := time.Duration(0)
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		p, err := Parse(bytes.NewReader(raw), Limits{})
		total += time.Since(start)
		if err != nil {
			t.Errorf("%s: %v", f, err)
			continue
		}
		if p.Text == "" && len(p.Parts) < 2 {
			t.Logf("%s: no text; type %s, warnings %v", filepath.Base(f), p.ContentType, p.Warnings)
		}
	}
	t.Logf("%d mails, %v each", len(files), total/time.Duration(len(files)))
}

func TestNewTextOfTheCorpus(t *testing.T) {
	dir := filepath.Join(corpus(t), "replies")
	files, _ := filepath.Glob(filepath.Join(dir, "*.eml"))
	good := 0
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(strings.TrimSuffix(f, ".eml") + ".expected.txt")
		if err != nil {
			t.Fatal(err)
		}
		p, err := Parse(bytes.NewReader(raw), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got := NewText(p.Text)
		if strings.Join(strings.Fields(got), " ") == strings.Join(strings.Fields(string(want)), " ") {
			good++
			continue
		}
		t.Logf("%s:\n--- got\n%s\n--- want\n%s", filepath.Base(f), got, want)
	}
	t.Logf("%d of %d", good, len(files))
	if good < 27 {
		t.Errorf("%d of %d replies are cut as a person would, want 27", good, len(files))
	}
}
