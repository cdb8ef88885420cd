package importing

import (
	"crypto/sha256"
	"encoding/binary"
	"testing"
)

func mac(n uint64) []byte {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, n))
	return sum[:]
}

// A key that was added is never missed; one that was not is seldom taken for one that was, which costs a look-up and nothing else.
func TestTheFilterForgetsNobody(t *testing.T) {
	t.Parallel()
	f := newFilter()
	const people = 20_000
	for n := range uint64(people) {
		f.add(mac(n))
	}
	wrong := 0
	for n := range uint64(2 * people) {
		switch has := f.mayHave(mac(n)); {
		case n < people && !has:
			t.Fatalf("%d was added, and is not there", n)
		case n >= people && has:
			wrong++
		}
	}
	if wrong > 1 {
		t.Errorf("%d of %d strangers were taken for people who are known", wrong, people)
	}
}
