package importing

import (
	"bytes"
	"context"
	"slices"

	"assent/internal/csvfile"
)

// shelves are where rows of people whom the ledger does not know wait for their neighbours: those whose keys stand beside theirs in the index by which people are
// looked up. Keys are MACs, so rows in the order of a file would change a page of it each (docs/decisions/0044-neighbours-first.md).
type shelves struct {
	room  int             // rows that wait before a batch is taken
	rows  [256][]shelved  // by the first octet of the key
	held  int             // rows on all of them
	next  int             // the shelf from which the next batch is taken
	since int             // rows of the file that came since the last time round
	rest  batch           // rows that keep the order of the file
	named map[string]bool // addresses that rest is about
}

// shelved is a row that waits: as text, for read it takes up several times as much.
type shelved struct {
	n, line int64
	key     [keySize]byte
	raw     string
}

const (
	ofTheFile   = 4 // at most this part of its rows waits, so that a small file goes in its own order
	worthIt     = 2 // batches that wait at least
	roundInTime = 8 // times the room: for no more of the file a row waits
)

// newShelves returns nil for a file that gains nothing by them.
func (r *run) newShelves() *shelves {
	room := r.im.Room
	if room == 0 {
		room = r.im.Store.Pace().Room
	}
	room = min(room, int(r.job.Survey.Lines/ofTheFile))
	if room < worthIt*r.batchSize() {
		return nil
	}
	return &shelves{room: room, named: map[string]bool{}}
}

// shelve has a batch's rows written sooner or later: those of strangers with their neighbours, all others in the order of the file, as the rows of one address are in
// any case.
func (a *ahead) shelve(ctx context.Context, b *batch) error {
	s := a.shelves
	if s == nil {
		return a.take(ctx, b)
	}
	size := a.run.batchSize()
	for i := range b.rows {
		a.place(&b.rows[i])
		if len(s.rest.rows) >= size {
			if err := a.take(ctx, s.takeRest()); err != nil {
				return err
			}
		}
	}
	s.since += len(b.rows)
	for s.held >= s.room || s.held > 0 && (b.ended || s.since > roundInTime*s.room) {
		if err := a.take(ctx, a.neighbours(size)); err != nil {
			return err
		}
	}
	if !b.ended {
		return nil
	}
	last := s.takeRest()
	last.ended = true
	return a.take(ctx, last)
}

// place puts a row onto its shelf, or with the rest.
func (a *ahead) place(r *row) {
	s := a.shelves
	named := r.open && s.named[string(r.key)]
	if r.open && !named && r.bar == nil && r.lacking == "" && !a.known.mayHave(r.key) {
		shelf := &s.rows[r.key[0]]
		*shelf = append(*shelf, shelved{r.n, r.line, [keySize]byte(r.key), r.raw})
		s.held++
		return
	}
	if r.open && !named {
		s.named[string(r.key)] = true
		a.fetch(r.key)
	}
	s.rest.rows = append(s.rest.rows, *r)
}

// fetch moves what waits of an address to the rest.
func (a *ahead) fetch(key []byte) {
	s := a.shelves
	shelf := &s.rows[key[0]]
	*shelf = slices.DeleteFunc(*shelf, func(r shelved) bool {
		if !bytes.Equal(r.key[:], key) {
			return false
		}
		s.rest.rows = append(s.rest.rows, a.run.again(r))
		s.held--
		return true
	})
}

func (s *shelves) takeRest() *batch {
	b := s.rest
	s.rest = batch{}
	clear(s.named)
	return &b
}

// neighbours takes a batch of up to size rows off the shelves in the order of their keys, going on where the last one ended.
func (a *ahead) neighbours(size int) *batch {
	s := a.shelves
	size = min(size, s.held)
	b := &batch{rows: make([]row, 0, size)}
	for {
		shelf := s.rows[s.next]
		slices.SortFunc(shelf, func(x, y shelved) int { return bytes.Compare(x.key[:], y.key[:]) })
		n := min(len(shelf), size-len(b.rows))
		for _, r := range shelf[:n] {
			b.rows = append(b.rows, a.run.again(r))
		}
		s.rows[s.next] = slices.Delete(shelf, 0, n)
		if len(b.rows) == size {
			break
		}
		if s.next++; s.next == len(s.rows) {
			s.next, s.since = 0, 0
		}
	}
	s.held -= size
	return b
}

// again reads a row that waited.
func (r *run) again(s shelved) row {
	out := r.parse(csvfile.Row{Line: s.line, Fields: r.job.Survey.Fields(s.raw), Raw: s.raw}, s.key[:])
	out.n = s.n
	return out
}
