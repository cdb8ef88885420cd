package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"time"

	"assent/queue"
	"assent/subscriptions/importing/uploads"
)

// changed gives uploads.Moved where a statement changed nothing.
func changed(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		return uploads.Moved()
	}
	return err
}

// ClaimUpload implements uploads.Store.
func (d *DB) ClaimUpload(ctx context.Context, id int64, want uploads.State, round int64, claimant string, now, until time.Time) (u uploads.Upload, wanted bool, err error) {
	const op = "store: claim upload"
	err = d.within(ctx, func(c conn) error {
		res, err := c.exec(ctx, `UPDATE uploads SET claimed_by = ?, lease_until = ? WHERE id = ? AND state = ? AND round = ? AND gone_at = 0 AND lease_until < ?`,
			claimant, millis(until), id, string(want), round, millis(now))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		if u, err = scanUpload(c.row(ctx, `SELECT `+uploadColumns+` FROM uploads WHERE id = ?`, id)); errors.Is(err, sql.ErrNoRows) {
			return nil // it is forgotten
		} else if err != nil {
			return err
		}
		wanted = u.State == want && u.Round == round && u.GoneAt.IsZero()
		if wanted && n == 0 {
			return fmt.Errorf("upload %d: %w", id, queue.ErrBusy)
		}
		return nil
	})
	return u, wanted, failUnless(queue.ErrBusy, op, err)
}

// BeatUpload implements uploads.Store.
func (d *DB) BeatUpload(ctx context.Context, u uploads.Upload, claimant string, until time.Time) error {
	const op = "store: beat of upload"
	res, err := d.writing().exec(ctx, `UPDATE uploads SET line = ?, lease_until = ?, import_id = CASE WHEN state = 'importing'
		THEN COALESCE((SELECT MAX(i.id) FROM imports i WHERE i.list_id = uploads.list_id AND i.digest = uploads.digest AND i.undone_at = 0), 0) ELSE import_id END
		WHERE id = ? AND claimed_by = ? AND state = ? AND round = ? AND gone_at = 0`, u.Line, millis(until), u.ID, claimant, string(u.State), u.Round)
	if err != nil {
		return fail(op, err)
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		return uploads.ErrLost
	}
	return fail(op, err)
}

// ReleaseUpload implements uploads.Store.
func (d *DB) ReleaseUpload(ctx context.Context, id int64, claimant string) error {
	_, err := d.writing().exec(ctx, `UPDATE uploads SET claimed_by = '', lease_until = 0 WHERE id = ? AND claimed_by = ?`, id, claimant)
	return fail("store: release upload", err)
}

const insertRejects = `INSERT INTO upload_rejects (upload_id, at, data) VALUES (?, ?, ?)`

// KeepRejects implements importing.Tx.
func (t importTx) KeepRejects(uploadID, at int64, lines []byte) error {
	const op = "store: keep rejects"
	res, err := t.exec(t.ctx, `UPDATE uploads SET line = line WHERE id = ? AND state = 'importing' AND gone_at = 0`, uploadID) // and nobody erases them meanwhile
	if err := changed(res, err); err != nil {
		return fail(op, err)
	}
	_, err = t.exec(t.ctx, insertRejects, uploadID, at, lines)
	return fail(op, err)
}

// AddRejects implements uploads.Store.
func (d *DB) AddRejects(ctx context.Context, id, at int64, lines []byte, claimant string) error {
	return fail("store: add rejects", d.within(ctx, func(c conn) error {
		res, err := c.exec(ctx, `UPDATE uploads SET line = line WHERE id = ? AND state = 'checking' AND gone_at = 0 AND claimed_by = ?`, id, claimant)
		if err := changed(res, err); err != nil {
			return err
		}
		_, err = c.exec(ctx, insertRejects, id, at, lines)
		return err
	}))
}

// RewindRejects implements uploads.Store.
func (d *DB) RewindRejects(ctx context.Context, id, mark int64) error {
	_, err := d.writing().exec(ctx, `DELETE FROM upload_rejects WHERE upload_id = ? AND at >= ?`, id, mark)
	return fail("store: rewind rejects", err)
}

// OpenRejects implements uploads.Store.
func (d *DB) OpenRejects(ctx context.Context, id int64) io.Reader {
	return &rejectReader{ctx: ctx, db: d, id: id, at: -1}
}

// rejectReader reads lines in the order of their offsets, some at a time.
type rejectReader struct {
	ctx  context.Context
	db   *DB
	id   int64
	at   int64 // of those that were read last
	rest []byte
}

// Read implements io.Reader.
func (r *rejectReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		err := r.db.reading().row(r.ctx, `SELECT at, data FROM upload_rejects WHERE upload_id = ? AND at > ? ORDER BY at LIMIT 1`, r.id, r.at).Scan(&r.at, &r.rest)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, io.EOF
		}
		if err != nil {
			return 0, fail("store: read rejects", err)
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// DropUploads implements uploads.Store.
func (d *DB) DropUploads(ctx context.Context, now time.Time, why string) (n int64, err error) {
	err = d.within(ctx, func(c conn) error {
		rows, err := c.query(ctx, `SELECT `+uploadColumns+` FROM uploads WHERE gone_at = 0 AND (state <> 'arriving' AND expires_at <= ? OR state = 'arriving' AND lease_until < ?) ORDER BY id`, millis(now), millis(now))
		over, err := collect(rows, err, scanUpload)
		if err != nil {
			return err
		}
		for _, u := range over {
			if u.State == uploads.Arriving {
				err = c.forgetUpload(ctx, u.ID)
			} else {
				err = c.dropUpload(ctx, u, now, why)
			}
			if err != nil {
				return err
			}
		}
		n = int64(len(over))
		return nil
	})
	return n, fail("store: drop uploads", err)
}

// dropUpload destroys what is left of a file; the record stays.
func (c conn) dropUpload(ctx context.Context, u uploads.Upload, now time.Time, why string) error {
	from := u.State
	if from.HasFile() {
		u.State, u.EndedAt = uploads.Gone, now
	}
	if from == uploads.Importing {
		u.State = uploads.Stopped
	}
	u.GoneAt, u.GoneWhy = now, why
	if err := c.writeUpload(ctx, uploads.Change{Upload: u, From: from}); err != nil {
		return err
	}
	for _, table := range []string{"upload_pieces", "upload_rejects"} {
		if _, err := c.exec(ctx, `DELETE FROM `+table+` WHERE upload_id = ?`, u.ID); err != nil {
			return err
		}
	}
	return c.noteUpload(ctx, u, "destroyed", "system")
}

// dropUploadsOf destroys every file that was handed over and what is left of it, for each is of many and may hold whoever is being erased. An import of one stops with the batch
// that is at work; the same file, handed over again, goes on behind it, without them.
func (t *ledgerTx) dropUploadsOf(counts map[string]int64) error {
	rows, err := t.query(t.ctx, `SELECT `+uploadColumns+` FROM uploads WHERE gone_at = 0 ORDER BY id`)
	all, err := collect(rows, err, scanUpload)
	for _, u := range all {
		if err := t.dropUpload(t.ctx, u, t.db.now(), uploads.SomebodyGone); err != nil {
			return err
		}
		counts["upload_pieces"]++
	}
	return err
}
