package importing

import (
	"testing"

	"pgregory.net/rapid"
)

// In whichever order and portions rows are done, each is known to be done, and none besides.
func TestWhatIsDoneIsKnownWhateverTheOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		rows := rapid.IntRange(1, 200).Draw(rt, "rows")
		var x Import
		is := make([]bool, rows)
		last, left := int64(-1), rapid.Permutation(order(rows)).Draw(rt, "order")
		for len(left) > 0 {
			size := rapid.IntRange(1, len(left)).Draw(rt, "size")
			b := &batch{rows: make([]row, size)}
			for i := range b.rows {
				b.rows[i].n, is[left[i]] = left[i], true
				last = max(last, left[i])
			}
			left = left[size:]
			x.finish(b)
			d := x.done()
			for n, want := range is {
				if d.has(int64(n)) != want {
					rt.Fatalf("row %d done: %v, of %+v", n, !want, x)
				}
			}
			if d.has(int64(rows)) || d.reach() != last+1 {
				rt.Fatalf("reaches %d, not %d", d.reach(), last+1)
			}
		}
		if x.Rows != int64(rows) || x.Beyond != nil {
			rt.Fatalf("at the end %+v", x)
		}
	})
}

func order(n int) []int64 {
	all := make([]int64, n)
	for i := range all {
		all[i] = int64(i)
	}
	return all
}
