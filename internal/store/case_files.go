package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"

	"assent/inbox/cases"
)

// addCaseFile keeps a file in pieces, like the mail that came in: one piece is in memory at a time.
func (c conn) addCaseFile(ctx context.Context, f *cases.File) (err error) {
	f.ID, err = c.insert(ctx, `INSERT INTO case_files (case_id, name, type, size, digest, actor, added_at) VALUES (`+marks(7)+`)`,
		f.CaseID, f.Name, f.Type, 0, "", f.Actor, millis(f.AddedAt))
	if err != nil {
		return err
	}
	hash, piece := sha256.New(), make([]byte, pieceSize)
	for number := 0; ; number++ {
		n, err := io.ReadFull(f.Body, piece)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		if n > 0 {
			hash.Write(piece[:n])
			f.Size += int64(n)
			if _, err := c.exec(ctx, `INSERT INTO case_pieces (file_id, number, data) VALUES (?, ?, ?)`, f.ID, number, piece[:n]); err != nil {
				return err
			}
		}
		if err != nil {
			break
		}
	}
	f.Digest = hex.EncodeToString(hash.Sum(nil))
	_, err = c.exec(ctx, `UPDATE case_files SET size = ?, digest = ? WHERE id = ?`, f.Size, f.Digest, f.ID)
	return err
}

const caseFileColumns = `id, case_id, name, type, size, digest, actor, added_at`

func scanCaseFile(s scanner) (f cases.File, err error) {
	var at int64
	err = s.Scan(&f.ID, &f.CaseID, &f.Name, &f.Type, &f.Size, &f.Digest, &f.Actor, &at)
	f.AddedAt = moment(at)
	return f, err
}

// CaseFiles implements cases.Store.
func (d *DB) CaseFiles(ctx context.Context, id int64) ([]cases.File, error) {
	rows, err := d.reading().query(ctx, `SELECT `+caseFileColumns+` FROM case_files
		WHERE case_id = (SELECT CASE WHEN parent_id = 0 THEN id ELSE parent_id END FROM cases WHERE id = ?) ORDER BY id`, id)
	out, err := collect(rows, err, scanCaseFile)
	return out, fail("store: case files", err)
}

// CaseFile implements cases.Store.
func (d *DB) CaseFile(ctx context.Context, caseID, fileID int64) (cases.File, io.ReadCloser, error) {
	f, err := scanCaseFile(d.reading().row(ctx, `SELECT `+caseFileColumns+` FROM case_files
		WHERE id = ? AND case_id = (SELECT CASE WHEN parent_id = 0 THEN id ELSE parent_id END FROM cases WHERE id = ?)`, fileID, caseID))
	if err != nil {
		return f, nil, fail("store: case file", err)
	}
	return f, &pieceReader{ctx: ctx, db: d, query: `SELECT data FROM case_pieces WHERE file_id = ? AND number = ?`, id: f.ID}, nil
}

// pieceReader reads what is kept in pieces: one is in memory at a time.
type pieceReader struct {
	ctx   context.Context
	db    *DB
	query string // of a piece, by the row's number and the piece's
	id    int64
	next  int
	piece []byte
}

// Read implements io.Reader.
func (r *pieceReader) Read(p []byte) (int, error) {
	if len(r.piece) == 0 {
		rows, err := r.db.reading().query(r.ctx, r.query, r.id, r.next)
		found, err := collect(rows, err, func(s scanner) (b []byte, err error) { err = s.Scan(&b); return b, err })
		if err != nil {
			return 0, fail("store: read pieces", err)
		}
		if len(found) == 0 {
			return 0, io.EOF
		}
		r.next++
		r.piece = found[0]
	}
	n := copy(p, r.piece)
	r.piece = r.piece[n:]
	return n, nil
}

// Close implements io.Closer.
func (r *pieceReader) Close() error { return nil }
