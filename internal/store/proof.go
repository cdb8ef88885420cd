package store

import (
	"context"

	"assent/subscriptions"
)

// Texts implements subscriptions.Proof.
func (d *DB) Texts(ctx context.Context, after string, limit int) (map[string]string, error) {
	type text struct{ digest, body string }
	rows, err := d.reading().query(ctx, `SELECT digest, body FROM texts WHERE digest > ? ORDER BY digest LIMIT ?`, after, limit)
	page, err := collect(rows, err, func(s scanner) (t text, err error) { err = s.Scan(&t.digest, &t.body); return t, err })
	out := make(map[string]string, len(page))
	for _, t := range page {
		out[t.digest] = t.body
	}
	return out, fail("store: texts", err)
}

// Unkept implements subscriptions.Proof.
func (d *DB) Unkept(ctx context.Context) (seq int64, err error) {
	err = d.reading().row(ctx, `SELECT COALESCE(MIN(e.seq), 0) FROM consent_events e WHERE
		e.wording_digest <> '' AND NOT EXISTS (SELECT 1 FROM texts t WHERE t.digest = e.wording_digest)
		OR e.notice_digest <> '' AND NOT EXISTS (SELECT 1 FROM texts t WHERE t.digest = e.notice_digest)`).Scan(&seq)
	return seq, fail("store: unkept words", err)
}

var _ subscriptions.Proof = (*DB)(nil)
