package store

import (
	"context"
	"time"

	"assent/subscriptions"
)

const purposeColumns = `id, programme_id, slug, name, basis, conditions, class, term_ms, dpia, confirm_every_ms, confirm_outcome, renew_days, keep_ip_days,
	created_at, changed_at`

func scanPurpose(s scanner) (p subscriptions.Purpose, err error) {
	var term, confirm, created, changed int64
	var conditions, renew string
	err = s.Scan(&p.ID, &p.ProgrammeID, &p.Slug, &p.Name, &p.Basis, &conditions, &p.Class, &term, &p.DPIA, &confirm, &p.ConfirmOutcome, &renew, &p.KeepIPDays,
		&created, &changed)
	if err != nil {
		return p, err
	}
	p.Term, p.ConfirmEvery = time.Duration(term)*time.Millisecond, time.Duration(confirm)*time.Millisecond
	p.CreatedAt, p.ChangedAt = moment(created), moment(changed)
	return p, readJSON(conditions, &p.Conditions, renew, &p.RenewDays)
}

// Purposes implements subscriptions.Catalogue.
func (d *DB) Purposes(ctx context.Context, programmeID int64) ([]subscriptions.Purpose, error) {
	rows, err := d.reading().query(ctx, `SELECT `+purposeColumns+` FROM purposes WHERE programme_id = ? ORDER BY id`, programmeID)
	out, err := collect(rows, err, scanPurpose)
	return out, fail("store: purposes", err)
}

// Purpose implements subscriptions.Catalogue.
func (d *DB) Purpose(ctx context.Context, id int64) (subscriptions.Purpose, error) {
	p, err := scanPurpose(d.reading().row(ctx, `SELECT `+purposeColumns+` FROM purposes WHERE id = ?`, id))
	return p, fail("store: purpose", err)
}

// CreatePurpose implements subscriptions.Tx.
func (t *ledgerTx) CreatePurpose(p *subscriptions.Purpose) error {
	const op = "store: create purpose"
	texts, err := asJSON(p.Conditions, p.RenewDays)
	if err != nil {
		return fail(op, err)
	}
	p.ID, err = t.insert(t.ctx, `INSERT INTO purposes (programme_id, slug, name, basis, conditions, class, term_ms, dpia, confirm_every_ms, confirm_outcome, renew_days, keep_ip_days, created_at)
		VALUES (`+marks(13)+`)`,
		p.ProgrammeID, p.Slug, p.Name, string(p.Basis), texts[0], string(p.Class), p.Term.Milliseconds(), p.DPIA, p.ConfirmEvery.Milliseconds(), string(p.ConfirmOutcome),
		texts[1], p.KeepIPDays, millis(p.CreatedAt))
	if err != nil {
		return fail(op, err)
	}
	return fail(op, t.noteDeclared(t.ctx, "purpose", p.ID, nil, p))
}

// ChangePurpose implements subscriptions.Declarations.
func (d *DB) ChangePurpose(ctx context.Context, id int64, change func(p subscriptions.Purpose, actedOn bool) (subscriptions.Purpose, error)) (p subscriptions.Purpose, err error) {
	const op = "store: change purpose"
	err = d.Update(ctx, func(tx subscriptions.Tx) error { // holds the ledger's end: nobody acts on it meanwhile
		c := tx.(*ledgerTx).conn
		if p, err = scanPurpose(c.row(ctx, `SELECT `+purposeColumns+` FROM purposes WHERE id = ?`, id)); err != nil {
			return fail(op, err)
		}
		var actedOn bool
		if err = c.row(ctx, `SELECT EXISTS (SELECT 1 FROM permissions WHERE purpose_id = ?) OR EXISTS (SELECT 1 FROM memberships m JOIN lists l ON l.id = m.list_id WHERE l.purpose_id = ?)`, id, id).Scan(&actedOn); err != nil {
			return fail(op, err)
		}
		before := p
		if p, err = change(p, actedOn); err != nil {
			return err
		}
		if err := c.noteDeclared(ctx, "purpose", id, before, p); err != nil {
			return fail(op, err)
		}
		texts, err := asJSON(p.Conditions, p.RenewDays)
		if err != nil {
			return fail(op, err)
		}
		_, err = c.exec(ctx, `UPDATE purposes SET name = ?, basis = ?, conditions = ?, class = ?, term_ms = ?, dpia = ?, confirm_every_ms = ?, confirm_outcome = ?, renew_days = ?,
			keep_ip_days = ?, changed_at = ? WHERE id = ?`,
			p.Name, string(p.Basis), texts[0], string(p.Class), p.Term.Milliseconds(), p.DPIA, p.ConfirmEvery.Milliseconds(), string(p.ConfirmOutcome), texts[1],
			p.KeepIPDays, millis(p.ChangedAt), id)
		if err != nil || before.Class.Marketing() {
			return fail(op, err)
		}
		return fail(op, subscriptions.BarObjectors(tx, p, d.now()))
	})
	return p, err
}
