package message

import (
	"fmt"
	"io"
	"net/mail"
	"slices"
	"strings"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
)

// Parse reads a message as far as it can be read. It fails only when r fails (the
// kind is that of r's error) or when the parser itself does (kind Invalid); a message that is broken, cut
// off or empty gives what there is, with Warnings. It never panics.
func Parse(r io.Reader, lim Limits) (p *Parsed, err error) {
	defer func() {
		if v := recover(); v != nil {
			p, err = nil, errs.E("message: parse", errs.Invalid, "The message cannot be read.", fmt.Errorf("panic: %v", v))
		}
	}()
	lim = lim.orDefault()
	data, cut, err := readThin(r, lim)
	if err != nil {
		return nil, errs.Wrap("message: parse", err)
	}
	rd := &reader{lim: lim, headers: lim.HeaderBytes, cut: cut}
	root := rd.entity(normal(data), 0, "text/plain")
	p = &Parsed{Header: root.fields, ContentType: root.mediaType}
	p.readFields()
	rd.collect(p, root)
	if p.Returned == nil {
		rd.returnedInText(p)
	}
	p.Forwarded = p.forwarded()
	if len(data) == 0 {
		rd.warn("the message is empty")
	} else if root.fields.Len() == 0 {
		rd.warn("the message has no header")
	}
	p.Warnings, p.Truncated = rd.warnings, rd.cut
	return p, nil
}

// readFields fills what comes from the header.
func (p *Parsed) readFields() {
	h := p.Header
	if list := addressList(h.raw("from")); len(list) > 0 {
		p.From, p.FromName = list[0].addr, list[0].name
	} else { // "MAILER-DAEMON <>"
		name, _, _ := strings.Cut(h.Get("from"), "<")
		p.FromName = clipText(strings.TrimSpace(name), 200)
	}
	p.Sender, p.ReplyTo = firstAddress(h.raw("sender")), firstAddress(h.raw("reply-to"))
	p.To = recipients(h)
	if h.Has("return-path") {
		p.ReturnPath = strings.Trim(strings.TrimSpace(h.raw("return-path")), "<>")
		if p.ReturnPath == "" {
			p.ReturnPath = "<>"
		}
	}
	p.Subject = strings.TrimSpace(h.Get("subject"))
	p.MessageID = first(ids(h.raw("message-id")))
	p.InReplyTo, p.References = ids(h.raw("in-reply-to")), ids(h.raw("references"))
	p.Date = parseDate(h.raw("date"))
	p.AutoSubmitted = keyword(h.raw("auto-submitted"))
	p.Precedence = keyword(h.raw("precedence"))
	p.ListID = h.Get("list-id")
	p.AuthenticationResults = h.All("authentication-results")
}

func firstAddress(value string) address.Address {
	if list := addressList(value); len(list) > 0 {
		return list[0].addr
	}
	return address.Address{}
}

func recipients(h Fields) []address.Address {
	var out []address.Address
	for _, name := range []string{"to", "cc", "delivered-to", "x-original-to", "envelope-to"} {
		for _, value := range h.rawAll(name) {
			for _, m := range addressList(value) {
				if len(out) < maxAddresses && !slices.Contains(out, m.addr) {
					out = append(out, m.addr)
				}
			}
		}
	}
	return out
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// keyword returns the value of a field such as Auto-Submitted without parameters and comments.
func keyword(value string) string {
	if i := strings.IndexAny(value, ";("); i >= 0 {
		value = value[:i]
	}
	return strings.ToLower(strings.TrimSpace(value))
}

// parseDate reads a Date field as programs write it. It returns the zero time when it cannot.
func parseDate(value string) time.Time {
	if t, err := mail.ParseDate(value); err == nil {
		return t
	}
	bare, _, _ := strings.Cut(value, "(")
	bare = strings.Join(strings.Fields(bare), " ")
	for _, layout := range []string{"Mon, 2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04 -0700", "Mon, 2 Jan 2006 15:04:05", "Mon Jan 2 15:04:05 2006", time.RFC3339} {
		if t, err := time.Parse(layout, bare); err == nil {
			return t
		}
	}
	return time.Time{}
}
