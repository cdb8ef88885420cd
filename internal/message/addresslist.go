package message

import (
	"strings"

	"assent/internal/address"
)

// mailbox is an address with its display name.
type mailbox struct {
	name string
	addr address.Address
}

// maxAddresses bounds how many addresses are read from one header field.
const maxAddresses = 200

// addressList reads the addresses of a From-like header as far as they can be read: it also takes
// what RFC 5322 forbids and people send. What is no address is left out.
func addressList(value string) []mailbox {
	var out []mailbox
	for value != "" && len(out) < maxAddresses {
		var one string
		one, value = cutAddress(value)
		if m, ok := oneAddress(one); ok {
			out = append(out, m)
		}
	}
	return out
}

// cutAddress cuts at the first comma or semicolon that is not within quotation marks, brackets or a comment.
func cutAddress(s string) (one, rest string) {
	quoted, depth := false, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<' || c == '(':
			depth++
		case c == '>' || c == ')':
			depth = max(0, depth-1)
		case depth == 0 && (c == ',' || c == ';'):
			return s[:i], s[i+1:]
		}
	}
	if quoted || depth > 0 { // never closed: take the commas as they come
		if i := strings.IndexAny(s, ",;"); i >= 0 {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// oneAddress reads `name <address>`, `address (name)`, `address`, or the first member of a group.
func oneAddress(s string) (mailbox, bool) {
	open := strings.LastIndexByte(s, '<')
	if open >= 0 {
		spec, _, _ := strings.Cut(s[open+1:], ">")
		name := strings.Trim(strings.TrimSpace(s[:open]), `"`)
		if i := strings.LastIndexByte(spec, ':'); i >= 0 { // an obsolete route (RFC 5322 section 4.4)
			spec = spec[i+1:]
		}
		a, err := address.Parse(strings.Trim(decodeWords(spec), " '\""))
		return mailbox{decodeWords(strings.ReplaceAll(strings.ReplaceAll(name, `\"`, `"`), `\\`, `\`)), a}, err == nil
	}
	name := ""
	if i := strings.IndexByte(s, '('); i >= 0 {
		name, _, _ = strings.Cut(s[i+1:], ")")
		s = s[:i]
	}
	if i := strings.LastIndexAny(s, ": \t"); i >= 0 && strings.Contains(s[i:], "@") {
		s = s[i+1:]
	}
	a, err := address.Parse(strings.Trim(decodeWords(s), " '\""))
	return mailbox{decodeWords(name), a}, err == nil
}

// ids reads message identifiers such as those of In-Reply-To and References.
func ids(value string) []string {
	var out []string
	for value != "" && len(out) < 100 {
		_, rest, ok := strings.Cut(value, "<")
		if !ok {
			break
		}
		id, after, ok := strings.Cut(rest, ">")
		if !ok {
			break
		}
		if id = strings.Join(strings.Fields(id), ""); id != "" && len(id) <= maxLine {
			out = append(out, id)
		}
		value = after
	}
	if len(out) == 0 {
		if id := strings.TrimSpace(value); id != "" && len(id) <= maxLine && !strings.ContainsAny(id, " \t<>") {
			return []string{id}
		}
	}
	return out
}
