// Package queuetest helps to test what works with tasks: an outbox in memory, and the
// conformance suite that every outbox must pass.
package queuetest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"assent/internal/errs"
	"assent/queue"
)

// Outbox is a queue.Outbox in memory. It is safe for concurrent use. Make one with NewOutbox.
type Outbox struct {
	mu     sync.Mutex
	now    func() time.Time
	rows   map[string]*row
	broken error
}

type row struct {
	queue.Task
	why     string
	closed  bool
	dropped bool
}

var _ queue.Outbox = (*Outbox)(nil)

// NewOutbox makes an empty outbox that stamps CreatedAt by now.
func NewOutbox(now func() time.Time) *Outbox {
	return &Outbox{now: now, rows: map[string]*row{}}
}

// Add writes tasks, as a transaction would. An id that is there already is left as it is.
func (o *Outbox) Add(_ context.Context, tasks ...queue.Task) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, t := range tasks {
		if _, ok := o.rows[t.ID]; !ok {
			t.CreatedAt = o.now()
			o.rows[t.ID] = &row{Task: t}
		}
	}
	return o.broken
}

// Break makes every method return err, until Break(nil).
func (o *Outbox) Break(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.broken = err
}

// Open returns how many tasks are not closed.
func (o *Outbox) Open() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for _, r := range o.rows {
		if !r.closed {
			n++
		}
	}
	return n
}

// Why returns the reason kept for a task, and whether it was dropped.
func (o *Outbox) Why(id string) (why string, dropped bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r := o.rows[id]; r != nil {
		return r.why, r.dropped
	}
	return "", false
}

// Due implements queue.Outbox.
func (o *Outbox) Due(_ context.Context, now time.Time, limit int) ([]queue.Task, error) {
	return o.list(limit, func(a, b queue.Task) int {
		return cmp.Or(a.RunAt.Compare(b.RunAt), cmp.Compare(a.ID, b.ID))
	}, func(r *row) bool { return r.due(now) })
}

// Unfinished implements queue.Outbox.
func (o *Outbox) Unfinished(_ context.Context, sentBefore time.Time, afterID string, limit int) ([]queue.Task, error) {
	return o.list(limit, func(a, b queue.Task) int { return cmp.Compare(a.ID, b.ID) }, func(r *row) bool {
		return !r.closed && !r.SentAt.IsZero() && r.SentAt.Before(sentBefore) && r.ID > afterID
	})
}

func (o *Outbox) list(limit int, order func(a, b queue.Task) int, want func(*row) bool) ([]queue.Task, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var tasks []queue.Task
	for _, r := range o.rows {
		if want(r) {
			tasks = append(tasks, r.Task)
		}
	}
	slices.SortFunc(tasks, order)
	return tasks[:min(limit, len(tasks))], o.broken
}

// Load implements queue.Outbox.
func (o *Outbox) Load(_ context.Context, id string) (queue.Task, bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.broken != nil {
		return queue.Task{}, false, o.broken
	}
	r, ok := o.rows[id]
	if !ok {
		return queue.Task{}, false, errs.E("queuetest: load", errs.NotFound, "", errors.New("no task "+id))
	}
	return r.Task, r.closed, nil
}

// Sent implements queue.Outbox.
func (o *Outbox) Sent(_ context.Context, now time.Time, ids ...string) error {
	return o.change(ids, func(r *row) {
		if r.due(now) {
			r.Sends, r.SentAt = r.Sends+1, now
		}
	})
}

// Resend implements queue.Outbox.
func (o *Outbox) Resend(_ context.Context, ids ...string) error {
	return o.change(ids, func(r *row) { r.SentAt = time.Time{} })
}

// Done implements queue.Outbox.
func (o *Outbox) Done(_ context.Context, id string, _ time.Time) error {
	return o.change([]string{id}, func(r *row) { r.closed = true })
}

// Dropped implements queue.Outbox.
func (o *Outbox) Dropped(_ context.Context, id string, _ time.Time, why string) error {
	return o.change([]string{id}, func(r *row) { r.closed, r.dropped, r.why = true, true, why })
}

// Failed implements queue.Outbox.
func (o *Outbox) Failed(_ context.Context, id string, _ time.Time, why string, retryAt time.Time) error {
	return o.change([]string{id}, func(r *row) {
		r.Fails, r.why, r.RunAt, r.SentAt = r.Fails+1, why, retryAt, time.Time{}
	})
}

// change applies f to those of the rows that exist and are open.
func (o *Outbox) change(ids []string, f func(*row)) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.broken != nil {
		return o.broken
	}
	for _, id := range ids {
		if r, ok := o.rows[id]; ok && !r.closed {
			f(r)
		}
	}
	return nil
}

func (r *row) due(now time.Time) bool {
	return !r.closed && r.SentAt.IsZero() && !r.RunAt.After(now)
}
