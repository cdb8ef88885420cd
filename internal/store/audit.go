package store

import (
	"context"

	"assent/internal/audit"
)

// Record adds an entry to the audit trail. Its ID and moment are set here.
func (d *DB) Record(ctx context.Context, e audit.Entry) error {
	_, err := d.writing().exec(ctx, `INSERT INTO audit_entries (at, actor, action, object, why) VALUES (?, ?, ?, ?, ?)`,
		millis(d.now()), e.Actor, string(e.Action), e.Object, e.Why)
	return fail("store: record audit entry", err)
}

// AuditEntries returns up to limit entries with a number above after, ascending.
func (d *DB) AuditEntries(ctx context.Context, after int64, limit int) ([]audit.Entry, error) {
	rows, err := d.reading().query(ctx, `SELECT id, at, actor, action, object, why FROM audit_entries WHERE id > ? ORDER BY id LIMIT ?`, after, limit)
	out, err := collect(rows, err, func(s scanner) (e audit.Entry, err error) {
		var at int64
		err = s.Scan(&e.ID, &at, &e.Actor, &e.Action, &e.Object, &e.Why)
		e.At = moment(at)
		return e, err
	})
	return out, fail("store: audit entries", err)
}
