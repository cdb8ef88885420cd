package subscriptions

import (
	"context"
	"errors"
	"time"

	"assent/internal/errs"
	"assent/queue"
)

// Terms carries out what the passing of time brings: it asks people ahead of the end of a term whether they still want a list, ends permissions
// whose term or programme has ended, and forgets what was kept for a while only. All of it may be cut off anywhere and run in several
// processes at once. The gate does not wait for it: a permission permits nothing from the second on at which it ends.
type Terms struct {
	Store TermStore
	Now   func() time.Time
	Kick  func() // wakes the relay after a commit that enqueued tasks; may be nil
}

// TermStore finds whom the passing of time concerns. The store is one. All errors are of the kinds of package errs.
type TermStore interface {
	Store
	// Overdue returns up to limit active permissions on a list that ended at now or before, in any order.
	Overdue(ctx context.Context, listID int64, now time.Time, limit int) ([]Holding, error)
	// Holders returns up to limit people with an active permission in a programme and a row number above after, ascending.
	Holders(ctx context.Context, programmeID, after int64, limit int) ([]Holding, error)
	// DueForRenewal returns up to limit active permissions on a list that end after now and within some days, about which no question so near the end
	// or nearer was asked, by end and person, after one of them.
	DueForRenewal(ctx context.Context, listID int64, now time.Time, days int, after Holding, limit int) ([]Holding, error)
	// DueForConfirmation returns up to limit active permissions on a list that have lasted for an interval or several, about the last
	// of which no question was asked, by person, after one of them. Their Interval is set.
	DueForConfirmation(ctx context.Context, listID int64, now time.Time, every time.Duration, after Holding, limit int) ([]Holding, error)
	// OpenAsks keeps questions that were not asked before, each with the task that sends it, and returns how many those were.
	OpenAsks(ctx context.Context, asks []Ask, task func(Ask) (queue.Task, error)) (int, error)
	// SettleAsks closes open questions by what the ledger says since, and those asked before a moment as not answered where nothing else ends them.
	SettleAsks(ctx context.Context, now, askedBefore time.Time) error
	// ForgetIPs deletes the IP addresses that were kept until now.
	ForgetIPs(ctx context.Context, now time.Time) (int64, error)
}

// Holding is one person's permission on a list.
type Holding struct {
	SubscriberID int64
	Key          []byte    // of the address
	Seq          int64     // the ledger event that permits
	Ends         time.Time // zero without end
	Interval     int       // how many intervals of regular confirmation it has lasted
}

// termPage is how many people one transaction is about: small enough to hold nobody's opt-out up.
const termPage = 500

// Passed counts what the passing of time brought.
type Passed struct {
	Lapsed int   // permissions whose term ended
	Ended  int   // people whose permissions ended with a programme
	Asked  int   // questions whether somebody still wants a list
	IPs    int64 // IP addresses forgotten
}

// Run does all that is due, once. A part that fails does not keep the others from running.
func (t *Terms) Run(ctx context.Context) (Passed, error) {
	var p Passed
	var all [5]error
	p.Ended, all[0] = t.EndProgrammes(ctx)
	p.Lapsed, all[1] = t.Lapse(ctx)
	p.Asked, all[2] = t.Ask(ctx)
	all[3] = t.Store.SettleAsks(ctx, t.Now(), t.Now().Add(-AnswerWithin))
	p.IPs, all[4] = t.Store.ForgetIPs(ctx, t.Now())
	if p.Asked > 0 && t.Kick != nil {
		t.Kick()
	}
	return p, errs.Wrap("subscriptions: terms", errors.Join(all[:]...))
}

// eachList calls fn for every list with its purpose and programme.
func (t *Terms) eachList(ctx context.Context, fn func(Programme, Purpose, List) error) error {
	lists, err := t.Store.Lists(ctx)
	if err != nil {
		return err
	}
	programmes, purposes := map[int64]Programme{}, map[int64]Purpose{}
	for _, l := range lists {
		if _, known := programmes[l.ProgrammeID]; !known {
			if programmes[l.ProgrammeID], err = t.Store.Programme(ctx, l.ProgrammeID); err != nil {
				return err
			}
		}
		if _, known := purposes[l.PurposeID]; !known {
			if purposes[l.PurposeID], err = t.Store.Purpose(ctx, l.PurposeID); err != nil {
				return err
			}
		}
		if err := fn(programmes[l.ProgrammeID], purposes[l.PurposeID], l); err != nil {
			return err
		}
	}
	return nil
}
