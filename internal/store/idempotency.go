package store

import (
	"context"
	"encoding/json"
	"time"

	"assent/internal/idempotency"
)

// Begin implements idempotency.Store. The row is the lock: of two requests at one time, one inserts it.
func (d *DB) Begin(ctx context.Context, owner, key, digest string, now time.Time) (idempotency.State, idempotency.Answer, error) {
	const op = "store: begin request"
	var state idempotency.State
	var answer idempotency.Answer
	err := d.within(ctx, func(c conn) error {
		// Also frees a key whose answer is too old, or whose process is gone.
		if _, err := c.exec(ctx, `DELETE FROM idempotency_keys WHERE owner = ? AND key = ? AND (created_at < ? OR (status = 0 AND created_at < ?))`,
			owner, key, millis(now.Add(-idempotency.Life)), millis(now.Add(-idempotency.Lease))); err != nil {
			return err
		}
		res, err := c.exec(ctx, `INSERT INTO idempotency_keys (owner, key, digest, status, header, body, created_at)
			VALUES (?, ?, ?, 0, '', ?, ?) ON CONFLICT (owner, key) DO NOTHING`, owner, key, digest, []byte{}, millis(now))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			state = idempotency.Fresh
			return err
		}
		state, answer, err = c.answered(ctx, owner, key, digest)
		return err
	})
	return state, answer, fail(op, err)
}

func (c conn) answered(ctx context.Context, owner, key, digest string) (idempotency.State, idempotency.Answer, error) {
	var a idempotency.Answer
	var was, header string
	err := c.row(ctx, `SELECT digest, status, header, body FROM idempotency_keys WHERE owner = ? AND key = ?`, owner, key).
		Scan(&was, &a.Status, &header, &a.Body)
	switch {
	case err != nil:
		return 0, a, err
	case was != digest:
		return idempotency.Other, idempotency.Answer{}, nil
	case a.Status == 0:
		return idempotency.Running, idempotency.Answer{}, nil
	}
	return idempotency.Done, a, json.Unmarshal([]byte(header), &a.Header)
}

// Finish implements idempotency.Store.
func (d *DB) Finish(ctx context.Context, owner, key string, a idempotency.Answer) error {
	const op = "store: finish request"
	header, err := json.Marshal(a.Header)
	if err != nil {
		return fail(op, err)
	}
	body := a.Body
	if body == nil {
		body = []byte{}
	}
	_, err = d.writing().exec(ctx, `UPDATE idempotency_keys SET status = ?, header = ?, body = ? WHERE owner = ? AND key = ? AND status = 0`,
		a.Status, string(header), body, owner, key)
	return fail(op, err)
}

// Forget implements idempotency.Store.
func (d *DB) Forget(ctx context.Context, owner, key string) error {
	_, err := d.writing().exec(ctx, `DELETE FROM idempotency_keys WHERE owner = ? AND key = ? AND status = 0`, owner, key)
	return fail("store: forget request", err)
}

// ForgetOld implements idempotency.Store.
func (d *DB) ForgetOld(ctx context.Context, before time.Time) (int64, error) {
	const op = "store: forget old requests"
	res, err := d.writing().exec(ctx, `DELETE FROM idempotency_keys WHERE created_at < ?`, millis(before))
	if err != nil {
		return 0, fail(op, err)
	}
	n, err := res.RowsAffected()
	return n, fail(op, err)
}

var _ idempotency.Store = (*DB)(nil)
