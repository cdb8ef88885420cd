package message

import (
	"bytes"
	"strings"
)

// Fields holds the header fields of a message or part in their order.
type Fields struct{ list []field }

// field is one header field: its name in lower case, its value unfolded and not decoded.
type field struct{ name, value string }

// Get returns the first value of the named field, decoded, or "".
func (f Fields) Get(name string) string { return decodeWords(f.raw(name)) }

// All returns the values of the named field, decoded, in order.
func (f Fields) All(name string) []string {
	var out []string
	for _, x := range f.list {
		if strings.EqualFold(x.name, name) {
			out = append(out, decodeWords(x.value))
		}
	}
	return out
}

// Has reports whether the named field is there, be it empty.
func (f Fields) Has(name string) bool {
	for _, x := range f.list {
		if strings.EqualFold(x.name, name) {
			return true
		}
	}
	return false
}

// Len returns the number of fields.
func (f Fields) Len() int { return len(f.list) }

// Each calls visit with the lower-case name and the decoded value of each field in order.
func (f Fields) Each(visit func(name, value string)) {
	for _, x := range f.list {
		visit(x.name, decodeWords(x.value))
	}
}

func (f Fields) raw(name string) string {
	for _, x := range f.list {
		if strings.EqualFold(x.name, name) {
			return x.value
		}
	}
	return ""
}

func (f Fields) rawAll(name string) []string {
	var out []string
	for _, x := range f.list {
		if strings.EqualFold(x.name, name) {
			out = append(out, x.value)
		}
	}
	return out
}

// cutFields reads header fields from the start of data and returns what follows the
// empty line after them. It keeps at most *budget octets and takes what it kept from the budget. Data that
// does not start with a field has no header.
func cutFields(data []byte, budget *int) (f Fields, body []byte, cut bool) {
	var folded []byte // the value of the last field with its folded lines
	flush := func() {
		if n := len(f.list); n > 0 && folded != nil {
			f.list[n-1].value = string(folded)
		}
		folded = nil
	}
	for len(data) > 0 {
		line, rest := cutLine(data)
		if len(line) == 0 {
			flush()
			return f, rest, cut
		}
		name, value, ok := fieldLine(line)
		if !ok && line[0] != ' ' && line[0] != '\t' && !continues(rest) {
			flush()
			return f, data, cut // no header, or the empty line is missing: the body starts here
		}
		if *budget -= len(line); *budget < 0 {
			cut, data = true, rest
			continue
		}
		if ok {
			flush()
			f.list = append(f.list, field{name, value})
		} else if n := len(f.list); n > 0 {
			if folded == nil {
				folded = []byte(f.list[n-1].value)
			}
			folded = appendFolded(folded, line)
		}
		data = rest
	}
	flush()
	return f, nil, cut
}

// continues reports whether another field follows, so that the line before, which is none, is a
// folded line that lost its indentation.
func continues(rest []byte) bool {
	line, _ := cutLine(rest)
	_, _, ok := fieldLine(line)
	return ok
}

func appendFolded(value, line []byte) []byte {
	more := toUTF8(bytes.TrimSpace(line))
	if len(value) > 0 && more != "" {
		value = append(value, ' ')
	}
	return append(value, more...)
}

// fieldLine reads "Name: value" (RFC 5322 section 2.2). White space before the colon, which some
// programs write, is allowed.
func fieldLine(line []byte) (name, value string, ok bool) {
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 || colon > 100 {
		return "", "", false
	}
	n := bytes.TrimRight(line[:colon], " \t")
	if len(n) == 0 {
		return "", "", false
	}
	for _, c := range n {
		if c <= ' ' || c >= 0x7f {
			return "", "", false
		}
	}
	return strings.ToLower(string(n)), toUTF8(bytes.TrimSpace(line[colon+1:])), true
}

// cutLine returns the first line of data without its end, and what follows it.
func cutLine(data []byte) (line, rest []byte) {
	i := bytes.IndexByte(data, '\n')
	if i < 0 {
		return data, nil
	}
	return bytes.TrimSuffix(data[:i], []byte{'\r'}), data[i+1:]
}
