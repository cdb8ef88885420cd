package message

import (
	"strings"
	"unicode/utf8"
)

// maxQP is the longest content of a quoted-printable line, so that with the "=" of a
// soft break it has 76 columns (RFC 2045 section 6.7 rule 5).
const maxQP = 75

const softBreak = "=\r\n"

// qp writes text in quoted-printable. It starts at the start of a line, and close
// brings it back there, so that fragments encoded apart can be put one after another.
type qp struct {
	dst []byte
	col int
}

// text encodes s. CR, LF and CRLF are line breaks; NUL is dropped; a byte that is not UTF-8
// becomes U+FFFD.
func (w *qp) text(s string) {
	for i := 0; i < len(s); {
		i += w.next(s, i)
	}
}

// html encodes s after escaping it for HTML text and for quoted attributes.
func (w *qp) html(s string) {
	for i := 0; i < len(s); {
		switch s[i] {
		case '&':
			w.text("&amp;")
		case '<':
			w.text("&lt;")
		case '>':
			w.text("&gt;")
		case '"':
			w.text("&#34;")
		case '\'':
			w.text("&#39;")
		default:
			i += w.next(s, i)
			continue
		}
		i++
	}
}

// close ends the fragment at the start of a line.
func (w *qp) close() {
	if w.col > 0 {
		w.dst = append(w.dst, softBreak...)
		w.col = 0
	}
}

// next encodes the character at s[i] and returns how many bytes it took.
func (w *qp) next(s string, i int) int {
	c := s[i]
	switch {
	case c > ' ' && c < 0x7f && c != '=':
		// A dot at the start of a line is SMTP's (RFC 5321 section 4.5.2), "From " is mbox's.
		if w.col == 0 && (c == '.' || c == 'F' && strings.HasPrefix(s[i:], "From ")) {
			w.hex(c)
			return 1
		}
		w.room(1)
		w.dst = append(w.dst, c)
		w.col++
		return 1
	case c == ' ' || c == '\t':
		// White space at the end of a line may be lost on the way (rule 3).
		if i+1 < len(s) && (s[i+1] == '\r' || s[i+1] == '\n' || s[i+1] == 0) {
			w.room(3)
			w.hex(c)
			return 1
		}
		w.room(1)
		w.dst = append(w.dst, c)
		w.col++
		return 1
	case c == '\r' && i+1 < len(s) && s[i+1] == '\n':
		w.newline()
		return 2
	case c == '\r' || c == '\n':
		w.newline()
		return 1
	case c == 0:
		return 1
	}
	return w.rune(s[i:])
}

// rune encodes the character that s starts with and keeps its bytes on one line.
func (w *qp) rune(s string) int {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && n == 1 {
		s = "\uFFFD"
	} else {
		s = s[:n]
	}
	w.room(3 * len(s))
	for i := range len(s) {
		w.hex(s[i])
	}
	return n
}

func (w *qp) hex(c byte) {
	const digits = "0123456789ABCDEF"
	w.dst = append(w.dst, '=', digits[c>>4], digits[c&15])
	w.col += 3
}

func (w *qp) room(n int) {
	if w.col+n > maxQP {
		w.close()
	}
}

func (w *qp) newline() {
	w.dst = append(w.dst, '\r', '\n')
	w.col = 0
}
