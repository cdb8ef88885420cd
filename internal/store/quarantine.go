package store

import (
	"context"
	"strings"
	"time"

	"assent/internal/audit"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

const apartColumns = `q.import_id, q.line, i.list_id, q.address_key, q.address, q.name, q.language, q.source, q.why, q.created_at, COALESCE(r.asked_at, 0)`

const apartFrom = ` FROM quarantine q JOIN imports i ON i.id = q.import_id LEFT JOIN permission_requests r ON r.address_key = q.address_key `

func scanApart(s scanner) (x importing.Apart, err error) {
	var addr string
	var created, asked int64
	err = s.Scan(&x.ImportID, &x.Line, &x.ListID, &x.Key, &addr, &x.Name, &x.Language, &x.Source, &x.Why, &created, &asked)
	x.Address, x.CreatedAt, x.AskedAt = stored(addr), moment(created), moment(asked)
	return x, err
}

// Quarantined implements importing.AskStore.
func (d *DB) Quarantined(ctx context.Context, importID int64, after importing.Apart, limit int) ([]importing.Apart, error) {
	rows, err := d.reading().query(ctx, `SELECT `+apartColumns+apartFrom+`WHERE (q.import_id = ? OR ? = 0) AND (q.import_id > ? OR q.import_id = ? AND q.line > ?)
		ORDER BY q.import_id, q.line LIMIT ?`, importID, importID, after.ImportID, after.ImportID, after.Line, limit)
	out, err := collect(rows, err, scanApart)
	return out, fail("store: quarantine", err)
}

// Stale implements importing.AskStore.
func (d *DB) Stale(ctx context.Context, before time.Time, limit int) ([]importing.Apart, error) {
	rows, err := d.reading().query(ctx, `SELECT `+apartColumns+apartFrom+`WHERE q.created_at < ? AND COALESCE(r.asked_at, 0) < ? ORDER BY q.created_at, q.import_id, q.line LIMIT ?`,
		millis(before), millis(before), limit)
	out, err := collect(rows, err, scanApart)
	return out, fail("store: stale quarantine", err)
}

// UpdateAsking implements importing.AskStore.
func (d *DB) UpdateAsking(ctx context.Context, fn func(importing.AskTx) error) error {
	return d.Update(ctx, func(tx subscriptions.Tx) error { return fn(askTx{tx.(*ledgerTx)}) })
}

// askTx is a transaction that asks people for permission, or forgets them. Whom it adds is noted as anybody else.
type askTx struct{ *ledgerTx }

// Asked implements importing.AskTx.
func (t askTx) Asked(keys ...[]byte) (map[string]bool, error) {
	asked := map[string]bool{}
	err := pages(keys, keysAtOnce, func(page [][]byte) error {
		rows, err := t.query(t.ctx, `SELECT address_key FROM permission_requests WHERE address_key IN (`+marks(len(page))+`)`, anys(page)...)
		found, err := collect(rows, err, scanAddressKey)
		for _, key := range found {
			asked[string(key)] = true
		}
		return err
	})
	return asked, fail("store: asked for permission", err)
}

// KeepAsked implements importing.AskTx.
func (t askTx) KeepAsked(row importing.Apart, eventSeq int64) error {
	const op = "store: keep request for permission"
	_, err := t.exec(t.ctx, `INSERT INTO permission_requests (address_key, import_id, list_id, event_seq, asked_at) VALUES (?, ?, ?, ?, ?)`,
		row.Key, row.ImportID, row.ListID, eventSeq, millis(t.db.now()))
	if err != nil {
		return fail(op, err)
	}
	return fail(op, t.note(t.ctx, audit.Note{Action: audit.AskQuarantined, Object: audit.About("import", row.ImportID), Facts: audit.Values{"line": row.Line, "event": eventSeq}}))
}

// Destroy implements importing.AskTx.
func (t askTx) Destroy(rows []importing.Apart, unanswered []int64) (gone int64, err error) {
	const op = "store: destroy quarantine"
	for _, row := range rows {
		done, err := t.exec(t.ctx, `DELETE FROM quarantine WHERE import_id = ? AND line = ?`, row.ImportID, row.Line)
		if err != nil {
			return 0, fail(op, err)
		}
		n, err := done.RowsAffected()
		if err != nil {
			return 0, fail(op, err)
		}
		gone += n
	}
	err = pages(unanswered, keysAtOnce, func(page []int64) error {
		in := marks(len(page)) + `) AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.subscriber_id = who AND h.lifted_at = 0) AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.subscriber_id = who`
		letters, people := strings.ReplaceAll(in, "who", "letters.subscriber_id"), strings.ReplaceAll(in, "who", "subscribers.id")
		if _, err := t.exec(t.ctx, `UPDATE letters SET to_address = '', data = '{}', reply = '' WHERE subscriber_id IN (`+letters+`)`, anys(page)...); err != nil {
			return err
		}
		_, err := t.exec(t.ctx, `UPDATE subscribers SET address = '', name = '', language = '', attributes = '{}', updated_at = ? WHERE id IN (`+people+`)`,
			append([]any{millis(t.db.now())}, anys(page)...)...)
		return err
	})
	if err != nil {
		return 0, fail(op, err)
	}
	return gone, fail(op, t.note(t.ctx, audit.Note{Action: audit.DropQuarantine, Facts: audit.Values{"rows": gone, "people": len(unanswered)}}))
}

var _ importing.AskTx = askTx{}
var _ importing.AskStore = (*DB)(nil)
