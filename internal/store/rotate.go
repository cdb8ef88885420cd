package store

import (
	"context"
	"crypto/hmac"
	"time"

	"assent/internal/errs"
	"assent/internal/token"
)

// Rotate seals and wraps anew, in one transaction, what was sealed and wrapped with another secret: the ends of the ledger and of the audit trail, the key that
// hashes addresses, and the keys of the audit trail. No hash of an address changes, and no event. It returns how many seals and keys it made,
// 0 where the database bears the new secret already. Kind Invalid when the database was not made with the old one. Nothing else may work with
// the database meanwhile.
func Rotate(ctx context.Context, databaseURL string, was, is *token.Keys, now func() time.Time) (changed int64, err error) {
	const op = "store: rotate secret"
	d, err := connect(ctx, databaseURL, Options{Keys: is, Now: now})
	if err != nil {
		return 0, err
	}
	defer d.Close()
	err = d.within(ctx, func(c conn) error {
		head, sealed, err := d.headOf(ctx, c, true)
		if err != nil || sealed {
			return err
		}
		var seal []byte
		if err := c.row(ctx, `SELECT seal FROM ledger_head WHERE id = 1`).Scan(&seal); err != nil {
			return err
		}
		if !hmac.Equal(seal, was.Seal(head.Bytes())) {
			return errs.E(op, errs.Invalid, "The ledger's end bears the seal of neither ASSENT_SECRET nor any of ASSENT_FORMER_SECRETS. Put the secret that this database was made with into ASSENT_FORMER_SECRETS.", nil)
		}
		if _, err := c.exec(ctx, `UPDATE ledger_head SET seal = ? WHERE id = 1`, is.Seal(head.Bytes())); err != nil {
			return err
		}
		wrapped, err := d.rewrap(ctx, c)
		changed = wrapped + 2
		if err != nil {
			return err
		}
		notices, err := d.rewrapNotices(ctx, c)
		changed += notices
		if err != nil {
			return err
		}
		trail, ours, err := d.auditHeadOf(ctx, c, true) // a former secret's seal counts as ours here
		if err != nil {
			return err
		}
		if !ours {
			return errs.E(op, errs.Invalid, "The audit trail's end does not bear the seal of the old secret. Nothing was changed: 'assent verify' tells what is wrong.", nil)
		}
		resealed, err := d.reseal(ctx, c)
		changed += resealed
		if err != nil {
			return err
		}
		return d.saveAuditHead(ctx, c, trail)
	})
	return changed, fail(op, err)
}

const rewrapPage = 500

// rewrap wraps every key of the database with the new secret.
func (d *DB) rewrap(ctx context.Context, c conn) (n int64, err error) {
	var wrapped []byte
	if err := c.row(ctx, `SELECT wrapped FROM keyring WHERE name = ?`, addressKeyName).Scan(&wrapped); err != nil {
		return 0, err
	}
	keys, err := d.keys.WithAddressKey(wrapped)
	if err != nil {
		return 0, err
	}
	if wrapped, err = keys.WrapAddressKey(); err != nil {
		return 0, err
	}
	if _, err := c.exec(ctx, `UPDATE keyring SET wrapped = ?, wrapped_at = ? WHERE name = ?`, wrapped, millis(d.now()), addressKeyName); err != nil {
		return 0, err
	}
	type row struct {
		id      int64
		subject string
		wrapped []byte
	}
	n = 1
	for after := int64(0); ; {
		rows, err := c.query(ctx, `SELECT id, subject, wrapped FROM audit_keys WHERE id > ? AND destroyed_at = 0 ORDER BY id LIMIT ?`, after, rewrapPage)
		page, err := collect(rows, err, func(s scanner) (r row, err error) { err = s.Scan(&r.id, &r.subject, &r.wrapped); return r, err })
		if err != nil || len(page) == 0 {
			return n, err
		}
		for _, r := range page {
			key, err := d.keys.Unwrap(r.wrapped, r.subject)
			if err != nil {
				return n, err
			}
			again, err := d.keys.Wrap(key, r.subject)
			if err != nil {
				return n, err
			}
			if _, err := c.exec(ctx, `UPDATE audit_keys SET wrapped = ? WHERE id = ?`, again, r.id); err != nil {
				return n, err
			}
			n, after = n+1, r.id
		}
	}
}

// rewrapNotices wraps whom the open notices to recipients are about with the new secret.
func (d *DB) rewrapNotices(ctx context.Context, c conn) (n int64, err error) {
	for after := int64(0); ; {
		rows, err := c.query(ctx, `SELECT `+noticeColumnsOfRecipients+` FROM recipient_notices WHERE state = 'open' AND id > ? ORDER BY id LIMIT ?`, after, rewrapPage)
		page, err := collect(rows, err, scanRecipientNotice)
		if err != nil || len(page) == 0 {
			return n, err
		}
		for _, notice := range page {
			after = notice.ID
			if err := d.whomOf(ctx, c, &notice); err != nil {
				return n, err
			}
			again, err := d.wrapWhom(notice.Whom)
			if err != nil {
				return n, err
			}
			if _, err := c.exec(ctx, `UPDATE recipient_notices SET whom = ? WHERE id = ?`, again, notice.ID); err != nil {
				return n, err
			}
			n++
		}
	}
}
