package segment

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"assent/internal/errs"
)

type tokenKind uint8

const (
	endToken tokenKind = iota
	wordToken
	textToken // in quotes
	markToken // ( ) or ,
)

// token is one piece of the text form.
type token struct {
	kind tokenKind
	text string // of quotes, what stands between them
	at   int    // byte offset
}

// at says what is wrong at a token, and which it is.
func (p *parser) at(t token, says string) error {
	line, column := 1, 1
	for _, r := range p.source[:t.at] {
		if column++; r == '\n' {
			line, column = line+1, 1
		}
	}
	where := "character " + number(float64(column))
	if strings.Contains(p.source, "\n") {
		where = "line " + number(float64(line)) + ", " + where
	}
	switch t.kind {
	case endToken:
		where += ", the end"
	case textToken:
		where += ", \"" + cut(t.text) + "\""
	default:
		where += ", “" + cut(t.text) + "”"
	}
	return errs.E("segment: parse", errs.Invalid, "At "+where+": "+says, nil)
}

func cut(s string) string {
	if utf8.RuneCountInString(s) <= 30 {
		return s
	}
	return string([]rune(s)[:30]) + "…"
}

// lex cuts the source into tokens.
func (p *parser) lex() error {
	rest := 0
	for rest < len(p.source) {
		r, size := utf8.DecodeRuneInString(p.source[rest:])
		t := token{at: rest}
		switch {
		case unicode.IsSpace(r):
			rest += size
			continue
		case r == '(' || r == ')' || r == ',':
			t.kind, t.text = markToken, string(r)
			rest += size
		case isQuote(r):
			text, length, ok := quoted(p.source[rest:])
			if !ok {
				return p.at(token{kind: wordToken, text: string(r), at: rest}, "The quotes are never closed.")
			}
			t.kind, t.text = textToken, text
			rest += length
		case isWordRune(r):
			end := rest
			for end < len(p.source) {
				r, size := utf8.DecodeRuneInString(p.source[end:])
				if !isWordRune(r) {
					break
				}
				end += size
			}
			t.kind, t.text = wordToken, p.source[rest:end]
			rest = end
		default:
			return p.at(token{kind: wordToken, text: string(r), at: rest}, "This sign has no meaning here. Put text in quotes.")
		}
		p.tokens = append(p.tokens, t)
	}
	p.tokens = append(p.tokens, token{kind: endToken, at: len(p.source)})
	return nil
}

func isWordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-.+", r))
}

// isQuote also knows the quotes that word processors make.
func isQuote(r rune) bool { return r == '"' || r == '“' || r == '”' }

// quoted reads a text in quotes; a backslash takes the sign after it as it is.
func quoted(s string) (text string, length int, ok bool) {
	_, length = utf8.DecodeRuneInString(s)
	var b strings.Builder
	for length < len(s) {
		r, size := utf8.DecodeRuneInString(s[length:])
		length += size
		switch {
		case isQuote(r):
			return b.String(), length, true
		case r == '\\' && length < len(s):
			r, size = utf8.DecodeRuneInString(s[length:])
			length += size
		}
		b.WriteRune(r)
	}
	return "", 0, false
}

// quote writes a text so that quoted reads it back.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		if isQuote(r) || r == '\\' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}
