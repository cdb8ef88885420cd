package store

import (
	"context"
	"encoding/json"

	"assent/inbox/cases/amending"
	"assent/internal/audit"
	"assent/subscriptions"
)

const correctionColumns = `id, case_id, subscriber_id, field, programme, attribute, before, after, decision, words, decided_by, decided_at, done_at`

func scanCorrection(s scanner) (x amending.Item, err error) {
	var before, after string
	var decided, done int64
	err = s.Scan(&x.ID, &x.CaseID, &x.SubscriberID, &x.Field, &x.Programme, &x.Attribute, &before, &after, &x.Decision, &x.Words, &x.DecidedBy, &decided, &done)
	if err != nil {
		return x, err
	}
	x.DecidedAt, x.DoneAt = moment(decided), moment(done)
	return x, readJSON(before, &x.Before, after, &x.After)
}

// Corrections implements amending.Store.
func (d *DB) Corrections(ctx context.Context, caseID int64) ([]amending.Item, error) {
	rows, err := d.reading().query(ctx, `SELECT `+correctionColumns+` FROM corrections WHERE case_id = ? ORDER BY id`, caseID)
	out, err := collect(rows, err, scanCorrection)
	return out, fail("store: corrections of a case", err)
}

// AddCorrection implements amending.Store.
func (d *DB) AddCorrection(ctx context.Context, x *amending.Item) error {
	const op = "store: add correction"
	texts, err := asJSON(x.Before, x.After)
	if err != nil {
		return fail(op, err)
	}
	return fail(op, d.within(ctx, func(c conn) (err error) {
		x.ID, err = c.insert(ctx, `INSERT INTO corrections (case_id, subscriber_id, field, programme, attribute, before, after, decision, words, decided_by, decided_at, done_at) VALUES (`+marks(12)+`)`,
			x.CaseID, x.SubscriberID, string(x.Field), x.Programme, x.Attribute, texts[0], texts[1], string(x.Decision), x.Words, x.DecidedBy, millis(x.DecidedAt), millis(x.DoneAt))
		return err
	}))
}

// SaveCorrection implements amending.Store. What it claims stays as it is.
func (d *DB) SaveCorrection(ctx context.Context, x amending.Item) error {
	return fail("store: save correction", d.within(ctx, func(c conn) error {
		before, err := json.Marshal(x.Before)
		if err != nil {
			return err
		}
		res, err := c.exec(ctx, `UPDATE corrections SET before = ?, decision = ?, words = ?, decided_by = ?, decided_at = ?, done_at = ? WHERE id = ? AND case_id = ?`,
			string(before), string(x.Decision), x.Words, x.DecidedBy, millis(x.DecidedAt), millis(x.DoneAt), x.ID, x.CaseID)
		return oneRow(res, err)
	}))
}

// Statements returns what a person wants to stand beside their data, the oldest first.
func (d *DB) Statements(ctx context.Context, subscriberID int64) ([]subscriptions.Statement, error) {
	rows, err := d.reading().query(ctx, `SELECT id, subscriber_id, case_id, words, actor, added_at FROM statements WHERE subscriber_id = ? AND words <> '' ORDER BY id`, subscriberID)
	out, err := collect(rows, err, func(s scanner) (x subscriptions.Statement, err error) {
		var added int64
		err = s.Scan(&x.ID, &x.SubscriberID, &x.CaseID, &x.Words, &x.Actor, &added)
		x.AddedAt = moment(added)
		return x, err
	})
	return out, fail("store: statements", err)
}

// AddStatement keeps a statement.
func (d *DB) AddStatement(ctx context.Context, x *subscriptions.Statement) error {
	return fail("store: add statement", d.within(ctx, func(c conn) (err error) {
		if err := c.note(ctx, audit.Note{Actor: x.Actor, Action: audit.AddStatement, Object: audit.About("subscriber", x.SubscriberID), PersonID: x.SubscriberID}); err != nil {
			return err
		}
		x.ID, err = c.insert(ctx, `INSERT INTO statements (subscriber_id, case_id, words, actor, added_at) VALUES (`+marks(5)+`)`, x.SubscriberID, x.CaseID, x.Words, x.Actor, millis(x.AddedAt))
		return err
	}))
}

var _ amending.Store = (*DB)(nil)
