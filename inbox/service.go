package inbox

import (
	"context"
	"log/slog"
	"time"

	"assent/inbox/sorting"
	"assent/internal/clock"
	"assent/internal/message"
	"assent/internal/token"
	"assent/subscriptions"
)

// People is what the inbox does to permissions and reads of people. *subscriptions.Service and its store do.
type People interface {
	BarAll(ctx context.Context, all ...subscriptions.Barring) ([]subscriptions.Outcome, error)
	ConfirmByMail(ctx context.Context, c subscriptions.Confirmation, arrived time.Time, ev subscriptions.Evidence) (subscriptions.List, error)
	RenewByMail(ctx context.Context, r subscriptions.Renewal, asked, arrived time.Time, ev subscriptions.Evidence) (subscriptions.List, error)
	DeclineByMail(ctx context.Context, r subscriptions.Renewal, ev subscriptions.Evidence) (subscriptions.List, error)
}

// Records reads what is on record.
type Records interface {
	subscriptions.Catalogue
	// SubscribersByKey returns those who are on record under addresses, by string(key).
	SubscribersByKey(ctx context.Context, keys ...[]byte) (map[string]subscriptions.Subscriber, error)
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
