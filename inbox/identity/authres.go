package identity

import (
	"slices"
	"strings"
)

// finding is one result in an Authentication-Results field, as "dkim=pass header.d=example.org".
type finding struct {
	method string // in lower case, without a version
	result string // in lower case
	props  map[string]string
}

// report is one Authentication-Results field (RFC 8601, section 2.2).
type report struct {
	server   string // the authserv-id, in lower case
	findings []finding
}

// topmost returns the first report of a server that is trusted, and how many fields of that name were ignored: below it, by others, or not readable. Only the topmost counts, for
// only that one is sure to have been added after the sender's own (RFC 8601, sections 5 and 7.1). ok is false where there is none.
func topmost(fields []field, trusted []string) (r report, ignored int, ok bool) {
	for _, value := range valuesOf(fields, "authentication-results") {
		found, readable := parseReport(value)
		if !ok && readable && slices.Contains(trusted, found.server) {
			r, ok = found, true
			continue
		}
		ignored++
	}
	return r, ignored, ok
}

// parseReport reads a field. A field that keeps to no grammar is none: whoever wrote it wants it to be read in two ways.
func parseReport(value string) (report, bool) {
	tokens, ok := lex(value)
	if !ok || len(tokens) == 0 {
		return report{}, false
	}
	parts := split(tokens)
	head := parts[0]
	if len(head) == 0 || len(head) > 2 || head[0].sign || len(head) == 2 && head[1].text != "1" {
		return report{}, false
	}
	r := report{server: strings.ToLower(head[0].text)}
	for _, part := range parts[1:] {
		if len(part) == 0 || len(part) == 1 && strings.EqualFold(part[0].text, "none") {
			continue // "; none" says that nothing was checked
		}
		f, ok := parseFinding(part)
		if !ok {
			return report{}, false
		}
		r.findings = append(r.findings, f)
	}
	return r, true
}

// parseFinding reads method=result, a reason and properties. A property that is named twice has no value: nobody can tell which one counts.
func parseFinding(part []lexeme) (f finding, ok bool) {
	if len(part)%3 != 0 {
		return f, false
	}
	f.props = map[string]string{}
	for i := 0; i < len(part); i += 3 {
		name, equals, value := part[i], part[i+1], part[i+2]
		if name.sign || name.quoted || !equals.sign || value.sign {
			return f, false
		}
		key := strings.ToLower(name.text)
		if i == 0 {
			f.method, _, _ = strings.Cut(key, "/")
			f.result = strings.ToLower(value.text)
			continue
		}
		if _, twice := f.props[key]; twice {
			f.props[key] = ""
			continue
		}
		f.props[key] = value.text
	}
	return f, true
}

// lexeme is a word, a quoted string, or one of the signs ";" and "=".
type lexeme struct {
	text         string
	sign, quoted bool
}

// lex takes a field apart and drops comments, which may be nested (RFC 5322, section 3.2.2). ok is false when a quotation or a comment does not end.
func lex(s string) (out []lexeme, ok bool) {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t':
			i++
		case c == '(':
			if i = comment(s, i); i < 0 {
				return nil, false
			}
		case c == '"':
			text, end := quotation(s, i)
			if end < 0 {
				return nil, false
			}
			out, i = append(out, lexeme{text: text, quoted: true}), end
		case c == ';' || c == '=':
			out, i = append(out, lexeme{text: string(c), sign: true}), i+1
		default:
			end := i
			for end < len(s) && !strings.ContainsRune(" \t();\"", rune(s[end])) && (s[end] != '=' || valueGoesOn(out)) {
				end++
			}
			if end == i { // a closing parenthesis that nothing opened
				return nil, false
			}
			out, i = append(out, lexeme{text: s[i:end]}), end
		}
	}
	return out, true
}

// valueGoesOn reports whether a word stands after "=", where it may hold that sign itself, as the b= of a signature does (header.b=abc=).
func valueGoesOn(before []lexeme) bool {
	n := len(before)
	return n > 0 && before[n-1].sign && before[n-1].text == "="
}

// comment returns the place after the comment that begins at i, -1 where it does not end.
func comment(s string, i int) int {
	depth := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// quotation returns what stands in the quotation marks that begin at i, and the place after them, -1 where they do not end.
func quotation(s string, i int) (text string, end int) {
	var b strings.Builder
	for i++; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), i + 1
		case '\\':
			if i++; i < len(s) {
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return "", -1
}

// split parts lexemes at each ";".
func split(all []lexeme) [][]lexeme {
	out := [][]lexeme{nil}
	for _, l := range all {
		if l.sign && l.text == ";" {
			out = append(out, nil)
			continue
		}
		out[len(out)-1] = append(out[len(out)-1], l)
	}
	return out
}
