package importing

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"assent/subscriptions"
)

// verdict is what becomes of a row.
type verdict uint8

const (
	granted verdict = iota
	unchanged
	duplicate
	quarantined
	refused
	barred
	invalid
)

// row is a row on its way.
type row struct {
	n    int64 // its place among the file's rows, from 0
	line int64
	raw  string
	act  subscriptions.Act // without its evidence
	ip   netip.Addr

	evidence []byte // of act, encoded: a fraction of what it takes up there

	bar     *subscriptions.ForeignBar // of a row that tells of an opt-out or a suppression
	key     []byte                    // nil for an invalid row
	whose   []byte                    // the key of an invalid row's address, where it can be read
	lacking string                    // which evidence is missing, as a sentence
	open    bool                      // the ledger decides
	verdict verdict
	reason  string
}

const keySize = 32 // octets of an address key

// batch is the rows of one transaction.
type batch struct {
	rows  []row
	read  int64 // rows that were read for it, of which an earlier run may have settled some
	ended bool  // the file has no more
	err   error // reading ended here
}

// markDuplicates finds addresses that an earlier row had. A row without evidence does not make a later one with evidence a duplicate, nor does any
// row make one a duplicate that tells of an opt-out.
func (b *batch) markDuplicates(ctx context.Context, seen Seen) error {
	keys := make([][]byte, 0, len(b.rows))
	of := make([]int, 0, len(b.rows))
	all := make([]byte, 0, len(b.rows)*(1+keySize))
	for i := range b.rows {
		r := &b.rows[i]
		if r.key == nil {
			continue
		}
		sort := byte(0)
		switch {
		case r.bar != nil:
			sort = 2
		case r.lacking != "":
			sort = 1
		}
		from := len(all)
		all = append(append(all, sort), r.key...)
		keys, of = append(keys, all[from:len(all):len(all)]), append(of, i)
	}
	before, err := seen.Add(ctx, keys)
	if err != nil {
		return err
	}
	for k, i := range of {
		if before[k] {
			b.rows[i].verdict, b.rows[i].open = duplicate, false
		}
	}
	return nil
}

// openKeys returns the addresses whose ledger decides, each once.
func (b *batch) openKeys() [][]byte {
	seen := make(map[string]bool, len(b.rows))
	keys := make([][]byte, 0, len(b.rows))
	for i := range b.rows {
		if r := &b.rows[i]; r.open && !seen[string(r.key)] {
			seen[string(r.key)] = true
			keys = append(keys, r.key)
		}
	}
	return keys
}

// judge decides about a row that is open, from the ledger of its address.
func (r *row) judge(in subscriptions.Intake, ledger []subscriptions.Event, now time.Time) {
	if !r.open || r.bar != nil {
		return
	}
	judged, says := in.Judge(r.act, r.lacking, ledger, now)
	r.reason = says
	switch judged {
	case subscriptions.TakenIn:
		r.verdict = granted
	case subscriptions.Unchanged:
		r.verdict = unchanged
	case subscriptions.NoProof:
		r.verdict = quarantined
	case subscriptions.NotTaken:
		r.verdict = refused
	}
}

// recognise sees that a row without evidence changes nothing about somebody whom a row before it put on the list, as it would in a later batch.
func (b *batch) recognise() {
	if !slices.ContainsFunc(b.rows, func(r row) bool { return r.verdict == quarantined }) {
		return
	}
	on := make(map[string]bool, len(b.rows))
	for i := range b.rows {
		switch r := &b.rows[i]; {
		case r.verdict == granted:
			on[string(r.key)] = true
		case r.verdict == quarantined && on[string(r.key)]:
			r.verdict, r.reason = unchanged, ""
		}
	}
}

func (c *Counts) add(b *batch) {
	of := [...]*int64{
		granted: &c.Granted, unchanged: &c.Unchanged, duplicate: &c.Duplicates,
		quarantined: &c.Quarantined, refused: &c.Refused, barred: &c.Barred, invalid: &c.Invalid,
	}
	for i := range b.rows {
		c.Rows++
		*of[b.rows[i].verdict]++
	}
}

// rejects returns the rows that were not taken. Of whoever opted out, is suppressed or was erased it has the line and the reason alone: their data is not kept in yet
// another file (Article 5(1)(c)).
func (b *batch) rejects(away map[string]bool) []Reject {
	var out []Reject
	for i := range b.rows {
		r := &b.rows[i]
		if r.verdict != refused && r.verdict != invalid && r.verdict != quarantined {
			continue
		}
		reject := Reject{Line: r.line, Reason: r.reason, Row: r.raw}
		if r.key != nil && r.verdict == refused || away[string(r.whose)] {
			reject.Row = ""
		}
		out = append(out, reject)
	}
	return out
}

// mistaken returns the addresses of rows with a mistake in them.
func (b *batch) mistaken() (keys [][]byte) {
	for i := range b.rows {
		if r := &b.rows[i]; r.whose != nil {
			keys = append(keys, r.whose)
		}
	}
	return keys
}

func (b *batch) quarantined() []Quarantined {
	var out []Quarantined
	for i := range b.rows {
		if r := &b.rows[i]; r.verdict == quarantined {
			out = append(out, Quarantined{Line: r.line, Key: r.key, Act: r.act, Why: r.reason})
		}
	}
	return out
}
