package mailer

import (
	"context"
	"encoding/json"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
	"assent/templates"
)

// HandleRenewal opens the letter that asks a person whether they still want a list; a task of its own sends it.
func (s *Service) HandleRenewal(ctx context.Context, r subscriptions.Renewal) error {
	const op = "mailer: open renewal"
	person, err := s.People.Subscriber(ctx, r.SubscriberID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	list, err := s.People.List(ctx, r.ListID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	purpose, err := s.People.Purpose(ctx, list.PurposeID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	programme, err := s.People.Programme(ctx, list.ProgrammeID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if person.Address.IsZero() {
		return nil // erased meanwhile
	}
	events, err := s.People.EventsByKey(ctx, person.Key)
	if err != nil {
		return errs.Wrap(op, err)
	}
	kind := RenewalLetter
	if r.Kind == subscriptions.AnnualAsk || purpose.AsksRegularly() {
		kind = AnnualLetter
	}
	data, err := json.Marshal(About{ListID: list.ID, Permission: r.Permission})
	if err != nil {
		return errs.E(op, errs.Internal, "", err)
	}
	return errs.Wrap(op, s.open(ctx, Letter{
		Key: r.Key(), Kind: kind, ProgrammeID: list.ProgrammeID, SubscriberID: person.ID,
		To:       programme.Addressee(person, eventAt(events, r.Permission), s.Now()).String(),
		Language: languageOf(person), Data: data,
	}))
}

// renewal asks the gate for a letter that asks whether a list is still wanted, and fills it.
func (s *Service) renewal(ctx context.Context, l Letter, about About, h Letterhead) (subscriptions.Permit, any, error) {
	person, err := s.People.Subscriber(ctx, l.SubscriberID)
	if err != nil {
		return subscriptions.Permit{}, nil, err
	}
	permit, given, err := s.Gate.AdmitRenewal(ctx, person, h.Programme, subscriptions.ListScope(h.List), about.Permission)
	if err != nil {
		return permit, nil, err
	}
	zone, err := time.LoadLocation(h.Programme.TimeZone)
	if err != nil {
		return permit, nil, err
	}
	mail := templates.RenewalMail{
		Sender: s.Composer.Sender(h), List: h.List.Name, Since: given.At.In(zone), ForChild: permit.To().Normal() != person.Address.Normal(),
		Words: h.List.Wording,
	}
	if given.WordingDigest != "" {
		if mail.Words, err = s.People.Text(ctx, given.WordingDigest); err != nil {
			return permit, nil, err
		}
	}
	if !given.ExpiresAt.IsZero() {
		mail.Ends = given.ExpiresAt.In(zone)
	}
	r := subscriptions.Renewal{SubscriberID: person.ID, ListID: h.List.ID, Permission: about.Permission}
	mail.RenewURL = s.Composer.Ways.RenewURL(s.Confirm.RenewalToken(r, l.CreatedAt, given.ExpiresAt))
	return permit, mail, nil
}
