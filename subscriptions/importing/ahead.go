package importing

import (
	"bytes"
	"context"
	"errors"
	"time"

	"assent/subscriptions"
)

// ahead prepares batches before it is their turn, so that some are written while the next is made and the one behind it is read. What a batch has read stays true until
// it commits although nobody is locked out meanwhile: it was made for one end of the ledger, and it is kept only if the ledger still ends there. Somebody who
// opts out in between is not made to wait; the batch is, and starts over holding the ledger's end.
type ahead struct {
	run     *run
	known   *filter
	upTo    Mark
	head    subscriptions.Head
	last    int64 // row number of the last person
	flights []*flight
	shelves *shelves // nil for a file that is written in its own order
}

// flight is a batch that is being written.
type flight struct {
	b    *batch
	work Ahead
	end  subscriptions.Head // of the ledger when it is kept
	last int64              // row number of its last person
	done chan struct{}
	err  error // after done
}

// errGivenUp ends a batch whose predecessor was not kept.
var errGivenUp = errors.New("the batch before was not kept")

// lookAhead begins to prepare batches; nil for a file that is small beside the ledger, where reading all addresses once would cost more than
// looking up those of the file.
func (r *run) lookAhead(ctx context.Context) (*ahead, error) {
	const worth = 10 // addresses of the ledger for each line of the file
	head, _, err := r.im.Store.Head(ctx)
	if err != nil || head.Seq > worth*r.job.Survey.Lines {
		return nil, err
	}
	a := &ahead{run: r, head: head, known: newFilter(), shelves: r.newShelves()}
	return a, a.catchUp(ctx)
}

// catchUp takes in what others added to the ledger.
func (a *ahead) catchUp(ctx context.Context) (err error) {
	if a.head, _, err = a.run.im.Store.Head(ctx); err != nil {
		return err
	}
	a.upTo, err = a.run.im.Store.AddressKeys(ctx, a.upTo, a.known.add)
	a.last = max(a.last, a.upTo.Person)
	return err
}

// take has a batch written: ahead of its turn when the ledger knows none of its people, otherwise alone.
func (a *ahead) take(ctx context.Context, b *batch) error {
	strangers, err := a.strangers(ctx, b)
	if err != nil {
		return err
	}
	if !strangers {
		if err := a.land(ctx); err != nil {
			return err
		}
		return a.alone(ctx, b)
	}
	return a.send(ctx, b)
}

// alone settles a batch while it holds the ledger's end.
func (a *ahead) alone(ctx context.Context, b *batch) error {
	if err := a.run.settle(ctx, b); err != nil {
		return err
	}
	a.run.tell(b)
	return a.catchUp(ctx)
}

// strangers reports whether nobody in a batch is on record, in the ledger or in a batch on its way.
func (a *ahead) strangers(ctx context.Context, b *batch) (bool, error) {
	var maybe [][]byte
	for i := range b.rows {
		switch row := &b.rows[i]; {
		case row.bar != nil && row.open:
			return false, nil
		case row.open && a.known.mayHave(row.key):
			maybe = append(maybe, row.key)
		}
	}
	if len(maybe) == 0 {
		return true, nil
	}
	for _, f := range a.flights {
		for _, p := range f.work.People {
			for _, key := range maybe {
				if string(p.Key) == string(key) {
					return false, nil
				}
			}
		}
	}
	found, err := a.run.im.Store.Known(ctx, maybe)
	return len(found) == 0, err
}

// send prepares a batch of strangers, and has it written as soon as a lane is free.
func (a *ahead) send(ctx context.Context, b *batch) error {
	now := a.run.im.Now()
	f, err := a.prepare(ctx, b, now)
	if err != nil {
		return err
	}
	for lanes := a.run.im.Store.Pace().Lanes; len(a.flights) >= lanes; {
		if err := a.landFirst(ctx); err != nil {
			return err
		}
	}
	if !bytes.Equal(a.head.Hash, f.end.Hash) { // the ledger moved on meanwhile
		if err := a.land(ctx); err != nil {
			return err
		}
		return a.alone(ctx, b)
	}
	work := f.work // its own: a flight that held its turn would hold all that went before
	work.Turn = func(context.Context) error { return nil }
	if n := len(a.flights); n > 0 {
		work.Turn = a.flights[n-1].wait
	}
	a.flights = append(a.flights, f)
	go func() {
		defer close(f.done)
		f.err = a.run.write(ctx, b, work, now)
	}()
	return nil
}

// prepare makes the records and ledger entries of a batch of strangers, behind all that are on their way.
func (a *ahead) prepare(ctx context.Context, b *batch, now time.Time) (*flight, error) {
	r := a.run
	var fresh []int
	for i := range b.rows {
		row := &b.rows[i]
		row.judge(r.in, nil, now)
		if row.verdict == granted {
			fresh = append(fresh, i)
		}
	}
	b.recognise()
	ids, err := r.im.Store.ReservePeople(ctx, len(fresh), a.last)
	if err != nil {
		return nil, err
	}
	people, events := r.newcomers(b, fresh, ids, subscriptions.Salts(len(b.rows)), now)
	work := Ahead{After: a.head, People: people, Events: events}
	for _, p := range people {
		a.known.add(p.Key)
		a.last = p.ID
	}
	a.head = subscriptions.Chain(a.head, events)
	return &flight{b: b, work: work, end: a.head, last: a.last, done: make(chan struct{})}, nil
}

func (f *flight) wait(ctx context.Context) error {
	select {
	case <-f.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	if f.err != nil {
		return errGivenUp
	}
	return nil
}

// write keeps a prepared batch when it is its turn.
func (r *run) write(ctx context.Context, b *batch, work Ahead, now time.Time) error {
	var next Import
	err := r.im.Store.AppendAhead(ctx, work, func(tx Tx) error {
		if err := r.keepRest(tx, b, work.Events, now); err != nil {
			return err
		}
		return r.close(tx, b, &next, now)
	})
	if err == nil {
		r.report.Import = next
	}
	return err
}

// landFirst waits for the oldest batch on its way. Where the ledger moved on before it, it and all behind it start over, each holding the ledger's end.
func (a *ahead) landFirst(ctx context.Context) error {
	f := a.flights[0]
	<-f.done
	if f.err == nil {
		a.flights = a.flights[1:]
		a.upTo = Mark{Seq: max(a.upTo.Seq, f.end.Seq), Person: max(a.upTo.Person, f.last)}
		a.run.tell(f.b)
		return nil
	}
	again := a.flights
	a.flights = nil
	for _, other := range again {
		<-other.done
	}
	if !errors.Is(f.err, ErrMoved) {
		return f.err
	}
	if err := a.run.job.Rejects.Rewind(a.run.report.Rejects); err != nil { // it may have been written to before the batch failed
		return err
	}
	for _, other := range again {
		if err := a.alone(ctx, other.b); err != nil {
			return err
		}
	}
	return nil
}

// land waits for all batches on their way.
func (a *ahead) land(ctx context.Context) error {
	for a != nil && len(a.flights) > 0 {
		if err := a.landFirst(ctx); err != nil {
			return err
		}
	}
	return nil
}
