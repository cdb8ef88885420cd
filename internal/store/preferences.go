package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"assent/internal/audit"
	"assent/subscriptions"
)

// UpdatePreferences implements subscriptions.PreferenceStore.
func (d *DB) UpdatePreferences(ctx context.Context, fn func(subscriptions.PreferenceTx) error) error {
	return d.Update(ctx, func(tx subscriptions.Tx) error { return fn(tx.(*ledgerTx)) }) // Update makes no other
}

const visitColumns = `id, subscriber_id, programme_id, language, asked_at, expires_at, opened_at`

func scanVisit(s scanner) (v subscriptions.Visit, err error) {
	var asked, expires, opened int64
	err = s.Scan(&v.ID, &v.SubscriberID, &v.ProgrammeID, &v.Language, &asked, &expires, &opened)
	v.AskedAt, v.ExpiresAt, v.OpenedAt = moment(asked), moment(expires), moment(opened)
	return v, err
}

// Visit implements subscriptions.PreferenceStore.
func (d *DB) Visit(ctx context.Context, id int64) (subscriptions.Visit, error) {
	v, err := scanVisit(d.reading().row(ctx, `SELECT `+visitColumns+` FROM visits WHERE id = ?`, id))
	return v, fail("store: visit", err)
}

// CreateVisit implements subscriptions.PreferenceTx.
func (t *ledgerTx) CreateVisit(v *subscriptions.Visit) (err error) {
	v.ID, err = t.insert(t.ctx, `INSERT INTO visits (subscriber_id, programme_id, language, asked_at, expires_at, opened_at) VALUES (?, ?, ?, ?, ?, 0)`,
		v.SubscriberID, v.ProgrammeID, v.Language, millis(v.AskedAt), millis(v.ExpiresAt))
	return fail("store: create visit", err)
}

// OpenVisit implements subscriptions.PreferenceTx.
func (t *ledgerTx) OpenVisit(id int64, at time.Time) (bool, error) {
	const op = "store: open visit"
	res, err := t.exec(t.ctx, `UPDATE visits SET opened_at = ? WHERE id = ? AND opened_at = 0`, millis(at), id)
	if err != nil {
		return false, fail(op, err)
	}
	n, err := res.RowsAffected()
	return n == 1, fail(op, err)
}

// VisitsSince implements subscriptions.PreferenceTx.
func (t *ledgerTx) VisitsSince(subscriberID int64, since time.Time) (n int, err error) {
	err = t.row(t.ctx, `SELECT COUNT(*) FROM visits WHERE subscriber_id = ? AND asked_at > ?`, subscriberID, millis(since)).Scan(&n)
	return n, fail("store: count visits", err)
}

const moveColumns = `id, subscriber_id, new_key, new_address, programme_id, language, actor, since_seq, asked_at, expires_at, old_at, new_at, closed_at, outcome, case_id, alone`

func scanMove(s scanner) (m subscriptions.Move, err error) {
	var to string
	var asked, expires, old, fresh, closed int64
	err = s.Scan(&m.ID, &m.SubscriberID, &m.NewKey, &to, &m.ProgrammeID, &m.Language, &m.Actor, &m.Since, &asked, &expires, &old, &fresh, &closed, &m.Outcome, &m.CaseID, &m.Alone)
	m.To, m.AskedAt, m.ExpiresAt = stored(to), moment(asked), moment(expires)
	m.OldAt, m.NewAt, m.ClosedAt = moment(old), moment(fresh), moment(closed)
	return m, err
}

// Move implements subscriptions.PreferenceStore.
func (d *DB) Move(ctx context.Context, id int64) (subscriptions.Move, error) {
	m, err := scanMove(d.reading().row(ctx, `SELECT `+moveColumns+` FROM moves WHERE id = ?`, id))
	return m, fail("store: move", err)
}

// LastMove returns the last change of address that was asked for a person; ok is false where there was none.
func (d *DB) LastMove(ctx context.Context, subscriberID int64) (m subscriptions.Move, ok bool, err error) {
	m, err = scanMove(d.reading().row(ctx, `SELECT `+moveColumns+` FROM moves WHERE subscriber_id = ? ORDER BY id DESC LIMIT 1`, subscriberID))
	if errors.Is(err, sql.ErrNoRows) {
		return m, false, nil
	}
	return m, err == nil, fail("store: last move", err)
}

// Move implements subscriptions.PreferenceTx. The ledger's end is held, so nobody else changes it meanwhile.
func (t *ledgerTx) Move(id int64) (subscriptions.Move, error) {
	m, err := scanMove(t.row(t.ctx, `SELECT `+moveColumns+` FROM moves WHERE id = ?`, id))
	return m, fail("store: move", err)
}

// CreateMove implements subscriptions.PreferenceTx.
func (t *ledgerTx) CreateMove(m *subscriptions.Move) (err error) {
	m.ID, err = t.insert(t.ctx, `INSERT INTO moves (subscriber_id, new_key, new_address, programme_id, language, actor, since_seq, asked_at, expires_at, old_at, new_at, closed_at, outcome, case_id, alone)
		VALUES (`+marks(15)+`)`, m.SubscriberID, m.NewKey, m.To.String(), m.ProgrammeID, m.Language, m.Actor, m.Since, millis(m.AskedAt), millis(m.ExpiresAt), 0, 0, 0, "", m.CaseID, m.Alone)
	if err != nil {
		return fail("store: create move", err)
	}
	return t.note(t.ctx, audit.Note{
		Actor: m.Actor, Action: audit.AskMove, Object: audit.About("move", m.ID), PersonID: m.SubscriberID, After: audit.Values{"address": m.To.String()}, Facts: audit.Values{"new mailbox alone": m.Alone},
	})
}

// SaveMove implements subscriptions.PreferenceTx. A closed move keeps no address.
func (t *ledgerTx) SaveMove(m subscriptions.Move) error {
	to := m.To.String()
	if !m.ClosedAt.IsZero() {
		to = ""
	}
	_, err := t.exec(t.ctx, `UPDATE moves SET old_at = ?, new_at = ?, closed_at = ?, outcome = ?, new_address = ? WHERE id = ?`,
		millis(m.OldAt), millis(m.NewAt), millis(m.ClosedAt), string(m.Outcome), to, m.ID)
	if err != nil || m.ClosedAt.IsZero() {
		return fail("store: save move", err)
	}
	return t.note(t.ctx, audit.Note{Action: audit.CloseMove, Object: audit.About("move", m.ID), PersonID: m.SubscriberID, Facts: audit.Values{"outcome": m.Outcome}})
}

// MovesSince implements subscriptions.PreferenceTx.
func (t *ledgerTx) MovesSince(subscriberID int64, newKey []byte, since time.Time) (n int, err error) {
	err = t.row(t.ctx, `SELECT COUNT(*) FROM moves WHERE (subscriber_id = ? OR new_key = ?) AND asked_at > ?`, subscriberID, newKey, millis(since)).Scan(&n)
	return n, fail("store: count moves", err)
}

// OpenMoves implements subscriptions.PreferenceTx.
func (t *ledgerTx) OpenMoves(subscriberID int64) ([]subscriptions.Move, error) {
	rows, err := t.query(t.ctx, `SELECT `+moveColumns+` FROM moves WHERE subscriber_id = ? AND outcome = '' ORDER BY id`, subscriberID)
	out, err := collect(rows, err, scanMove)
	return out, fail("store: open moves", err)
}

// ForgetMoves closes the changes of address that nobody agreed to in time, and removes visits that are over.
func (d *DB) ForgetMoves(ctx context.Context, now, visitsBefore time.Time) error {
	return fail("store: forget moves", d.within(ctx, func(c conn) error {
		if _, err := c.exec(ctx, `UPDATE moves SET outcome = 'expired', closed_at = ?, new_address = '' WHERE outcome = '' AND expires_at < ?`, millis(now), millis(now)); err != nil {
			return err
		}
		_, err := c.exec(ctx, `DELETE FROM visits WHERE asked_at < ?`, millis(visitsBefore))
		return err
	}))
}

var (
	_ subscriptions.PreferenceStore = (*DB)(nil)
	_ subscriptions.PreferenceTx    = (*ledgerTx)(nil)
)
