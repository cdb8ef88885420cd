package scratch_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"

	"assent/internal/errs"
	"assent/internal/scratch"
)

// must returns what a call gave, or ends the test.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// keysOf are address keys of one sort.
func keysOf(sort byte, from, to int) (keys [][]byte) {
	for n := from; n < to; n++ {
		sum := sha256.Sum256(fmt.Append(nil, "person ", n))
		keys = append(keys, append([]byte{sort}, sum[:]...))
	}
	return keys
}

func TestASetKnowsWhatItWasGiven(t *testing.T) {
	t.Parallel()
	const people = 20_000 // so many that most are in the file
	s := must(scratch.Open(3 * people))(t)
	t.Cleanup(func() { s.Close() })
	for _, c := range []struct {
		name   string
		keys   [][]byte
		before bool
	}{
		{"new keys", keysOf(0, 0, people), false},
		{"the same keys", keysOf(0, 0, people), true},
		{"the same people of another sort", keysOf(1, 0, people), false},
		{"of the third sort", keysOf(2, 0, people), false},
		{"the second sort once more", keysOf(1, 0, people), true},
	} {
		wrong := 0
		for _, before := range must(s.Add(t.Context(), c.keys))(t) {
			if before != c.before {
				wrong++
			}
		}
		if wrong > 0 {
			t.Errorf("%s: %d of %d are told wrongly", c.name, wrong, len(c.keys))
		}
	}
}

func TestASetTellsTheSecondOfOneCall(t *testing.T) {
	t.Parallel()
	s := must(scratch.Open(0))(t)
	t.Cleanup(func() { s.Close() })
	key := keysOf(0, 0, 1)[0]
	if got := must(s.Add(t.Context(), [][]byte{key, key}))(t); got[0] || !got[1] {
		t.Errorf("got %v", got)
	}
}

func TestASetSaysWhenItCannotKeepMore(t *testing.T) {
	t.Parallel()
	full := must(scratch.Open(10))(t)
	t.Cleanup(func() { full.Close() })
	if _, err := full.Add(t.Context(), keysOf(0, 0, 5000)); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("a full set gave %v", err)
	}
	closed := must(scratch.Open(10))(t)
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := closed.Add(t.Context(), keysOf(0, 0, 100)); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("a closed file gave %v", err)
	}
	if _, err := full.Add(t.Context(), [][]byte{bytes.Repeat([]byte{1}, 5)}); errs.KindOf(err) != errs.Internal {
		t.Errorf("a short key gave %v", err)
	}
}
