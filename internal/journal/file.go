package journal

import (
	"bytes"
	"crypto/hmac"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"assent/internal/errs"
)

// File is an open journal.
type File struct {
	path string
	key  []byte

	mu       sync.Mutex
	f        *os.File
	size     int64  // octets that were read or written by us
	mac      []byte // of the last line
	last     Entry  // the last line; zero when there is none
	repaired int64
}

// Open opens the journal at a path, or begins one. A last line that a crash cut off was never acknowledged: it is taken away, and Repaired
// tells. Only the end is looked at; Each reads all of it. Errors are of kind Unavailable for the file and Invalid for what stands in it.
func Open(path string, key []byte) (*File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, trouble(path, err)
	}
	j := &File{path: path, key: key, f: f}
	if err := j.locked(j.open); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return j, nil
}

// Path returns where the journal is.
func (j *File) Path() string { return j.path }

// Repaired returns how many octets of a cut-off last line Open took away.
func (j *File) Repaired() int64 { return j.repaired }

// Close ends it.
func (j *File) Close() error { return j.f.Close() }

func (j *File) open() error {
	end, err := j.f.Seek(0, io.SeekEnd)
	if err != nil {
		return trouble(j.path, err)
	}
	whole, err := j.wholeLines(end)
	if err != nil {
		return trouble(j.path, err)
	}
	if whole < end {
		if err := j.f.Truncate(whole); err != nil {
			return trouble(j.path, err)
		}
		j.repaired = end - whole
	}
	if whole == 0 {
		return j.begin()
	}
	return j.readEnd(whole)
}

// wholeLines returns where the last whole line ends. Behind it is what a crash left.
func (j *File) wholeLines(end int64) (int64, error) {
	for end > 0 {
		from := max(0, end-maxLine)
		tail := make([]byte, end-from)
		if _, err := j.f.ReadAt(tail, from); err != nil {
			return 0, err
		}
		if i := bytes.LastIndexByte(tail, '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
		end = from
	}
	return 0, nil
}

// begin writes the first line. The folder is synced too, for a file that nobody finds after a crash keeps nothing.
func (j *File) begin() error {
	j.mac = seal(j.key, nil, []byte(header))
	if err := j.write(fmt.Appendf(nil, "%s\t%x\n", header, j.mac)); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(j.path))
	if err != nil {
		return trouble(j.path, err)
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil {
		return trouble(j.path, err)
	}
	return nil
}

// readEnd takes the last line as it stands, and holds it to the one before.
func (j *File) readEnd(end int64) error {
	from := max(0, end-2*maxLine)
	tail := make([]byte, end-from)
	if _, err := j.f.ReadAt(tail, from); err != nil {
		return trouble(j.path, err)
	}
	lines := bytes.Split(bytes.TrimSuffix(tail, []byte("\n")), []byte("\n"))
	if from == 0 && len(lines) == 1 {
		return j.take(lines[0], nil, end, 1)
	}
	if len(lines) < 2 {
		return forged(j.path, 1)
	}
	_, before, ok := split(lines[len(lines)-2])
	if !ok {
		return forged(j.path, j.countTo(end)-1)
	}
	return j.take(lines[len(lines)-1], before, end, 0)
}

// take checks a line and makes it the last. number 0 is counted only when it is needed.
func (j *File) take(raw, before []byte, end, number int64) error {
	e, mac, err := check(j.key, before, raw)
	if err != nil {
		if number == 0 {
			number = j.countTo(end)
		}
		return forged(j.path, number)
	}
	j.size, j.mac, j.last = end, mac, e
	return nil
}

// check holds a line to its MAC and reads it. The header is the zero Entry.
func check(key, before, raw []byte) (e Entry, mac []byte, err error) {
	line, mac, ok := split(raw)
	if !ok || !hmac.Equal(mac, seal(key, before, line)) {
		return e, nil, errors.New("the MAC does not fit")
	}
	if before == nil {
		if string(line) != header {
			return e, nil, errors.New("not a header")
		}
		return e, mac, nil
	}
	e, err = parse(line)
	return e, mac, err
}

// countTo returns the number of the line that ends at an offset.
func (j *File) countTo(end int64) int64 {
	n, buf := int64(0), make([]byte, 64<<10)
	r := io.NewSectionReader(j.f, 0, end)
	for {
		got, err := r.Read(buf)
		n += int64(bytes.Count(buf[:got], []byte("\n")))
		if err != nil {
			return n
		}
	}
}

// write adds octets at the end and has them on the disk before it returns.
func (j *File) write(b []byte) error {
	if _, err := j.f.WriteAt(b, j.size); err != nil {
		return errors.Join(trouble(j.path, err), j.f.Truncate(j.size))
	}
	if err := j.f.Sync(); err != nil {
		return trouble(j.path, err)
	}
	j.size += int64(len(b))
	return nil
}

// locked runs fn alone among the threads and processes that have the file.
func (j *File) locked(fn func() error) (err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := lock(j.f); err != nil {
		return trouble(j.path, err)
	}
	defer func() { err = errors.Join(err, unlock(j.f)) }()
	return fn()
}

func trouble(path string, err error) error {
	return errs.E("journal: write", errs.Unavailable,
		"The journal "+path+", which keeps opt-outs and erasures outside the database, cannot be used. See that its folder exists, has room and may be written to, or name another one in ASSENT_JOURNAL.", err)
}
