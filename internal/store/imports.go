package store

import (
	"context"

	"assent/internal/audit"
	"assent/subscriptions"
)

const importColumns = `id, file_name, actor, rows_done, granted, unchanged, duplicates, quarantined, refused, invalid, rejects, created_at, finished_at`

// BeginImport implements subscriptions.ImportStore. Two at one time begin the same import.
func (d *DB) BeginImport(ctx context.Context, imp *subscriptions.Import) error {
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
		var created, finished int64
		err = c.row(ctx, `SELECT `+importColumns+` FROM imports WHERE list_id = ? AND digest = ?`, imp.ListID, imp.Digest).
			Scan(&imp.ID, &imp.FileName, &imp.Actor, &imp.Rows, &imp.Granted, &imp.Unchanged, &imp.Duplicates, &imp.Quarantined, &imp.Refused, &imp.Invalid, &imp.Rejects, &created, &finished)
		imp.CreatedAt, imp.FinishedAt = moment(created), moment(finished)
		if err != nil || n == 0 {
			return err // it goes on where it stopped, and was noted when it began
		}
		return c.note(ctx, audit.Note{Actor: imp.Actor, Action: audit.ImportBegun, Object: audit.About("import", imp.ID), Facts: audit.Values{"list": imp.ListID, "digest": imp.Digest}})
	}))
}

// UpdateImport implements subscriptions.ImportStore.
func (d *DB) UpdateImport(ctx context.Context, fn func(subscriptions.ImportTx) error) error {
	return d.Update(ctx, func(tx subscriptions.Tx) error { return fn(importTx{tx.(*ledgerTx)}) })
}

// importTx is a transaction of an import. Whom an import adds is not noted one by one in the audit trail: each has an event of the ledger that
// names the import, the line and who ran it, in a chain of its own, and the import has its entries with the counts.
type importTx struct{ *ledgerTx }

// CreateSubscribers implements subscriptions.Tx.
func (t importTx) CreateSubscribers(people []*subscriptions.Subscriber) error {
	return t.insertSubscribers(people)
}

// SubscribersByKey implements subscriptions.ImportTx.
func (t importTx) SubscribersByKey(keys ...[]byte) (map[string]subscriptions.Subscriber, error) {
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

// ImportRows implements subscriptions.ImportTx.
func (t importTx) ImportRows(id int64) (rows int64, err error) {
	err = t.row(t.ctx, `SELECT rows_done FROM imports WHERE id = ?`, id).Scan(&rows)
	return rows, fail("store: rows of an import", err)
}

// SaveImport implements subscriptions.ImportTx.
func (t importTx) SaveImport(imp subscriptions.Import) error {
	const op = "store: save import"
	err := t.changeOne(t.ctx, `UPDATE imports SET rows_done = ?, granted = ?, unchanged = ?, duplicates = ?, quarantined = ?, refused = ?, invalid = ?, rejects = ?, finished_at = ? WHERE id = ?`,
		imp.Rows, imp.Granted, imp.Unchanged, imp.Duplicates, imp.Quarantined, imp.Refused, imp.Invalid, imp.Rejects, millis(imp.FinishedAt), imp.ID)
	if err != nil || imp.FinishedAt.IsZero() {
		return fail(op, err)
	}
	return fail(op, t.note(t.ctx, audit.Note{Actor: imp.Actor, Action: audit.ImportDone, Object: audit.About("import", imp.ID), Facts: audit.Values{
		"rows": imp.Rows, "granted": imp.Granted, "unchanged": imp.Unchanged, "duplicates": imp.Duplicates,
		"quarantined": imp.Quarantined, "refused": imp.Refused, "invalid": imp.Invalid,
	}}))
}

// Quarantine implements subscriptions.ImportTx.
func (t importTx) Quarantine(importID int64, rows []subscriptions.Quarantined) error {
	return fail("store: quarantine", pages(rows, eventsAtOnce, func(page []subscriptions.Quarantined) error {
		args := make([]any, 0, len(page)*7)
		for _, q := range page {
			args = append(args, importID, q.Line, q.Key, q.Act.Address.String(), q.Act.Name, q.Why, millis(t.db.now()))
		}
		_, err := t.exec(t.ctx, `INSERT INTO quarantine (import_id, line, address_key, address, name, why, created_at) VALUES `+tuples(len(page), 7), args...)
		return err
	}))
}

var _ subscriptions.ImportTx = importTx{}
var _ subscriptions.ImportStore = (*DB)(nil)
