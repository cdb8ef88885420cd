package mailer

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
	"assent/templates"
)

// Letters about a person's own page.
const (
	VisitLetter LetterKind = "visit" // opens what is private about a person
	MoveLetter  LetterKind = "move"  // asks a mailbox to agree to a change of address
)

func (k LetterKind) personal() bool { return k == VisitLetter || k == MoveLetter }

// Personal reads what the letters about a person's own page stand for. The store does. Lookups give kind NotFound.
type Personal interface {
	Visit(ctx context.Context, id int64) (subscriptions.Visit, error)
	Move(ctx context.Context, id int64) (subscriptions.Move, error)
}

// HandleVisitMail opens the letter with the link of a visit.
func (s *Service) HandleVisitMail(ctx context.Context, t subscriptions.VisitMail) error {
	const op = "mailer: open visit letter"
	v, err := s.Personal.Visit(ctx, t.VisitID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	person, err := s.People.Subscriber(ctx, v.SubscriberID)
	if err != nil || person.Address.IsZero() { // erased meanwhile
		return errs.Wrap(op, err)
	}
	return errs.Wrap(op, s.openPersonal(ctx, Letter{
		Key: fmt.Sprintf("visit:%d", v.ID), Kind: VisitLetter, ProgrammeID: v.ProgrammeID, SubscriberID: person.ID,
		To: person.Address.String(), Language: v.Language,
	}, About{VisitID: v.ID}))
}

// HandleMoveMail opens the letter that asks one mailbox to agree to a change of address.
func (s *Service) HandleMoveMail(ctx context.Context, t subscriptions.MoveMail) error {
	const op = "mailer: open move letter"
	m, err := s.Personal.Move(ctx, t.MoveID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	person, err := s.People.Subscriber(ctx, m.SubscriberID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	to := m.To
	if t.Side == subscriptions.OldMailbox {
		to = person.Address
	}
	if m.Outcome != subscriptions.MoveOpen || to.IsZero() {
		return nil // closed or erased meanwhile
	}
	return errs.Wrap(op, s.openPersonal(ctx, Letter{
		Key: fmt.Sprintf("move:%d:%d", m.ID, t.Side), Kind: MoveLetter, ProgrammeID: m.ProgrammeID, SubscriberID: person.ID,
		To: to.String(), Language: m.Language,
	}, About{MoveID: m.ID, Side: t.Side}))
}

func (s *Service) openPersonal(ctx context.Context, l Letter, about About) error {
	if l.ProgrammeID == 0 { // of somebody who has to do with no programme: the first speaks for the house
		all, err := s.People.Programmes(ctx)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return errs.E("mailer: open letter", errs.Invalid, "There is no programme in whose name to write.", nil)
		}
		l.ProgrammeID = all[0].ID
	}
	data, err := json.Marshal(about)
	if err != nil {
		return errs.E("mailer: open letter", errs.Internal, "", err)
	}
	l.Data = data
	return s.open(ctx, l)
}

// personal admits and fills a letter about a person's own page. One whose link is of no use any more is refused.
func (s *Service) personal(ctx context.Context, l Letter, about About, h Letterhead) (subscriptions.Permit, any, error) {
	const op = "mailer: personal letter"
	late := errs.E(op, errs.Refused, "The link of this letter is no longer of use.", nil)
	zone, err := time.LoadLocation(h.Programme.TimeZone)
	if err != nil {
		return subscriptions.Permit{}, nil, errs.E(op, errs.Invalid, "The programme's time zone is not known.", err)
	}
	to, err := address.Parse(l.To)
	if err != nil {
		return subscriptions.Permit{}, nil, err
	}
	ways, sender := s.Composer.Ways, s.Composer.Sender(h)
	if l.Kind == VisitLetter {
		v, err := s.Personal.Visit(ctx, about.VisitID)
		if err == nil && s.Now().After(v.ExpiresAt) {
			err = late
		}
		return s.Gate.AdmitLetter(to, l.SubscriberID), templates.VisitMail{
			Sender: sender, URL: ways.VisitURL(s.Composer.Keys, v.ID), ExpiresAt: v.ExpiresAt.In(zone),
		}, err
	}
	m, err := s.Personal.Move(ctx, about.MoveID)
	if err == nil && (m.Outcome != subscriptions.MoveOpen || s.Now().After(m.ExpiresAt)) {
		err = late
	}
	mail := templates.MoveMail{
		Sender: sender, Old: about.Side == subscriptions.OldMailbox, Alone: m.Alone, URL: ways.MoveURL(s.Composer.Keys, m.ID, about.Side),
		AskedAt: m.AskedAt.In(zone), ExpiresAt: m.ExpiresAt.In(zone),
	}
	if mail.Old && !m.To.IsZero() {
		mail.Masked = m.To.Masked()
	}
	return s.Gate.AdmitLetter(to, l.SubscriberID), mail, err
}
