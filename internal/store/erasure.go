package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"

	"assent/internal/audit"
	"assent/internal/errs"
	"assent/subscriptions"
)

// UpdateKept implements subscriptions.KeepingStore.
func (d *DB) UpdateKept(ctx context.Context, fn func(subscriptions.KeepingTx) error) error {
	return d.Update(ctx, func(tx subscriptions.Tx) error { return fn(tx.(*ledgerTx)) })
}

// Person implements subscriptions.KeepingTx.
func (t *ledgerTx) Person(id int64) (subscriptions.Subscriber, error) {
	p, err := scanSubscriber(t.row(t.ctx, `SELECT `+subscriberColumns+` FROM subscribers WHERE id = ?`, id))
	return p, fail("store: person", err)
}

const erasureColumns = `id, subscriber_id, ground, state, asked_by, asked_at, untold, letter_id, event_seq, done_at, emptied, trouble, case_id`

func scanErasure(s scanner) (e subscriptions.Erasure, err error) {
	var asked, done int64
	var emptied string
	err = s.Scan(&e.ID, &e.SubscriberID, &e.Ground, &e.State, &e.AskedBy, &asked, &e.Untold, &e.LetterID, &e.EventSeq, &done, &emptied, &e.Trouble, &e.CaseID)
	if err != nil {
		return e, err
	}
	e.AskedAt, e.DoneAt = moment(asked), moment(done)
	return e, json.Unmarshal([]byte(emptied), &e.Emptied)
}

// Erasure implements subscriptions.KeepingStore.
func (d *DB) Erasure(ctx context.Context, id int64) (subscriptions.Erasure, error) {
	e, err := scanErasure(d.reading().row(ctx, `SELECT `+erasureColumns+` FROM erasures WHERE id = ?`, id))
	return e, fail("store: erasure", err)
}

// Erasures implements subscriptions.KeepingStore.
func (d *DB) Erasures(ctx context.Context, before int64, limit int) ([]subscriptions.Erasure, error) {
	rows, err := d.reading().query(ctx, `SELECT `+erasureColumns+` FROM erasures WHERE id < ? ORDER BY id DESC LIMIT ?`, below(before), limit)
	out, err := collect(rows, err, scanErasure)
	return out, fail("store: erasures", err)
}

// ErasureOfCase returns the last erasure that was decided in a case; ok is false while there is none.
func (d *DB) ErasureOfCase(ctx context.Context, caseID int64) (e subscriptions.Erasure, ok bool, err error) {
	e, err = scanErasure(d.reading().row(ctx, `SELECT `+erasureColumns+` FROM erasures WHERE case_id = ? AND case_id <> 0 ORDER BY id DESC LIMIT 1`, caseID))
	if errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	}
	return e, err == nil, fail("store: erasure of a case", err)
}

// OpenErasure implements subscriptions.KeepingTx.
func (t *ledgerTx) OpenErasure(subscriberID int64) (subscriptions.Erasure, bool, error) {
	if subscriberID == 0 {
		return subscriptions.Erasure{}, false, nil
	}
	e, err := scanErasure(t.row(t.ctx, `SELECT `+erasureColumns+` FROM erasures WHERE subscriber_id = ? AND state = 'telling' ORDER BY id LIMIT 1`, subscriberID))
	if errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	}
	return e, err == nil, fail("store: open erasure", err)
}

// SaveErasure implements subscriptions.KeepingTx.
func (t *ledgerTx) SaveErasure(e *subscriptions.Erasure) error {
	const op = "store: save erasure"
	emptied, err := countsJSON(e.Emptied)
	if err != nil {
		return fail(op, err)
	}
	if e.ID == 0 {
		e.ID, err = t.insert(t.ctx, `INSERT INTO erasures (subscriber_id, ground, state, asked_by, asked_at, untold, letter_id, event_seq, done_at, emptied, trouble, case_id)
			VALUES (`+marks(12)+`)`, e.SubscriberID, string(e.Ground), string(e.State), e.AskedBy, millis(e.AskedAt), e.Untold, e.LetterID, e.EventSeq, millis(e.DoneAt), emptied, e.Trouble, e.CaseID)
		return fail(op, err)
	}
	return fail(op, t.changeOne(t.ctx, `UPDATE erasures SET state = ?, letter_id = ?, event_seq = ?, done_at = ?, emptied = ?, trouble = ? WHERE id = ?`,
		string(e.State), e.LetterID, e.EventSeq, millis(e.DoneAt), emptied, e.Trouble, e.ID))
}

// below is where a page that goes down from the newest begins.
func below(before int64) int64 {
	if before == 0 {
		return math.MaxInt64
	}
	return before
}

func countsJSON(counts map[string]int64) (string, error) {
	if counts == nil {
		return "{}", nil
	}
	b, err := json.Marshal(counts)
	return string(b), err
}

// Widen implements subscriptions.KeepingTx.
func (t *ledgerTx) Widen(s subscriptions.Scope) (subscriptions.Scope, error) {
	for {
		var query string
		var args []any
		switch s.Reach {
		case subscriptions.OneList:
			query, args = `SELECT COUNT(*) FROM lists WHERE id = ? AND purpose_id = ? AND programme_id = ?`, []any{s.ListID, s.PurposeID, s.ProgrammeID}
		case subscriptions.OnePurpose:
			query, args = `SELECT COUNT(*) FROM purposes WHERE id = ? AND programme_id = ?`, []any{s.PurposeID, s.ProgrammeID}
		case subscriptions.WholeProgramme:
			query, args = `SELECT COUNT(*) FROM programmes WHERE id = ?`, []any{s.ProgrammeID}
		default:
			return subscriptions.Everything(), nil
		}
		var n int64
		if err := t.row(t.ctx, query, args...).Scan(&n); err != nil || n > 0 {
			return s, fail("store: widen scope", err)
		}
		switch s.Reach {
		case subscriptions.OneList:
			s = subscriptions.Scope{Reach: subscriptions.OnePurpose, ProgrammeID: s.ProgrammeID, PurposeID: s.PurposeID}
		case subscriptions.OnePurpose:
			s = subscriptions.ProgrammeScope(s.ProgrammeID)
		default:
			s = subscriptions.Everything()
		}
	}
}

// RecordAttempt implements subscriptions.KeepingStore.
func (d *DB) RecordAttempt(ctx context.Context, a subscriptions.Attempt) error {
	return d.Record(ctx, audit.Note{
		Actor: a.Actor, Action: audit.Action("refused: " + a.What), Object: audit.About("subscriber", a.SubscriberID), Why: a.Why,
	})
}

// Scrub implements subscriptions.KeepingStore. SQLite writes over what it deletes (secure_delete); taking the write-ahead log into the file leaves nothing
// there either. PostgreSQL gives the space of deleted rows free to be written over; its own log and backups keep what they had for as long as they
// are kept.
func (d *DB) Scrub(ctx context.Context) error {
	const op = "store: scrub"
	if d.dialect == postgres {
		_, err := d.write.ExecContext(ctx, `VACUUM `+scrubbed())
		return fail(op, err)
	}
	var busy, frames, done int64
	if err := d.write.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &done); err != nil {
		return fail(op, err)
	}
	if busy != 0 {
		return errs.E(op, errs.Unavailable, "The data is erased, but somebody was reading the database file, whose write-ahead log still holds traces. The next erasure or a restart takes them away.", nil)
	}
	return nil
}
