package address

import (
	"testing"

	"pgregory.net/rapid"
)

func TestVariantsOfAMailboxFoldToOne(t *testing.T) {
	t.Parallel()
	both := Folding{Plus: true, Dots: true}
	for _, tt := range []struct {
		name    string
		folding Folding
		in, out string
	}{
		{"nothing is folded by itself", Folding{}, "Ann+news@Example.org", "ann+news@example.org"},
		{"a tag", Folding{Plus: true}, "Ann+news@Example.org", "ann@example.org"},
		{"only the first plus begins the tag", Folding{Plus: true}, "ann+a+b@example.org", "ann@example.org"},
		{"a plus at the beginning is no tag", Folding{Plus: true}, "+ann@example.org", "+ann@example.org"},
		{"dots at a domain that ignores them", Folding{Dots: true}, "a.n.n@gmail.com", "ann@gmail.com"},
		{"the two names of that domain", Folding{Dots: true}, "ann@googlemail.com", "ann@gmail.com"},
		{"dots elsewhere mean something", both, "a.nn@example.org", "a.nn@example.org"},
		{"both", both, "A.nn+x@googlemail.com", "ann@gmail.com"},
		{"a dot before the tag", Folding{Plus: true}, "ann.+x@example.org", "ann@example.org"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.folding.Fold(Must(tt.in)).String(); got != tt.out {
				t.Errorf("%s folds to %s, want %s", tt.in, got, tt.out)
			}
		})
	}
}

func TestFoldingTwiceIsFoldingOnceAndTheResultIsAnAddress(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		local := rapid.StringMatching(`[a-zA-Z+.é]{1,12}`).Draw(t, "local")
		a, err := Parse(local + "@" + rapid.SampledFrom([]string{"gmail.com", "googlemail.com", "example.org"}).Draw(t, "domain"))
		if err != nil {
			return
		}
		f := Folding{Plus: rapid.Bool().Draw(t, "plus"), Dots: rapid.Bool().Draw(t, "dots")}
		once := f.Fold(a)
		if f.Fold(once) != once {
			t.Fatalf("%q folds to %q and then to %q", a, once, f.Fold(once))
		}
		if got, err := Parse(once.String()); err != nil || got != once {
			t.Fatalf("%q folds to %q, which is no address: %v", a, once, err)
		}
	})
}
