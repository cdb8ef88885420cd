package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"assent/internal/address"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/mailer"
)

// Write sends a letter about a case, once for each key that the caller makes, and records what the letter does: it may ask for something, tell the decision, and
// promise a date, which becomes a clock. The letter goes by the one road out, as a case letter: no List headers, never tracked, and its Reply-To is the
// case's signed address. note says why something is asked for. Kinds of error: NotFound, Invalid, Conflict.
func (s *Service) Write(ctx context.Context, id int64, actor, key, note string, l Letter) (Case, error) {
	const op = "cases: write letter"
	to, err := s.checkLetter(l, key)
	if err != nil {
		return Case{}, errs.Wrap(op, err)
	}
	subscriber, err := s.onRecord(ctx, to)
	if err != nil {
		return Case{}, errs.Wrap(op, err)
	}
	replyTo, err := s.answered(ctx, id, l.To)
	if err != nil {
		return Case{}, errs.Wrap(op, err)
	}
	c, err := s.Store.ChangeCase(ctx, id, func(c Case, subs []Case) (Change, error) {
		if c.ProgrammeID == 0 {
			return Change{}, conflict("This case belongs to no programme, in whose name a letter could go out.")
		}
		if err := l.tells(c, s.Reasons(c, Refused)); err != nil {
			return Change{}, err
		}
		if last := ExtendedTo(s.Reckoner, c, s.Reckoner.UKDate(s.Now())); l.Extends && !last.IsZero() && l.Promise.After(last) {
			return Change{}, invalid("The time can be extended to %s and no further (Article 12A(3)). Promise the answer by then.", last.Long())
		}
		events := letterEvents(l, actor, note, s.Reckoner.UKDate(s.Now()))
		for i := range events {
			if err := s.check(ctx, c, subs, &events[i]); err != nil {
				return Change{}, err
			}
		}
		out, err := letterOf(c, subscriber, key, to, l, replyTo, s.Now())
		if err != nil {
			return Change{}, err
		}
		msg := Message{CaseID: c.Root(), Direction: Out, At: s.Now(), From: to.String(), Subject: l.Subject, Actor: actor}
		if c.ParentID != 0 {
			msg.AboutID = c.ID
		}
		return s.change(c, Change{Letter: out, Message: &msg, Events: events})
	})
	s.kick()
	return c, errs.Wrap(op, err)
}

const maxKey = 100 // octets

func (s *Service) checkLetter(l Letter, key string) (address.Address, error) {
	to, err := address.Parse(l.To)
	switch {
	case err != nil:
		return to, invalid("Give the address that the letter goes to. Who has none is written to by post; record that as a note.")
	case key == "" || len(key) > maxKey:
		return to, invalid("A letter needs a key of its own, so that it goes out once.")
	case l.Language != "en" && l.Language != "cy":
		return to, invalid("The language must be en or cy.")
	}
	if err := checkLetterText(l.Subject, l.Body); err != nil {
		return to, err
	}
	if hole := Unfilled(l.Subject + "\n" + l.Body); hole != "" {
		return to, invalid("The letter still has the field {{%s}}: put in what belongs there.", hole)
	}
	if l.Does != "" && l.Does != LiftingTold {
		return to, invalid("A letter cannot do this duty.")
	}
	if !l.Promise.IsZero() && (l.Promise.Before(s.Reckoner.UKDate(s.Now())) || strings.TrimSpace(l.Words) == "" || len(l.Words) > maxField) {
		return to, invalid("A promised date lies ahead, and says in a few words what will happen by then.")
	}
	return to, nil
}

// letterEvents returns what a letter does to its case.
func letterEvents(l Letter, actor, note string, today clock.Date) []Event {
	events := []Event{{Kind: LetterOut, Actor: actor, Note: l.Subject}}
	if l.Asks != "" {
		events = append(events, Event{Kind: Asked, Actor: actor, Note: note, Detail: Detail{For: l.Asks, Reasons: l.Reasons, Pence: l.Pence}})
	}
	if l.Extends {
		events = append(events, Event{Kind: Extended, Actor: actor, Note: note, Detail: Detail{Reasons: l.Reasons}})
	}
	if l.Answers {
		events = append(events, Event{Kind: Answered, Actor: actor, Detail: Detail{Reasons: InWriting()}})
	}
	if l.Does != "" {
		events = append(events, Event{Kind: Done, Actor: actor, What: doesWords(l.Does), Detail: Detail{Code: l.Does}})
	}
	if !l.Promise.IsZero() {
		events = append(events, Event{Kind: Promised, Actor: actor, Note: l.Words, Detail: Detail{Promise: &Promise{Told: today, Due: l.Promise, Words: l.Words, Action: l.Answers}}})
	}
	return events
}

// doesWords says on the timeline what duty a letter did.
func doesWords(code string) string {
	if code == LiftingTold {
		return "A letter told the person that the restriction will be lifted."
	}
	return "A letter did the duty " + code + "."
}

// letterOf makes the letter as the mailer keeps it.
func letterOf(c Case, subscriber int64, key string, to address.Address, l Letter, replyTo string, now time.Time) (*mailer.Letter, error) {
	data, err := json.Marshal(mailer.About{CaseID: c.ID, Reference: c.Reference, Subject: l.Subject, Body: l.Body})
	if err != nil {
		return nil, errs.E("cases: letter", errs.Internal, "", err)
	}
	return &mailer.Letter{
		Key: fmt.Sprintf("case-letter:%d:%s", c.ID, key), Kind: mailer.CaseLetter, ProgrammeID: c.ProgrammeID, SubscriberID: subscriber, To: to.String(),
		Language: l.Language, Data: data, InReplyTo: replyTo, State: mailer.LetterWaiting, CreatedAt: now,
	}, nil
}

// answered returns the Message-ID of the last message that came from an address, with its brackets, so that mail programs thread the letter; "" for none.
func (s *Service) answered(ctx context.Context, id int64, to string) (string, error) {
	all, err := s.Store.CaseMessages(ctx, id)
	last := ""
	for _, m := range all {
		if m.Direction == In && strings.EqualFold(m.From, to) && headerSafe(m.MessageID) {
			last = "<" + m.MessageID + ">"
		}
	}
	return last, err
}

func headerSafe(id string) bool {
	return len(id) > 2 && len(id) < 250 && !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' })
}
