package access

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"assent/internal/errs"
)

// Removed stands where something was taken out. It says nothing of how long that was.
const Removed = "█████"

const (
	minRemoval = 3   // letters: less than that would tear words apart all over the pack
	maxRemoval = 500 // octets
)

// Remover takes passages out of texts, wherever they stand, in small or capital letters, over the ends of lines and through quoting. Its zero value removes nothing.
type Remover struct {
	passages []string // as they were marked
	folded   [][]rune
}

// NewRemover makes a Remover of passages. Kind of error: Invalid for one that cannot be removed from a text.
func NewRemover(passages []string) (*Remover, error) {
	r := &Remover{}
	for _, p := range passages {
		if err := CheckPassage(p); err != nil {
			return nil, err
		}
		f := fold(p)
		if !slices.ContainsFunc(r.folded, func(have []rune) bool { return slices.Equal(have, f.runes) }) {
			r.passages, r.folded = append(r.passages, p), append(r.folded, f.runes)
		}
	}
	return r, nil
}

// CheckPassage refuses what cannot be removed: too short, too long, or no text.
func CheckPassage(p string) error {
	letters := 0
	for _, r := range fold(p).runes {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			letters++
		}
	}
	switch {
	case !utf8.ValidString(p) || strings.ContainsRune(p, '█'):
		return invalid("A passage to be removed is no text.")
	case letters < minRemoval:
		return invalid("“%s” is too short to be removed by itself. Mark at least three letters or figures.", strings.TrimSpace(p))
	case len(p) > maxRemoval:
		return invalid("A passage to be removed has at most %d characters. Withhold the item, or mark parts of it.", maxRemoval)
	}
	return nil
}

// Clean returns a text without the passages.
func (r *Remover) Clean(s string) string {
	if len(r.folded) == 0 || s == "" {
		return s
	}
	s = norm.NFC.String(s)
	spans := r.spans(fold(s))
	if len(spans) == 0 {
		return s
	}
	var b strings.Builder
	at := 0
	for _, x := range spans {
		b.WriteString(s[at:x.from])
		b.WriteString(Removed)
		at = x.to
	}
	b.WriteString(s[at:])
	return b.String()
}

// Part is a piece of a text: a passage, or what stands between two.
type Part struct {
	Text   string
	Marked bool
}

// Parts cuts a text at the passages, for showing a reviewer where they stand.
func (r *Remover) Parts(s string) []Part {
	s = norm.NFC.String(s)
	var out []Part
	at := 0
	for _, x := range r.spans(fold(s)) {
		out = append(out, Part{s[at:x.from], false}, Part{s[x.from:x.to], true})
		at = x.to
	}
	return append(out, Part{s[at:], false})
}

// Left returns the first passage that a text still holds, "" for none.
func (r *Remover) Left(s string) string {
	f := fold(norm.NFC.String(s))
	for i, p := range r.folded {
		if index(f.runes, p, 0) >= 0 {
			return r.passages[i]
		}
	}
	return ""
}

type span struct{ from, to int } // octets

// spans finds all that is to be taken out, joined where it overlaps: then what remains can hold no passage, for it held none before.
func (r *Remover) spans(f folded) []span {
	var all []span
	for _, p := range r.folded {
		for at := 0; ; at++ {
			if at = index(f.runes, p, at); at < 0 {
				break
			}
			all = append(all, span{f.from[at], f.to[at+len(p)-1]})
		}
	}
	slices.SortFunc(all, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var out []span
	for _, x := range all {
		if n := len(out); n > 0 && x.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, x.to)
			continue
		}
		out = append(out, x)
	}
	return out
}

// folded is a text for comparing: small letters, one space for any run of white space and quoting, nothing invisible. from and to say where each rune stood.
type folded struct {
	runes    []rune
	from, to []int
}

func fold(s string) folded {
	var f folded
	lineStart := true
	for i, r := range s {
		end := i + utf8.RuneLen(r)
		if r == utf8.RuneError {
			end = i + 1
		}
		switch {
		case unseen(r):
			continue
		case unicode.IsSpace(r) || lineStart && r == '>':
			lineStart = lineStart || r == '\n'
			if n := len(f.runes); n > 0 && f.runes[n-1] == ' ' {
				f.to[n-1] = end
				continue
			}
			r = ' '
		default:
			lineStart = false
			r = small(r)
		}
		f.runes, f.from, f.to = append(f.runes, r), append(f.from, i), append(f.to, end)
	}
	return f.trimmed()
}

// trimmed leaves white space off at both ends, so that a passage is found whatever stands around it.
func (f folded) trimmed() folded {
	a, b := 0, len(f.runes)
	for a < b && f.runes[a] == ' ' {
		a++
	}
	for b > a && f.runes[b-1] == ' ' {
		b--
	}
	return folded{f.runes[a:b], f.from[a:b], f.to[a:b]}
}

// unseen reports whether a rune is not seen: it must not keep a name from being found.
func unseen(r rune) bool {
	return r == 0xad || r >= 0x200b && r <= 0x200f || r >= 0x2060 && r <= 0x2064 || r == 0xfeff || unicode.IsControl(r) && !unicode.IsSpace(r)
}

// small returns the least of the runes that differ only in case (Unicode simple case folding).
func small(r rune) rune {
	least := r
	for x := unicode.SimpleFold(r); x != r; x = unicode.SimpleFold(x) {
		least = min(least, x)
	}
	return least
}

// index returns the place of a passage at or after a place, -1 for none.
func index(text, p []rune, from int) int {
	for i := from; i+len(p) <= len(text); i++ {
		if text[i] == p[0] && slices.Equal(text[i:i+len(p)], p) {
			return i
		}
	}
	return -1
}

func invalid(format string, args ...any) error {
	return errs.E("access: check", errs.Invalid, fmt.Sprintf(format, args...), nil)
}
