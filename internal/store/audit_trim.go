package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"assent/internal/audit"
)

const trimAtOnce = 5000 // entries of one transaction: few enough that no writer waits for long

// TrimTrail removes the entries from before a moment, which audit.KeptFrom gives and which is never less than 12 months back. The new beginning of the
// chain is sealed with its end, a seal of the place is kept, and the trimming is an entry itself. It returns how many entries it removed.
func (d *DB) TrimTrail(ctx context.Context, before time.Time) (trimmed int64, err error) {
	if before.IsZero() || before.After(audit.KeptFrom(d.now(), audit.FloorMonths)) {
		before = audit.KeptFrom(d.now(), audit.FloorMonths)
	}
	for more := true; more && err == nil; {
		var n int64
		n, err = d.trimSome(ctx, before)
		trimmed, more = trimmed+n, n == trimAtOnce
	}
	return trimmed, fail("store: trim audit trail", err)
}

func (d *DB) trimSome(ctx context.Context, before time.Time) (n int64, err error) {
	err = d.within(ctx, func(c conn) error {
		ledger, _, err := d.headOf(ctx, c, true)
		if err != nil {
			return err
		}
		head, sealed, err := d.auditHeadOf(ctx, c, true)
		if err != nil {
			return err
		}
		if !sealed {
			return errors.New("the seal of the audit trail's end is broken; run 'assent verify'")
		}
		since, err := d.lastBefore(ctx, c, head, before)
		if err != nil || since.Seq == head.Since.Seq {
			return err
		}
		seal := audit.Seal{At: moment(millis(d.now())), Ledger: audit.Place{Seq: ledger.Seq, Hash: ledger.Hash}, Trail: head.End}
		if err := d.insertSeal(ctx, c, &seal); err != nil {
			return err
		}
		n = since.Seq - head.Since.Seq
		if _, err := c.exec(ctx, `DELETE FROM audit_entries WHERE seq <= ?`, since.Seq); err != nil {
			return err
		}
		if _, err := c.exec(ctx, `DELETE FROM audit_keys WHERE NOT EXISTS (SELECT 1 FROM audit_entries e WHERE e.key_id <> 0 AND e.key_id = audit_keys.id)`); err != nil {
			return err
		}
		head.Since = since
		if err := d.saveAuditHead(ctx, c, head); err != nil {
			return err
		}
		return c.note(ctx, audit.Note{Action: audit.TrimTrail, Facts: audit.Values{"entries": n, "up_to": since.Seq, "before": before.UTC().Format(time.RFC3339)}})
	})
	return n, err
}

// lastBefore returns the last of the next entries to trim. Entries are trimmed from the beginning on, so one that is out of the order of time keeps
// those behind it. The last entry of all always stays.
func (d *DB) lastBefore(ctx context.Context, c conn, head audit.Head, before time.Time) (audit.Place, error) {
	var firstKept sql.NullInt64
	if err := c.row(ctx, `SELECT MIN(seq) FROM audit_entries WHERE at >= ?`, millis(before)).Scan(&firstKept); err != nil {
		return head.Since, err
	}
	last := head.End.Seq - 1
	if firstKept.Valid {
		last = min(last, firstKept.Int64-1)
	}
	last = min(last, head.Since.Seq+trimAtOnce)
	if last <= head.Since.Seq {
		return head.Since, nil
	}
	place := audit.Place{Seq: last}
	err := c.row(ctx, `SELECT hash FROM audit_entries WHERE seq = ?`, last).Scan(&place.Hash)
	return place, err
}
