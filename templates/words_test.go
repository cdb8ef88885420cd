package templates

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTimesReadAsPlainWritingHasThem(t *testing.T) {
	t.Parallel()
	gmt, bst := time.FixedZone("GMT", 0), time.FixedZone("BST", 3600)
	tests := []struct {
		name string
		t    time.Time
		en   string
		cy   string
	}{
		{"a winter morning", time.Date(2026, 11, 25, 9, 5, 0, 0, gmt), "9:05am GMT on 25 November 2026", "9:05am GMT ar 25 Tachwedd 2026"},
		{"a summer evening", time.Date(2026, 7, 1, 18, 40, 0, 0, bst), "6:40pm BST on 1 July 2026", "6:40pm BST ar 1 Gorffennaf 2026"},
		{"midday", time.Date(2026, 3, 1, 12, 0, 59, 0, gmt), "midday GMT on 1 March 2026", "hanner dydd GMT ar 1 Mawrth 2026"},
		{"midnight", time.Date(2026, 8, 1, 0, 0, 0, 0, bst), "midnight BST on 1 August 2026", "hanner nos BST ar 1 Awst 2026"},
		{"just past midnight in its own zone", time.Date(2026, 6, 30, 23, 30, 0, 0, time.UTC).In(bst), "12:30am BST on 1 July 2026", "12:30am BST ar 1 Gorffennaf 2026"},
		{"no time", time.Time{}, "", ""},
	}
	for _, tt := range tests {
		if got := (words{English}).at(tt.t); got != tt.en {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.en)
		}
		if got := (words{Welsh}).at(tt.t); got != tt.cy {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.cy)
		}
	}
}

func TestEveryMonthHasItsNameInEachLanguage(t *testing.T) {
	t.Parallel()
	for _, lang := range Languages() {
		seen := map[string]bool{}
		for m := time.January; m <= time.December; m++ {
			seen[words{lang}.month(m)] = true
		}
		if len(seen) != 12 {
			t.Errorf("%s has %d months", lang, len(seen))
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	w := words{English}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 12345: "12,345", 1234567: "1,234,567", -1000: "-1,000", -12: "-12"} {
		if got := w.count(n); got != want {
			t.Errorf("count(%d) = %q, want %q", n, got, want)
		}
	}
	for _, tt := range [][3]int{{0, 10, 0}, {1, 1000, 1}, {5, 10, 50}, {10, 10, 100}, {11, 10, 100}, {1, 0, 0}, {-1, 5, 0}} {
		if got := share(tt[0], tt[1]); got != tt[2] {
			t.Errorf("share(%d, %d) = %d, want %d", tt[0], tt[1], got, tt[2])
		}
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://example.org/a?b=c&d=e#f": "https://example.org/a?b=c&d=e#f",
		" https://example.org/ ":          "https://example.org/",
		"https://example.org/a b":         "https://example.org/a%20b",
		"https://example.org/tŷ":          "https://example.org/t%C5%B7",
		"https://example.org/%41":         "https://example.org/%41",
		`https://example.org/"><b>`:       "https://example.org/%22%3E%3Cb%3E",
		"HTTPS://example.org":             "HTTPS://example.org",
		"mailto:a@example.org":            "mailto:a@example.org",
		"tel:+441632960001":               "tel:+441632960001",
		"\ue000x":                         "\ue000x",
		"javascript:alert(1)":             "",
		"java\nscript:alert(1)":           "",
		"\x01javascript:alert(1)":         "",
		"example.org":                     "",
		"//example.org":                   "",
		"#x":                              "",
		"":                                "",
	} {
		if got, may := linkable(in); got != want || may != (want != "") {
			t.Errorf("linkable(%q) = %q, %v, want %q", in, got, may, want)
		}
	}
	if got, want := mailto("a+b@example.org", "Unsubscribe me"), "mailto:a%2Bb@example.org?subject=Unsubscribe%20me"; got != want {
		t.Errorf("mailto = %q, want %q", got, want)
	}
	if got, want := mailto("a?cc=b@example.org", "x&bcc=c"), "mailto:a%3Fcc%3Db@example.org?subject=x%26bcc%3Dc"; got != want {
		t.Errorf("an address or a subject adds a field: %q", got)
	}
	if got, want := mailto("u+\ue001@example.org", ""), "mailto:u%2B\ue001@example.org"; got != want {
		t.Errorf("mailto = %q, want %q", got, want)
	}
}

func TestLongLinesAreWrapped(t *testing.T) {
	t.Parallel()
	long := strings.TrimSpace(strings.Repeat("words ", 20))
	tests := []struct{ name, in, second string }{
		{"plain words go on at the margin", long, "words"},
		{"an item hangs below its words", "- " + long, "  words"},
		{"a numbered item hangs as deep as its number", "12. " + long, "    words"},
		{"what is quoted stays quoted", "> " + long, "> words"},
	}
	for _, tt := range tests {
		got := wrap(tt.in)
		if len(got) != 2 || !strings.HasPrefix(got[1], tt.second) || len(got[0]) > textWidth {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
	code := "    " + long
	link := "https://example.org/" + strings.Repeat("x", 100)
	for _, whole := range []string{code, link} {
		if got := wrap(whole); !slices.Equal(got, []string{whole}) {
			t.Errorf("%q was broken", whole)
		}
	}
}

func TestTidyTextEndsOnce(t *testing.T) {
	t.Parallel()
	if got, want := tidy("\n\na  \r\n\n\n\nb\t\n\n"), "a\n\nb\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
