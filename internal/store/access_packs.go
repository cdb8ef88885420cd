package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"assent/inbox/cases/access"
)

const packColumns = `id, case_id, kind, language, items, withheld, digest, actor, approved_by, approved_at, dropped_at, dropped_why`

func scanPack(s scanner) (b access.Bundle, err error) {
	var approved, dropped int64
	err = s.Scan(&b.ID, &b.CaseID, &b.Kind, &b.Language, &b.Items, &b.Withheld, &b.Digest, &b.Actor, &b.ApprovedBy, &approved, &dropped, &b.DroppedWhy)
	b.ApprovedAt, b.DroppedAt = moment(approved), moment(dropped)
	return b, err
}

// KeepPack implements access.Store.
func (d *DB) KeepPack(ctx context.Context, b *access.Bundle, files []access.Handed, now time.Time) error {
	return fail("store: keep pack", d.within(ctx, func(c conn) error {
		rows, err := c.query(ctx, `SELECT id FROM access_packs WHERE case_id = ? AND dropped_at = 0`, b.CaseID)
		earlier, err := collect(rows, err, func(s scanner) (id int64, err error) { err = s.Scan(&id); return id, err })
		if err != nil {
			return err
		}
		for _, id := range earlier {
			if err := c.dropPack(ctx, id, now, "Another pack took its place."); err != nil {
				return err
			}
		}
		b.ID, err = c.insert(ctx, `INSERT INTO access_packs (case_id, kind, language, items, withheld, digest, actor, approved_by, approved_at, dropped_at, dropped_why) VALUES (`+marks(11)+`)`,
			b.CaseID, string(b.Kind), b.Language, b.Items, b.Withheld, "", b.Actor, b.ApprovedBy, millis(b.ApprovedAt), 0, "")
		if err != nil {
			return err
		}
		all := sha256.New()
		for _, f := range files {
			digest, err := c.keepPackFile(ctx, b.ID, f)
			if err != nil {
				return err
			}
			fmt.Fprintf(all, "%s %s\n", digest, f.Name)
		}
		b.Digest = hex.EncodeToString(all.Sum(nil))
		_, err = c.exec(ctx, `UPDATE access_packs SET digest = ? WHERE id = ?`, b.Digest, b.ID)
		return err
	}))
}

// dropPack removes the files of a pack and ends its links; the record of it stays.
func (c conn) dropPack(ctx context.Context, id int64, now time.Time, why string) error {
	for _, step := range []struct {
		query string
		args  []any
	}{
		{`DELETE FROM access_pieces WHERE file_id IN (SELECT id FROM access_files WHERE pack_id = ?)`, []any{id}},
		{`DELETE FROM access_files WHERE pack_id = ?`, []any{id}},
		{`UPDATE access_links SET revoked_at = ?, revoked_by = 'system', revoked_why = ? WHERE pack_id = ? AND revoked_at = 0 AND expires_at > ?`, []any{millis(now), why, id, millis(now)}},
		{`UPDATE access_packs SET dropped_at = ?, dropped_why = ? WHERE id = ?`, []any{millis(now), why, id}},
	} {
		if _, err := c.exec(ctx, step.query, step.args...); err != nil {
			return err
		}
	}
	return c.takeBackUnopened(ctx, now)
}

// keepPackFile keeps a file in pieces: one is in memory at a time.
func (c conn) keepPackFile(ctx context.Context, packID int64, f access.Handed) (digest string, err error) {
	body, err := f.Open()
	if err != nil {
		return "", err
	}
	defer body.Close()
	id, err := c.insert(ctx, `INSERT INTO access_files (pack_id, name, type, size, digest) VALUES (?, ?, ?, 0, '')`, packID, f.Name, f.Type)
	if err != nil {
		return "", err
	}
	hash, piece, size := sha256.New(), make([]byte, pieceSize), int64(0)
	for number := 0; ; number++ {
		n, err := io.ReadFull(body, piece)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return "", err
		}
		if n > 0 {
			hash.Write(piece[:n])
			size += int64(n)
			if _, err := c.exec(ctx, `INSERT INTO access_pieces (file_id, number, data) VALUES (?, ?, ?)`, id, number, piece[:n]); err != nil {
				return "", err
			}
		}
		if err != nil {
			break
		}
	}
	digest = hex.EncodeToString(hash.Sum(nil))
	_, err = c.exec(ctx, `UPDATE access_files SET size = ?, digest = ? WHERE id = ?`, size, digest, id)
	return digest, err
}

// PackOf implements access.Store.
func (d *DB) PackOf(ctx context.Context, caseID int64) (access.Bundle, error) {
	b, err := scanPack(d.reading().row(ctx, `SELECT `+packColumns+` FROM access_packs WHERE case_id = ? AND dropped_at = 0 ORDER BY id DESC LIMIT 1`, caseID))
	return b, fail("store: pack", err)
}

// Packs implements access.Store.
func (d *DB) Packs(ctx context.Context, caseID int64) ([]access.Bundle, error) {
	rows, err := d.reading().query(ctx, `SELECT `+packColumns+` FROM access_packs WHERE case_id = ? ORDER BY id`, caseID)
	out, err := collect(rows, err, scanPack)
	return out, fail("store: packs", err)
}

func scanPackFile(s scanner) (f access.PackFile, err error) {
	err = s.Scan(&f.ID, &f.Name, &f.Type, &f.Size, &f.Digest)
	return f, err
}

// PackFiles implements access.Store.
func (d *DB) PackFiles(ctx context.Context, packID int64) ([]access.PackFile, error) {
	rows, err := d.reading().query(ctx, `SELECT id, name, type, size, digest FROM access_files WHERE pack_id = ? ORDER BY id`, packID)
	out, err := collect(rows, err, scanPackFile)
	return out, fail("store: files of a pack", err)
}

// PackFile implements access.Store.
func (d *DB) PackFile(ctx context.Context, packID, fileID int64) (access.PackFile, io.ReadCloser, error) {
	f, err := scanPackFile(d.reading().row(ctx, `SELECT id, name, type, size, digest FROM access_files WHERE pack_id = ? AND id = ?`, packID, fileID))
	if err != nil {
		return f, nil, fail("store: file of a pack", err)
	}
	return f, &pieceReader{ctx: ctx, db: d, query: `SELECT data FROM access_pieces WHERE file_id = ? AND number = ?`, id: f.ID}, nil
}
