package mailer

import (
	"context"
	"errors"
	"fmt"
	"sync"
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
	o, err := r.occasion(ctx, c)
	if err != nil {
		return err
	}
	if r.question, err = r.Service.question(ctx, c); err != nil {
		return err
	}
	r.class = c.Class
	r.message, err = r.Composer.Campaign(o)
	return err
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
		window := todo[:min(r.Pace.Window, len(todo))]
		settled, err := r.window(ctx, window)
		if err != nil {
			return err
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

// window asks the gate, writes the intent, sends, and records every outcome. It returns who is settled. An error
// is one of the store, or of a relay that cannot be reached.
func (r *run) window(ctx context.Context, people []int64) (settled map[int64]bool, err error) {
	admission, err := r.Gate.Admit(ctx, r.question, r.class, people)
	if err != nil {
		return nil, err
	}
	w := Window{Intent: Intent{ChunkID: r.chunk.ID, GateSeq: admission.GateSeq, AskedAt: admission.AskedAt}}
	for _, a := range admission.Admitted {
		w.Intent.People = append(w.Intent.People, a.Permit.Subscriber())
	}
	for _, x := range admission.Refused {
		w.Deliveries = append(w.Deliveries, Delivery{
			CampaignID: r.chunk.CampaignID, SubscriberID: x.SubscriberID, State: Refused, Reason: string(x.Reason),
			EventSeq: x.Seq, GateSeq: admission.GateSeq, AskedAt: admission.AskedAt, FinishedAt: r.Now(),
		})
	}
	if err := r.Store.Intend(ctx, &w.Intent, r.claimant, r.Now().Add(r.Pace.Lease)); err != nil {
		return nil, err
	}
	down := r.transmit(ctx, admission.Admitted, &w)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if err := r.closeWindow(closing, w); err != nil {
		return nil, err
	}
	settled = map[int64]bool{}
	for _, d := range w.Deliveries {
		settled[d.SubscriberID] = true
	}
	for _, d := range w.Deferred {
		settled[d.SubscriberID] = true
	}
	return settled, down
}

// closeWindow writes the outcomes down, stubbornly: as long as they are not, these people count as uncertain.
func (r *run) closeWindow(ctx context.Context, w Window) error {
	for wait := 50 * time.Millisecond; ; wait *= 2 {
		err := r.Store.CloseWindow(ctx, r.chunk.CampaignID, w)
		if err == nil || errs.KindOf(err) != errs.Unavailable {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
}

// transmit sends to everybody admitted over several connections at once, and notes in w how each went.
// Its error is a relay that cannot be reached: then the rest is not started.
func (r *run) transmit(ctx context.Context, admitted []subscriptions.Admitted, w *Window) error {
	next := make(chan subscriptions.Admitted, len(admitted))
	for _, a := range admitted {
		next <- a
	}
	close(next)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var down error
	for range min(r.Pace.Connections, len(admitted)) {
		wg.Go(func() {
			var body []byte
			for a := range next {
				mu.Lock()
				stop := down != nil || ctx.Err() != nil
				mu.Unlock()
				if stop {
					return
				}
				var o outcome
				o, body = r.one(ctx, a, body[:0])
				mu.Lock()
				w.note(o)
				if o.down != nil {
					down = o.down
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return down
}

// outcome is how one message went. With none of its fields set it was not started.
type outcome struct {
	delivery *Delivery
	deferral *Deferral
	down     error
}

func (w *Window) note(o outcome) {
	if o.delivery != nil {
		w.Deliveries = append(w.Deliveries, *o.delivery)
	}
	if o.deferral != nil {
		w.Deferred = append(w.Deferred, *o.deferral)
	}
}

// one renders and sends one message, and returns the buffer for the next.
func (r *run) one(ctx context.Context, a subscriptions.Admitted, buffer []byte) (outcome, []byte) {
	d := Delivery{
		CampaignID: r.chunk.CampaignID, SubscriberID: a.Permit.Subscriber(), ListID: a.Permit.List(),
		EventSeq: a.Permit.Event(), GateSeq: a.Permit.GateSeq(), AskedAt: a.Permit.AskedAt(),
	}
	if a.Permit.Valid(r.Now()) != nil {
		return outcome{}, buffer // grew old while others were sent: ask again
	}
	body, from, err := r.message.Append(buffer, a, r.Now())
	if err != nil {
		d.State, d.Reason, d.FinishedAt = Failed, "cannot be composed for this person: "+errs.Message(err), r.Now()
		return outcome{delivery: &d}, body
	}
	receipt, err := r.Transport.Send(ctx, a.Permit, from, body)
	if err == nil {
		d.State, d.StartedAt, d.FinishedAt, d.Code, d.Reply = Sent, receipt.StartedAt, receipt.FinishedAt, receipt.Code, receipt.Reply
		return outcome{delivery: &d}, body
	}
	return r.unsent(d, err), body
}

func (r *run) unsent(d Delivery, err error) outcome {
	if errs.KindOf(err) == errs.Refused { // the permit grew old while a connection was waited for
		return outcome{}
	}
	e, ok := AsSendError(err)
	if !ok {
		return outcome{down: err}
	}
	d.StartedAt, d.FinishedAt, d.Code, d.Reply = e.StartedAt, r.Now(), e.Code, e.Reply
	switch e.Fate {
	case PutOff:
		return outcome{deferral: &Deferral{SubscriberID: d.SubscriberID, Code: e.Code, Reply: e.Reply}}
	case Rejected:
		d.State, d.Reason = Failed, "refused by the relay"
		return outcome{delivery: &d}
	case Unknown:
		d.State, d.Reason = Uncertain, "the connection was lost before the relay's answer"
		return outcome{delivery: &d}
	}
	return outcome{down: err}
}
