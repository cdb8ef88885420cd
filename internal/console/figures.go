package console

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

// figuresLife is how old figures may be: some cost a look at every membership or delivery.
const figuresLife = 10 * time.Second

// figures keeps the last figures for a moment, so that many operators cost the database no more than one.
type figures struct {
	source  Figures
	now     func() time.Time
	totals  kept[totals]
	members kept[members]
}

// totals counts what there is.
type totals struct{ people, campaigns, sent, cases, open int64 }

// members counts the people of every list by how they stand.
type members struct {
	funnels    map[int64]map[subscriptions.Reason]int64
	suppressed map[int64]int64
}

// mailable counts the people whom the gate would allow on a list.
func (m members) mailable(list int64) int64 { return m.funnels[list][subscriptions.Allowed] }

func (f *figures) readTotals(ctx context.Context) (totals, error) {
	t, _, err := f.totals.read(f.now(), func(time.Time) (t totals, err error) {
		t.people, t.campaigns, t.sent, t.cases, t.open, err = f.source.Totals(ctx)
		return t, err
	})
	return t, errs.Wrap("console: totals", err)
}

// readMembers also returns when the figures were read.
func (f *figures) readMembers(ctx context.Context) (members, time.Time, error) {
	m, at, err := f.members.read(f.now(), func(now time.Time) (m members, err error) {
		if m.funnels, err = f.source.ListFunnels(ctx, now); err != nil {
			return m, err
		}
		m.suppressed, err = f.source.SuppressedOnLists(ctx)
		return m, err
	})
	return m, at, errs.Wrap("console: members", err)
}

// kept is a value that may be some time old. The zero value holds none.
type kept[T any] struct {
	mu    sync.Mutex
	at    time.Time
	value T
}

// read returns the value and its moment, and reads it anew when it is too old. An error is not kept.
func (k *kept[T]) read(now time.Time, anew func(now time.Time) (T, error)) (T, time.Time, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if age := now.Sub(k.at); !k.at.IsZero() && age >= 0 && age < figuresLife {
		return k.value, k.at, nil
	}
	value, err := anew(now)
	if err == nil {
		k.at, k.value = now, value
	}
	return value, now, err
}
