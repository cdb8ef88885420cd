package mailer

import (
	"context"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
	"assent/templates"
)

// RecipientNotices reads notices to recipients of data with the people that they are about. The store does.
type RecipientNotices interface {
	RecipientNotice(ctx context.Context, id int64) (subscriptions.RecipientNotice, error)
}

// recipientNotice makes the letter that tells a recipient of data what became of it. Whom it is about is read, and decrypted, only now: the row of the letter names
// nobody. A notice that was answered meanwhile is refused.
func (s *Service) recipientNotice(ctx context.Context, l Letter, about About, h Letterhead) (subscriptions.Permit, any, error) {
	const op = "mailer: notice to a recipient"
	to, err := address.Parse(l.To)
	if err != nil {
		return subscriptions.Permit{}, nil, err
	}
	permit := s.Gate.AdmitLetter(to, 0)
	n, err := s.Told.RecipientNotice(ctx, about.Notice)
	if err != nil {
		return permit, nil, err
	}
	if n.State != subscriptions.NoticeOpen {
		return permit, nil, errs.E(op, errs.Refused, "The recipient has answered, or is told anew.", nil)
	}
	mail := templates.RecipientNoticeMail{
		Sender: s.Composer.Sender(h), Recipient: n.Name, Change: string(n.Change), AnswerURL: s.Composer.Ways.RecipientURL(s.Composer.Keys, n.ID), Reminder: about.Reminder,
	}
	for _, p := range n.Whom {
		person := templates.ConcernedPerson{Name: p.Name, Address: p.Address}
		for _, f := range p.Changes {
			person.Changes = append(person.Changes, templates.ChangedField(f))
		}
		mail.People = append(mail.People, person)
	}
	return permit, mail, nil
}
