package templates

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// textWidth is the longest line that we write, in runes (RFC 5322, 2.1.1: no more than 78 characters,
// less room for being quoted).
const textWidth = 74

// oneLine returns s as a header may carry it: one line, no control characters.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// tidy wraps long lines, drops spaces at line ends and all but one of several empty
// lines, and ends the text with one line feed.
func tidy(s string) string {
	var b strings.Builder
	empty := true // no empty line at the top
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		line = strings.TrimRight(line, " \t\r")
		if line == "" {
			if !empty {
				b.WriteByte('\n')
			}
			empty = true
			continue
		}
		empty = false
		for _, l := range wrap(line) {
			b.WriteString(l)
			b.WriteByte('\n')
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// wrap breaks one line at spaces. What follows a list mark hangs below the words, what
// is quoted stays quoted, and lines that begin with four spaces (code, tables) are left alone.
// A word is never broken: it may be a link.
func wrap(line string) []string {
	if utf8.RuneCountInString(line) <= textWidth || strings.HasPrefix(line, "    ") {
		return []string{line}
	}
	lead, hang := indent(line)
	return fill(line[len(lead):], lead, hang)
}

// fill lays words out in lines of at most textWidth, the first begun with lead and the others with hang.
func fill(words, lead, hang string) []string {
	var out []string
	current, width, empty := lead, utf8.RuneCountInString(lead), true
	for _, word := range unbroken(words) {
		n := utf8.RuneCountInString(word)
		if !empty && width+1+n > textWidth {
			out = append(out, current)
			current, width, empty = hang, utf8.RuneCountInString(hang), true
		}
		if !empty {
			current += " "
			width++
		}
		current += word
		width += n
		empty = false
	}
	return append(out, current)
}

// postcode finds the space in a British postcode, in which no line ends.
var postcode = regexp.MustCompile(`\b([A-Z]{1,2}[0-9][0-9A-Z]?) ([0-9][A-Z]{2})\b`)

// unbroken returns the words of a line; a postcode is one.
func unbroken(words string) []string {
	const held = "\x00" // no text that we write has it
	all := strings.Split(postcode.ReplaceAllString(words, "$1"+held+"$2"), " ")
	for i, w := range all {
		all[i] = strings.ReplaceAll(w, held, " ")
	}
	return all
}

// indent returns what a line begins with before its words, and what each line after it shall begin with.
func indent(line string) (lead, hang string) {
	rest := strings.TrimLeft(line, " >")
	mark := line[:len(line)-len(rest)]
	lead, hang = mark, mark
	word, _, found := strings.Cut(rest, " ")
	if found && listMark(word) {
		lead += word + " "
		hang += strings.Repeat(" ", utf8.RuneCountInString(word)+1)
	}
	return lead, hang
}

// listMark reports whether a word is "-" or a number with a full stop.
func listMark(word string) bool {
	if word == "-" {
		return true
	}
	digits, found := strings.CutSuffix(word, ".")
	return found && digits != "" && len(digits) <= 9 && strings.Trim(digits, "0123456789") == ""
}

// quote marks each line of s as quoted.
func quote(s string) string {
	return "> " + strings.ReplaceAll(strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")), "\n", "\n> ")
}
