package identity

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"strings"

	"assent/internal/address"
)

// maxHeader is the most octets of a header that are looked at. Mail systems take less; what is longer was made so, and is not believed.
const maxHeader = 64 << 10

// field is one header field as it stands in the message: its name in lower case, its value unfolded.
type field struct{ name, value string }

// readHeader reads the header of a message up to its empty line. raw is what was read, so that a verifier sees the same octets. ok is false for a
// header that is longer than maxHeader, does not end, or has a line that is no field: two programs may read such a header differently.
func readHeader(r io.Reader) (fields []field, raw []byte, ok bool, err error) {
	raw, err = readUpTo(r)
	if err != nil {
		return nil, raw, false, err
	}
	end := bytes.Index(raw, []byte("\r\n\r\n"))
	if end < 0 {
		return nil, raw, false, nil
	}
	for line := range strings.SplitSeq(string(raw[:end]), "\r\n") {
		if line == "" || strings.ContainsAny(line, "\r\n\x00") {
			return nil, raw, false, nil
		}
		if line[0] == ' ' || line[0] == '\t' {
			if len(fields) == 0 {
				return nil, raw, false, nil
			}
			fields[len(fields)-1].value += " " + strings.Trim(line, " \t")
			continue
		}
		name, value, colon := strings.Cut(line, ":")
		name = strings.ToLower(strings.TrimRight(name, " \t"))
		if !colon || name == "" || strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c >= 0x7f }) {
			return nil, raw, false, nil
		}
		fields = append(fields, field{name, strings.Trim(value, " \t")})
	}
	return fields, raw, true, nil
}

// readUpTo reads a header, and what of the body comes in the same piece.
func readUpTo(r io.Reader) ([]byte, error) {
	raw := make([]byte, 0, 4<<10)
	for len(raw) < maxHeader {
		if len(raw) == cap(raw) {
			raw = append(raw, 0)[:len(raw)]
		}
		n, err := r.Read(raw[len(raw):min(cap(raw), maxHeader)])
		seen := max(0, len(raw)-3)
		raw = raw[:len(raw)+n]
		if bytes.Contains(raw[seen:], []byte("\r\n\r\n")) || err == io.EOF {
			return raw, nil
		}
		if err != nil {
			return raw, err
		}
	}
	return raw, nil
}

// oneAuthor says what is wrong with the From of a message, "" where it is one plain field with one address, the one that the rest of Assent read. With more than one,
// what is signed may be another than what is shown (RFC 7489, section 6.6.1).
func oneAuthor(fields []field, from address.Address) string {
	values := valuesOf(fields, "from")
	if len(values) != 1 {
		return fmt.Sprintf("The message has %d From fields, where one is allowed: nobody can tell which one counts.", len(values))
	}
	words := &mime.WordDecoder{CharsetReader: func(_ string, r io.Reader) (io.Reader, error) { return r, nil }} // names do not matter here
	list, err := (&mail.AddressParser{WordDecoder: words}).ParseList(values[0])
	if err != nil || len(list) != 1 {
		return "The From field does not hold one plain address."
	}
	a, err := address.Parse(list[0].Address)
	if err != nil || from.IsZero() || a.Normal() != from.Normal() {
		return "The From field can be read in more than one way."
	}
	return ""
}

func valuesOf(fields []field, name string) []string {
	var out []string
	for _, f := range fields {
		if f.name == name {
			out = append(out, f.value)
		}
	}
	return out
}
