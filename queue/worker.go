package queue

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"assent/internal/errs"
)

// outcomeTime is how long writing an outcome may take, also when the handler's context has ended.
const outcomeTime = 10 * time.Second

// Worker runs tasks by their ids and writes each outcome to the outbox, where it outlives the
// broker. It is safe for concurrent use.
type Worker struct {
	Outbox Outbox
	Mux    *Mux
	Now    func() time.Time
	Log    *slog.Logger
	Kick   func()         // wakes the relay after a task was put back; may be nil
	Jitter func() float64 // in [0,1), for Backoff; nil means math/rand
}

// Do runs the copy of a task that the broker handed out as the given generation. There is
// nothing to return: the outcome stands in the outbox, or could not be written, and then the Sweeper
// has the task run again.
//
//   - A closed or unknown task, or a copy older than the newest: nothing.
//   - The handler returns nil: Done.
//   - ErrDrop: Dropped.
//   - ErrBusy: nothing; the Sweeper looks again later.
//   - The context was cancelled (shutdown, or the broker took the task away): Resend.
//   - Any other error, a panic or a timeout: Failed, due again after Backoff.
func (w *Worker) Do(ctx context.Context, id string, generation int) {
	log := w.Log.With("task", id, "generation", generation)
	t, closed, err := w.Outbox.Load(ctx, id)
	switch {
	case errs.KindOf(err) == errs.NotFound:
		log.Warn("the broker names a task that the database does not have: left alone")
		return
	case err != nil:
		log.Error("the task could not be read; it will be looked at again", "err", reason(err))
		return
	case closed || generation < t.Sends:
		log.Debug("a stale copy of a task: left alone")
		return
	}
	err = w.Mux.Run(ctx, t)

	outcome, cancel := context.WithTimeout(context.WithoutCancel(ctx), outcomeTime)
	defer cancel()
	if err := w.settle(outcome, log.With("kind", t.Kind), t, err, errors.Is(ctx.Err(), context.Canceled)); err != nil {
		log.Error("the outcome of a task could not be written; it will run again", "err", reason(err))
	}
}

// settle writes what came of one run of t.
func (w *Worker) settle(ctx context.Context, log *slog.Logger, t Task, err error, cancelled bool) error {
	now := w.Now()
	switch {
	case err == nil:
		log.Debug("task done")
		return w.Outbox.Done(ctx, t.ID, now)
	case errors.Is(err, ErrDrop):
		log.Error("task dropped: it will never succeed", "err", reason(err))
		return w.Outbox.Dropped(ctx, t.ID, now, reason(err))
	case errors.Is(err, ErrBusy):
		log.Debug("task busy: left for later", "err", reason(err))
		return nil
	case cancelled:
		log.Info("task interrupted: put back")
		err := w.Outbox.Resend(ctx, t.ID)
		w.kick()
		return err
	}
	retryAt := now.Add(Backoff(t.Fails+1, w.jitter()))
	var p *Panic
	if errors.As(err, &p) {
		log = log.With("stack", string(p.Stack))
	}
	log.Warn("task failed: will be tried again", "err", reason(err), "fails", t.Fails+1, "retry_at", retryAt)
	return w.Outbox.Failed(ctx, t.ID, now, reason(err), retryAt)
}

func (w *Worker) kick() {
	if w.Kick != nil {
		w.Kick()
	}
}

func (w *Worker) jitter() float64 {
	if w.Jitter != nil {
		return w.Jitter()
	}
	return rand.Float64()
}
