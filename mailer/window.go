package mailer

import (
	"context"
	"fmt"
	"sync"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
)

// window asks the gate, writes the intent, sends, and records every outcome. It returns who is settled. An error
// is one of the store, of a relay that cannot be reached, or ErrNotRunning.
func (r *run) window(ctx context.Context, people []int64) (settled map[int64]bool, err error) {
	admission, err := r.Gate.Admit(ctx, r.question, r.class, people)
	if err != nil {
		return nil, err
	}
	w := r.intended(admission)
	if err := r.Store.Intend(ctx, &w.Intent, r.claimant, r.Now().Add(r.Pace.Lease)); err != nil {
		return nil, err
	}
	t := &transmission{run: r, window: w}
	t.toAll(ctx, admission.Admitted)
	trouble := t.settle()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if err := r.closeWindow(closing, *w); err != nil {
		return nil, err
	}
	if trouble != "" {
		return nil, r.halt(closing, r.chunk.CampaignID, trouble)
	}
	settled = map[int64]bool{}
	for _, d := range append(w.Deliveries, w.Deferred...) {
		settled[d.SubscriberID] = true
	}
	return settled, t.down
}

// intended is a window with whom the gate admitted in its intent, and whom it refused settled.
func (r *run) intended(a subscriptions.Admission) *Window {
	w := &Window{Intent: Intent{ChunkID: r.chunk.ID, GateSeq: a.GateSeq, AskedAt: a.AskedAt}}
	for _, x := range a.Admitted {
		w.Intent.People = append(w.Intent.People, x.Permit.Subscriber())
	}
	for _, x := range a.Refused {
		w.Deliveries = append(w.Deliveries, Delivery{
			CampaignID: r.chunk.CampaignID, SubscriberID: x.SubscriberID, State: Refused, Reason: string(x.Reason),
			EventSeq: x.Seq, GateSeq: a.GateSeq, AskedAt: a.AskedAt, FinishedAt: r.Now(),
		})
	}
	return w
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

// transmission is one window on its way over several connections.
type transmission struct {
	*run
	window *Window

	mu       sync.Mutex
	answered bool       // the relay said something to a message
	broken   []Delivery // the connection broke while they were handed over
	down     error      // the relay cannot be reached
	refusal  Delivery   // the last one
}

// toAll sends to everybody admitted, and notes how each went. Once the relay is out of reach, or refuses everything, no further message starts.
func (t *transmission) toAll(ctx context.Context, admitted []subscriptions.Admitted) {
	next := make(chan subscriptions.Admitted, len(admitted))
	for _, a := range admitted {
		next <- a
	}
	close(next)
	var wg sync.WaitGroup
	for range min(t.Pace.Connections, len(admitted)) {
		wg.Go(func() {
			var body []byte
			for a := range next {
				if ctx.Err() != nil || t.stopped() {
					return
				}
				body = t.one(ctx, a, body[:0])
			}
		})
	}
	wg.Wait()
}

func (t *transmission) stopped() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.down != nil || t.losing()
}

// losing reports whether the relay has refused so many in a row that it is not about the addresses.
// Whoever comes up a second time was refused before, and that is taken as said.
func (t *transmission) losing() bool {
	return t.Pace.StopLoss > 0 && t.refusals >= t.Pace.StopLoss && t.chunk.Attempt == 1
}

// one renders and sends one message, notes how it went, and returns the buffer for the next.
func (t *transmission) one(ctx context.Context, a subscriptions.Admitted, buffer []byte) []byte {
	d := Delivery{
		CampaignID: t.chunk.CampaignID, SubscriberID: a.Permit.Subscriber(), ListID: a.Permit.List(),
		EventSeq: a.Permit.Event(), GateSeq: a.Permit.GateSeq(), AskedAt: a.Permit.AskedAt(),
	}
	if a.Permit.Valid(t.Now()) != nil {
		return buffer // grew old while others were sent: the gate is asked again
	}
	body, from, err := t.message.Append(buffer, a, t.Now())
	if err != nil {
		d.State, d.Reason, d.FinishedAt = Failed, "cannot be composed for this person: "+errs.Message(err), t.Now()
		t.note(func() { t.window.Deliveries = append(t.window.Deliveries, d) })
		return body
	}
	receipt, err := t.Transport.Send(ctx, a.Permit, from, body)
	if err == nil {
		d.State, d.StartedAt, d.FinishedAt, d.Code, d.Reply = Sent, receipt.StartedAt, receipt.FinishedAt, receipt.Code, receipt.Reply
		t.note(func() {
			t.answered, t.refusals = true, 0
			t.window.Deliveries = append(t.window.Deliveries, d)
		})
		return body
	}
	t.unsent(d, err)
	return body
}

// unsent notes a message that was not taken.
func (t *transmission) unsent(d Delivery, err error) {
	e, ok := AsSendError(err)
	switch {
	case ok:
		d.StartedAt, d.FinishedAt, d.Code, d.Reply = e.StartedAt, t.Now(), e.Code, e.Reply
		t.note(func() { t.sort(d, e) })
	case errs.KindOf(err) == errs.Refused: // the permit grew old while a connection was waited for: the gate is asked again
	default:
		t.note(func() { t.down = err })
	}
}

// refusedByRelay is the reason of a delivery that failed with a 5xx.
const refusedByRelay = "refused by the relay"

func (t *transmission) sort(d Delivery, e *SendError) {
	switch e.Fate {
	case PutOff:
		t.answered = true
		t.window.Deferred = append(t.window.Deferred, d)
	case Rejected:
		t.answered = true
		d.State, d.Reason = Failed, refusedByRelay
		t.refusals, t.refusal = t.refusals+1, d
		t.window.Deliveries = append(t.window.Deliveries, d)
	case Unknown:
		d.State, d.Reason = Uncertain, "the connection was lost before the relay's answer"
		t.window.Deliveries = append(t.window.Deliveries, d)
	case NotSent:
		if d.StartedAt.IsZero() {
			t.down = e
			return
		}
		d.Reply = "The connection broke while this message was handed over."
		t.broken = append(t.broken, d)
	}
}

func (t *transmission) note(what func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	what()
}

// settle decides about those whose outcome depends on the others', and returns the trouble for which the campaign must pause, "" for none.
func (t *transmission) settle() (trouble string) {
	w := t.window
	switch {
	case len(t.broken) == 0:
	case t.answered || t.chunk.Claims > t.Pace.Claims:
		// The relay is there, so it is about these messages: they must not hold up the others.
		w.Deferred = append(w.Deferred, t.broken...)
	case t.down == nil:
		t.down = errs.E("mailer: send", errs.Unavailable, "The mail relay breaks the connection.", nil)
	}
	if !t.losing() {
		return ""
	}
	kept := w.Deliveries[:0]
	for _, d := range w.Deliveries {
		if d.Reason == refusedByRelay {
			d.State, d.Reason = "", ""
			w.Deferred = append(w.Deferred, d)
			continue
		}
		kept = append(kept, d)
	}
	w.Deliveries = kept
	return fmt.Sprintf("The mail relay refused %d messages in a row, the last with: %d %s. They are kept to be tried again. Mend the cause, then resume.",
		t.refusals, t.refusal.Code, t.refusal.Reply)
}
