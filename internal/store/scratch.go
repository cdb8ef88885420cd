package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"os"

	"assent/internal/errs"
	"assent/subscriptions/importing"
)

// Scratch is a set of keys in a temporary file, a hash table with open addressing: memory stays the same however many there are, and each key costs
// one look and one write wherever it falls.
type Scratch struct {
	file  *os.File
	slots uint64 // a power of two
}

const (
	slotSize  = 16 // octets: enough of a key's MAC that two are never taken for one
	probeSize = 4  // slots that are read at once
	keySize   = 33 // an octet of the caller's and an address key
)

// OpenScratch makes an empty set for up to so many keys in the folder for temporary files. Errors are of kind Unavailable.
func OpenScratch(keys int64) (*Scratch, error) {
	slots := uint64(1024)
	for slots < uint64(keys)+uint64(keys)/2 {
		slots *= 2
	}
	file, err := os.CreateTemp("", "assent-import-")
	if err != nil {
		return nil, scratchError(err)
	}
	if err := file.Truncate(int64(slots) * slotSize); err != nil {
		return nil, errors.Join(scratchError(err), file.Close(), os.Remove(file.Name()))
	}
	return &Scratch{file: file, slots: slots}, nil
}

// Close removes the set.
func (s *Scratch) Close() error {
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}

// Add implements importing.Seen. Keys are of 33 octets: one by which whoever calls tells sorts apart, below 255, and an address key.
func (s *Scratch) Add(ctx context.Context, keys [][]byte) ([]bool, error) {
	before := make([]bool, len(keys))
	for i, key := range keys {
		if len(key) != keySize {
			return nil, errs.E("store: scratch", errs.Internal, "", errors.New("a key of another length"))
		}
		var err error
		if before[i], err = s.add(key); err != nil {
			return nil, scratchError(err)
		}
	}
	return before, ctx.Err()
}

func (s *Scratch) add(key []byte) (before bool, err error) {
	var mark [slotSize]byte
	mark[0] = key[0] + 1 // an empty slot has 0 there
	copy(mark[1:], key[1:])
	at := binary.BigEndian.Uint64(key[keySize-8:]) + uint64(key[0])
	var window [probeSize * slotSize]byte
	for range s.slots / probeSize {
		group := at & (s.slots - 1) &^ (probeSize - 1)
		if _, err := s.file.ReadAt(window[:], int64(group*slotSize)); err != nil {
			return false, err
		}
		for n := at & (probeSize - 1); n < probeSize; n++ {
			slot := window[n*slotSize : (n+1)*slotSize]
			if slot[0] == 0 {
				_, err := s.file.WriteAt(mark[:], int64((group+n)*slotSize))
				return false, err
			}
			if bytes.Equal(slot, mark[:]) {
				return true, nil
			}
		}
		at = group + probeSize
	}
	return false, errors.New("more keys than there is room for")
}

func scratchError(err error) error {
	return errs.E("store: scratch", errs.Unavailable, "The folder for temporary files cannot be written to. Make room there, or name another one in TMPDIR; the same command goes on where it stopped.", err)
}

var _ importing.Seen = (*Scratch)(nil)
