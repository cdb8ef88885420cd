package templates

import (
	"slices"
	"testing"
)

func TestALineEndsBetweenWordsAndNeverInAPostcode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, line string
		want       []string
	}{
		{"a short line stays", "Westhaven WH1 1AA.", []string{"Westhaven WH1 1AA."}},
		{"a postcode goes to the next line whole", "Open Service, Office for Public Works, 1 Example Street, Westhaven ABC WH1 1AA.",
			[]string{"Open Service, Office for Public Works, 1 Example Street, Westhaven ABC", "WH1 1AA."}},
		{"a list hangs below its words", "- Open Service, Office for Public Works, 1 Example Street, Westhaven SK9 5AF and",
			[]string{"- Open Service, Office for Public Works, 1 Example Street, Westhaven", "  SK9 5AF and"}},
		{"a link is never broken", "https://example.org/a-very-long-link-that-goes-on-and-on-and-on-for-more-than-one-line-of-text",
			[]string{"https://example.org/a-very-long-link-that-goes-on-and-on-and-on-for-more-than-one-line-of-text"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := wrap(c.line); !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
