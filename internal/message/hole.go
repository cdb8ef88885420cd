package message

import "strings"

// A hole is written between two runes of a private-use plane, where no font
// and no icon set puts anything. html/template and goldmark leave them alone in text and
// percent-encode them in a URL; both spellings are understood.
const (
	holeOpen  = "\U000F0A55"
	holeClose = "\U000F0A56"
)

// Hole returns the marker that stands for a value in a header, the text or the HTML of
// a Draft. A name has 1 to 40 characters out of a-z, 0-9 and "_". In an attribute that holds
// a URL only names that start with "url_" are allowed.
func Hole(name string) string { return holeOpen + name + holeClose }

// piece is a literal, or a hole when hole is not "".
type piece struct{ literal, hole string }

// split cuts s at its holes. It refuses a marker that Hole did not make.
func split(s string) ([]piece, error) {
	var pieces []piece
	for s != "" {
		before, rest, found := strings.Cut(s, holeOpen)
		if strings.Contains(before, holeClose) {
			return nil, refuse("The message holds a hole marker that has an end and no start.")
		}
		if before != "" {
			pieces = append(pieces, piece{literal: before})
		}
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, holeClose)
		if !closed || !validHoleName(name) {
			return nil, refuse("The message holds a hole marker that has no end or no proper name.")
		}
		pieces = append(pieces, piece{hole: name})
		s = after
	}
	return pieces, nil
}

func validHoleName(name string) bool {
	return name != "" && len(name) <= 40 && !strings.ContainsFunc(name, func(r rune) bool {
		return !(r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	})
}

// unescapeHoles brings back the markers that a template engine percent-encoded in a URL.
func unescapeHoles(html string) string {
	if !strings.Contains(html, "%F3%B0%A9") && !strings.Contains(html, "%f3%b0%a9") {
		return html
	}
	return escapedHoles.Replace(html)
}

var escapedHoles = strings.NewReplacer(
	"%F3%B0%A9%95", holeOpen, "%f3%b0%a9%95", holeOpen,
	"%F3%B0%A9%96", holeClose, "%f3%b0%a9%96", holeClose,
)
