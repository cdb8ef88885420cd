package mailer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"assent/internal/errs"
	"assent/queue"
	"assent/subscriptions"
)

// run is one worker's hold on one chunk.
type run struct {
	*Service
	chunk    Chunk
	claimant string
	question subscriptions.Question
	class    subscriptions.Class
	message  *Message
	refusals int // that the relay gave in a row
}

// HandleChunk sends to everybody of a chunk who is still to be sent to. claimant must differ from call to call.
func (s *Service) HandleChunk(ctx context.Context, t SendChunk, claimant string) error {
	const op = "mailer: send chunk"
	now := s.Now()
	chunk, done, err := s.Store.Claim(ctx, t.ChunkID, claimant, now, now.Add(s.Pace.Lease))
	switch {
	case errors.Is(err, ErrNotRunning):
		return nil // paused or cancelled: resuming writes tasks of its own
	case err != nil || done:
		return errs.Wrap(op, err)
	}
	r := &run{Service: s, chunk: chunk, claimant: claimant}
	err = r.prepare(ctx)
	if err == nil {
		err = r.send(ctx)
	}
	return r.end(ctx, op, err)
}

func (r *run) prepare(ctx context.Context) error {
	c, err := r.Store.Campaign(ctx, r.chunk.CampaignID)
	if err != nil {
		return err
	}
	if c.ContentDigest() != c.Digest {
		return r.halt(ctx, c.ID, troubleDigest)
	}
	o, err := r.occasion(ctx, c)
	if err != nil {
		return err
	}
	if r.question, err = r.Service.question(ctx, c); err != nil {
		return err
	}
	r.class = c.Class
	r.message, err = r.Composer.Campaign(o)
	if errs.KindOf(err) == errs.Invalid {
		return r.halt(ctx, c.ID, "It could be composed when it was made and no longer can: "+errs.Message(err))
	}
	return err
}

// troubleDigest is the trouble of a campaign whose words or audience are not the approved ones.
const troubleDigest = "What would be sent is not what was approved. Make a new campaign, and find out who changed this one."

// halt pauses a campaign by itself and says why, for people to look at. It returns ErrNotRunning once that is done.
func (s *Service) halt(ctx context.Context, id int64, trouble string) error {
	s.Log.Error("a campaign paused itself", "campaign", id, "trouble", trouble)
	_, err := s.change(ctx, "mailer: halt", id, false, func(c Campaign) (Campaign, []queue.Task, error) {
		return c.Halt(trouble), nil, nil
	})
	if err != nil {
		return err
	}
	return ErrNotRunning
}

// end closes the chunk when all its people are settled, and gives it back when they are not.
func (r *run) end(ctx context.Context, op string, err error) error {
	// What is settled must be written down even while the process shuts down.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if errors.Is(err, ErrLeaseLost) {
		return fmt.Errorf("%s: %w", op, queue.ErrBusy)
	}
	if err == nil {
		now := r.Now()
		err = r.Store.FinishChunk(ctx, r.chunk, r.claimant, now, r.retryAt(now))
		if err == nil && r.Kick != nil {
			r.Kick()
		}
		if errors.Is(err, ErrLeaseLost) {
			return fmt.Errorf("%s: %w", op, queue.ErrBusy)
		}
		return errs.Wrap(op, err)
	}
	if e := r.Store.Release(ctx, r.chunk.ID, r.claimant); e != nil {
		err = errors.Join(err, e)
	}
	if errors.Is(err, ErrNotRunning) {
		return nil
	}
	return errs.Wrap(op, err)
}

func (r *run) retryAt(now time.Time) time.Time {
	if r.chunk.Attempt > len(r.Pace.Retry) {
		return time.Time{}
	}
	return now.Add(r.Pace.Retry[r.chunk.Attempt-1])
}

// send goes over the chunk in windows. Whoever was not started in a window (their Permit grew old, or the relay went away)
// comes up again in the next.
func (r *run) send(ctx context.Context) error {
	todo := r.chunk.People
	for len(todo) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		settled, err := r.window(ctx, todo[:min(r.Pace.Window, len(todo))])
		if err != nil {
			return err
		}
		if len(settled) == 0 {
			return errs.E("mailer: send", errs.Unavailable, "No message could start within two seconds of asking the gate.", nil)
		}
		rest := make([]int64, 0, len(todo))
		for _, id := range todo {
			if !settled[id] {
				rest = append(rest, id)
			}
		}
		todo = rest
	}
	return nil
}
