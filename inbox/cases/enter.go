package cases

import (
	"context"
	"slices"
	"strings"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/mailer"
)

// Entry is a request that a person enters: from a letter, a call, a visit, a form, or a program.
type Entry struct {
	Actor       string
	ProgrammeID int64
	Channel     Channel
	ReceivedAt  time.Time // when it reached us, whoever took it: the clocks start here (E1-19, E2-33)
	Subject     string
	Asked       string // what was asked for, in the words of whoever entered it
	Kinds       []Kind // the first is the case's; each further one opens a sub-case
	Language    string // "en" or "cy"
	Urgent      bool
	Parties     []Party // at least who asks
	Flags       []string
	Files       []File // with their bodies
	Stopped     bool   // mail has stopped already by what was asked
	Acknowledge bool   // by mail, to the address of who asks, once a day at most
}

// Enter opens a case by hand. Kinds of error: Invalid, NotFound for the programme.
func (s *Service) Enter(ctx context.Context, in Entry) (Case, error) {
	const op = "cases: enter"
	if err := s.checkEntry(in); err != nil {
		return Case{}, errs.Wrap(op, err)
	}
	programme, err := s.Records.Programme(ctx, in.ProgrammeID)
	if err != nil {
		return Case{}, errs.Wrap(op, err)
	}
	template := Case{
		ProgrammeID: programme.ID, Division: programme.Division, Channel: in.Channel, Language: in.Language, Subject: strings.TrimSpace(in.Subject), Flags: in.Flags,
		Asked: strings.TrimSpace(in.Asked), ReceivedAt: in.ReceivedAt, Urgent: in.Urgent,
	}
	for _, k := range in.Kinds {
		template.Labels = append(template.Labels, string(k))
	}
	parties, err := s.place(ctx, in.Parties)
	if err != nil {
		return Case{}, errs.Wrap(op, err)
	}
	template.From, template.SubjectID = asker(parties), SubjectOf(parties)
	o, err := Prepare(s.Reckoner, template, in.Kinds, PromisesOf(programme))
	if err != nil {
		return Case{}, errs.Wrap(op, err)
	}
	now := s.Now()
	o.Parties, o.Events, o.Files = parties, []Event{OpenedBy(o.Case, in.Actor, now, s.Reckoner.UKDate(now))}, in.Files
	if in.Stopped {
		o.Events = append(o.Events, MailStopped(now, s.Reckoner.UKDate(now)))
	}
	for i := range o.Files {
		o.Files[i].Actor, o.Files[i].AddedAt = in.Actor, now
	}
	o.Letters = func(opened Case) []*mailer.Letter { return s.tidings(opened, in, programme) }
	if err := s.Store.OpenCase(ctx, &o); err != nil {
		return Case{}, errs.Wrap(op, err)
	}
	s.kick()
	return o.Case, nil
}

func (s *Service) checkEntry(in Entry) error {
	hasAsker := slices.ContainsFunc(in.Parties, func(p Party) bool { return p.Role == Requester })
	switch {
	case !slices.Contains(Channels(), in.Channel):
		return invalid("Say how it reached us: mail, web-form, post, phone or in-person.")
	case in.ReceivedAt.IsZero() || in.ReceivedAt.After(s.Now()):
		return invalid("Give the day on which it reached us. It cannot lie in the future.")
	case strings.TrimSpace(in.Asked) == "" || len(in.Asked) > maxBody:
		return invalid("Write down what was asked for, at most %d characters.", maxBody)
	case len(in.Subject) > maxSubject:
		return invalid("The subject is longer than %d characters.", maxSubject)
	case in.Language != "en" && in.Language != "cy":
		return invalid("The language must be en or cy.")
	case !hasAsker:
		return invalid("Say who asks.")
	}
	for _, k := range in.Kinds {
		if _, err := ParseKind(string(k)); err != nil {
			return err
		}
	}
	for _, p := range in.Parties {
		if err := p.check(); err != nil {
			return err
		}
	}
	return nil
}

// place finds who of some people is on record. Who asks is the subject where none is named.
func (s *Service) place(ctx context.Context, parties []Party) ([]Party, error) {
	out := slices.Clone(parties)
	if !slices.ContainsFunc(out, func(p Party) bool { return p.Role == Subject }) {
		for _, p := range out {
			p.Role = Subject
			out = append(out, p)
			break
		}
	}
	for i := range out {
		var err error
		if out[i].SubscriberID, err = s.onRecord(ctx, out[i].Address); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Parties makes requester and subject of whoever wrote, with their number where the address is on record.
func Parties(name string, a address.Address, subscriberID int64) []Party {
	if a.IsZero() && name == "" {
		return nil
	}
	p := Party{Role: Requester, Name: name, Address: a, SubscriberID: subscriberID}
	q := p
	q.Role = Subject
	return []Party{p, q}
}

// asker returns the address of who asks, "" for none.
func asker(parties []Party) string {
	for _, p := range parties {
		if p.Role == Requester && !p.Address.IsZero() {
			return p.Address.String()
		}
	}
	return ""
}

// SubjectOf returns the number of the first subject who is on record, 0 for none.
func SubjectOf(parties []Party) int64 {
	for _, p := range parties {
		if p.Role == Subject && p.SubscriberID != 0 {
			return p.SubscriberID
		}
	}
	return 0
}
