package audit

import (
	"crypto/sha256"
	"encoding/binary"
)

// HashBytes is the length of every hash of the trail.
const HashBytes = sha256.Size

// Content returns the digest of all that an entry says, each field with its length, so that no two entries share an encoding. It
// stands apart from Link so that an export can prove its place in the chain without the entries that it leaves out.
func (e Entry) Content() []byte {
	h := sha256.New()
	text := func(b []byte) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(b)))
		h.Write(n[:])
		h.Write(b)
	}
	number := func(v int64) { text(binary.BigEndian.AppendUint64(nil, uint64(v))) }
	text([]byte("assent audit entry 1"))
	number(e.Seq)
	number(e.At.UnixMilli())
	text([]byte(e.Actor))
	text([]byte(e.Action))
	text([]byte(e.Object))
	number(e.PersonID)
	text(e.Facts)
	number(e.KeyID)
	text(e.Sealed)
	return h.Sum(nil)
}

// Link returns the hash of an entry with some content as the successor of prev.
func Link(prev, content []byte) []byte {
	h := sha256.New()
	h.Write([]byte("assent audit link 1\x00"))
	h.Write(prev)
	h.Write(content)
	return h.Sum(nil)
}

// Place is a point in a chain: an entry's number and hash. Place 0 stands before the first.
type Place struct {
	Seq  int64
	Hash []byte
}

// Start is the place before the first entry.
func Start() Place { return Place{Hash: make([]byte, HashBytes)} }

// Bytes returns the place's form for sealing.
func (p Place) Bytes() []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(p.Seq)), p.Hash...)
}

// Head is what is sealed of the trail: where it ends, and where it begins since old entries were trimmed.
type Head struct {
	End   Place
	Since Place // the last entry that was trimmed; Start for none
}

// Bytes returns the head's form for sealing.
func (h Head) Bytes() []byte { return append(h.End.Bytes(), h.Since.Bytes()...) }

// Chain gives entries their places and hashes after the end of a trail, in order, and returns the new end. It changes the entries in place.
func Chain(end Place, entries []Entry) Place {
	for i := range entries {
		e := &entries[i]
		e.Seq, e.Prev = end.Seq+1, end.Hash
		e.Hash = Link(e.Prev, e.Content())
		end = Place{Seq: e.Seq, Hash: e.Hash}
	}
	return end
}
