package store

import (
	"context"
	"fmt"

	"assent/internal/audit"
	"assent/internal/errs"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

// Import implements importing.UndoStore.
func (d *DB) Import(ctx context.Context, id int64) (importing.Import, error) {
	x, err := scanImport(d.reading().row(ctx, `SELECT `+importColumns+` FROM imports WHERE id = ?`, id))
	return x, fail("store: import", err)
}

// Imports returns up to limit imports with a number below before, the newest first.
func (d *DB) Imports(ctx context.Context, before int64, limit int) ([]importing.Import, error) {
	rows, err := d.reading().query(ctx, `SELECT `+importColumns+` FROM imports WHERE id < ? ORDER BY id DESC LIMIT ?`, before, limit)
	out, err := collect(rows, err, scanImport)
	return out, fail("store: imports", err)
}

// UpdateUndo implements importing.UndoStore.
func (d *DB) UpdateUndo(ctx context.Context, fn func(importing.UndoTx) error) error {
	return d.Update(ctx, func(tx subscriptions.Tx) error { return fn(importTx{tx.(*ledgerTx)}) })
}

// LockImport implements importing.UndoTx. Whoever changes an import holds the ledger's end, so the row needs no lock of its own.
func (t importTx) LockImport(id int64) (importing.Import, error) {
	x, err := scanImport(t.row(t.ctx, `SELECT `+importColumns+` FROM imports WHERE id = ?`, id))
	return x, fail("store: import", err)
}

// EventsFrom implements importing.UndoTx.
func (t importTx) EventsFrom(source string, after int64, limit int) ([]subscriptions.Event, error) {
	rows, err := t.query(t.ctx, `SELECT `+eventColumns+` FROM consent_events WHERE seq > ? AND channel = 'import' AND source = ? ORDER BY seq LIMIT ?`, after, source, limit)
	out, err := collect(rows, err, scanEvent)
	return out, fail("store: events from a source", err)
}

// Forget implements importing.UndoTx. The record stays as an empty row, as after an erasure, for the ledger knows its number; its keyed hash keeps nobody away.
func (t importTx) Forget(people []int64, why string) (forgotten int64, err error) {
	const op = "store: forget people of an import"
	var gone []int64
	err = pages(people, keysAtOnce, func(page []int64) error {
		in := marks(len(page))
		rows, err := t.query(t.ctx, `SELECT id FROM subscribers s WHERE s.id IN (`+in+`)
			AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.subscriber_id = s.id)
			AND NOT EXISTS (SELECT 1 FROM letters l WHERE l.subscriber_id = s.id)
			AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.subscriber_id = s.id)
			AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.subscriber_id = s.id)`, anys(page)...)
		ids, err := collect(rows, err, func(s scanner) (id int64, err error) { err = s.Scan(&id); return id, err })
		if err != nil || len(ids) == 0 {
			return err
		}
		gone = append(gone, ids...)
		in = marks(len(ids))
		if _, err := t.exec(t.ctx, `DELETE FROM act_addresses WHERE event_seq IN (SELECT seq FROM consent_events WHERE subscriber_id IN (`+in+`))`, anys(ids)...); err != nil {
			return err
		}
		_, err = t.exec(t.ctx, `UPDATE subscribers SET address = '', name = '', language = '', attributes = '{}', updated_at = ? WHERE id IN (`+in+`)`,
			append([]any{millis(t.db.now())}, anys(ids)...)...)
		return err
	})
	if err != nil || len(gone) == 0 {
		return 0, fail(op, err)
	}
	return int64(len(gone)), fail(op, t.note(t.ctx, audit.Note{Action: audit.ForgetPeople, Why: why, Facts: audit.Values{"people": len(gone), "first": gone[0], "last": gone[len(gone)-1]}}))
}

// DropQuarantine implements importing.UndoTx.
func (t importTx) DropQuarantine(importID int64) (int64, error) {
	const op = "store: drop quarantine"
	dropped, err := t.exec(t.ctx, `DELETE FROM quarantine WHERE import_id = ?`, importID)
	if err != nil {
		return 0, fail(op, err)
	}
	n, err := dropped.RowsAffected()
	if err != nil || n == 0 {
		return n, fail(op, err)
	}
	return n, fail(op, t.note(t.ctx, audit.Note{Action: audit.DropQuarantine, Object: audit.About("import", importID), Facts: audit.Values{"rows": n}}))
}

// SaveUndone implements importing.UndoTx.
func (t importTx) SaveUndone(imp importing.Import) error {
	const op = "store: save undone import"
	if imp.UndoneAt.IsZero() {
		return fail(op, t.changeOne(t.ctx, `UPDATE imports SET undone_up_to = ? WHERE id = ?`, imp.UndoneUpTo, imp.ID))
	}
	err := t.changeOne(t.ctx, `UPDATE imports SET undone_up_to = ?, undone_at = ?, digest = ? WHERE id = ?`,
		imp.UndoneUpTo, millis(imp.UndoneAt), fmt.Sprintf("%s#%d", imp.Digest, imp.ID), imp.ID)
	if err != nil {
		return fail(op, err)
	}
	return fail(op, t.note(t.ctx, audit.Note{Action: audit.ImportUndone, Object: audit.About("import", imp.ID)}))
}

// whole refuses an import that is being taken back, or was.
func whole(x importing.Import) error {
	if x.UndoneUpTo == 0 && x.UndoneAt.IsZero() {
		return nil
	}
	return errs.E("store: import", errs.Conflict, fmt.Sprintf("Import %d is being taken back. Finish that first: 'assent import undo %d'.", x.ID, x.ID), nil)
}

var _ importing.UndoTx = importTx{}
var _ importing.UndoStore = (*DB)(nil)
