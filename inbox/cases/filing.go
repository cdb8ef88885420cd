package cases

import (
	"context"
	"slices"
	"time"

	"assent/inbox/identity"
	"assent/internal/address"
	"assent/internal/clock"
	"assent/internal/errs"
)

// Incoming is a message that may belong to a case.
type Incoming struct {
	InboundID  int64
	ReceivedAt time.Time
	From       address.Address
	Subject    string
	MessageID  string
	InReplyTo  []string // Message-IDs that it answers or refers to
	Token      int64    // the case whose signed address it was sent to; 0 for none
	Letter     int64    // the letter of ours that it answers, by its signed Message-ID; 0 for none
	Kinds      []Kind   // rights that it asks for
	Quiet      bool     // a machine wrote it: nobody must read it
	Stopped    bool     // mail to the writer was stopped by it
	Identity   identity.Result
}

// Filing changes a case in a transaction that others began: it files a message in the transaction that settles the message.
type Filing struct {
	CaseID int64
	Change func(c Case, subs []Case) (Change, error)
}

// Thread finds the case that a message belongs to: by the signed address that it was sent to, else by the letter that it answers, else by a message
// of the case that it answers, and then only from a party's address, for such a Message-ID can be known to others. ok is false where it belongs to none. A case that is
// gone is none.
func (s *Service) Thread(ctx context.Context, m Incoming) (c Case, by Filed, ok bool, err error) {
	const op = "cases: thread"
	switch {
	case m.Token != 0:
		c, err = s.Store.Case(ctx, m.Token)
		by = ByToken
	case m.Letter != 0:
		c, err = s.Store.CaseOfLetter(ctx, m.Letter)
		by = ByReference
	case len(m.InReplyTo) > 0:
		if c, err = s.Store.CaseOfMessages(ctx, m.InReplyTo); err == nil {
			by, err = s.ofParty(ctx, c, m)
		}
	default:
		return Case{}, "", false, nil
	}
	switch {
	case err != nil && errs.KindOf(err) == errs.NotFound:
		return Case{}, "", false, nil
	case err != nil:
		return Case{}, "", false, errs.Wrap(op, err)
	}
	if c.ParentID != 0 { // letters may be about a sub-case; the correspondence is its parent's
		c, err = s.Store.Case(ctx, c.ParentID)
	}
	return c, by, by != "", errs.Wrap(op, err)
}

func (s *Service) ofParty(ctx context.Context, c Case, m Incoming) (Filed, error) {
	parties, err := s.Store.CaseParties(ctx, c.ID)
	if err != nil || !writes(parties, m.From) {
		return "", err
	}
	return ByReference, nil
}

// File prepares the filing of a message in the case that Thread found. Rights that no case of the family has open become new sub-cases, with
// clocks from the day on which the message came.
func (s *Service) File(ctx context.Context, c Case, by Filed, m Incoming) (Filing, error) {
	const op = "cases: file message"
	parties, err := s.Store.CaseParties(ctx, c.ID)
	if err != nil {
		return Filing{}, errs.Wrap(op, err)
	}
	house, err := s.promises(ctx, c.ProgrammeID)
	if err != nil {
		return Filing{}, errs.Wrap(op, err)
	}
	msg := Message{
		CaseID: c.ID, Direction: In, At: m.ReceivedAt, InboundID: m.InboundID, MessageID: m.MessageID, From: m.From.String(), Subject: m.Subject,
		Filed: by, Stranger: !writes(parties, m.From) || m.Identity.Standing == identity.Contradicted,
	}
	return Filing{CaseID: c.ID, Change: func(c Case, subs []Case) (Change, error) { return s.file(c, subs, msg, m, house, ownMail(parties, m)) }}, nil
}

func (s *Service) file(c Case, subs []Case, msg Message, m Incoming, house func(Kind) clock.House, own bool) (Change, error) {
	what := "A message came in, sent to the address of this case."
	if msg.Filed == ByReference {
		what = "A message came in that answers one of this case."
	}
	if msg.Stranger {
		what += " It is from an address that is no party's."
	}
	in := Event{Kind: MessageIn, Actor: "subscriber", What: what, Detail: Detail{InboundID: m.InboundID, Unread: !m.Quiet}}
	if m.Quiet {
		in.Actor, in.What = "system", "An automatic reply came in."
		msg.ReadAt = s.Now()
	}
	ch := Change{Message: &msg, Events: []Event{in}}
	if own && c.Open() && c.Facts.Proof.By == "" && c.Facts.DisownedOn.IsZero() {
		ch.Events = append(ch.Events, ProvedByMail(m.Identity))
	}
	if m.Stopped {
		ch.Events = append(ch.Events, MailStopped(s.Now(), s.Reckoner.UKDate(s.Now())))
	}
	if e, ok := s.clarifies(c, msg, m); ok {
		ch.Events = append(ch.Events, e)
	}
	for _, sub := range subs {
		if _, ok := s.clarifies(sub, msg, m); ok {
			ch.Also = append(ch.Also, Filing{CaseID: sub.ID, Change: func(sub Case, _ []Case) (Change, error) { return s.runAgain(sub, msg, m) }})
		}
	}
	for _, k := range newKinds(c, subs, m.Kinds) {
		template := Case{
			ProgrammeID: c.ProgrammeID, Division: c.Division, Channel: ByMail, Mailbox: c.Mailbox, InboundID: m.InboundID, Language: c.Language,
			From: c.From, Subject: m.Subject, ReceivedAt: m.ReceivedAt, SubjectID: c.SubjectID, OwnerID: c.OwnerID, Urgent: c.Urgent, Labels: []string{string(k)},
		}
		sub, err := begin(s.Reckoner, template, k, house(k))
		if err != nil {
			return Change{}, err
		}
		ch.Subs = append(ch.Subs, sub)
		reference := SubReference(c.Reference, len(subs)+len(ch.Subs)+1)
		ch.Events = append(ch.Events, Event{Kind: SubOpened, Actor: "system", What: "The message asks for more: " + reference + " was opened.", Detail: Detail{Kind: k}})
	}
	return s.change(c, ch)
}

// clarifies returns the event by which a person's reply ends the pause for an open question (Article 12A(5)). No person has to see to it first: the clock must not stand
// still because nobody has read the mail. What answers nothing can be asked again.
func (s *Service) clarifies(c Case, msg Message, m Incoming) (Event, bool) {
	on := s.Reckoner.UKDate(m.ReceivedAt)
	i := slices.IndexFunc(c.Facts.Clarifications, func(p clock.Pause) bool { return p.To.IsZero() })
	if i < 0 || !c.Open() || m.Quiet || msg.Stranger || on.Before(c.Facts.Clarifications[i].From) {
		return Event{}, false
	}
	what := "A reply came to what we asked. The clock runs again from the day on which it came; if it does not say what is wanted, ask again."
	return Event{Kind: Received, Actor: "system", On: on, What: what, Detail: Detail{For: Clarification}}, true
}

// runAgain ends the pause of a sub-case: the correspondence is its parent's, and so came the reply.
func (s *Service) runAgain(sub Case, msg Message, m Incoming) (Change, error) {
	var ch Change
	if e, ok := s.clarifies(sub, msg, m); ok {
		ch.Events = append(ch.Events, e)
	}
	return s.change(sub, ch)
}

// MailStopped is the event of a message or a form that stopped mail to whoever wrote, at once and beside the case (Articles 7(3) and 21(3); E2-24).
func MailStopped(at time.Time, on clock.Date) Event {
	return Event{Kind: Noted, At: at, On: on, Actor: "system", What: "Mail from our lists to the address that it came from was stopped at once, as it asks. What else it asks for is left to a person."}
}

// newKinds returns the kinds that are asked for and that no case of the family is open for. What nobody could name is no further right.
func newKinds(c Case, subs []Case, asked []Kind) []Kind {
	var out []Kind
	for _, k := range asked {
		has := func(x Case) bool { return x.Open() && x.Kind == k }
		if k != Other && k != Correspondence && !has(c) && !slices.ContainsFunc(subs, has) {
			out = append(out, k)
		}
	}
	return out
}

// MarkRead records that an operator read a message of a case. Kinds of error: NotFound, Conflict when it was read before.
func (s *Service) MarkRead(ctx context.Context, id, messageID int64, actor string) (Case, error) {
	c, err := s.Store.ChangeCase(ctx, id, func(c Case, _ []Case) (Change, error) {
		return s.change(c, Change{Read: messageID, Events: []Event{{Kind: MessageRead, Actor: actor}}})
	})
	return c, errs.Wrap("cases: mark as read", err)
}
