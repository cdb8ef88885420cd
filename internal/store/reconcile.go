package store

import (
	"context"
	"encoding/json"
	"time"

	"assent/inbox"
)

// HeldBetween implements inbox.HeldStore.
func (d *DB) HeldBetween(ctx context.Context, mailbox string, uidValidity, from, to uint32) ([]inbox.Had, error) {
	rows, err := d.reading().query(ctx, `SELECT uid, received_at, unreadable FROM inbound_messages WHERE mailbox = ? AND uid_validity = ? AND uid >= ? AND uid <= ? ORDER BY uid`,
		mailbox, int64(uidValidity), int64(from), int64(to))
	out, err := collect(rows, err, func(s scanner) (h inbox.Had, err error) {
		var uid, at int64
		var why string
		err = s.Scan(&uid, &at, &why)
		h.UID, h.ReceivedAt, h.Unreadable = uint32(uid), moment(at), why != ""
		return h, err
	})
	return out, fail("store: held between", err)
}

// UnsettledSince implements inbox.HeldStore.
func (d *DB) UnsettledSince(ctx context.Context, mailbox string, before time.Time) (n int, err error) {
	err = d.reading().row(ctx, `SELECT COUNT(*) FROM inbound_messages WHERE mailbox = ? AND disposition = '' AND fetched_at < ?`, mailbox, millis(before)).Scan(&n)
	return n, fail("store: unsettled messages", err)
}

// Reconciled implements inbox.HeldStore.
func (d *DB) Reconciled(ctx context.Context, mailbox string, r inbox.Reconciliation) error {
	b, err := json.Marshal(r)
	if err == nil {
		_, err = d.writing().exec(ctx, `INSERT INTO mailboxes (name, checked_at, trouble, reconciled) VALUES (?, ?, '', ?)
			ON CONFLICT (name) DO UPDATE SET reconciled = excluded.reconciled`, mailbox, millis(r.At), string(b))
	}
	return fail("store: keep reconciliation", err)
}
