package smtpsend

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"assent/internal/errs"
	"assent/mailer"
	"assent/subscriptions"
)

// maxPath is the longest envelope sender in octets (RFC 5321, section 4.5.3.1.3, without its brackets).
const maxPath = 254

// outgoing is one message on its way, with what the relay must be able to do for it.
type outgoing struct {
	permit   subscriptions.Permit
	from, to string
	body     []byte
	eightBit bool // the body holds octets above 127
	utf8     bool // an address is not ASCII
}

// newOutgoing checks a message against what SMTP can carry.
func newOutgoing(p subscriptions.Permit, from string, body []byte) (*outgoing, error) {
	o := &outgoing{permit: p, from: from, to: p.To().String(), body: body}
	if len(from) > maxPath || !utf8.ValidString(from) || strings.ContainsFunc(from, outsidePath) {
		return nil, unfit("The envelope sender is not usable.")
	}
	// A lone CR or LF is read differently by different relays, which lets one message pass for two (RFC 5321, section 2.3.8).
	pairs := bytes.Count(body, []byte("\r\n"))
	if pairs != bytes.Count(body, []byte{'\r'}) || pairs != bytes.Count(body, []byte{'\n'}) {
		return nil, unfit("The message has a line that does not end in CRLF.")
	}
	if pairs == 0 {
		return nil, unfit("The message is empty.")
	}
	o.eightBit = !isASCII(body)
	o.utf8 = p.To().NeedsSMTPUTF8() || !isASCII(from)
	return o, nil
}

// fits returns why the relay cannot take the message, nil when it can.
func (o *outgoing) fits(c *conn) error {
	switch {
	case o.utf8 && !c.utf8:
		return unfit("The address needs SMTPUTF8, which the mail relay does not offer.")
	case o.eightBit && !c.eightBit:
		return unfit("The message holds 8-bit text, and the mail relay does not offer 8BITMIME.")
	case c.size > 0 && len(o.body) > c.size:
		return unfit("The message is larger than the mail relay takes.")
	}
	return nil
}

// unfit is a message that SMTP, or this relay, cannot carry: trying again changes nothing.
func unfit(sentence string) error {
	err := errs.E("smtpsend: send", errs.Invalid, sentence, nil)
	return &mailer.SendError{Fate: mailer.Rejected, Reply: sentence, Err: err}
}

// outsidePath reports whether r may not stand in a path as we write it, without quotes (RFC 5321, section 4.1.2).
func outsidePath(r rune) bool {
	return r <= ' ' || r == 0x7f || strings.ContainsRune(`<>"\`, r)
}

func isASCII[T string | []byte](s T) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
