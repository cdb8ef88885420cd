package message

import (
	"strings"

	"assent/internal/errs"
)

// HeaderKind says how a header's value is written.
type HeaderKind uint8

const (
	// Unstructured is free text such as Subject: encoded as RFC 2047 asks for when it
	// is not plain ASCII, runs of white space made one space.
	Unstructured HeaderKind = iota
	// Mailbox is an address with a display name, as MailboxValue writes it. A hole
	// must be the whole value.
	Mailbox
	// Raw is ASCII that goes out as it is, such as Message-ID or List-Unsubscribe.
	// It may be folded at its spaces. CR, LF, NUL and anything not ASCII are refused.
	Raw
)

// Header is one header field of a draft. Value may hold holes.
type Header struct {
	Name, Value string
	Kind        HeaderKind
}

// Draft is a message before it is compiled. Header values, Text and HTML may hold holes.
type Draft struct {
	Headers    []Header // in the order in which they are written
	Text, HTML string   // both wanted: each part is what some people read
	Language   string   // BCP 47 tag for Content-Language, as "cy"; empty for none
}

// Field names that Compile writes itself, that belong to the envelope, or that would show
// one recipient to another (RFC 5322 section 3.6.3).
const reservedFields = " mime-version content-type content-transfer-encoding content-language bcc return-path received "

// Fields that may stand only once (RFC 5322 section 3.6, RFC 2369 section 3, RFC 8058 section 3.1).
const singleFields = " date from sender reply-to to cc message-id in-reply-to references subject " +
	"list-unsubscribe list-unsubscribe-post list-id "

func among(list, name string) bool {
	return strings.Contains(list, " "+strings.ToLower(name)+" ")
}

// check refuses a draft that cannot become one well-formed message.
func (d Draft) check() error {
	seen := map[string]bool{}
	for _, h := range d.Headers {
		if !validFieldName(h.Name) {
			return refuse("A header name may hold only printable ASCII without a colon.")
		}
		if among(reservedFields, h.Name) {
			return refuse("The header " + h.Name + " is not for the writer of a message to set.")
		}
		low := strings.ToLower(h.Name)
		if seen[low] && among(singleFields, h.Name) {
			return refuse("The header " + h.Name + " is there twice.")
		}
		seen[low] = true
	}
	switch {
	case !seen["from"]: // RFC 5322 section 3.6
		return refuse("The message has no From header.")
	case strings.TrimSpace(d.Text) == "":
		return refuse("The message has no text part.")
	case strings.TrimSpace(d.HTML) == "":
		return refuse("The message has no HTML part.")
	case strings.ContainsFunc(d.Language, notInLanguageTag) || len(d.Language) > 35:
		return refuse("The language of the message is not a language tag such as \"en\" or \"cy\".")
	}
	return nil
}

func validFieldName(name string) bool { // RFC 5322 section 2.2
	return name != "" && len(name) <= 64 && !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == ':' })
}

func notInLanguageTag(r rune) bool {
	return !(r == '-' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
}

func refuse(sentence string) error {
	return errs.E("message: compile", errs.Invalid, sentence, nil)
}
