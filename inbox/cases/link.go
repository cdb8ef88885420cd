package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"assent/internal/errs"
	"assent/internal/token"
	"assent/mailer"
	"assent/subscriptions"
)

// LinkWithin is how long the link that asks "did you ask for this?" is good for: people are away, and the time for the answer waits.
const LinkWithin = 14 * 24 * time.Hour

// AskByLink asks the person whom a case is about, at the address on record and not at the one that somebody wrote from, whether they ask for this: with a link, good for that alone. It
// records that identity was asked for, unless that was done before; note says what the doubt rests on (Article 12(6)). One letter goes out a day. Kinds of error: NotFound, Invalid without a
// note, Conflict where nobody is on record, or it cannot be asked now.
func (s *Service) AskByLink(ctx context.Context, id int64, actor, note string) (Case, error) {
	const op = "cases: ask by link"
	person, err := s.SubjectOnRecord(ctx, id)
	if err != nil {
		return Case{}, errs.Wrap(op, err)
	}
	before, err := s.Store.Case(ctx, id)
	if err != nil {
		return Case{}, errs.Wrap(op, err)
	}
	kinds, err := s.askedTogether(ctx, before)
	if err != nil {
		return Case{}, errs.Wrap(op, err)
	}
	c, err := s.Store.ChangeCase(ctx, id, func(c Case, subs []Case) (Change, error) {
		switch {
		case c.ProgrammeID == 0:
			return Change{}, conflict("This case belongs to no programme, in whose name a letter could go out.")
		case !c.State.working():
			return Change{}, conflict("This case is %s. Reopen it first.", words(c.State))
		}
		letter, err := s.linkLetter(c, person, kinds)
		if err != nil {
			return Change{}, err
		}
		events := []Event{{Kind: LetterOut, Actor: actor, What: "A link was mailed to the address on record, to ask whether they ask for this."}}
		if !c.Facts.Identity.open() {
			asks := Event{Kind: Asked, Actor: actor, Note: note, Detail: Detail{For: Identity}}
			if err := s.check(ctx, c, subs, &asks); err != nil {
				return Change{}, err
			}
			events = append(events, asks)
		}
		msg := Message{CaseID: c.Root(), Direction: Out, At: s.Now(), From: letter.To, Subject: "Is it you who asks?", Actor: actor}
		if c.ParentID != 0 {
			msg.AboutID = c.ID
		}
		return s.change(c, Change{Letter: letter, Message: &msg, Events: events})
	})
	s.kick()
	return c, errs.Wrap(op, err)
}

// LinkLetter makes the letter with the link of a case that was just opened, one for each case and day.
func (s *Service) LinkLetter(c Case, person subscriptions.Subscriber) (*mailer.Letter, error) {
	kinds := []string{string(c.Kind)}
	for _, k := range KindsOf(c.Labels) {
		if !slices.Contains(kinds, string(k)) {
			kinds = append(kinds, string(k))
		}
	}
	return s.linkLetter(c, person, kinds)
}

// askedTogether returns the kinds of a case and of what was asked with it, as far as it is open, that of the case first.
func (s *Service) askedTogether(ctx context.Context, c Case) ([]string, error) {
	family, err := s.Store.SubCases(ctx, c.Root())
	if err != nil {
		return nil, err
	}
	if c.ParentID != 0 {
		root, err := s.Store.Case(ctx, c.Root())
		if err != nil {
			return nil, err
		}
		family = append(family, root)
	}
	kinds := []string{string(c.Kind)}
	for _, k := range family {
		if k.Open() && !slices.Contains(kinds, string(k.Kind)) {
			kinds = append(kinds, string(k.Kind))
		}
	}
	return kinds, nil
}

func (s *Service) linkLetter(c Case, person subscriptions.Subscriber, kinds []string) (*mailer.Letter, error) {
	now := s.Now()
	data, err := json.Marshal(mailer.About{CaseID: c.ID, Reference: c.Reference, Kind: string(c.Kind), Kinds: kinds, ReceivedAt: c.ReceivedAt, ExpiresAt: now.Add(LinkWithin)})
	if err != nil {
		return nil, errs.E("cases: link letter", errs.Internal, "", err)
	}
	language := c.Language
	if person.Language != "" {
		language = person.Language
	}
	return &mailer.Letter{
		Key: fmt.Sprintf("identity:%d:%s", c.ID, s.Reckoner.UKDate(now)), Kind: mailer.IdentityLetter, ProgrammeID: c.ProgrammeID, SubscriberID: person.ID, To: person.Address.String(),
		Language: language, Data: data, State: mailer.LetterWaiting, CreatedAt: now,
	}, nil
}

// SubjectOnRecord returns the person whom a case is about, as they are on record. Kind Conflict where nobody is.
func (s *Service) SubjectOnRecord(ctx context.Context, id int64) (subscriptions.Subscriber, error) {
	nobody := conflict("Nobody whom this case is about is on record, so there is no address to ask at. Ask in another way.")
	parties, err := s.Store.CaseParties(ctx, id)
	if err != nil {
		return subscriptions.Subscriber{}, err
	}
	i := slices.IndexFunc(parties, func(p Party) bool { return p.Role == Subject && p.SubscriberID != 0 })
	if i < 0 {
		return subscriptions.Subscriber{}, nobody
	}
	person, err := s.Records.Subscriber(ctx, parties[i].SubscriberID)
	if err == nil && person.Address.IsZero() || err != nil && errs.KindOf(err) == errs.NotFound {
		err = nobody
	}
	return person, err
}

// Question is what a link that asks "did you ask for this?" stands for.
type Question struct {
	Case   Case
	Person subscriptions.Subscriber
	Kinds  []string // of the case and of all that was asked with it: a yes is to all of it
}

// Answered reports whether the mailbox said yes.
func (q Question) Answered() bool { return q.Case.Facts.Proof.By == ByLink }

// Denied reports whether the mailbox said no.
func (q Question) Denied() bool { return !q.Case.Facts.DisownedOn.IsZero() }

// Question returns what a link asks. Kinds of error: NotFound for a link that is not ours, Refused for one that is too old or of no use any more.
func (s *Service) Question(ctx context.Context, tok string) (Question, error) {
	const op = "cases: question of a link"
	ids, err := s.Keys.Open(token.Identity, tok, 3)
	if err != nil {
		return Question{}, errs.Wrap(op, err)
	}
	over := errs.E(op, errs.Refused, "This link is no longer of use.", nil)
	if s.Now().After(time.Unix(60*ids[2], 0)) {
		return Question{}, over
	}
	c, err := s.Store.Case(ctx, ids[0])
	if err != nil {
		return Question{}, errs.Wrap(op, err)
	}
	person, err := s.SubjectOnRecord(ctx, c.ID)
	if kind := errs.KindOf(err); err != nil && kind != errs.Conflict {
		return Question{}, errs.Wrap(op, err)
	}
	if err != nil || person.ID != ids[1] || !c.Open() {
		return Question{}, over
	}
	kinds, err := s.askedTogether(ctx, c)
	return Question{Case: c, Person: person, Kinds: kinds}, errs.Wrap(op, err)
}

// AnswerQuestion takes the yes or no of whoever reads the mailbox on record. A yes proves who asks, for the case and all that was asked with it; a no raises an alarm, and what
// proved it before proves nothing any more. It is safe to repeat; after a no there is no yes. Kinds of error: as of Question.
func (s *Service) AnswerQuestion(ctx context.Context, tok string, yes bool) (Question, error) {
	const op = "cases: answer question"
	q, err := s.Question(ctx, tok)
	if err != nil {
		return q, errs.Wrap(op, err)
	}
	if q.Denied() || yes && q.Answered() {
		return q, nil
	}
	e := Event{Kind: Disowned, Actor: "subscriber"}
	if yes {
		e = Event{Kind: Proved, Actor: "subscriber", What: "Whoever reads the mailbox on record opened the link that was mailed there, and said that they ask for this.", Detail: Detail{Proof: &Proof{By: ByLink}}}
	}
	if err := s.toFamily(ctx, q.Case, e); err != nil {
		return q, errs.Wrap(op, err)
	}
	q, err = s.Question(ctx, tok)
	return q, errs.Wrap(op, err)
}

// toFamily records an event on a case and on all that was asked with it, as far as it is open.
func (s *Service) toFamily(ctx context.Context, c Case, e Event) error {
	subs, err := s.Store.SubCases(ctx, c.Root())
	if err != nil {
		return err
	}
	ids := []int64{c.Root()}
	for _, sub := range subs {
		ids = append(ids, sub.ID)
	}
	for _, id := range ids {
		_, err := s.Store.ChangeCase(ctx, id, func(c Case, _ []Case) (Change, error) {
			if !c.Open() || id == e.CaseID {
				return s.change(c, Change{})
			}
			return s.change(c, Change{Events: []Event{e}})
		})
		if err != nil {
			return err
		}
	}
	return nil
}
