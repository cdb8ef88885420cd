package queue

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"assent/internal/errs"
)

const relayPage = 200 // tasks read from the outbox at a time

// Relay hands due tasks from the outbox to the broker. Several relays may run at once, in one
// process or many: their double hand-overs are the same generation, which the broker
// refuses as a duplicate.
type Relay struct {
	Outbox Outbox
	Broker Broker
	Now    func() time.Time
	Every  time.Duration // between looks at the outbox when nobody calls Kick; 0 means 500 ms
	Log    *slog.Logger

	once sync.Once
	wake chan struct{}
}

// Kick wakes the relay at once. Call it after a commit that added tasks. It never blocks.
func (r *Relay) Kick() {
	r.once.Do(r.init)
	select {
	case r.wake <- struct{}{}:
	default: // a wake-up is waiting already
	}
}

func (r *Relay) init() { r.wake = make(chan struct{}, 1) }

// Run hands over until ctx ends, and returns nil then. While the outbox or the broker is down it keeps trying.
func (r *Relay) Run(ctx context.Context) error {
	r.once.Do(r.init)
	every := r.Every
	if every == 0 {
		every = 500 * time.Millisecond
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	down := outage{log: r.Log, what: "relay"}
	for {
		down.note(r.drain(ctx))
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-r.wake:
		}
	}
}

// drain hands over until nothing is due.
func (r *Relay) drain(ctx context.Context) error {
	for {
		tasks, err := r.Outbox.Due(ctx, r.Now(), relayPage)
		if err != nil || len(tasks) == 0 {
			return err
		}
		sent, err := r.handOver(ctx, tasks)
		if len(sent) > 0 {
			if err := r.Outbox.Sent(ctx, r.Now(), sent...); err != nil {
				return err
			}
		}
		if err != nil || len(tasks) < relayPage {
			return err
		}
	}
}

// handOver returns the ids of the tasks that the broker took. It goes on after a task that the broker
// will not have, and stops when the broker is down.
func (r *Relay) handOver(ctx context.Context, tasks []Task) (sent []string, err error) {
	for _, t := range tasks {
		t.Sends++ // the generation of this hand-over
		switch e := r.Broker.Enqueue(ctx, t); {
		case e == nil:
			sent = append(sent, t.ID)
		case errs.KindOf(e) == errs.Unavailable || ctx.Err() != nil:
			return sent, e
		default:
			err = e
		}
	}
	return sent, err
}
