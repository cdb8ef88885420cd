package segment

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// lower is how text is compared: without regard to case, letter by letter, in every script. Letters that are
// no ASCII never become ASCII, so that both databases can do the same with lower() of ASCII and replace() of the rest.
func lower(r rune) rune {
	if r < unicode.MaxASCII+1 {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	if l := unicode.ToLower(r); l > unicode.MaxASCII {
		return l
	}
	return r
}

// Fold returns text as it is compared.
func Fold(s string) string { return strings.Map(lower, s) }

// maxVariants bounds the letters outside ASCII that one comparison has upper-case forms for.
const maxVariants = 60

// Variants returns, for folded texts, every letter outside ASCII that folds to one in them, each with what it folds to, in a
// fixed order. Whoever folds ASCII and these in a text x can compare x with those texts.
func Variants(folded ...string) [][2]string {
	found := map[rune]rune{}
	for _, s := range folded {
		for _, r := range s {
			if r <= unicode.MaxASCII {
				continue
			}
			for v := unicode.SimpleFold(r); v != r; v = unicode.SimpleFold(v) {
				if v > unicode.MaxASCII && lower(v) == r {
					found[v] = r
				}
			}
		}
	}
	var out [][2]string
	for _, v := range slices.Sorted(maps.Keys(found)) {
		out = append(out, [2]string{string(v), string(found[v])})
	}
	return out
}
