package smtpsend

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"assent/internal/address"
)

func TestCleanKeepsARelaysWordsInOneLine(t *testing.T) {
	t.Parallel()
	ann := address.Must("ann@example.org")
	tests := []struct{ name, said, want string }{
		{"plain words", "2.0.0 Ok: queued as 4XyZ", "2.0.0 Ok: queued as 4XyZ"},
		{"several lines", "first\nsecond\r\nthird", "first second  third"},
		{"control characters", "a\x00b\x1b[1mc\u202ed", "ab[1mcd"},
		{"octets that are no UTF-8", "caf\xe9 ok", "caf ok"},
		{"the recipient in any spelling", "<Ann@Example.ORG>: no such ann@example.org", "<a***@e***.org>: no such a***@e***.org"},
		{"the recipient with a NUL within", "ann\x00@example.org", "a***@e***.org"},
		{"somebody else", "<bob@example.org>", "<bob@example.org>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := clean(tt.said, ann); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzClean(f *testing.F) {
	f.Add("5.1.1 <ann.lee@example.org>: User unknown", "ann.lee@example.org")
	f.Add(strings.Repeat("é", 600), "jürgen@example.org")
	f.Add("a\x00nn@e.org", "ann@e.org")
	f.Fuzz(func(t *testing.T, said, to string) {
		a, err := address.Parse(to)
		if err != nil {
			return
		}
		got := clean(said, a)
		if len(got) > maxReply || !utf8.ValidString(got) || strings.ContainsFunc(got, unicode.IsControl) {
			t.Errorf("%q became %q", said, got)
		}
		if strings.Contains(got, a.String()) && a.String() != a.Masked() {
			t.Errorf("%q still names %q", got, a.String())
		}
	})
}
