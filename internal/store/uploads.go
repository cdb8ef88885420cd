package store

import (
	"context"
	"io"
	"time"

	"assent/internal/audit"
	"assent/queue"
	"assent/subscriptions/importing/uploads"
)

const uploadColumns = `id, list_id, file_name, format, encoding, actor, started_by, state, round, size, lines, line, digest, rows_done, granted, unchanged, duplicates, quarantined, refused, barred, invalid,
	import_id, trouble, created_at, started_at, ended_at, expires_at, gone_at, gone_why`

func scanUpload(s scanner) (u uploads.Upload, err error) {
	var created, started, ended, expires, gone int64
	w := &u.Would
	err = s.Scan(&u.ID, &u.ListID, &u.FileName, &u.Format, &u.Encoding, &u.Actor, &u.StartedBy, &u.State, &u.Round, &u.Size, &u.Lines, &u.Line, &u.Digest,
		&w.Rows, &w.Granted, &w.Unchanged, &w.Duplicates, &w.Quarantined, &w.Refused, &w.Barred, &w.Invalid, &u.ImportID, &u.Trouble, &created, &started, &ended, &expires, &gone, &u.GoneWhy)
	u.CreatedAt, u.StartedAt, u.EndedAt, u.ExpiresAt, u.GoneAt = moment(created), moment(started), moment(ended), moment(expires), moment(gone)
	return u, err
}

// sketchNumber is the piece that says what the columns of a file are called and taken for.
const sketchNumber = -1

// AddUpload implements uploads.Store.
func (d *DB) AddUpload(ctx context.Context, u *uploads.Upload, until time.Time) (err error) {
	u.ID, err = d.writing().insert(ctx, `INSERT INTO uploads (list_id, file_name, format, encoding, actor, state, created_at, expires_at, lease_until,
		started_by, round, size, lines, line, digest, rows_done, granted, unchanged, duplicates, quarantined, refused, barred, invalid, import_id, trouble, started_at, ended_at, gone_at, gone_why, claimed_by)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0, 0, 0, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, '', 0, 0, 0, '', '')`,
		u.ListID, u.FileName, u.Format, string(u.Encoding), u.Actor, string(u.State), millis(u.CreatedAt), millis(u.ExpiresAt), millis(until))
	return fail("store: add upload", err)
}

// AddUploadPiece implements uploads.Store.
func (d *DB) AddUploadPiece(ctx context.Context, id int64, number int, data []byte, until time.Time) error {
	return fail("store: keep piece of upload", d.within(ctx, func(c conn) error {
		res, err := c.exec(ctx, `UPDATE uploads SET lease_until = ? WHERE id = ? AND state = 'arriving' AND gone_at = 0`, millis(until), id)
		if err := changed(res, err); err != nil {
			return err
		}
		_, err = c.exec(ctx, `INSERT INTO upload_pieces (upload_id, number, data) VALUES (?, ?, ?)`, id, number, data)
		return err
	}))
}

// ForgetUpload implements uploads.Store.
func (d *DB) ForgetUpload(ctx context.Context, id int64) error {
	return fail("store: forget upload", d.within(ctx, func(c conn) error { return c.forgetUpload(ctx, id) }))
}

func (c conn) forgetUpload(ctx context.Context, id int64) error {
	if _, err := c.exec(ctx, `DELETE FROM upload_pieces WHERE upload_id IN (SELECT id FROM uploads WHERE id = ? AND state = 'arriving')`, id); err != nil {
		return err
	}
	_, err := c.exec(ctx, `DELETE FROM uploads WHERE id = ? AND state = 'arriving'`, id)
	return err
}

// Upload implements uploads.Store.
func (d *DB) Upload(ctx context.Context, id int64) (uploads.Upload, error) {
	u, err := scanUpload(d.reading().row(ctx, `SELECT `+uploadColumns+` FROM uploads WHERE id = ?`, id))
	return u, fail("store: upload", err)
}

// Uploads implements uploads.Store.
func (d *DB) Uploads(ctx context.Context, before int64, limit int) ([]uploads.Upload, error) {
	rows, err := d.reading().query(ctx, `SELECT `+uploadColumns+` FROM uploads WHERE (? = 0 OR id < ?) AND state <> 'arriving' ORDER BY id DESC LIMIT ?`, before, before, limit)
	out, err := collect(rows, err, scanUpload)
	return out, fail("store: uploads", err)
}

// SameUpload implements uploads.Store.
func (d *DB) SameUpload(ctx context.Context, u uploads.Upload) (id int64, err error) {
	err = d.reading().row(ctx, `SELECT COALESCE(MAX(id), 0) FROM uploads WHERE list_id = ? AND digest = ? AND id <> ? AND state IN ('waiting', 'checking', 'checked', 'importing')`, u.ListID, u.Digest, u.ID).Scan(&id)
	return id, fail("store: same upload", err)
}

// ImportOf implements uploads.Store.
func (d *DB) ImportOf(ctx context.Context, listID int64, digest string) (id int64, err error) {
	err = d.reading().row(ctx, `SELECT COALESCE(MAX(id), 0) FROM imports WHERE list_id = ? AND digest = ? AND undone_at = 0`, listID, digest).Scan(&id)
	return id, fail("store: import of file", err)
}

// OpenUpload implements uploads.Store.
func (d *DB) OpenUpload(ctx context.Context, id int64) io.Reader {
	return &pieceReader{ctx: ctx, db: d, query: `SELECT data FROM upload_pieces WHERE upload_id = ? AND number = ?`, id: id}
}

// Sketch implements uploads.Store.
func (d *DB) Sketch(ctx context.Context, id int64) (b []byte, err error) {
	err = d.reading().row(ctx, `SELECT data FROM upload_pieces WHERE upload_id = ? AND number = ?`, id, sketchNumber).Scan(&b)
	return b, fail("store: sketch of upload", err)
}

// ChangeUpload implements uploads.Store.
func (d *DB) ChangeUpload(ctx context.Context, ch uploads.Change, tasks ...queue.Task) error {
	return fail("store: change upload", d.within(ctx, func(c conn) error {
		if err := c.writeUpload(ctx, ch); err != nil {
			return err
		}
		id := ch.Upload.ID
		if !ch.Upload.State.HasFile() {
			if _, err := c.exec(ctx, `DELETE FROM upload_pieces WHERE upload_id = ?`, id); err != nil {
				return err
			}
		}
		if ch.ForgetRejects {
			if _, err := c.exec(ctx, `DELETE FROM upload_rejects WHERE upload_id = ?`, id); err != nil {
				return err
			}
		}
		if ch.Sketch != nil && ch.Upload.State.HasFile() {
			if _, err := c.exec(ctx, `INSERT INTO upload_pieces (upload_id, number, data) VALUES (?, ?, ?) ON CONFLICT (upload_id, number) DO UPDATE SET data = excluded.data`, id, sketchNumber, ch.Sketch); err != nil {
				return err
			}
		}
		if ch.Step != "" {
			if err := c.noteUpload(ctx, ch.Upload, ch.Step, ch.Actor); err != nil {
				return err
			}
		}
		return c.enqueue(ctx, d.now(), tasks...)
	}))
}

func (c conn) writeUpload(ctx context.Context, ch uploads.Change) error {
	u, w := ch.Upload, ch.Upload.Would
	res, err := c.exec(ctx, `UPDATE uploads SET format = ?, started_by = ?, state = ?, round = ?, size = ?, lines = ?, line = ?, digest = ?,
		rows_done = ?, granted = ?, unchanged = ?, duplicates = ?, quarantined = ?, refused = ?, barred = ?, invalid = ?,
		import_id = ?, trouble = ?, started_at = ?, ended_at = ?, expires_at = ?, gone_at = ?, gone_why = ?, claimed_by = '', lease_until = 0
		WHERE id = ? AND state = ? AND gone_at = 0 AND (? = '' OR claimed_by = ?)`,
		u.Format, u.StartedBy, string(u.State), u.Round, u.Size, u.Lines, u.Line, u.Digest, w.Rows, w.Granted, w.Unchanged, w.Duplicates, w.Quarantined, w.Refused, w.Barred, w.Invalid,
		u.ImportID, u.Trouble, millis(u.StartedAt), millis(u.EndedAt), millis(u.ExpiresAt), millis(u.GoneAt), u.GoneWhy, u.ID, string(ch.From), ch.Claimant, ch.Claimant)
	return changed(res, err)
}

// noteUpload writes a step of a file to the audit trail. The file's name is not among the facts: whoever names a file after a person would put them there for years.
func (c conn) noteUpload(ctx context.Context, u uploads.Upload, step, actor string) error {
	facts := audit.Values{"step": step, "list": u.ListID, "digest": u.Digest}
	if u.GoneWhy != "" {
		facts["because"] = u.GoneWhy
	}
	return c.note(ctx, audit.Note{Actor: actor, Action: audit.HandleFile, Object: audit.About("upload", u.ID), Facts: facts})
}

// AskUndo implements uploads.Store.
func (d *DB) AskUndo(ctx context.Context, now time.Time, task queue.Task) error {
	return fail("store: ask to take import back", d.within(ctx, func(c conn) error { return c.enqueue(ctx, now, task) }))
}

var _ uploads.Store = (*DB)(nil)
