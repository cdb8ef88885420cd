package smtpsend

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-smtp"

	"assent/internal/address"
)

// Bounds of a reply's text in octets: what is kept, and what is looked at to keep it.
const (
	maxReply   = 500
	maxScanned = 4096
)

// replyOf returns the code and the cleaned words of the reply that err is; 0 and "" for an error that is no reply.
func replyOf(err error, to address.Address) (code int, words string) {
	var said *smtp.SMTPError
	if !errors.As(err, &said) {
		return 0, ""
	}
	words = said.Message
	if said.EnhancedCode != (smtp.EnhancedCode{}) { // go-smtp takes it off the text
		e := said.EnhancedCode
		words = fmt.Sprintf("%d.%d.%d %s", e[0], e[1], e[2], words)
	}
	return said.Code, clean(words, to)
}

// clean makes a relay's words fit to keep and to log: one line of at most maxReply octets, without control
// characters, and with the recipient's address masked, which relays like to repeat.
func clean(words string, to address.Address) string {
	words = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return -1
		}
		return r
	}, words[:min(len(words), maxScanned)])
	words = mask(strings.TrimSpace(words), to)
	if len(words) > maxReply {
		words = strings.ToValidUTF8(words[:maxReply], "")
	}
	return words
}

// mask replaces each spelling of the address in s.
func mask(s string, a address.Address) string {
	plain := a.String()
	if plain == "" || len(s) < len(plain) {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); {
		if i+len(plain) <= len(s) && strings.EqualFold(s[i:i+len(plain)], plain) {
			out.WriteString(a.Masked())
			i += len(plain)
			continue
		}
		out.WriteByte(s[i])
		i++
	}
	return out.String()
}
