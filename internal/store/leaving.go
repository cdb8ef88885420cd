package store

import (
	"context"

	"assent/internal/audit"
	"assent/subscriptions"
)

// CountLeaving implements subscriptions.PreferenceStore.
func (d *DB) CountLeaving(ctx context.Context, why subscriptions.LeavingReason, words string) error {
	return fail("store: count leaving", d.within(ctx, func(c conn) error {
		if why.Reason != "" {
			if _, err := c.exec(ctx, `INSERT INTO leaving_reasons (programme_id, list_id, month, reason, people) VALUES (?, ?, ?, ?, 1)
				ON CONFLICT (programme_id, list_id, month, reason) DO UPDATE SET people = leaving_reasons.people + 1`,
				why.ProgrammeID, why.ListID, why.Month, why.Reason); err != nil {
				return err
			}
		}
		if words == "" {
			return nil
		}
		_, err := c.exec(ctx, `INSERT INTO leaving_remarks (programme_id, list_id, month, words) VALUES (?, ?, ?, ?)`, why.ProgrammeID, why.ListID, why.Month, words)
		return err
	}))
}

// LeavingReasons implements subscriptions.PreferenceStore.
func (d *DB) LeavingReasons(ctx context.Context, programmeID int64) ([]subscriptions.LeavingReason, error) {
	rows, err := d.reading().query(ctx, `SELECT programme_id, list_id, month, reason, people FROM leaving_reasons WHERE programme_id = ?
		ORDER BY month DESC, list_id, people DESC, reason`, programmeID)
	out, err := collect(rows, err, func(s scanner) (r subscriptions.LeavingReason, err error) {
		err = s.Scan(&r.ProgrammeID, &r.ListID, &r.Month, &r.Reason, &r.People)
		return r, err
	})
	return out, fail("store: leaving reasons", err)
}

// LeavingRemarks implements subscriptions.PreferenceStore.
func (d *DB) LeavingRemarks(ctx context.Context, programmeID, after int64, limit int) ([]subscriptions.LeavingRemark, error) {
	rows, err := d.reading().query(ctx, `SELECT id, list_id, month, words FROM leaving_remarks WHERE programme_id = ? AND id > ? ORDER BY id LIMIT ?`, programmeID, after, limit)
	out, err := collect(rows, err, func(s scanner) (r subscriptions.LeavingRemark, err error) {
		err = s.Scan(&r.ID, &r.ListID, &r.Month, &r.Words)
		return r, err
	})
	return out, fail("store: leaving remarks", err)
}

// ForgetRemarks removes remarks of months before one such as 2025-11. The counts stay.
func (d *DB) ForgetRemarks(ctx context.Context, month string) error {
	_, err := d.writing().exec(ctx, `DELETE FROM leaving_remarks WHERE month < ?`, month)
	return fail("store: forget remarks", err)
}

// Consequences implements subscriptions.PreferenceStore.
func (d *DB) Consequences(ctx context.Context, programmeID int64) (map[int64]string, error) {
	words := map[int64]string{}
	rows, err := d.reading().query(ctx, `SELECT c.purpose_id, c.words FROM purpose_consequences c JOIN purposes p ON p.id = c.purpose_id WHERE p.programme_id = ?`, programmeID)
	_, err = collect(rows, err, func(s scanner) (none struct{}, err error) {
		var purpose int64
		var text string
		err = s.Scan(&purpose, &text)
		words[purpose] = text
		return none, err
	})
	return words, fail("store: consequences", err)
}

// DeclareConsequence implements subscriptions.PreferenceStore.
func (d *DB) DeclareConsequence(ctx context.Context, purposeID int64, words string) error {
	return fail("store: declare consequence", d.within(ctx, func(c conn) (err error) {
		if words == "" {
			_, err = c.exec(ctx, `DELETE FROM purpose_consequences WHERE purpose_id = ?`, purposeID)
		} else {
			_, err = c.exec(ctx, `INSERT INTO purpose_consequences (purpose_id, words) VALUES (?, ?) ON CONFLICT (purpose_id) DO UPDATE SET words = excluded.words`, purposeID, words)
		}
		if err != nil {
			return err
		}
		return c.note(ctx, audit.Note{Action: audit.Redeclare, Object: audit.About("purpose", purposeID), Facts: audit.Values{"after": audit.Values{"Consequence": words}}})
	}))
}
