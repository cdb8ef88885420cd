package importing

import (
	"context"
	"errors"
	"io"
	"slices"

	"assent/internal/csvfile"
	"assent/internal/errs"
)

// readAhead reads batches in a goroutine of its own, so that parsing goes on while the database writes. One batch waits. The channel ends
// with the file, with an error in its last batch, or with ctx.
func (r *run) readAhead(ctx context.Context) <-chan *batch {
	out := make(chan *batch)
	before := r.report.done() // by earlier runs
	go func() {
		defer close(out)
		for n := int64(0); ; {
			b := r.read(ctx, n, before)
			n += b.read
			select {
			case out <- b:
			case <-ctx.Done():
				return
			}
			if b.err != nil || b.ended {
				return
			}
		}
	}()
	return out
}

// read reads a batch, of which the first row is the file's nth. Rows that earlier runs settled only count for telling duplicates.
func (r *run) read(ctx context.Context, n int64, before done) *batch {
	size := r.batchSize()
	b := &batch{rows: make([]row, 0, size)}
	for len(b.rows) < size {
		if err := ctx.Err(); err != nil {
			b.err = err
			return b
		}
		next, err := r.job.Rows.Next()
		if errors.Is(err, io.EOF) {
			b.ended = true
			break
		}
		if err != nil {
			b.err = err
			return b
		}
		row := r.parse(next, nil)
		row.n = n + b.read
		b.read++
		b.rows = append(b.rows, row)
	}
	if b.ended && n+b.read < before.reach() {
		b.err = errs.E("importing: resume", errs.Conflict, "The file changed while it was being read. Run the import again.", nil)
		return b
	}
	b.err = b.markDuplicates(ctx, r.job.Seen)
	b.rows = slices.DeleteFunc(b.rows, func(row row) bool { return before.has(row.n) })
	return b
}

func (r *run) batchSize() int {
	if r.im.Batch > 0 {
		return r.im.Batch
	}
	return r.im.Store.Pace().Rows
}

// parse reads one row and says what is wrong with it, before any other row or the ledger is looked at. The key of its address is made unless it is known.
func (r *run) parse(raw csvfile.Row, key []byte) row {
	out := row{line: raw.Line, raw: raw.Raw, verdict: invalid}
	if raw.Broken != "" {
		out.reason = raw.Broken
		return out
	}
	parsed, err := r.columns.Row(raw.Fields, raw.Line, r.im.Now())
	if err != nil {
		if errs.KindOf(err) == errs.Refused {
			out.verdict = refused
		}
		out.reason = errs.Message(err)
		if !parsed.Act.Address.IsZero() {
			out.whose = r.im.Keys.AddressKey(parsed.Act.Address)
		}
		return out
	}
	out.act, out.ip, out.bar = parsed.Act, parsed.IP, parsed.Bar
	out.act.Actor = r.job.Actor
	if out.bar != nil {
		out.bar.Actor = r.job.Actor
	}
	if out.bar == nil {
		out.evidence = out.act.Evidence.Encode()
	}
	out.act.Evidence = nil
	if out.key = key; key == nil {
		out.key = r.im.Keys.AddressKey(parsed.Act.Address)
	}
	out.lacking, out.open = parsed.Lacking, true
	return out
}
