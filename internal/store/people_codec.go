package store

import (
	"encoding/binary"
	"errors"
)

// packPeople writes ascending ids as differences, in unsigned varints: some two bytes a person.
func packPeople(ids []int64) []byte {
	out := make([]byte, 0, 2*len(ids))
	last := int64(0)
	for _, id := range ids {
		out = binary.AppendUvarint(out, uint64(id-last))
		last = id
	}
	return out
}

func unpackPeople(b []byte) ([]int64, error) {
	ids := make([]int64, 0, len(b))
	last := int64(0)
	for len(b) > 0 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errors.New("people of a chunk: bad varint")
		}
		last += int64(v)
		ids, b = append(ids, last), b[n:]
	}
	return ids, nil
}
