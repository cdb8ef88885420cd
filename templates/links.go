package templates

import (
	"errors"
	"fmt"
	"html"
	htmltemplate "html/template"
	"strings"
	"unicode"
	"unicode/utf8"
)

// hole reports whether r belongs to a hole: whether it is a private-use rune.
func hole(r rune) bool { return unicode.Is(unicode.Co, r) }

// linkable returns the link in a form safe to put into an HTML attribute (after
// escaping) or a plain text, and whether it may be a link at all. Only https, http, mailto
// and tel lead anywhere; a link that begins with a hole is the caller's.
// Bytes that RFC 3986 does not allow are percent-encoded; holes stay as they are, which is why html/template's
// own filter, which encodes them, is not used for links in mail.
func linkable(link string) (string, bool) {
	link = strings.TrimSpace(link)
	lead, _ := utf8.DecodeRuneInString(link)
	scheme, _, found := strings.Cut(link, ":")
	switch {
	case link == "":
		return "", false
	case hole(lead):
	case !found:
		return "", false
	default:
		switch strings.ToLower(scheme) {
		case "https", "http", "mailto", "tel":
		default:
			return "", false
		}
	}
	var b strings.Builder
	for _, r := range link {
		switch {
		case hole(r), r > ' ' && r < 0x7f && !strings.ContainsRune("\"<>\\^`{|}", r):
			b.WriteRune(r)
		default:
			percent(&b, r)
		}
	}
	return b.String(), true
}

// href returns the whole attribute for a link in mail.
func href(link string) (htmltemplate.HTMLAttr, error) {
	ok, may := linkable(link)
	if !may {
		return "", errors.New("not a link for mail: its scheme is none of https, http, mailto, tel")
	}
	return htmltemplate.HTMLAttr(`href="` + html.EscapeString(ok) + `"`), nil
}

// mailto returns the link that opens a new mail (RFC 6068, section 2).
func mailto(address, subject string) string {
	link := "mailto:" + encode(address)
	if subject != "" {
		link += "?subject=" + encode(subject)
	}
	return link
}

// encode percent-encodes all but letters, digits, "@", the marks of RFC 3986 that mean nothing, and holes.
func encode(s string) string {
	var b strings.Builder
	for _, r := range s {
		plain := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._~@", r)
		if plain || hole(r) {
			b.WriteRune(r)
			continue
		}
		percent(&b, r)
	}
	return b.String()
}

// percent writes r as RFC 3986, section 2.1 has it.
func percent(b *strings.Builder, r rune) {
	for _, c := range []byte(string(r)) {
		fmt.Fprintf(b, "%%%02X", c)
	}
}
