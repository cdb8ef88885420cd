package uploads_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/queue"
	"assent/subscriptions/importing"
	"assent/subscriptions/importing/uploads"
)

// tapped is a store in which something happens with a batch, counted from 1, when all of its work is done and nothing is kept.
type tapped struct {
	uploads.Store
	mu    sync.Mutex
	n     int
	batch func(n int) error // between two batches
	begin func(n int) error // before one, without a sign of life
	power func(n int) error // within one
	dead  bool              // nothing is given back
	lone  bool              // one batch at a time, and no sign of life in between
}

func (s *tapped) next(what func(int) error) error {
	if what == nil { // a batch must not wait for what happens between two
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	return what(s.n)
}

func (s *tapped) UpdateImport(ctx context.Context, fn func(importing.Tx) error) error {
	if err := s.next(s.begin); err != nil {
		return err
	}
	return s.Store.UpdateImport(ctx, func(tx importing.Tx) error { return errors.Join(fn(tx), s.next(s.power)) })
}

func (s *tapped) AppendAhead(ctx context.Context, b importing.Ahead, fn func(importing.Tx) error) error {
	if err := s.next(s.begin); err != nil {
		return err
	}
	return s.Store.AppendAhead(ctx, b, func(tx importing.Tx) error { return errors.Join(fn(tx), s.next(s.power)) })
}

func (s *tapped) BeatUpload(ctx context.Context, u uploads.Upload, claimant string, until time.Time) error {
	if err := s.next(s.batch); err != nil || s.lone {
		return err
	}
	return s.Store.BeatUpload(ctx, u, claimant, until)
}

func (s *tapped) Pace() importing.Pace {
	pace := s.Store.Pace()
	if s.lone {
		pace.Lanes = 1
	}
	return pace
}

func (s *tapped) ReleaseUpload(ctx context.Context, id int64, claimant string) error {
	if s.dead {
		return nil
	}
	return s.Store.ReleaseUpload(ctx, id, claimant)
}

var errPower = errors.New("power cut")

// crowd is a file of many, of whom each fifth row is not taken.
func crowd(n int) string {
	var b strings.Builder
	b.WriteString(header)
	for i := range n {
		if i%5 == 4 {
			fmt.Fprintf(&b, "nobody %d,X,Ticked,2026-03-31,Fair\n", i)
			continue
		}
		b.WriteString(good(fmt.Sprintf("p%d", i)))
	}
	return b.String()
}

// wantWhole says what became of a crowd, each row once.
func (d *desk) wantWhole(u uploads.Upload, n int) {
	d.t.Helper()
	got := d.read(u.ID)
	if got.State != uploads.Done || got.ImportID == 0 {
		d.t.Fatalf("%+v", got)
	}
	imp := d.imports(got.ImportID)
	taken := int64(n - n/5)
	if imp.Rows != int64(n) || imp.Granted != taken || imp.Invalid != int64(n/5) || d.on() != taken || imp.FinishedAt.IsZero() {
		d.t.Errorf("%+v; %d on the list", imp, d.on())
	}
	rows := d.rejects(u)
	for i, row := range rows {
		if want := fmt.Sprintf("%d: ", 6+5*i); !strings.HasPrefix(row, want) {
			d.t.Errorf("row %d of what was not taken is %q, want %s…", i, row, want)
		}
	}
	if len(rows) != n/5 {
		d.t.Errorf("%d rows were not taken", len(rows))
	}
}

func TestAWorkerThatIsKilledLosesNothingAndDoublesNothing(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		const rows = 100
		u := d.starts(d.checked(crowd(rows)))
		for life := 1; life <= 5; life++ {
			killed := d.worker(fmt.Sprint("life ", life))
			killed.Batch = 10
			killed.Store = &tapped{Store: d.db, dead: true, power: func(n int) error {
				if n >= 2 {
					return errPower
				}
				return nil
			}}
			if err := killed.HandleBring(t.Context(), bring(u)); !errors.Is(err, errPower) {
				t.Fatalf("life %d: %v", life, err)
			}
			if err := d.HandleBring(t.Context(), bring(u)); !errors.Is(err, queue.ErrBusy) {
				t.Fatalf("while the dead one has it in hand: %v", err)
			}
			d.later(3 * time.Minute)
		}
		if before := d.read(u.ID); before.ImportID == 0 || d.imports(before.ImportID).Rows != 50 {
			t.Errorf("after five lives of a batch: %+v", before)
		}
		d.ok(d.HandleBring(t.Context(), bring(u)))
		d.wantWhole(u, rows)
		d.ok(d.HandleBring(t.Context(), bring(u))) // the task comes once more
		d.wantWhole(u, rows)
	})
}

func TestADryRunThatIsKilledBeginsAnew(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		u, err := d.take(crowd(50), uploads.Reading{})
		d.ok(err)
		killed := d.worker("killed")
		killed.Batch = 10
		killed.Store = &tapped{Store: d.db, batch: func(n int) error {
			if n == 4 {
				panic("killed")
			}
			return nil
		}}
		func() {
			defer func() { _ = recover() }()
			_ = killed.HandleCheck(t.Context(), uploads.Check{UploadID: u.ID, Round: u.Round})
		}()
		d.later(3 * time.Minute)
		d.Batch = 10
		if got := d.checks(u); got.State != uploads.Checked || got.Would.Rows != 50 || got.Would.Invalid != 10 || d.on() != 0 {
			t.Errorf("%+v", got)
		}
		if rows := d.rejects(u); len(rows) != 10 || !strings.HasPrefix(rows[9], "51: ") {
			t.Errorf("%q", rows)
		}
	})
}

func TestTwoWorkersDoNotImportTwice(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		const rows = 200
		u := d.starts(d.checked(crowd(rows)))
		var all sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			w := d.worker(fmt.Sprint("worker ", i))
			w.Batch = 10
			all.Go(func() { errs[i] = w.HandleBring(t.Context(), bring(u)) })
		}
		all.Wait()
		for _, err := range errs {
			if err != nil && !errors.Is(err, queue.ErrBusy) {
				t.Errorf("a worker: %v", err)
			}
		}
		d.wantWhole(u, rows)
	})
}

// A worker that was only thought dead finds out with its next batch that another goes on.
func TestAWorkerThatWasTooSlowGivesTheFileUp(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		const rows = 100
		u := d.starts(d.checked(crowd(rows)))
		slow := d.worker("slow")
		slow.Batch = 10
		slow.Store = &tapped{Store: d.db, batch: func(n int) error {
			if n == 3 {
				d.later(3 * time.Minute)
				return d.brings(u)
			}
			return nil
		}}
		if err := slow.HandleBring(t.Context(), bring(u)); err != nil {
			t.Errorf("the slow one: %v", err)
		}
		d.wantWhole(u, rows)
	})
}

// brings imports as a worker does: again where another was at work.
func (d *desk) brings(u uploads.Upload) error {
	for {
		if err := d.HandleBring(d.t.Context(), bring(u)); !errors.Is(err, queue.ErrBusy) {
			return err
		}
	}
}

// One that was thought dead keeps a batch before it sees that it was replaced. The new one finds its place taken, and goes on behind it.
func TestABatchOfAWorkerThatWasThoughtDeadEndsNoImport(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		const rows = 100
		u := d.starts(d.checked(crowd(rows)))
		thoughtDead := d.worker("thought dead")
		thoughtDead.Batch = 10
		thoughtDead.Store = &tapped{Store: d.db, lone: true, power: func(n int) error {
			if n >= 2 {
				return errPower
			}
			return nil
		}}
		next := d.worker("next")
		next.Batch = 10
		next.Store = &tapped{Store: d.db, lone: true, begin: func(n int) error {
			if n == 2 {
				d.later(3 * time.Minute)
				if err := thoughtDead.HandleBring(t.Context(), bring(u)); !errors.Is(err, errPower) {
					t.Errorf("the one before: %v", err)
				}
			}
			return nil
		}}
		if err := next.HandleBring(t.Context(), bring(u)); !errors.Is(err, queue.ErrBusy) {
			t.Errorf("the next one: %v", err)
		}
		if got := d.read(u.ID); got.State != uploads.Importing || got.Trouble != "" {
			t.Errorf("%+v", got)
		}
		d.later(3 * time.Minute)
		d.ok(d.brings(u))
		d.wantWhole(u, rows)
	})
}
