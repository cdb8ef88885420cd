package store

import (
	"context"
	"database/sql"

	"assent/internal/audit"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

const importColumns = `id, list_id, file_name, digest, actor, rows_done, granted, unchanged, duplicates, quarantined, refused, barred, invalid, beyond, rejects, created_at, finished_at, undone_up_to, undone_at`

func scanImport(s scanner) (x importing.Import, err error) {
	var created, finished, undone int64
	err = s.Scan(&x.ID, &x.ListID, &x.FileName, &x.Digest, &x.Actor, &x.Rows, &x.Granted, &x.Unchanged, &x.Duplicates, &x.Quarantined, &x.Refused, &x.Barred, &x.Invalid,
		&x.Beyond, &x.Rejects, &created, &finished, &x.UndoneUpTo, &undone)
	x.CreatedAt, x.FinishedAt, x.UndoneAt = moment(created), moment(finished), moment(undone)
	return x, err
}

// BeginImport implements importing.Store. Two at one time begin the same import.
func (d *DB) BeginImport(ctx context.Context, imp *importing.Import) error {
	return fail("store: begin import", d.within(ctx, func(c conn) error {
		added, err := c.exec(ctx, `INSERT INTO imports (list_id, file_name, digest, actor, rows_done, granted, unchanged, duplicates, quarantined, refused, invalid, rejects, created_at, finished_at)
			VALUES (?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, ?, 0) ON CONFLICT (list_id, digest) DO NOTHING`,
			imp.ListID, imp.FileName, imp.Digest, imp.Actor, millis(imp.CreatedAt))
		if err != nil {
			return err
		}
		n, err := added.RowsAffected()
		if err != nil {
			return err
		}
		*imp, err = scanImport(c.row(ctx, `SELECT `+importColumns+` FROM imports WHERE list_id = ? AND digest = ?`, imp.ListID, imp.Digest))
		if err == nil {
			err = whole(*imp)
		}
		if err != nil || n == 0 {
			return err // it goes on where it stopped, and was noted when it began
		}
		return c.note(ctx, audit.Note{Actor: imp.Actor, Action: audit.ImportBegun, Object: audit.About("import", imp.ID), Facts: audit.Values{"list": imp.ListID, "digest": imp.Digest}})
	}))
}

// UpdateImport implements importing.Store.
func (d *DB) UpdateImport(ctx context.Context, fn func(importing.Tx) error) error {
	return d.Update(ctx, func(tx subscriptions.Tx) error { return fn(importTx{tx.(*ledgerTx)}) })
}

// importTx is a transaction of an import. Whom an import adds is not noted one by one in the audit trail: each has an event of the ledger that
// names the import, the line and who ran it, in a chain of its own, and the import has its entries with the counts.
type importTx struct{ *ledgerTx }

// CreateSubscribers implements subscriptions.Tx.
func (t importTx) CreateSubscribers(people []*subscriptions.Subscriber) error {
	return t.insertSubscribers(people)
}

// SubscribersByKey implements importing.Tx.
func (t *ledgerTx) SubscribersByKey(keys ...[]byte) (map[string]subscriptions.Subscriber, error) {
	out := make(map[string]subscriptions.Subscriber, len(keys))
	err := pages(keys, keysAtOnce, func(page [][]byte) error {
		rows, err := t.query(t.ctx, `SELECT `+subscriberColumns+` FROM subscribers WHERE address_key IN (`+marks(len(page))+`)`, anys(page)...)
		people, err := collect(rows, err, scanSubscriber)
		for _, p := range people {
			out[string(p.Key)] = p
		}
		return err
	})
	return out, fail("store: subscribers of addresses", err)
}

// ImportRows implements importing.Tx.
func (t importTx) ImportRows(id int64) (rows int64, err error) {
	const op = "store: rows of an import"
	imp, err := t.LockImport(id)
	if err != nil {
		return 0, fail(op, err)
	}
	return imp.Rows, fail(op, whole(imp))
}

// SaveImport implements importing.Tx.
func (t importTx) SaveImport(imp importing.Import) error {
	const op = "store: save import"
	err := t.changeOne(t.ctx, `UPDATE imports SET rows_done = ?, granted = ?, unchanged = ?, duplicates = ?, quarantined = ?, refused = ?, barred = ?, invalid = ?, beyond = ?, rejects = ?, finished_at = ? WHERE id = ?`,
		imp.Rows, imp.Granted, imp.Unchanged, imp.Duplicates, imp.Quarantined, imp.Refused, imp.Barred, imp.Invalid, append([]byte{}, imp.Beyond...), imp.Rejects, millis(imp.FinishedAt), imp.ID)
	if err != nil || imp.FinishedAt.IsZero() {
		return fail(op, err)
	}
	return fail(op, t.note(t.ctx, audit.Note{Actor: imp.Actor, Action: audit.ImportDone, Object: audit.About("import", imp.ID), Facts: audit.Values{
		"rows": imp.Rows, "granted": imp.Granted, "unchanged": imp.Unchanged, "duplicates": imp.Duplicates,
		"quarantined": imp.Quarantined, "refused": imp.Refused, "barred": imp.Barred, "invalid": imp.Invalid,
	}}))
}

// Quarantine implements importing.Tx.
func (t importTx) Quarantine(importID int64, rows []importing.Quarantined) error {
	const width = 9
	return fail("store: quarantine", pages(rows, eventsAtOnce, func(page []importing.Quarantined) error {
		args := make([]any, 0, len(page)*width)
		for _, q := range page {
			args = append(args, importID, q.Line, q.Key, q.Act.Address.String(), q.Act.Name, q.Act.Language, q.Act.Source, q.Why, millis(t.db.now()))
		}
		_, err := t.exec(t.ctx, `INSERT INTO quarantine (import_id, line, address_key, address, name, language, source, why, created_at) VALUES `+tuples(len(page), width), args...)
		return err
	}))
}

// Known implements importing.Store.
func (d *DB) Known(ctx context.Context, keys [][]byte) (map[string]bool, error) {
	known := map[string]bool{}
	err := pages(keys, keysAtOnce, func(page [][]byte) error {
		in := marks(len(page))
		rows, err := d.reading().query(ctx, `SELECT address_key FROM subscribers WHERE address_key IN (`+in+`)
			UNION SELECT address_key FROM consent_events WHERE subscriber_id = 0 AND address_key IN (`+in+`)`, twice(page)...)
		found, err := collect(rows, err, scanAddressKey)
		for _, key := range found {
			known[string(key)] = true
		}
		return err
	})
	return known, fail("store: known addresses", err)
}

func scanAddressKey(s scanner) (key []byte, err error) {
	err = s.Scan(&key)
	return key, err
}

// AddressKeys implements importing.Store.
func (d *DB) AddressKeys(ctx context.Context, after importing.Mark, fn func(key []byte)) (importing.Mark, error) {
	const op = "store: address keys"
	upTo := after
	for _, q := range []struct {
		query string
		after int64
		upTo  *int64
	}{
		{`SELECT id, address_key FROM subscribers WHERE id > ? ORDER BY id`, after.Person, &upTo.Person},
		{`SELECT seq, address_key FROM consent_events WHERE seq > ? ORDER BY seq`, after.Seq, &upTo.Seq},
	} {
		rows, err := d.reading().query(ctx, q.query, q.after)
		if err != nil {
			return after, fail(op, err)
		}
		defer rows.Close()
		var key sql.RawBytes
		for rows.Next() {
			if err := rows.Scan(q.upTo, &key); err != nil {
				return after, fail(op, err)
			}
			fn(key)
		}
		if err := rows.Err(); err != nil {
			return after, fail(op, err)
		}
	}
	return upTo, nil
}

var _ importing.Tx = importTx{}
var _ importing.Store = (*DB)(nil)
