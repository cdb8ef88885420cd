package main

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"assent/internal/errs"
	"assent/subscriptions/importing"
)

// rejectsFile is a CSV file with the rows that an import did not take. It is made with the first of them.
type rejectsFile struct {
	path string
	file *os.File
	size int64
	rows int64 // written by this run
	lost bool  // what an earlier run wrote is not there any more
}

var _ importing.RejectLog = (*rejectsFile)(nil)

// check refuses a path at which something else stands, before anything is done.
func (r *rejectsFile) check() error {
	f, err := os.Open(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return r.trouble(err)
	}
	defer f.Close()
	head := make([]byte, len(importing.RejectsHead))
	n, err := io.ReadFull(f, head)
	if n > 0 && string(head[:n]) != importing.RejectsHead || err != nil && n == 0 && !errors.Is(err, io.EOF) {
		return errs.E("file of rejects", errs.Invalid, "The file "+r.path+" stands where the rows that are not taken would be written, and is something else. Name another one with --errors. Nothing was done.", err)
	}
	return nil
}

// Rewind implements importing.RejectLog.
func (r *rejectsFile) Rewind(mark int64) error {
	info, err := os.Stat(r.path)
	r.lost = mark > 0 && (err != nil || info.Size() < mark)
	if err != nil || r.lost {
		mark = 0
	}
	if err == nil {
		if err := os.Truncate(r.path, mark); err != nil {
			return r.trouble(err)
		}
	}
	r.size = mark
	return nil
}

// Write implements importing.RejectLog.
func (r *rejectsFile) Write(_ importing.Tx, _ int64, rows []importing.Reject) (int64, error) {
	if len(rows) == 0 {
		return r.size, nil
	}
	lines := importing.RejectLines(rows)
	if r.size == 0 {
		lines = append([]byte(importing.RejectsHead), lines...)
	}
	if r.file == nil {
		var err error
		if r.file, err = os.OpenFile(r.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil { // it holds people's data
			return 0, r.trouble(err)
		}
	}
	n, err := r.file.Write(lines)
	if err == nil {
		err = r.file.Sync()
	}
	if err != nil {
		return 0, r.trouble(err)
	}
	r.size += int64(n)
	r.rows += int64(len(rows))
	return r.size, nil
}

// Close closes the file.
func (r *rejectsFile) Close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}

func (r *rejectsFile) trouble(err error) error {
	return errs.E("file of rejects", errs.Unavailable, "The file "+r.path+" cannot be written to. Make room, or name another one with --errors; the same command goes on where it stopped.", err)
}
