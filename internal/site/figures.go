package site

import (
	"context"
	"sync"
	"time"

	"assent/internal/errs"
	"assent/mailer"
	"assent/subscriptions"
)

// Figures reads what the console shows and no domain needs. The lists of people leave out whoever was erased.
type Figures interface {
	// Totals counts people on record, campaigns, messages sent, and cases: all of them, and those open.
	Totals(ctx context.Context) (people, campaigns, sent, cases, open int64, err error)
	// ListFunnels counts the members of every list by what the gate would say of them.
	ListFunnels(ctx context.Context, now time.Time) (map[int64]map[subscriptions.Reason]int64, error)
	// SuppressedOnLists counts those of ReasonWithdrawn whom a suppression keeps away and not an opt-out.
	SuppressedOnLists(ctx context.Context) (map[int64]int64, error)
	// PeopleAfter and PeopleBefore return up to limit people next to a row number, ascending.
	PeopleAfter(ctx context.Context, id int64, limit int) ([]subscriptions.Subscriber, error)
	PeopleBefore(ctx context.Context, id int64, limit int) ([]subscriptions.Subscriber, error)
	// Folded returns how people stand, by row number.
	Folded(ctx context.Context, people []subscriptions.Subscriber) (map[int64]subscriptions.State, error)
	// LastEvents returns the latest event of each address, without evidence, by string(key).
	LastEvents(ctx context.Context, keys [][]byte) (map[string]subscriptions.Event, error)
	// CampaignPage returns up to limit campaigns, the newest first, after skipping offset.
	CampaignPage(ctx context.Context, offset, limit int) ([]mailer.Campaign, error)
	// LastDeliveries returns up to limit deliveries of a campaign: those to the people planned last.
	LastDeliveries(ctx context.Context, campaignID int64, limit int) ([]mailer.Delivery, error)
	// LeftSince counts who was sent a campaign and has opted out of its list since.
	LeftSince(ctx context.Context, campaignID int64) (int64, error)
}

// figuresLife is how old the overview's figures may be: reading them costs a look at every membership.
const figuresLife = 10 * time.Second

// reading is the overview's figures as they were at a moment.
type reading struct {
	at         time.Time
	funnels    map[int64]map[subscriptions.Reason]int64
	suppressed map[int64]int64

	people, campaigns, sent, cases, open int64
}

// mailable counts the people whom the gate would allow on a list.
func (r reading) mailable(list int64) int64 { return r.funnels[list][subscriptions.Allowed] }

// figures keeps the last reading for a moment, so that many operators cost the database no more than one.
type figures struct {
	source Figures
	now    func() time.Time

	mu   sync.Mutex
	last reading
}

func (f *figures) read(ctx context.Context) (reading, error) {
	const op = "site: figures"
	f.mu.Lock()
	defer f.mu.Unlock()
	r := reading{at: f.now()}
	if age := r.at.Sub(f.last.at); !f.last.at.IsZero() && age >= 0 && age < figuresLife {
		return f.last, nil
	}
	var err error
	if r.people, r.campaigns, r.sent, r.cases, r.open, err = f.source.Totals(ctx); err != nil {
		return r, errs.Wrap(op, err)
	}
	if r.funnels, err = f.source.ListFunnels(ctx, r.at); err != nil {
		return r, errs.Wrap(op, err)
	}
	if r.suppressed, err = f.source.SuppressedOnLists(ctx); err != nil {
		return r, errs.Wrap(op, err)
	}
	f.last = r
	return r, nil
}
