package store

import (
	"context"

	"assent/internal/errs"
	"assent/subscriptions"
)

// refold folds the whole ledger anew where a migration asks for it, by a row in the table refolds: then what the gate joins follows from the ledger as this
// program reads it, and not as an older one did. It is one transaction with taking the row away, so that a crash in between only has it done again.
func (d *DB) refold(ctx context.Context) error {
	const op = "store: refold"
	var due int64
	if err := d.write.QueryRowContext(ctx, `SELECT count(*) FROM refolds`).Scan(&due); err != nil || due == 0 {
		return fail(op, err)
	}
	return errs.Wrap(op, d.within(ctx, func(c conn) error {
		head, _, err := d.headOf(ctx, c, true) // nobody appends meanwhile
		if err != nil {
			return err
		}
		for _, clear := range []string{`DELETE FROM memberships`, `DELETE FROM permissions`, `DELETE FROM suppressions`, `DELETE FROM refolds`} {
			if _, err := c.exec(ctx, clear); err != nil {
				return fail(op, err)
			}
		}
		t := &ledgerTx{conn: c, ctx: ctx, db: d, head: head}
		for after := []byte{}; ; {
			rows, err := c.query(ctx, `SELECT DISTINCT address_key FROM consent_events WHERE address_key > ? ORDER BY address_key LIMIT ?`, after, eventsAtOnce)
			keys, err := collect(rows, err, func(s scanner) (key []byte, err error) { return key, s.Scan(&key) })
			if err != nil || len(keys) == 0 {
				return fail(op, err)
			}
			page := make([]subscriptions.Event, len(keys))
			for i, key := range keys {
				page[i].AddressKey = key
			}
			if err := t.foldAfter(1, page); err != nil {
				return err
			}
			after = keys[len(keys)-1]
		}
	}))
}
