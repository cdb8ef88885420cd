package store

import (
	"context"
	"io"
	"time"

	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/exporting/copies"
	"assent/queue"
	"assent/subscriptions"
)

const copyColumns = `id, kind, what, format, list, campaign_id, spreadsheet, address, address_key, person_id, why, actor, state, asked_at, ready_at, expires_at, gone_at, gone_why, trouble,
	row_count, size, digest, fetched, recipient_id, recipient, disclosure_id`

func scanCopy(s scanner) (c copies.Copy, err error) {
	var asked, ready, expires, gone int64
	var addr string
	err = s.Scan(&c.ID, &c.Kind, &c.What, &c.Format, &c.List, &c.CampaignID, &c.Spreadsheet, &addr, &c.Key, &c.PersonID, &c.Why, &c.Actor, &c.State, &asked, &ready, &expires, &gone, &c.GoneWhy, &c.Trouble,
		&c.Rows, &c.Size, &c.Digest, &c.Fetched, &c.For, &c.Recipient, &c.GivenID)
	c.Address = stored(addr)
	c.AskedAt, c.ReadyAt, c.ExpiresAt, c.GoneAt = moment(asked), moment(ready), moment(expires), moment(gone)
	return c, err
}

// copyNote is what the trail says of a copy: of a pack, whom it is about.
func copyNote(c copies.Copy, step string) audit.Note {
	n := audit.Note{Action: audit.ExportPeople, Object: audit.About("copy", c.ID), Facts: audit.Values{"step": step, "kind": string(c.Kind), "format": string(c.Format)}}
	if c.Kind == copies.Pack {
		n.Action, n.PersonID = audit.ExportPack, c.PersonID
	} else {
		n.Facts["what"] = string(c.What)
	}
	if c.List != "" {
		n.Facts["list"] = c.List
	}
	if c.For != 0 {
		n.Facts["recipient"] = c.For
	}
	if c.CampaignID != 0 {
		n.Facts["campaign"] = c.CampaignID
	}
	return n
}

// AskCopy implements copies.Store.
func (d *DB) AskCopy(ctx context.Context, x *copies.Copy, g subscriptions.Given, task func(copies.Copy) (queue.Task, error)) error {
	return fail("store: ask for copy", d.within(ctx, func(c conn) (err error) {
		if x.For != 0 {
			g.At = time.Time{} // it shows once the file is ready
			if err := c.insertGiven(ctx, &g); err != nil {
				return err
			}
			x.GivenID = g.ID
		}
		x.ID, err = c.insert(ctx, `INSERT INTO copies (kind, what, format, list, campaign_id, spreadsheet, address, address_key, person_id, why, actor, state, asked_at, ready_at, expires_at, gone_at, gone_why, trouble,
			row_count, size, digest, fetched, recipient_id, recipient, disclosure_id) VALUES (`+marks(25)+`)`,
			string(x.Kind), string(x.What), string(x.Format), x.List, x.CampaignID, x.Spreadsheet, x.Address.String(), append([]byte{}, x.Key...), x.PersonID, x.Why, x.Actor, string(x.State),
			millis(x.AskedAt), 0, millis(x.ExpiresAt), 0, "", "", 0, 0, "", 0, x.For, x.Recipient, x.GivenID)
		if err != nil {
			return err
		}
		n := copyNote(*x, "asked")
		n.Actor, n.Why, n.Facts["until"] = x.Actor, x.Why, x.ExpiresAt.UTC().Format(time.RFC3339)
		if err := c.note(ctx, n); err != nil {
			return err
		}
		t, err := task(*x)
		if err != nil {
			return err
		}
		return c.enqueue(ctx, x.AskedAt, t)
	}))
}

// Copy implements copies.Store.
func (d *DB) Copy(ctx context.Context, id int64) (copies.Copy, error) {
	x, err := scanCopy(d.reading().row(ctx, `SELECT `+copyColumns+` FROM copies WHERE id = ?`, id))
	return x, fail("store: copy", err)
}

// Copies implements copies.Store.
func (d *DB) Copies(ctx context.Context, before int64, limit int) ([]copies.Copy, error) {
	rows, err := d.reading().query(ctx, `SELECT `+copyColumns+` FROM copies WHERE (? = 0 OR id < ?) ORDER BY id DESC LIMIT ?`, before, before, limit)
	out, err := collect(rows, err, scanCopy)
	return out, fail("store: copies", err)
}

// ClearCopy implements copies.Store.
func (d *DB) ClearCopy(ctx context.Context, id int64) error {
	const op = "store: clear copy"
	if _, err := d.writing().exec(ctx, `DELETE FROM copy_pieces WHERE copy_id = ?`, id); err != nil {
		return fail(op, err)
	}
	x, err := d.Copy(ctx, id)
	if err != nil || x.GivenID == 0 {
		return fail(op, err)
	}
	return fail(op, d.clearGiven(ctx, x.GivenID))
}

// AddPiece implements copies.Store.
func (d *DB) AddPiece(ctx context.Context, id int64, number int, data []byte) error {
	_, err := d.writing().exec(ctx, `INSERT INTO copy_pieces (copy_id, number, data) VALUES (?, ?, ?)`, id, number, data)
	return fail("store: keep piece of copy", err)
}

// EndCopy implements copies.Store. Whoever erases somebody while a copy is being made takes it out of the making, so that what was written of them before goes.
func (d *DB) EndCopy(ctx context.Context, x copies.Copy) error {
	return fail("store: end copy", d.within(ctx, func(c conn) error {
		res, err := c.exec(ctx, `UPDATE copies SET state = ?, ready_at = ?, trouble = ?, row_count = ?, size = ?, digest = ? WHERE id = ? AND state = 'making'`,
			string(x.State), millis(x.ReadyAt), x.Trouble, x.Rows, x.Size, x.Digest, x.ID)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		switch {
		case err != nil:
			return err
		case n == 1 && x.State == copies.Ready:
			return c.showGiven(ctx, x)
		}
		_, err = c.exec(ctx, `DELETE FROM copy_pieces WHERE copy_id = ?`, x.ID)
		return err
	}))
}

// OpenCopy implements copies.Store.
func (d *DB) OpenCopy(ctx context.Context, x copies.Copy, actor string) (io.ReadCloser, error) {
	err := d.within(ctx, func(c conn) error {
		res, err := c.exec(ctx, `UPDATE copies SET fetched = fetched + 1 WHERE id = ? AND state = 'ready'`, x.ID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errs.E("store: open copy", errs.Conflict, "It is not to be had any more. Look at it again.", err)
		}
		n := copyNote(x, "handed out")
		n.Actor, n.Facts["digest"] = actor, x.Digest
		return c.note(ctx, n)
	})
	if err != nil {
		return nil, fail("store: open copy", err)
	}
	return &pieceReader{ctx: ctx, db: d, query: `SELECT data FROM copy_pieces WHERE copy_id = ? AND number = ?`, id: x.ID}, nil
}

// DropCopy implements copies.Store.
func (d *DB) DropCopy(ctx context.Context, id int64, now time.Time, actor, why string) error {
	return fail("store: drop copy", d.within(ctx, func(c conn) error {
		x, err := scanCopy(c.row(ctx, `SELECT `+copyColumns+` FROM copies WHERE id = ?`, id))
		if err != nil {
			return err
		}
		return c.dropCopy(ctx, x, now, actor, why)
	}))
}

// DropCopies implements copies.Store.
func (d *DB) DropCopies(ctx context.Context, now time.Time, why string) (n int64, err error) {
	err = d.within(ctx, func(c conn) error {
		rows, err := c.query(ctx, `SELECT `+copyColumns+` FROM copies WHERE state IN ('making', 'ready', 'failed') AND expires_at <= ? ORDER BY id`, millis(now))
		over, err := collect(rows, err, scanCopy)
		for _, x := range over {
			if err := c.dropCopy(ctx, x, now, "system", why); err != nil {
				return err
			}
		}
		n = int64(len(over))
		return err
	})
	return n, fail("store: drop copies", err)
}

// dropCopy destroys a file; the record of it stays.
func (c conn) dropCopy(ctx context.Context, x copies.Copy, now time.Time, actor, why string) error {
	if x.State == copies.Gone {
		return nil
	}
	res, err := c.exec(ctx, `UPDATE copies SET state = 'gone', gone_at = ?, gone_why = ? WHERE id = ? AND state <> 'gone'`, millis(now), why, x.ID)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	if _, err := c.exec(ctx, `DELETE FROM copy_pieces WHERE copy_id = ?`, x.ID); err != nil {
		return err
	}
	if err := c.takeBackGiven(ctx, x); err != nil {
		return err
	}
	n := copyNote(x, "destroyed")
	n.Actor, n.Facts["because"], n.Facts["digest"] = actor, why, x.Digest
	return c.note(ctx, n)
}

// dropCopiesOf destroys the files in which somebody may be who is being erased: their packs, and every export, for an export is of many.
func (t *ledgerTx) dropCopiesOf(p erasee, counts map[string]int64) error {
	rows, err := t.query(t.ctx, `SELECT `+copyColumns+` FROM copies WHERE state IN ('making', 'ready') AND (kind = 'export' OR address_key IN (`+marks(len(p.key))+`)) ORDER BY id`, p.key...)
	all, err := collect(rows, err, scanCopy)
	for _, x := range all {
		if err := t.dropCopy(t.ctx, x, t.db.now(), "system", copies.SomebodyGone); err != nil {
			return err
		}
		counts["copy_pieces"]++
	}
	return err
}

var _ copies.Store = (*DB)(nil)
