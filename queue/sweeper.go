package queue

import (
	"context"
	"log/slog"
	"time"
)

const sweepPage = 200 // tasks compared with the broker at a time

// Sweeper compares the tasks that were handed over with what the broker knows, and puts
// back those that nobody will run: Redis was emptied, or restarted without persistence, or a worker
// died. Several may run at once.
type Sweeper struct {
	Outbox Outbox
	Broker Broker
	Kick   func() // wakes the relay; may be nil
	Now    func() time.Time
	Every  time.Duration // between two sweeps; 0 means 5 s
	// Patience is how long a handed-over task is left alone; it is also how long a task waits
	// whose handler said ErrBusy. 0 means 10 s. The first sweep has none: at the start there may be
	// nothing left of what an earlier process handed over.
	Patience time.Duration
	Log      *slog.Logger
}

// Run sweeps at once and then again and again until ctx ends, and returns nil then.
func (s *Sweeper) Run(ctx context.Context) error {
	every, patience := s.Every, s.Patience
	if every == 0 {
		every = 5 * time.Second
	}
	if patience == 0 {
		patience = 10 * time.Second
	}
	down := outage{log: s.Log, what: "sweeper"}
	_, err := s.Sweep(ctx, 0)
	down.note(err)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			_, err := s.Sweep(ctx, patience)
			down.note(err)
		}
	}
}

// Sweep looks once at every task that was handed over longer than patience ago, and returns
// how many it put back. Memory does not grow with their number.
func (s *Sweeper) Sweep(ctx context.Context, patience time.Duration) (resent int, err error) {
	before, after := s.Now().Add(-patience), ""
	for {
		tasks, err := s.Outbox.Unfinished(ctx, before, after, sweepPage)
		if err != nil || len(tasks) == 0 {
			return resent, err
		}
		after = tasks[len(tasks)-1].ID
		lost, err := s.lost(ctx, tasks)
		if len(lost) > 0 {
			if err := s.Outbox.Resend(ctx, lost...); err != nil {
				return resent, err
			}
			resent += len(lost)
			s.Log.Info("tasks handed over again", "count", len(lost), "first", lost[0])
			if s.Kick != nil {
				s.Kick()
			}
		}
		if err != nil {
			return resent, err
		}
	}
}

// lost returns the ids of those tasks that nobody will run.
func (s *Sweeper) lost(ctx context.Context, tasks []Task) (ids []string, err error) {
	for _, t := range tasks {
		state, err := s.Broker.State(ctx, t)
		if err != nil {
			return ids, err
		}
		if state == Missing || state == Stuck {
			ids = append(ids, t.ID)
		}
	}
	return ids, nil
}
