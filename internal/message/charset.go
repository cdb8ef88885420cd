package message

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
)

// toUTF8 reads bytes whose charset nobody stated.
func toUTF8(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return decodeCharset(b, "")
}

// decodeCharset reads b in the stated charset, which may be missing, unknown or wrong. It always gives
// valid UTF-8.
func decodeCharset(b []byte, label string) string {
	label = strings.ToLower(strings.Trim(label, " \t\"'"))
	label = strings.TrimPrefix(label, "charset=")
	stateful := strings.Contains(label, "2022") || strings.Contains(label, "utf-7") || strings.HasPrefix(label, "utf-16") || strings.HasPrefix(label, "hz")
	if !stateful && utf8.Valid(b) && !bytes.Contains(b, []byte("\x1b$")) {
		// Text in another charset is hardly ever valid UTF-8 by chance; text
		// labelled wrongly often is.
		return string(b)
	}
	switch label {
	case "", "us-ascii", "ascii", "utf-8", "utf8", "x-unknown", "unknown-8bit", "default", "binary", "none":
		return guessCharset(b)
	case "utf-7", "unicode-1-1-utf-7":
		return decodeUTF7(b)
	}
	enc, err := htmlindex.Get(label)
	if err != nil {
		return guessCharset(b)
	}
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return guessCharset(b)
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

// guessCharset reads bytes that are not ASCII and do not say what they are.
func guessCharset(b []byte) string {
	if bytes.Contains(b, []byte("\x1b$")) {
		if out, err := japanese.ISO2022JP.NewDecoder().Bytes(b); err == nil {
			return string(out)
		}
	}
	if mostlyUTF8(b) {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(out)
}

// mostlyUTF8 reports whether the bytes beyond ASCII are more often part of a UTF-8 character
// than not: a text cut in the middle of one, or with a foreign word.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n <= 1:
			bad++
		case n > 1:
			good++
		}
		b = b[n:]
	}
	return good > bad
}

// decodeUTF7 reads UTF-7 (RFC 2152).
func decodeUTF7(b []byte) string {
	var out strings.Builder
	for len(b) > 0 {
		i := bytes.IndexByte(b, '+')
		if i < 0 {
			out.WriteString(toUTF8(b))
			break
		}
		out.WriteString(toUTF8(b[:i]))
		b = b[i+1:]
		n := 0
		for n < len(b) && strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", b[n]) >= 0 {
			n++
		}
		if n == 0 {
			out.WriteByte('+')
		} else {
			raw, _ := base64.RawStdEncoding.DecodeString(string(b[:n]))
			units := make([]uint16, len(raw)/2)
			for j := range units {
				units[j] = uint16(raw[2*j])<<8 | uint16(raw[2*j+1])
			}
			out.WriteString(string(utf16.Decode(units)))
		}
		if b = b[n:]; len(b) > 0 && b[0] == '-' {
			b = b[1:]
		}
	}
	return out.String()
}
