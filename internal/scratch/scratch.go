// Package scratch is the set in which an import looks up which people of a file it has met: in bounded memory, with a temporary file behind it.
package scratch

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"

	"assent/internal/errs"
)

// Set is a set of keys in bounded memory. A filter in memory knows most new keys by itself. All keys are in a temporary file, in parts by the beginning of
// the key: a part collects some before they are written together, and is read as a whole when the filter may know a key.
type Set struct {
	file   *os.File
	filter []uint64
	parts  []part // a power of two
	buf    []byte // of a part that is read
}

type part struct {
	written int    // keys in the file
	waiting []byte // those that are not yet
}

const (
	markSize    = 16      // octets: enough of a key's MAC that two are never taken for one
	keySize     = 33      // an octet of the caller's and an address key
	partKeys    = 1024    // for which a part is made
	partRoom    = 1536    // above it by more than chance ever brings, for keys are MACs
	waitingKeys = 32      // that are written together
	maxParts    = 1 << 14 // 8 MiB of waiting keys; a larger file has larger parts
	filterKeys  = 4       // of the file for each word of the filter, which is then wrong about one new key in a thousand
	minFilter   = 1 << 18 // words: 2 MiB
	maxFilter   = 1 << 21 // words: 16 MiB
)

// Open makes an empty set for up to so many keys in the folder for temporary files. Errors are of kind Unavailable.
func Open(keys int64) (*Set, error) {
	parts := 1
	for parts < maxParts && int64(parts)*partKeys < keys {
		parts *= 2
	}
	words := minFilter
	for words < maxFilter && int64(words)*filterKeys < keys {
		words *= 2
	}
	file, err := os.CreateTemp("", "assent-import-")
	if err != nil {
		return nil, failed(err)
	}
	if err := os.Remove(file.Name()); err != nil { // it lives as long as it is open: nothing stays behind a process that was killed
		return nil, errors.Join(failed(err), file.Close())
	}
	each := max(partRoom, int(keys)/parts*partRoom/partKeys)
	return &Set{file: file, filter: make([]uint64, words), parts: make([]part, parts), buf: make([]byte, each*markSize)}, nil
}

// Close removes the set.
func (s *Set) Close() error { return s.file.Close() }

// Add adds keys and tells of each whether it was there before. Keys are of 33 octets: one by which whoever calls tells sorts apart, and an address key.
func (s *Set) Add(ctx context.Context, keys [][]byte) ([]bool, error) {
	before := make([]bool, len(keys))
	for i, key := range keys {
		if len(key) != keySize {
			return nil, errs.E("scratch: add", errs.Internal, "", errors.New("a key of another length"))
		}
		var err error
		if before[i], err = s.add(key); err != nil {
			return nil, failed(err)
		}
	}
	return before, ctx.Err()
}

func (s *Set) add(key []byte) (before bool, err error) {
	at := binary.BigEndian.Uint32(key[keySize-4:]) & uint32(len(s.parts)-1)
	part, mark := &s.parts[at], key[:markSize]
	if s.filtered(key) {
		if before, err = s.has(int64(at), part, mark); before || err != nil {
			return before, err
		}
	}
	if part.waiting == nil {
		part.waiting = make([]byte, 0, waitingKeys*markSize)
	}
	part.waiting = append(part.waiting, mark...)
	if len(part.waiting) < cap(part.waiting) {
		return false, nil
	}
	if len(s.buf) < part.written*markSize+len(part.waiting) {
		return false, errors.New("more keys than there is room for")
	}
	_, err = s.file.WriteAt(part.waiting, s.offset(int64(at), part))
	part.written, part.waiting = part.written+waitingKeys, part.waiting[:0]
	return false, err
}

// offset returns where the next keys of a part go.
func (s *Set) offset(at int64, part *part) int64 {
	return at*int64(len(s.buf)) + int64(part.written)*markSize
}

// filtered adds a key to the filter (Bloom's, with all bits of a key in 64 octets), and reports whether it may have been there before: always when it was.
func (s *Set) filtered(key []byte) bool {
	block := binary.BigEndian.Uint32(key[1:]) % uint32(len(s.filter)/8) * 8
	may := true
	for probe := range uint32(5) {
		n := uint32(binary.BigEndian.Uint16(key[5+2*probe:])) + 97*uint32(key[0])
		word, bit := &s.filter[block+n/64%8], uint64(1)<<(n%64)
		may = may && *word&bit != 0
		*word |= bit
	}
	return may
}

// has looks for a mark in a part.
func (s *Set) has(at int64, part *part, mark []byte) (bool, error) {
	if hasMark(part.waiting, mark) {
		return true, nil
	}
	written := s.buf[:part.written*markSize]
	_, err := s.file.ReadAt(written, at*int64(len(s.buf)))
	return err == nil && hasMark(written, mark), err
}

func hasMark(marks, mark []byte) bool {
	for ; len(marks) > 0; marks = marks[markSize:] {
		if bytes.Equal(marks[:markSize], mark) {
			return true
		}
	}
	return false
}

func failed(err error) error {
	return errs.E("scratch: add", errs.Unavailable, "The folder for temporary files cannot be written to. Make room there, or name another one in TMPDIR; the same command goes on where it stopped.", err)
}
