package importing

import (
	"math/bits"
	"slices"
)

// done is how far an import has come: the first rows of its file are done, and of those behind them the ones whose bit is set, from the lowest bit of the first octet
// on. Nobody's key takes part in it, so it stays true whatever order a later run goes in.
type done struct {
	first  int64
	beyond []byte
}

func (x Import) done() done {
	return done{first: x.Rows - ones(x.Beyond), beyond: x.Beyond}
}

// has reports whether the nth row is done, from 0.
func (d done) has(n int64) bool {
	at := n - d.first
	return at < 0 || at/8 < int64(len(d.beyond)) && d.beyond[at/8]&(1<<(at%8)) != 0
}

// reach returns how many rows the file has at least.
func (d done) reach() int64 {
	n := len(d.beyond)
	if n == 0 {
		return d.first
	}
	return d.first + 8*int64(n) - int64(bits.LeadingZeros8(d.beyond[n-1]))
}

// finish notes the rows of a batch as done, and counts them.
func (x *Import) finish(b *batch) {
	first, beyond := x.done().first, slices.Clone(x.Beyond)
	for i := range b.rows {
		at := int(b.rows[i].n - first)
		if more := at/8 + 1 - len(beyond); more > 0 {
			beyond = append(beyond, make([]byte, more)...)
		}
		beyond[at/8] |= 1 << (at % 8)
	}
	for len(beyond) > 0 && beyond[0] == 0xff {
		beyond = beyond[1:]
	}
	if len(beyond) == 0 || len(beyond) == 1 && beyond[0]&(beyond[0]+1) == 0 { // the rows done are the first ones
		beyond = nil
	}
	x.Beyond = beyond
	x.add(b)
}

func ones(set []byte) (n int64) {
	for _, b := range set {
		n += int64(bits.OnesCount8(b))
	}
	return n
}
