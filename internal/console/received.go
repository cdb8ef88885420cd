package console

import (
	"cmp"
	"context"
	"strings"
	"unicode"

	"assent/inbox"
	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/message"
	"assent/templates"
)

// maxShown bounds how much of a mail's text a page shows, in octets.
const maxShown = 64 << 10

// receivedMail reads a kept message for its case. It is shown as plain text: nothing in it is fetched, followed or
// rendered. What cannot be read says so.
func (s *console) receivedMail(ctx context.Context, k inbox.Kept) (*message.Parsed, templates.ReceivedMail, error) {
	mail := templates.ReceivedMail{
		From: plain(k.From), Subject: cmp.Or(plain(k.Subject), "(no subject)"), Received: s.local(k.ReceivedAt), Mailbox: k.Mailbox,
	}
	if k.Digest == "" {
		mail.Text = "The mail server did not give this message: " + cmp.Or(plain(k.Unreadable), "no reason is known") + ". Look for it in the mailbox itself."
		return nil, mail, nil
	}
	raw := s.Cases.Raw(ctx, k.Digest)
	defer raw.Close()
	p, err := s.parseReceived(raw)
	if errs.KindOf(err) == errs.Invalid {
		mail.Text = "This message could not be read. The whole of it is kept."
		return nil, mail, nil
	}
	if err != nil {
		return nil, mail, errs.Wrap("console: received mail", err)
	}
	mail.From = cmp.Or(mailbox(p.FromName, p.From), mail.From)
	for i, to := range p.To {
		if i > 0 {
			mail.To += ", "
		}
		mail.To += to.String()
	}
	mail.Text, mail.Cut = plain(p.Text), p.Truncated
	return p, mail, nil
}

func mailbox(name string, a address.Address) string {
	if a.IsZero() {
		return plain(name)
	}
	if name == "" {
		return a.String()
	}
	return plain(name) + " <" + a.String() + ">"
}

// plain drops what a stranger's text could use to look like something else: control characters, and marks that turn the
// direction of writing around (U+202A to U+202E, U+2066 to U+2069).
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
}
