package store

import (
	"context"
	"strconv"
	"time"

	"assent/internal/audit"
	"assent/internal/errs"
)

// auditDomain keys the seals of the trail's ends apart from all others.
const auditDomain = "audit head"

// AuditHead implements audit.Proof. Kind NotFound when it was taken away.
func (d *DB) AuditHead(ctx context.Context) (audit.Head, bool, error) {
	return d.auditHeadOf(ctx, d.reading(), false)
}

func (d *DB) auditHeadOf(ctx context.Context, c conn, lock bool) (head audit.Head, sealed bool, err error) {
	query := `SELECT seq, hash, since_seq, since_hash, seal FROM audit_head WHERE id = 1`
	if lock && d.dialect == postgres {
		query += ` FOR UPDATE` // SQLite: the transaction is immediate, so it holds the only writer's lock
	}
	var seal []byte
	if err := c.row(ctx, query).Scan(&head.End.Seq, &head.End.Hash, &head.Since.Seq, &head.Since.Hash, &seal); err != nil {
		return head, false, fail("store: audit head", err)
	}
	return head, d.keys.Sealed(auditDomain, head.Bytes(), seal), nil
}

func (d *DB) saveAuditHead(ctx context.Context, c conn, head audit.Head) error {
	seal, err := d.keys.SealFor(auditDomain, head.Bytes())
	if err != nil {
		return err
	}
	return c.changeOne(ctx, `UPDATE audit_head SET seq = ?, hash = ?, since_seq = ?, since_hash = ?, seal = ? WHERE id = 1`,
		head.End.Seq, head.End.Hash, head.Since.Seq, head.Since.Hash, seal)
}

// seedAudit writes the ends of the empty trail, once, and chains what was noted before there was a chain. A trail that has entries and no end
// lost it, and gets no new one.
func (d *DB) seedAudit(ctx context.Context) error {
	return fail("store: seed audit trail", d.within(ctx, func(c conn) error {
		var begun bool
		if err := c.row(ctx, `SELECT EXISTS (SELECT 1 FROM audit_entries)`).Scan(&begun); err != nil || begun {
			return err
		}
		head := audit.Head{End: audit.Start(), Since: audit.Start()}
		seal, err := d.keys.SealFor(auditDomain, head.Bytes())
		if err != nil {
			return err
		}
		res, err := c.exec(ctx, `INSERT INTO audit_head (id, seq, hash, since_seq, since_hash, seal) VALUES (1, 0, ?, 0, ?, ?) ON CONFLICT (id) DO NOTHING`,
			head.End.Hash, head.Since.Hash, seal)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // another process has done it
		}
		return d.chainOld(ctx, c)
	}))
}

// chainOld chains the entries of a schema without a chain, as they were, and drops their table.
func (d *DB) chainOld(ctx context.Context, c conn) error {
	type old struct {
		at   time.Time
		note audit.Note
	}
	rows, err := c.query(ctx, `SELECT at, actor, action, object, why FROM audit_unchained ORDER BY id`)
	all, err := collect(rows, err, func(s scanner) (o old, err error) {
		var at int64
		err = s.Scan(&at, &o.note.Actor, &o.note.Action, &o.note.Object, &o.note.Why)
		o.at = moment(at)
		return o, err
	})
	if err != nil {
		return err
	}
	head := audit.Head{End: audit.Start(), Since: audit.Start()}
	keys := auditKeys{db: d, conn: c, cached: map[string]auditKey{}}
	entries := make([]audit.Entry, len(all))
	for i, o := range all {
		if entries[i], err = keys.entry(ctx, o.note); err != nil {
			return err
		}
		entries[i].At = o.at
	}
	head.End = audit.Chain(head.End, entries)
	if err := c.insertEntries(ctx, entries); err != nil {
		return err
	}
	if err := d.saveAuditHead(ctx, c, head); err != nil {
		return err
	}
	_, err = c.exec(ctx, `DROP TABLE audit_unchained`)
	return err
}

// auditReady refuses a database whose trail has lost its end or bears another seal.
func (d *DB) auditReady(ctx context.Context) error {
	const op = "store: open"
	head, sealed, err := d.AuditHead(ctx)
	switch {
	case errs.KindOf(err) == errs.NotFound:
		entries, err := d.AuditEntries(ctx, -1, 1)
		switch {
		case err != nil:
			return err
		case len(entries) > 0:
			return errs.E(op, errs.Invalid, "The sealed end of the audit trail was taken away: 'assent verify' tells. Compare this database with a backup.", nil)
		}
		return errs.E(op, errs.Unavailable, "The schema stands, but the audit trail was never begun: 'assent migrate' was cut off. Run it again.", nil)
	case err != nil:
		return err
	case !sealed:
		return errs.E(op, errs.Invalid, "The audit trail's end (row "+strconv.FormatInt(head.End.Seq, 10)+") does not bear the seal of this ASSENT_SECRET. "+
			"Either the secret is not the one this database was made with, or the trail was changed by hand: 'assent verify' tells.", nil)
	}
	return nil
}
