package address

import (
	"fmt"
	"strings"
	"testing"

	"assent/internal/errs"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want, normal string }{
		{"a plain address", "ann@example.org", "ann@example.org", "ann@example.org"},
		{"capitals stay in the local part and fold for comparison", "Ann.Lee@Example.ORG", "Ann.Lee@example.org", "ann.lee@example.org"},
		{"white space around it is dropped", "  ann@example.org\n", "ann@example.org", "ann@example.org"},
		{"an international domain goes to ASCII", "ann@bücher.example", "ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"},
		{"an international local part stays", "Дмитрий@example.org", "Дмитрий@example.org", "дмитрий@example.org"},
		{"a plus tag stays", "ann+news@example.org", "ann+news@example.org", "ann+news@example.org"},
		{"an apostrophe is allowed", "o'brien@example.org", "o'brien@example.org", "o'brien@example.org"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a, err := Parse(c.in)
			if err != nil {
				t.Fatal(err)
			}
			if a.String() != c.want || a.Normal() != c.normal {
				t.Errorf("got %q, normal %q", a.String(), a.Normal())
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "ann", "@example.org", "ann@", "ann@@example.org", "a nn@example.org", "ann@exa mple.org",
		"ann@example.org\r\nBcc: x@example.org", "Ann <ann@example.org>", "ann@example.org, bob@example.org",
		".ann@example.org", "ann.@example.org", "an..n@example.org", "ann@-example.org", "ann@example..org",
		"ann\x00@example.org", "ann@[127.0.0.1]", "\"a b\"@example.org", strings.Repeat("a", 65) + "@example.org", "ann@nodot",
		"ann@" + strings.Repeat("a", 64) + ".org", "\xff@example.org",
	} {
		if a, err := Parse(in); err == nil {
			t.Errorf("Parse(%q) = %v, want an error", in, a.String())
		} else if errs.KindOf(err) != errs.Invalid || errs.Message(err) == "" {
			t.Errorf("Parse(%q): kind %v, sentence %q", in, errs.KindOf(err), errs.Message(err))
		}
	}
}

// A domain in small letters is read without the tables of IDNA; one in capitals, through them.
func TestADomainReadsTheSameInSmallLettersAndInCapitals(t *testing.T) {
	t.Parallel()
	for _, domain := range []string{
		"example.org", "a.b.c.example", "3.example", "mail-1.example.org", "mail--1.example.org", "ab--c.example", "xn--bcher-kva.example", "-a.example", "a-.example",
		"a..example", "example", "localhost", "example.org.", "a_b.example", "1.2.3.4", strings.Repeat("a", 64) + ".example", strings.Repeat("a", 63) + ".example",
	} {
		small, smallErr := Parse("ann@" + domain)
		capital, capitalErr := Parse("ann@" + strings.ToUpper(domain))
		if small != capital || errs.KindOf(smallErr) != errs.KindOf(capitalErr) {
			t.Errorf("%s is read as %#v (%v), and in capitals as %#v (%v)", domain, small, smallErr, capital, capitalErr)
		}
	}
}

func TestFromHeader(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Ann Lee <ann@example.org>":                       "ann@example.org",
		"=?UTF-8?Q?J=C3=B6rg?= <joerg@example.org>":       "joerg@example.org",
		"\"Lee, Ann\" <ann@example.org>, bob@example.org": "ann@example.org",
		"ann@example.org":                                 "ann@example.org",
		"Broken \" quote <ann@example.org>":               "ann@example.org",
	} {
		a, _, err := FromHeader(in)
		if err != nil || a.String() != want {
			t.Errorf("FromHeader(%q) = %v, %v", in, a.String(), err)
		}
	}
}

func TestNoFormattingOfAnAddressByAccidentNamesThePerson(t *testing.T) {
	t.Parallel()
	a := Must("ann.lee@example.org")
	if got := fmt.Sprintf("%#v", a); strings.Contains(got, "lee") {
		t.Errorf("%%#v prints %q", got)
	}
	if got := a.LogValue().String(); strings.Contains(got, "lee") || strings.Contains(got, "example") {
		t.Errorf("a log line prints %q", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"ann@example.org", "a@b", "\x00", "ann@bücher.example", "a@b.c\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := Parse(s)
		if err != nil {
			return
		}
		if strings.ContainsAny(a.String(), "\r\n \x00<>,") {
			t.Fatalf("%q was let through as %q", s, a.String())
		}
		again, err := Parse(a.String())
		if err != nil || again != a {
			t.Fatalf("%q does not parse back: %v", a.String(), err)
		}
	})
}
