package telling

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"assent/inbox/cases"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/internal/token"
	"assent/mailer"
	"assent/subscriptions"
)

// MaxReminders is how often a recipient is reminded. Then a person has to reach them in another way.
const MaxReminders = 3

// Service sends notices to recipients, reminds, and takes answers. All of it is safe to repeat.
type Service struct {
	Store    Store
	Cases    Casework
	Keys     *token.Keys
	Reckoner *clock.Reckoner
	Days     int // working days until a recipient that has not answered is reminded
	Now      func() time.Time
	Log      *slog.Logger
	Kick     func() // wakes the relay after a commit that enqueued tasks; may be nil
}

// Casework notes in a case what happened. *cases.Service does.
type Casework interface {
	Did(ctx context.Context, id int64, actor, code, what, note string) (cases.Case, error)
}

// Store keeps notices. All errors are of the kinds of package errs.
type Store interface {
	// RecipientNotice returns a notice with its people; kind NotFound.
	RecipientNotice(ctx context.Context, id int64) (subscriptions.RecipientNotice, error)
	// RecipientNotices returns up to limit notices with a number below before (0: from the newest), without their people, the newest first; open ones only where asked.
	RecipientNotices(ctx context.Context, openOnly bool, before int64, limit int) ([]subscriptions.RecipientNotice, error)
	// NoticesDue returns up to limit open notices above a number whose next letter is due on a UK date.
	NoticesDue(ctx context.Context, today string, after int64, limit int) ([]subscriptions.RecipientNotice, error)
	// SendRecipientNotice opens a letter and keeps when the next is due. A letter that stands already under its key changes nothing.
	SendRecipientNotice(ctx context.Context, id int64, l *mailer.Letter, nextOn string, at time.Time) error
	// PutOffNotice sets when the next letter is due; "" for never.
	PutOffNotice(ctx context.Context, id int64, nextOn string) error
	// CloseRecipientNotice applies an answer to a notice as it stands, alone.
	CloseRecipientNotice(ctx context.Context, id int64, change func(subscriptions.RecipientNotice) (subscriptions.RecipientNotice, error)) (subscriptions.RecipientNotice, error)
	Programme(ctx context.Context, id int64) (subscriptions.Programme, error)
}

// Ran is what one run did.
type Ran struct{ Told, Reminded, ByHand int }

const page = 100

// Run sends the notices that are due and reminds those who have not answered. A notice outside of cases is left an hour to collect others.
func (s *Service) Run(ctx context.Context) (ran Ran, err error) {
	const op = "telling: run"
	today := s.Reckoner.UKDate(s.Now())
	for after := int64(0); ; {
		due, err := s.Store.NoticesDue(ctx, today.String(), after, page)
		if err != nil || len(due) == 0 {
			s.kick(ran)
			return ran, errs.Wrap(op, err)
		}
		for _, n := range due {
			after = n.ID
			if err := s.see(ctx, n, today, &ran); err != nil {
				return ran, errs.Wrap(op, err)
			}
		}
	}
}

func (s *Service) kick(ran Ran) {
	if s.Kick != nil && ran.Told+ran.Reminded > 0 {
		s.Kick()
	}
}

// collectFor is how long a notice outside of cases waits for others to join it.
const collectFor = time.Hour

// see does what is due about one notice.
func (s *Service) see(ctx context.Context, n subscriptions.RecipientNotice, today clock.Date, ran *Ran) error {
	if n.CaseID == 0 && n.SubscriberID == 0 && n.Letters == 0 && s.Now().Sub(n.CreatedAt) < collectFor {
		return nil
	}
	if n.Address.IsZero() || n.Letters > MaxReminders || n.ProgrammeID == 0 {
		ran.ByHand++
		return s.leaveToPerson(ctx, n)
	}
	p, err := s.Store.Programme(ctx, n.ProgrammeID)
	if err != nil {
		return err
	}
	data, err := json.Marshal(mailer.About{CaseID: n.CaseID, Notice: n.ID, Reminder: n.Letters > 0})
	if err != nil {
		return err
	}
	l := mailer.Letter{
		Key: fmt.Sprintf("recipient-notice:%d:%d", n.ID, n.Letters), Kind: mailer.RecipientLetter, ProgrammeID: p.ID, To: n.Address.String(), Language: n.Language, Data: data,
		State: mailer.LetterWaiting, CreatedAt: s.Now(),
	}
	next := s.Reckoner.Calendar().AddWorkingDays(clock.Division(p.Division), today, s.Days)
	if err := s.Store.SendRecipientNotice(ctx, n.ID, &l, next.String(), s.Now()); err != nil {
		return err
	}
	what := "Told " + n.Name + " of the " + n.Change.Words() + "."
	if n.Letters > 0 {
		ran.Reminded++
		what = "Reminded " + n.Name + " of the " + n.Change.Words() + "."
	} else {
		ran.Told++
	}
	return s.note(ctx, n, "system", what, "")
}

// leaveToPerson stops the letters of a notice that a person has to see to: there is no address, or the recipient does not answer.
func (s *Service) leaveToPerson(ctx context.Context, n subscriptions.RecipientNotice) error {
	if err := s.Store.PutOffNotice(ctx, n.ID, ""); err != nil {
		return err
	}
	what := n.Name + " has no address here. Tell them in another way, and record what they answer."
	if n.Letters > 0 {
		what = n.Name + " has not answered. Reach them in another way, and record what they answer."
	}
	return s.note(ctx, n, "system", what, "")
}

// note puts something on the timeline of a notice's case, where it has one.
func (s *Service) note(ctx context.Context, n subscriptions.RecipientNotice, actor, what, words string) error {
	if n.CaseID == 0 {
		return nil
	}
	_, err := s.Cases.Did(ctx, n.CaseID, actor, fmt.Sprintf("recipient-%d", n.ID), what, words)
	return err
}

// Token returns the token of the link by which a recipient answers.
func (s *Service) Token(noticeID int64) string { return s.Keys.Sign(token.RecipientAnswer, noticeID) }

// Pending opens the link of a notice without changing anything: mail scanners follow links. Kind NotFound for a foreign link.
func (s *Service) Pending(ctx context.Context, tok string) (subscriptions.RecipientNotice, error) {
	const op = "telling: open notice"
	ids, err := s.Keys.Open(token.RecipientAnswer, tok, 1)
	if err != nil {
		return subscriptions.RecipientNotice{}, errs.Wrap(op, err)
	}
	n, err := s.Store.RecipientNotice(ctx, ids[0])
	return n, errs.Wrap(op, err)
}

// Answer takes a recipient's answer. The first stands: asking again changes nothing. Kinds of error: NotFound, Invalid, Conflict.
func (s *Service) Answer(ctx context.Context, tok string, a subscriptions.RecipientAnswer, words string) (subscriptions.RecipientNotice, error) {
	n, err := s.Pending(ctx, tok)
	if err != nil {
		return n, err
	}
	return s.close(ctx, n.ID, a, words, subscriptions.ByRecipient)
}

// Record keeps what a recipient told a person, or what a person decided: that to tell them is impossible or would take disproportionate effort, with words that say why
// (Article 19). Kinds of error: NotFound, Invalid, Conflict, Forbidden for who is no person.
func (s *Service) Record(ctx context.Context, noticeID int64, actor, person string, a subscriptions.RecipientAnswer, words string) (subscriptions.RecipientNotice, error) {
	if !strings.HasPrefix(actor, "user:") && strings.TrimSpace(person) == "" {
		return subscriptions.RecipientNotice{}, errs.E("telling: record answer", errs.Forbidden, "Only a person records this. A program must name the person who did.", nil)
	}
	if strings.TrimSpace(words) == "" {
		return subscriptions.RecipientNotice{}, errs.E("telling: record answer", errs.Invalid, "Say how you know, or why it is impossible or takes disproportionate effort.", nil)
	}
	return s.close(ctx, noticeID, a, words, actor)
}

func (s *Service) close(ctx context.Context, noticeID int64, a subscriptions.RecipientAnswer, words, by string) (subscriptions.RecipientNotice, error) {
	const op = "telling: answer"
	words = strings.TrimSpace(words)
	n, err := s.Store.CloseRecipientNotice(ctx, noticeID, func(n subscriptions.RecipientNotice) (subscriptions.RecipientNotice, error) {
		return n.Closed(a, words, by, s.Now())
	})
	if err != nil {
		return n, errs.Wrap(op, err)
	}
	what, actor := n.Name+" answered: "+string(a)+".", "system"
	if by != subscriptions.ByRecipient {
		what, actor = "Recorded of "+n.Name+": "+string(a)+".", by
	}
	return n, errs.Wrap(op, s.note(ctx, n, actor, what, words))
}
