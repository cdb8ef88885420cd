package inbox

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// written is one line of testdata/sort/written: what somebody wrote and how it is to be sorted.
type written struct {
	language        string
	labels          []string // "none" for nothing
	optional, flags []string // labels that may be left out; flags that must be there
	text            string   // "subject // text", with "\n" for a line end
}

// readWritten reads one file: "labels ?optional +flag: subject // text".
func readWritten(t *testing.T, file string) []written {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []written
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		head, text, ok := strings.Cut(line, ": ")
		if !ok {
			t.Fatalf("%s: %q has no colon", file, line)
		}
		w := written{language: strings.TrimSuffix(filepath.Base(file), ".txt"), text: text}
		for word := range strings.FieldsSeq(head) {
			switch word[0] {
			case '?':
				w.optional = append(w.optional, word[1:])
			case '+':
				w.flags = append(w.flags, word[1:])
			default:
				w.labels = append(w.labels, word)
			}
		}
		out = append(out, w)
	}
	return out
}

// wrong says what is wrong with a verdict, or "".
func (w written) wrong(v Verdict) string {
	got := v.Labels
	if v.Kind == KindNone {
		got = []string{string(KindNone)}
	}
	got = slices.DeleteFunc(slices.Clone(got), func(l string) bool { return slices.Contains(w.optional, l) && !slices.Contains(w.labels, l) })
	if !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(w.labels))) {
		return "sorted as " + strings.Join(got, " ")
	}
	for _, f := range w.flags {
		if !v.Flagged(f) {
			return "not flagged " + f
		}
	}
	return ""
}

func TestWrittenMailIsSorted(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/sort/written/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	n, bad := 0, 0
	for _, f := range files {
		for _, w := range readWritten(t, f) {
			n++
			v := Sort(mailOf(t, w.text))
			if s := w.wrong(v); s != "" {
				bad++
				t.Errorf("%s %v: %s\n\t%s %q", w.language, w.labels, w.text, s, groundWords(v))
			}
			if v.Language != w.language && v.Language != "" {
				t.Logf("language %s, want %s: %s", v.Language, w.language, w.text)
			}
		}
	}
	t.Logf("%d of %d are right", n-bad, n)
}

func groundWords(v Verdict) []string {
	var out []string
	for _, g := range v.Grounds {
		out = append(out, g.Rule+" ["+g.Words+"]")
	}
	return out
}
