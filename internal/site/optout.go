package site

import (
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"

	"assent/templates"
)

// optOut is what a POST to an unsubscribe link asks for.
type optOut uint8

const (
	unclear    optOut = iota // none of the below: whoever posts here wants out
	oneClick                 // a mail program's button (RFC 8058)
	thisList                 // the page's first button
	allOfThem                // the page's second button
	everything               // its third
)

// act is the evidence of an opt-out in words.
func (o optOut) act() string {
	switch o {
	case oneClick:
		return "Pressed the unsubscribe button of the mail program (RFC 8058)."
	case thisList:
		return "Pressed the button to leave this list on the page behind the link in the mail."
	case allOfThem:
		return "Pressed the button to stop everything on the page behind the link in the mail."
	case everything:
		return "Pressed the button to stop everything from everyone on the page behind the link in the mail."
	}
	return "A program posted to the unsubscribe link of the mail."
}

const (
	maxOptOut = 8 << 10 // octets read of a body
	maxFields = 20      // fields read of a body
)

// readOptOut reads what is asked for. It never fails: a body that cannot be read is unclear, and unclear is an opt-out of the list.
func readOptOut(contentType string, body io.Reader) optOut {
	fields := optOutFields(contentType, io.LimitReader(body, maxOptOut))
	// RFC 8058 section 3.1: the key and the value, exactly. Their letters' case is not worth refusing an opt-out for.
	for name, values := range fields {
		if strings.EqualFold(name, "List-Unsubscribe") && len(values) > 0 && strings.EqualFold(strings.TrimSpace(values[0]), "One-Click") {
			return oneClick
		}
	}
	switch fields.Get(templates.FieldScope) {
	case templates.ScopeList:
		return thisList
	case templates.ScopeAll:
		return allOfThem
	case templates.ScopeEverything:
		return everything
	}
	return unclear
}

// optOutFields reads multipart/form-data (section 3.2: SHOULD) and takes anything else for
// application/x-www-form-urlencoded (MAY), whatever its type says.
func optOutFields(contentType string, body io.Reader) url.Values {
	media, params, err := mime.ParseMediaType(contentType)
	if err == nil && media == "multipart/form-data" && params["boundary"] != "" {
		return multipartFields(multipart.NewReader(body, params["boundary"]))
	}
	text, _ := io.ReadAll(body) // what was read before a failure may say enough
	fields, _ := url.ParseQuery(strings.TrimSpace(string(text)))
	return fields
}

func multipartFields(r *multipart.Reader) url.Values {
	fields := url.Values{}
	for range maxFields {
		part, err := r.NextPart()
		if err != nil {
			break
		}
		value, _ := io.ReadAll(part)
		fields.Add(part.FormName(), string(value))
	}
	return fields
}
