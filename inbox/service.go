package inbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"assent/inbox/sorting"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/internal/message"
	"assent/internal/token"
	"assent/mailer"
	"assent/subscriptions"
)

// People is what the inbox does to permissions and reads of people. *subscriptions.Service and its store do.
type People interface {
	Withdraw(ctx context.Context, w subscriptions.Withdrawal) (subscriptions.Outcome, error)
	Suppress(ctx context.Context, w subscriptions.Withdrawal, reason string) (subscriptions.Outcome, error)
	ConfirmByMail(ctx context.Context, c subscriptions.Confirmation, arrived time.Time, ev subscriptions.Evidence) (subscriptions.List, error)
	RenewByMail(ctx context.Context, r subscriptions.Renewal, asked, arrived time.Time, ev subscriptions.Evidence) (subscriptions.List, error)
	DeclineByMail(ctx context.Context, r subscriptions.Renewal, ev subscriptions.Evidence) (subscriptions.List, error)
}

// Records reads what is on record.
type Records interface {
	subscriptions.Catalogue
	SubscriberByKey(ctx context.Context, key []byte) (subscriptions.Subscriber, error)
}

// Post opens letters and notes reports on deliveries. *mailer.Service and its store do.
type Post interface {
	Answer(ctx context.Context, l mailer.Letter, about mailer.About) error
}

// Reports notes what delivery reports say. The store does.
type Reports interface {
	Reported(ctx context.Context, campaignID, subscriberID int64, action, status string) error
	ReportedLetter(ctx context.Context, letterID int64, action, status string) error
}

// Service sorts what was taken in, and acts on it. All of it is safe to repeat.
type Service struct {
	Store     Store
	People    People
	Records   Records
	Post      Post
	Letters   Letters // that people answer with yes or no; nil leaves every answer to a person
	Reports   Reports
	Cases     Casework
	Prover    Prover // nil looks at no message
	Reckoner  *clock.Reckoner
	Keys      *token.Keys
	Mailboxes map[string]Mailbox // by name
	Now       func() time.Time
	Log       *slog.Logger
	Kick      func() // wakes the relay after a commit that enqueued tasks; may be nil
}

// Held implements Receiver.
func (s *Service) Held(ctx context.Context, mailbox string, uidValidity, after uint32) ([]uint32, error) {
	return s.Store.Held(ctx, mailbox, uidValidity, after)
}

// Receive implements Receiver, and has what was kept sorted at once.
func (s *Service) Receive(ctx context.Context, mailbox string, uidValidity uint32, batch []Arrival) error {
	batch, drop, err := landed(batch)
	if err != nil {
		return err
	}
	defer drop()
	err = s.Store.Receive(ctx, mailbox, uidValidity, batch)
	if err == nil && s.Kick != nil {
		s.Kick()
	}
	return err
}

// Watched implements Receiver.
func (s *Service) Watched(ctx context.Context, mailbox string, at time.Time, trouble string) error {
	return s.Store.Watched(ctx, mailbox, at, trouble)
}

var _ Receiver = (*Service)(nil)

// HandleSorting gives each of some messages its disposition. One that fails does not hold up the others.
func (s *Service) HandleSorting(ctx context.Context, t Sorting) error {
	const op = "inbox: sort messages"
	kept, err := s.Store.Kept(ctx, t.IDs...)
	if err != nil {
		return errs.Wrap(op, err)
	}
	var failures []error
	for _, m := range kept {
		if m.Disposition != Unsorted {
			continue
		}
		if err := s.settle(ctx, m); err != nil {
			failures = append(failures, fmt.Errorf("message %d: %w", m.ID, err))
		}
	}
	return errs.Wrap(op, errors.Join(failures...))
}

// settle reads, sorts and acts on one message.
func (s *Service) settle(ctx context.Context, m Kept) error {
	parsed, v, err := s.read(ctx, m)
	if err != nil {
		return err
	}
	m.From, m.Subject, m.MessageID = parsed.From.String(), cut(parsed.Subject, 500), cut(parsed.MessageID, 500)
	x := &handling{Service: s, kept: m, box: s.mailbox(m.Mailbox), mail: parsed, verdict: v}
	settlement, err := x.act(ctx)
	if kind := errs.KindOf(err); err != nil && (kind == errs.NotFound || kind == errs.Invalid) {
		settlement, err = x.leaveToPerson(ctx, err) // trying again would change nothing
	}
	if err != nil {
		return err
	}
	settlement.InboundID, settlement.Verdict = m.ID, x.verdict
	settlement.From, settlement.Subject, settlement.MessageID = m.From, m.Subject, m.MessageID
	settlement.Named = named(parsed)
	settlement.Identity = x.proof
	if err := s.Store.Settle(ctx, settlement); err != nil {
		return err
	}
	if settlement.Letters != nil && s.Kick != nil {
		s.Kick()
	}
	s.Log.Info("message settled", "inbound", m.ID, "mailbox", m.Mailbox, "kind", v.Kind, "disposition", settlement.Disposition,
		"after_ms", s.Now().Sub(m.ReceivedAt).Milliseconds())
	return nil
}

// read parses and sorts a kept message. Whatever cannot be read gets an empty verdict, and so becomes work for a person.
func (s *Service) read(ctx context.Context, m Kept) (*message.Parsed, sorting.Verdict, error) {
	unread := func(words, rule string) (*message.Parsed, sorting.Verdict, error) {
		return &message.Parsed{}, sorting.Verdict{Kind: sorting.KindNone, Grounds: []sorting.Ground{{Where: "message", Words: words, Rule: rule}}}, nil
	}
	if m.Digest == "" {
		return unread(m.Unreadable, "the mail server would not give the message")
	}
	raw := s.Store.Raw(ctx, m.Digest)
	defer raw.Close()
	parsed, err := message.Parse(raw, message.DefaultLimits())
	switch {
	case err != nil && errs.KindOf(err) == errs.Invalid:
		return unread(errs.Message(err), "the message cannot be parsed")
	case err != nil:
		return nil, sorting.Verdict{}, err
	}
	v, ok := sortSafely(parsed)
	if !ok {
		return unread("", "sorting failed on this message; please report it")
	}
	return parsed, v, nil
}

// sortSafely keeps a fault of the sorting rules from holding up a mailbox.
func sortSafely(m *message.Parsed) (v sorting.Verdict, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return sorting.Sort(m), true
}

func (s *Service) mailbox(name string) Mailbox {
	if b, ok := s.Mailboxes[name]; ok {
		return b
	}
	return Mailbox{Name: name, Role: ContactRole}
}

func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && text[limit]&0xc0 == 0x80 { // not in the middle of a rune
		limit--
	}
	return text[:limit]
}
