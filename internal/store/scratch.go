package store

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"

	"assent/internal/errs"
	"assent/subscriptions"
)

// Scratch is a set of keys in a temporary file: memory stays the same however many there are.
type Scratch struct {
	db  *sql.DB
	dir string
}

// OpenScratch makes an empty set in the folder for temporary files. Errors are of kind Unavailable.
func OpenScratch(ctx context.Context) (*Scratch, error) {
	dir, err := os.MkdirTemp("", "assent-import-")
	if err != nil {
		return nil, scratchError(err)
	}
	s := &Scratch{dir: dir}
	path := (&url.URL{Path: filepath.Join(dir, "seen.db")}).EscapedPath()
	if s.db, err = sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(OFF)&_pragma=synchronous(OFF)&_txlock=immediate"); err == nil {
		s.db.SetMaxOpenConns(1)
		_, err = s.db.ExecContext(ctx, `CREATE TABLE seen (key BLOB PRIMARY KEY) WITHOUT ROWID`)
	}
	if err != nil {
		return nil, errors.Join(scratchError(err), s.Close())
	}
	return s, nil
}

// Close removes the set.
func (s *Scratch) Close() error {
	var err error
	if s.db != nil {
		err = s.db.Close()
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}

// Add implements subscriptions.Seen.
func (s *Scratch) Add(ctx context.Context, keys [][]byte) ([]bool, error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, scratchError(err)
	}
	defer tx.Rollback() // does nothing after Commit
	fresh := make(map[string]bool, len(keys))
	err = pages(keys, keysAtOnce, func(page [][]byte) error {
		rows, err := conn{tx, sqlite, nil}.query(ctx, `INSERT INTO seen (key) VALUES `+tuples(len(page), 1)+` ON CONFLICT DO NOTHING RETURNING key`, anys(page)...)
		added, err := collect(rows, err, func(s scanner) (key []byte, err error) {
			err = s.Scan(&key)
			return key, err
		})
		for _, key := range added {
			fresh[string(key)] = true
		}
		return err
	})
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return nil, scratchError(err)
	}
	before := make([]bool, len(keys))
	for i, key := range keys {
		before[i] = !fresh[string(key)]
		fresh[string(key)] = false
	}
	return before, nil
}

func scratchError(err error) error {
	return errs.E("store: scratch", errs.Unavailable, "The folder for temporary files cannot be written to. Make room there, or name another one in TMPDIR; the same command goes on where it stopped.", err)
}

var _ subscriptions.Seen = (*Scratch)(nil)
