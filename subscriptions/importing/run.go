package importing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"assent/internal/audit"
	"assent/internal/csvfile"
	"assent/internal/errs"
	"assent/subscriptions"
)

// Importer brings files of people into lists.
type Importer struct {
	Store Store
	Keys  Hasher
	Now   func() time.Time
	Batch int // rows in one transaction; 0 is what suits the store
	Room  int // rows that wait for their neighbours; 0 is what suits the store, a negative number none
}

// Rows hands out the rows of a file, the names of its columns first. *csvfile.Reader is one.
type Rows interface {
	// Next returns the next row, io.EOF after the last, or an error of kind Unavailable when the file cannot be read.
	Next() (csvfile.Row, error)
}

// Job is a file to bring in.
type Job struct {
	List     subscriptions.List
	FileName string // for the record
	Survey   csvfile.Survey
	Rows     Rows // at its beginning
	Columns  Mapping
	Actor    string
	DryRun   bool // tell what would become of the rows, and keep nothing
	Rejects  RejectLog
	Seen     Seen
	Progress func(lines int64) // how many are behind us, after each batch, a row counted as one; may be nil
}

// Report tells how an import ended.
type Report struct {
	Import
	Resumed int64 // rows that an earlier run had done
	Already bool  // an earlier run had done all of them
}

// errDryRun ends the transaction of a dry run.
var errDryRun = errors.New("dry run")

// Run brings a file in, batch by batch. Each batch is one transaction that also keeps how far the import has come, so after a crash the same
// call goes on behind the last batch: nothing is lost and nothing doubled. Whoever opted out or is suppressed stays so (H3); a row without
// evidence goes to quarantine. With an error comes a report of what is kept.
func (im *Importer) Run(ctx context.Context, job Job) (Report, error) {
	const op = "importing: run"
	ctx = audit.As(ctx, job.Actor)
	r, err := im.begin(ctx, job)
	if err != nil {
		return Report{}, errs.Wrap(op, err)
	}
	if !r.report.FinishedAt.IsZero() {
		r.report.Already = true
		return r.report, nil
	}
	if err := job.Rejects.Rewind(r.report.Rejects); err != nil {
		return r.report, errs.Wrap(op, err)
	}
	err = r.all(ctx)
	if err != nil && ctx.Err() != nil {
		err = errs.E(op, errs.Unavailable, "The import was stopped. What is done is kept; the same command goes on where it stopped.", err)
	}
	return r.report, errs.Wrap(op, err)
}

// run is one run over a file.
type run struct {
	im      *Importer
	job     Job
	in      subscriptions.Intake
	columns Columns
	id      int64  // of the import
	report  Report // belongs to whoever's turn it is
	ahead   *ahead // nil where every batch waits for the ledger
	told    int64  // rows of which Progress was told
}

func (im *Importer) begin(ctx context.Context, job Job) (*run, error) {
	const op = "importing: begin"
	in, err := subscriptions.OpenIntake(ctx, im.Store, job.List.ID, im.Now())
	if err != nil {
		return nil, err
	}
	r := &run{im: im, job: job, in: in}
	header, err := job.Rows.Next()
	if errors.Is(err, io.EOF) {
		return nil, errs.E(op, errs.Invalid, "The file has no rows. Its first row names the columns.", nil)
	}
	if err != nil {
		return nil, err
	}
	if header.Broken != "" {
		return nil, errs.E(op, errs.Invalid, fmt.Sprintf("The header in line %d cannot be read. %s", header.Line, header.Broken), nil)
	}
	if r.columns, err = ParseHeader(header.Fields, in, job.Columns); err != nil {
		return nil, err
	}
	r.report.Import = Import{ListID: job.List.ID, FileName: job.FileName, Digest: job.Survey.Digest, Actor: job.Actor, CreatedAt: im.Now()}
	if job.DryRun {
		return r, nil
	}
	if err := im.Store.BeginImport(ctx, &r.report.Import); err != nil {
		return nil, err
	}
	r.id, r.report.Resumed, r.told = r.report.ID, r.report.Rows, r.report.Rows
	r.ahead, err = r.lookAhead(ctx)
	return r, err
}

// all settles batch after batch.
func (r *run) all(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	batches := r.readAhead(ctx)
	err := r.each(ctx, batches)
	stop()
	for range batches { // the reader ends before the file is closed
	}
	return err
}

func (r *run) each(ctx context.Context, batches <-chan *batch) error {
	for b := range batches {
		var err error
		switch {
		case b.err != nil:
			err = b.err
		case len(b.rows) == 0 && !b.ended: // an earlier run did them
			r.tell(b)
		case r.ahead != nil:
			err = r.ahead.shelve(ctx, b)
		default:
			if err = r.settle(ctx, b); err == nil {
				r.tell(b)
			}
		}
		if err != nil {
			return errors.Join(err, r.ahead.land(ctx))
		}
	}
	return r.ahead.land(ctx)
}

func (r *run) tell(b *batch) {
	r.told += int64(len(b.rows))
	if r.job.Progress != nil {
		r.job.Progress(1 + r.told)
	}
}
