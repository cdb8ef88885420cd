package store

import (
	"context"

	"assent/subscriptions"
)

// ListStatuses counts the people of a list by how they stand towards it. Whether somebody may be mailed is for the gate to say: see Funnel.
func (d *DB) ListStatuses(ctx context.Context, listID int64) (map[subscriptions.Status]int64, error) {
	const op = "store: list statuses"
	type count struct {
		status subscriptions.Status
		people int64
	}
	rows, err := d.reading().query(ctx, `SELECT status, COUNT(*) FROM memberships WHERE list_id = ? GROUP BY status`, listID)
	counts, err := collect(rows, err, func(s scanner) (c count, err error) {
		err = s.Scan(&c.status, &c.people)
		return c, err
	})
	out := make(map[subscriptions.Status]int64, len(counts))
	for _, c := range counts {
		out[c.status] = c.people
	}
	return out, fail(op, err)
}
