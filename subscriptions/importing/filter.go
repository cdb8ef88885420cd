package importing

import "encoding/binary"

// filter remembers addresses in constant memory (a Bloom filter): what it does not have was never added; what it has, probably was. With a million addresses
// it is wrong about one in two million, with ten million about one in twenty. An address that it may have is looked up.
type filter struct{ bits []uint64 }

const (
	filterBits   = 1 << 26 // 8 MiB
	filterProbes = 6
)

func newFilter() *filter { return &filter{bits: make([]uint64, filterBits/64)} }

func (f *filter) add(key []byte) {
	for p := range filterProbes {
		n := probe(key, p)
		f.bits[n/64] |= 1 << (n % 64)
	}
}

func (f *filter) mayHave(key []byte) bool {
	for p := range filterProbes {
		n := probe(key, p)
		if f.bits[n/64]&(1<<(n%64)) == 0 {
			return false
		}
	}
	return true
}

// probe returns one of a key's places. Keys are MACs of 32 octets, so any four of their octets are as good as a hash of their own.
func probe(key []byte, p int) uint32 {
	return binary.BigEndian.Uint32(key[4*p:]) % filterBits
}
