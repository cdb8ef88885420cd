package templates

import (
	"regexp"
	"strings"
	"unicode"
)

// Literal writes text of other people, such as the name in the header of a mail, so that Markdown shows it as it is, in one line: nothing in it is emphasised,
// becomes a link or names a field of a letter ({{…}}). Control characters and marks that turn the direction of
// writing are left out. What nobody would stumble over stays without backslashes.
func Literal(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.Join(strings.Fields(text), " ")
	text = markup.ReplaceAllString(text, `\$0`)
	text = bareLink.ReplaceAllString(text, `$1\$2`)
	return blockStart.ReplaceAllString(text, `$1\$2`)
}

var (
	markup     = regexp.MustCompile("[\\\\`*_\\[\\]<>{}|~@]|&[#A-Za-z]")     // and the commercial at, which makes an address a link
	bareLink   = regexp.MustCompile(`(?i)(https?|ftp|mailto|tel|www)([:.])`) // what is a link without more
	blockStart = regexp.MustCompile(`^(\d*)([-+=#.)])`)                      // a heading, a list or a rule, where the text begins a line
)
