package journal

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"assent/internal/errs"
)

// Last returns the last entry, with what other processes wrote meanwhile; ok is false while there is none.
func (j *File) Last() (e Entry, ok bool, err error) {
	err = j.locked(func() error {
		if err := j.catchUp(); err != nil {
			return err
		}
		e, ok = j.last, j.last.Kind != ""
		return nil
	})
	return e, ok, err
}

// Append writes the entries that the journal does not have, in one go, and returns when they are on the disk. The entries must ascend. One whose
// place is not above that of the last line was written by another process before.
func (j *File) Append(entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	return j.locked(func() error {
		if err := j.catchUp(); err != nil {
			return err
		}
		var out bytes.Buffer
		mac, last := j.mac, j.last
		for _, e := range entries {
			if e.Seq <= last.Seq && e.Kind != Restored {
				continue
			}
			line := e.line()
			mac = seal(j.key, mac, line)
			fmt.Fprintf(&out, "%s\t%x\n", line, mac)
			last = e
		}
		if out.Len() == 0 {
			return nil
		}
		if err := j.write(out.Bytes()); err != nil {
			return err
		}
		j.mac, j.last = mac, last
		return nil
	})
}

// catchUp reads what other processes wrote since.
func (j *File) catchUp() error {
	here, err := j.f.Stat()
	if err != nil {
		return trouble(j.path, err)
	}
	there, err := os.Stat(j.path)
	if err != nil || !os.SameFile(here, there) || there.Size() < j.size {
		return errs.E("journal: write", errs.Unavailable,
			"The journal "+j.path+" was moved, exchanged or cut off while it was in use. Put it back, or start Assent again, which gives a new one all that the ledger knows.", err)
	}
	if there.Size() == j.size {
		return nil
	}
	whole, err := j.wholeLines(there.Size())
	if err != nil {
		return trouble(j.path, err)
	}
	if err := j.readFrom(j.size, whole); err != nil {
		return err
	}
	if whole == there.Size() {
		return nil
	}
	// Another process died in the middle of a line.
	if err := j.f.Truncate(whole); err != nil {
		return trouble(j.path, err)
	}
	return nil
}

func (j *File) readFrom(from, to int64) error {
	r := lines(io.NewSectionReader(j.f, from, to-from))
	for r.Scan() {
		from += int64(len(r.Bytes())) + 1
		if err := j.take(r.Bytes(), j.mac, from, 0); err != nil {
			return err
		}
	}
	if err := r.Err(); err != nil {
		return trouble(j.path, err)
	}
	return nil
}

// Each calls fn with every entry from the first on, each held to its MAC before. It reads what stood there when it began, in bounded memory.
func (j *File) Each(fn func(Entry) error) error {
	var size int64
	if err := j.locked(func() error {
		if err := j.catchUp(); err != nil {
			return err
		}
		size = j.size
		return nil
	}); err != nil {
		return err
	}
	return each(j.path, j.key, io.NewSectionReader(j.f, 0, size), fn)
}

// Read is Each for a journal that is not to be written to, such as another machine's. A cut-off last line is passed over.
func Read(path string, key []byte, fn func(Entry) error) error {
	f, err := os.Open(path)
	if err != nil {
		return errs.E("journal: read", errs.Invalid, "The journal "+path+" cannot be opened. Check its name, and that you may read it.", err)
	}
	defer f.Close()
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return trouble(path, err)
	}
	whole, err := (&File{f: f}).wholeLines(end)
	if err != nil {
		return trouble(path, err)
	}
	return each(path, key, io.NewSectionReader(f, 0, whole), fn)
}

func each(path string, key []byte, r io.Reader, fn func(Entry) error) error {
	scan := lines(r)
	var mac []byte
	number := int64(1)
	for ; scan.Scan(); number++ {
		e, own, err := check(key, mac, scan.Bytes())
		if err != nil {
			return forged(path, number)
		}
		mac = own
		if number == 1 {
			continue
		}
		if err := fn(e); err != nil {
			return err
		}
	}
	switch err := scan.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return forged(path, number)
	case err != nil:
		return trouble(path, err)
	}
	return nil
}

func lines(r io.Reader) *bufio.Scanner {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 64<<10), maxLine)
	return s
}
