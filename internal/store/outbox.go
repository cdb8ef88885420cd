package store

import (
	"context"
	"time"

	"assent/queue"
)

const taskColumns = `id, kind, payload, run_at, sends, fails, created_at, sent_at`

func scanTask(s scanner) (t queue.Task, err error) {
	var payload string
	var run, created, sent int64
	err = s.Scan(&t.ID, &t.Kind, &payload, &run, &t.Sends, &t.Fails, &created, &sent)
	t.Payload, t.RunAt, t.CreatedAt, t.SentAt = []byte(payload), moment(run), moment(created), moment(sent)
	return t, err
}

// Enqueue implements subscriptions.Tx.
func (t *ledgerTx) Enqueue(tasks ...queue.Task) error {
	return t.conn.enqueue(t.ctx, t.db.now(), tasks...)
}

// enqueue writes tasks; one that stands already is left as it is.
func (c conn) enqueue(ctx context.Context, now time.Time, tasks ...queue.Task) error {
	return fail("store: enqueue", pages(tasks, eventsAtOnce, func(page []queue.Task) error {
		args := make([]any, 0, len(page)*5)
		for _, t := range page {
			args = append(args, t.ID, t.Kind, string(t.Payload), millis(t.RunAt), millis(now))
		}
		row := `(?, ?, ?, ?, 'waiting', 0, 0, ?, 0, 0, '')`
		values := row
		for range page[1:] {
			values += ", " + row
		}
		_, err := c.exec(ctx, `INSERT INTO outbox (id, kind, payload, run_at, state, sends, fails, created_at, sent_at, closed_at, why) VALUES `+
			values+` ON CONFLICT (id) DO NOTHING`, args...)
		return err
	}))
}

// Due implements queue.Outbox.
func (d *DB) Due(ctx context.Context, now time.Time, limit int) ([]queue.Task, error) {
	rows, err := d.reading().query(ctx, `SELECT `+taskColumns+` FROM outbox WHERE state = 'waiting' AND run_at <= ? ORDER BY run_at LIMIT ?`, millis(now), limit)
	out, err := collect(rows, err, scanTask)
	return out, fail("store: due tasks", err)
}

// Sent implements queue.Outbox.
func (d *DB) Sent(ctx context.Context, now time.Time, ids ...string) error {
	return d.taskStates(ctx, `state = 'handed', sends = sends + 1, sent_at = ?`, `state = 'waiting' AND run_at <= ?`, []any{millis(now)}, []any{millis(now)}, ids)
}

// Resend implements queue.Outbox.
func (d *DB) Resend(ctx context.Context, ids ...string) error {
	return d.taskStates(ctx, `state = 'waiting', sent_at = 0`, `state = 'handed'`, nil, nil, ids)
}

func (d *DB) taskStates(ctx context.Context, set, where string, setArgs, whereArgs []any, ids []string) error {
	return fail("store: task states", pages(ids, keysAtOnce, func(page []string) error {
		args := append(append(append([]any{}, setArgs...), anys(page)...), whereArgs...)
		_, err := d.writing().exec(ctx, `UPDATE outbox SET `+set+` WHERE id IN (`+marks(len(page))+`) AND `+where, args...)
		return err
	}))
}

// Unfinished implements queue.Outbox.
func (d *DB) Unfinished(ctx context.Context, sentBefore time.Time, afterID string, limit int) ([]queue.Task, error) {
	rows, err := d.reading().query(ctx, `SELECT `+taskColumns+` FROM outbox WHERE state = 'handed' AND sent_at < ? AND id > ? ORDER BY id LIMIT ?`,
		millis(sentBefore), afterID, limit)
	out, err := collect(rows, err, scanTask)
	return out, fail("store: unfinished tasks", err)
}

// Load implements queue.Outbox.
func (d *DB) Load(ctx context.Context, id string) (t queue.Task, closed bool, err error) {
	var state string
	var payload string
	var run, created, sent int64
	err = d.reading().row(ctx, `SELECT `+taskColumns+`, state FROM outbox WHERE id = ?`, id).
		Scan(&t.ID, &t.Kind, &payload, &run, &t.Sends, &t.Fails, &created, &sent, &state)
	t.Payload, t.RunAt, t.CreatedAt, t.SentAt = []byte(payload), moment(run), moment(created), moment(sent)
	return t, state == "done" || state == "dropped", fail("store: load task", err)
}

// Done implements queue.Outbox.
func (d *DB) Done(ctx context.Context, id string, now time.Time) error {
	return d.closeTask(ctx, id, "done", now, "")
}

// Dropped implements queue.Outbox.
func (d *DB) Dropped(ctx context.Context, id string, now time.Time, why string) error {
	return d.closeTask(ctx, id, "dropped", now, why)
}

func (d *DB) closeTask(ctx context.Context, id, state string, now time.Time, why string) error {
	_, err := d.writing().exec(ctx, `UPDATE outbox SET state = ?, closed_at = ?, why = ? WHERE id = ? AND state NOT IN ('done', 'dropped')`,
		state, millis(now), why, id)
	return fail("store: close task", err)
}

// Failed implements queue.Outbox.
func (d *DB) Failed(ctx context.Context, id string, now time.Time, why string, retryAt time.Time) error {
	_, err := d.writing().exec(ctx, `UPDATE outbox SET state = 'waiting', run_at = ?, sent_at = 0, fails = fails + 1, why = ? WHERE id = ? AND state NOT IN ('done', 'dropped')`,
		millis(retryAt), why, id)
	return fail("store: failed task", err)
}

var _ queue.Outbox = (*DB)(nil)

// ForgetTasks deletes tasks that were closed before a moment. Dropped ones stay for a person to see.
func (d *DB) ForgetTasks(ctx context.Context, closedBefore time.Time) error {
	_, err := d.writing().exec(ctx, `DELETE FROM outbox WHERE state = 'done' AND closed_at < ?`, millis(closedBefore))
	return fail("store: forget tasks", err)
}
