package message

import (
	"strings"
)

// decodeWords decodes the encoded words in a header value (RFC 2047). Words that follow each
// other in one charset are joined before they are read, because some programs cut
// within a character.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	var out strings.Builder
	var pending []byte
	charset := ""
	flush := func() {
		if charset != "" {
			out.WriteString(oneLineOf(decodeCharset(pending, charset)))
		}
		pending, charset = nil, ""
	}
	for s != "" {
		i := strings.Index(s, "=?")
		if i < 0 {
			break
		}
		cs, b, n, ok := encodedWord(s[i:])
		if !ok {
			flush()
			out.WriteString(s[:i+2])
			s = s[i+2:]
			continue
		}
		// White space between two encoded words is not part of the text (section 6.2).
		if charset == "" || strings.Trim(s[:i], " \t") != "" {
			flush()
			out.WriteString(s[:i])
		}
		if !strings.EqualFold(charset, cs) {
			flush()
		}
		charset, pending = cs, append(pending, b...)
		s = s[i+n:]
	}
	flush()
	out.WriteString(s)
	return out.String()
}

// encodedWord reads the encoded word at the start of s and returns its length.
func encodedWord(s string) (charset string, text []byte, n int, ok bool) {
	cs, rest, ok := strings.Cut(s[2:], "?")
	if !ok || cs == "" || len(cs) > 40 || strings.ContainsAny(cs, " \t") || len(rest) < 2 || rest[1] != '?' {
		return "", nil, 0, false
	}
	data, _, ok := strings.Cut(rest[2:], "?=")
	if !ok {
		return "", nil, 0, false
	}
	n = 2 + len(cs) + 1 + 2 + len(data) + 2
	cs, _, _ = strings.Cut(cs, "*") // RFC 2231 section 5: a language may follow
	switch rest[0] {
	case 'b', 'B':
		text, _ = decodeBase64([]byte(data), len(data))
	case 'q', 'Q':
		text, _ = decodeQP([]byte(strings.ReplaceAll(data, "_", "=20")), 3*len(data))
	default:
		return "", nil, 0, false
	}
	return cs, text, n, true
}

// oneLineOf keeps an encoded line break from becoming a real one.
func oneLineOf(s string) string {
	if !strings.ContainsAny(s, "\r\n\x00") {
		return s
	}
	return strings.NewReplacer("\r\n", " ", "\r", " ", "\n", " ", "\x00", "").Replace(s)
}
