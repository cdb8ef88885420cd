package mailer

import (
	"bytes"
	"context"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/message"
	"assent/subscriptions"
)

// Preview is a campaign's message as somebody would get it. Its links lead nowhere.
type Preview struct {
	Subject, Text, HTML string
}

// Preview composes a campaign's message for a person; the zero person is somebody of whom nothing is known. It is made under a Permit that permits nothing, and under
// numbers that no link of it leads anywhere with, so that nobody is unsubscribed by trying them.
func (s *Service) Preview(ctx context.Context, c Campaign, person subscriptions.Subscriber) (Preview, error) {
	const op = "mailer: preview"
	compiled, err := s.rehearse(ctx, c)
	if err != nil {
		return Preview{}, errs.Wrap(op, err)
	}
	to := person.Address
	if to.IsZero() {
		p, err := s.People.Programme(ctx, c.ProgrammeID)
		if err != nil {
			return Preview{}, errs.Wrap(op, err)
		}
		to = p.Contact.Address
	}
	raw, _, err := compiled.Append(nil, subscriptions.Admitted{Person: person, Permit: voidPermit(to)}, s.Now())
	if err != nil {
		return Preview{}, errs.Wrap(op, err)
	}
	m, err := message.Parse(bytes.NewReader(raw), message.DefaultLimits())
	if err != nil {
		return Preview{}, errs.Wrap(op, err)
	}
	return Preview{Subject: m.Subject, Text: m.Text, HTML: m.HTML}, nil
}

// voidPermit has an address to show, and was asked at no moment: Permit.Valid refuses it for ever.
func voidPermit(to address.Address) subscriptions.Permit {
	never := subscriptions.Gate{Now: func() time.Time { return time.Time{} }}
	return never.AdmitLetter(to, 0)
}
