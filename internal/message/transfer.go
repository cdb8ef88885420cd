package message

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// decodeTransfer undoes a Content-Transfer-Encoding (RFC 2045 section 6) and keeps at most
// limit octets. Bad input gives what can be read of it; an unknown encoding leaves the body as it is.
func decodeTransfer(body []byte, encoding string, limit int) (out []byte, cut bool) {
	encoding = strings.ToLower(strings.Trim(encoding, " \t\"';"))
	if i := strings.IndexAny(encoding, " \t;("); i > 0 {
		encoding = encoding[:i]
	}
	switch encoding {
	case "base64":
		return decodeBase64(body, limit)
	case "quoted-printable":
		return decodeQP(body, limit)
	}
	if len(body) > limit {
		return body[:limit], true
	}
	return body, false
}

// decodeBase64 skips what is not base64 and goes on after padding, as bodies have that
// were glued together.
func decodeBase64(body []byte, limit int) (out []byte, cut bool) {
	quad := make([]byte, 0, 4)
	var three [3]byte
	flush := func() {
		n, _ := base64.RawStdEncoding.Decode(three[:], quad)
		out = append(out, three[:n]...)
		quad = quad[:0]
	}
	out = make([]byte, 0, min(len(body)/4*3+3, limit+3))
	for _, c := range body {
		switch {
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/':
			if quad = append(quad, c); len(quad) == 4 {
				flush()
			}
		case c == '=' && len(quad) > 1:
			flush()
		}
		if len(out) > limit {
			return out[:limit], true
		}
	}
	if len(quad) > 1 {
		flush()
	}
	return out, false
}

// decodeQP reads quoted-printable (RFC 2045 section 6.7). An "=" that starts no code stays.
func decodeQP(body []byte, limit int) (out []byte, cut bool) {
	out = make([]byte, 0, min(len(body), limit))
	for len(body) > 0 {
		line, rest := cutLine(body)
		ended := len(rest) > 0 || bytes.HasSuffix(body, []byte{'\n'})
		line = bytes.TrimRight(line, " \t") // rule 3: added on the way
		if n := len(line); n > 0 && line[n-1] == '=' {
			line, ended = line[:n-1], false
		}
		for i := 0; i < len(line); i++ {
			if line[i] == '=' && i+2 < len(line) {
				hi, lo := unhex(line[i+1]), unhex(line[i+2])
				if hi < 16 && lo < 16 {
					out = append(out, hi<<4|lo)
					i += 2
					continue
				}
			}
			out = append(out, line[i])
		}
		if ended {
			out = append(out, '\n')
		}
		if len(out) > limit {
			return out[:limit], true
		}
		body = rest
	}
	return out, false
}

func unhex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}
