package message

import (
	"bytes"
	"encoding/base64"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxHeaderLine = 78  // RFC 5322 section 2.1.1: should
	maxLine       = 998 // the same: must
	maxEncoded    = 70  // an encoded word may have 75 characters (RFC 2047 section 2)
)

// FormatDate writes t as a Date header has it (RFC 5322 section 3.3), in t's own zone.
func FormatDate(t time.Time) string { return t.Format("Mon, 02 Jan 2006 15:04:05 -0700") }

// appendClean appends s as one line of text: control characters and runs of white space
// become one space, none at either end of the value, and bytes that are not UTF-8 become U+FFFD.
// After this nothing in s can end a header line.
func appendClean(dst []byte, s string) []byte {
	start := len(dst)
	dst = appendCleanFrom(dst, start, s)
	return bytes.TrimRight(dst[:len(dst):cap(dst)], " ")
}

// appendCleanFrom is appendClean for a value that began at dst[start] and may go on.
func appendCleanFrom(dst []byte, start int, s string) []byte {
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		i += n
		switch {
		case r > ' ' && r < 0x7f:
			dst = append(dst, byte(r))
		case r <= ' ' || unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			if len(dst) > start && dst[len(dst)-1] != ' ' {
				dst = append(dst, ' ')
			}
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// foldTail folds the header value that stands in dst[from:] and began in column col.
// A word longer than a line stays whole; foldTail reports false when a line would pass maxLine.
func foldTail(dst []byte, from, col int) ([]byte, bool) {
	if col+len(dst)-from <= maxHeaderLine {
		return dst, true
	}
	value, end := dst[from:], len(dst)
	ok := true
	for first := true; len(value) > 0; first = false {
		n := 1 + bytes.IndexByte(value[1:], ' ') // a word with the space before it
		if n == 0 {
			n = len(value)
		}
		if !first && col+n > maxHeaderLine {
			dst = append(dst, '\r', '\n')
			col = 0
		}
		dst = append(dst, value[:n]...)
		col += n
		ok = ok && col <= maxLine
		value = value[n:]
	}
	return dst[:from+copy(dst[from:], dst[end:])], ok
}

// encodeTail makes the text in dst[from:], clean and beginning in column col, a header
// value: as it is when it is short-worded ASCII, else in encoded words.
func encodeTail(dst []byte, from, col int) []byte {
	value := dst[from:]
	if isASCII(value) && !bytes.Contains(value, []byte("=?")) && longestWord(value) < maxEncoded {
		dst, _ = foldTail(dst, from, col)
		return dst
	}
	end := len(dst)
	dst = appendEncodedWords(dst, string(value), col)
	return dst[:from+copy(dst[from:], dst[end:])]
}

// appendEncodedWords appends s as encoded words (RFC 2047), one on each line, the first
// after col columns. Base64 serves phrases and free text alike.
func appendEncodedWords(dst []byte, s string, col int) []byte {
	const open, shut = "=?utf-8?B?", "?="
	for first := true; s != ""; first = false {
		if !first {
			dst = append(dst, '\r', '\n', ' ')
			col = 1
		}
		room := max(maxEncoded-col-len(open)-len(shut), 8) / 4 * 3
		n := 0
		for n < len(s) {
			_, w := utf8.DecodeRuneInString(s[n:])
			if n > 0 && n+w > room {
				break
			}
			n += w
		}
		dst = append(dst, open...)
		dst = base64.StdEncoding.AppendEncode(dst, []byte(s[:n]))
		dst = append(dst, shut...)
		s = s[n:]
	}
	return dst
}

func longestWord(value []byte) int {
	longest := 0
	for len(value) > 0 {
		n := bytes.IndexByte(value, ' ')
		if n < 0 {
			n = len(value)
		}
		longest = max(longest, n)
		value = value[min(n+1, len(value)):]
	}
	return longest
}
