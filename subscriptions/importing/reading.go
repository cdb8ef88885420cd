package importing

import (
	"context"
	"errors"
	"io"

	"assent/internal/csvfile"
	"assent/internal/errs"
)

// readAhead reads batches in a goroutine of its own, so that parsing goes on while the database writes. One batch waits. The channel ends
// with the file, with an error in its last batch, or with ctx.
func (r *run) readAhead(ctx context.Context) <-chan *batch {
	out := make(chan *batch)
	left := r.report.Resumed
	go func() {
		defer close(out)
		for {
			b := r.read(ctx, left)
			if b.done {
				left -= int64(len(b.rows))
			}
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

// read reads a batch. resumed is how many rows are left that an earlier run settled.
func (r *run) read(ctx context.Context, resumed int64) *batch {
	size := r.im.Batch
	if size == 0 {
		_, size = r.im.Store.Pace()
	}
	b := &batch{done: resumed > 0}
	if b.done {
		size = int(min(resumed, int64(size)))
	}
	b.rows = make([]row, 0, size)
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
		b.rows = append(b.rows, r.parse(next))
	}
	if b.done && b.ended && int64(len(b.rows)) < resumed {
		b.err = errs.E("importing: resume", errs.Conflict, "The file changed while it was being read. Run the import again.", nil)
		return b
	}
	if b.done && int64(len(b.rows)) == resumed {
		b.ended = false // what comes behind may be nothing, which is a batch of its own that finishes the import
	}
	b.err = b.markDuplicates(ctx, r.job.Seen)
	return b
}

// parse reads one row and says what is wrong with it, before any other row or the ledger is looked at.
func (r *run) parse(raw csvfile.Row) row {
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
	out.key = r.im.Keys.AddressKey(parsed.Act.Address)
	out.lacking, out.open = parsed.Lacking, true
	return out
}
