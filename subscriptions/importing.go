package subscriptions

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"assent/internal/csvfile"
	"assent/internal/errs"
)

// ImportCounts tells what became of the rows of a file. Each row is in one count besides Rows.
type ImportCounts struct {
	Rows        int64
	Granted     int64 // now on the list
	Unchanged   int64 // were on the list before
	Duplicates  int64 // the address stands in an earlier row
	Quarantined int64 // lack their evidence: kept apart, not mailable
	Refused     int64 // opted out, suppressed or restricted, or the permission has ended
	Invalid     int64 // have a mistake
}

// Import is one file that is brought into one list. The same file for the same list is the same import.
type Import struct {
	ID       int64
	ListID   int64
	FileName string
	Digest   string // SHA-256 of the file
	Actor    string
	ImportCounts
	Rejects    int64 // mark in the RejectLog that belongs to Rows
	CreatedAt  time.Time
	FinishedAt time.Time // zero while rows are left
}

// Reject is a row that was not taken.
type Reject struct {
	Line   int64
	Reason string
	Row    string // as it stands in the file
}

// RejectLog keeps the rows that were not taken, for whoever imports.
type RejectLog interface {
	// Rewind drops what was written after a mark: its rows come again.
	Rewind(mark int64) error
	// Write keeps rows and returns the mark behind them. It is durable when it returns.
	Write(rows []Reject) (mark int64, err error)
}

// Seen remembers which addresses a file has had, in bounded memory.
type Seen interface {
	// Add takes keys in and tells of each whether it was there before, be it through an earlier one of the same call.
	Add(ctx context.Context, keys [][]byte) (before []bool, err error)
}

// Quarantined is a row without evidence, kept apart.
type Quarantined struct {
	Line int64
	Key  []byte
	Act  Act
	Why  string // a sentence
}

// ImportStore keeps imports and their progress.
type ImportStore interface {
	Store
	// BeginImport sets ID, counts and times from the import of this file into this list, which it makes if there is none.
	BeginImport(ctx context.Context, imp *Import) error
	// UpdateImport is Update for imports.
	UpdateImport(ctx context.Context, fn func(ImportTx) error) error
}

// ImportTx is a Tx with what imports need.
type ImportTx interface {
	Tx
	// SubscribersByKey returns the people on record under addresses, by string(key).
	SubscribersByKey(keys ...[]byte) (map[string]Subscriber, error)
	// ImportRows returns how many rows of an import are done.
	ImportRows(id int64) (int64, error)
	SaveImport(imp Import) error // counts, mark and finish
	Quarantine(importID int64, rows []Quarantined) error
}

// Importer brings files of people into lists.
type Importer struct {
	Store ImportStore
	Keys  Hasher
	Now   func() time.Time
	Batch int // rows in one transaction; 0 is 500: few enough that an opt-out does not wait for long behind them
}

// ImportJob is a file to bring in.
type ImportJob struct {
	List     List
	FileName string // for the record
	Survey   csvfile.Survey
	Rows     *csvfile.Reader // at its beginning
	Actor    string
	DryRun   bool // tell what would become of the rows, and keep nothing
	Rejects  RejectLog
	Seen     Seen
	Progress func(line int64) // after each batch; may be nil
}

// ImportReport tells how an import ended.
type ImportReport struct {
	Import
	Resumed int64 // rows that an earlier run had done
	Already bool  // an earlier run had done all of them
}

const importBatch = 500

// errDryRun ends the transaction of a dry run.
var errDryRun = errors.New("dry run")

// Run brings a file in, batch by batch. Each batch is one transaction that also keeps how far the import has come, so after a crash the same
// call goes on behind the last batch: nothing is lost and nothing doubled. Whoever opted out or is suppressed stays so (H3); a row without
// evidence goes to quarantine. With an error comes a report of what is kept.
func (im *Importer) Run(ctx context.Context, job ImportJob) (ImportReport, error) {
	const op = "subscriptions: import"
	r, err := im.begin(ctx, job)
	if err != nil {
		return ImportReport{}, errs.Wrap(op, err)
	}
	if !r.report.FinishedAt.IsZero() {
		r.report.Already = true
		return r.report, nil
	}
	if err := job.Rejects.Rewind(r.report.Rejects); err != nil {
		return r.report, errs.Wrap(op, err)
	}
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return r.report, errs.E(op, errs.Unavailable, "The import was stopped. What is done is kept; the same command goes on where it stopped.", err)
		}
		if more, err = r.step(ctx); err != nil {
			return r.report, errs.Wrap(op, err)
		}
	}
	return r.report, nil
}

// importRun is one run over a file.
type importRun struct {
	im      *Importer
	job     ImportJob
	kind    EventKind
	purpose Purpose
	notice  Notice   // the list's
	notices []Notice // all of the programme
	slug    string   // of the programme, under which attributes are kept
	columns ImportColumns
	passed  int64 // rows read in this run
	report  ImportReport
}

func (im *Importer) begin(ctx context.Context, job ImportJob) (*importRun, error) {
	const op = "subscriptions: begin import"
	purpose, err := im.Store.Purpose(ctx, job.List.PurposeID)
	if err != nil {
		return nil, err
	}
	programme, err := im.Store.Programme(ctx, job.List.ProgrammeID)
	if err != nil {
		return nil, err
	}
	declared, err := im.Store.AttributesOf(ctx, job.List.ProgrammeID)
	if err != nil {
		return nil, err
	}
	notices, err := im.Store.Notices(ctx, job.List.ProgrammeID)
	if err != nil {
		return nil, err
	}
	r := &importRun{im: im, job: job, kind: Granted, purpose: purpose, notices: notices, slug: programme.Slug}
	if i := slices.IndexFunc(notices, func(n Notice) bool { return n.ID == job.List.NoticeID }); i >= 0 {
		r.notice = notices[i]
	}
	if !purpose.Basis.NeedsAct() {
		r.kind = Enrolled
	}
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
	if r.columns, err = ParseImportHeader(header.Fields, declared); err != nil {
		return nil, err
	}
	r.report.Import = Import{ListID: job.List.ID, FileName: job.FileName, Digest: job.Survey.Digest, Actor: job.Actor, CreatedAt: im.Now()}
	if !job.DryRun {
		err = im.Store.BeginImport(ctx, &r.report.Import)
		r.report.Resumed = r.report.Rows
	}
	return r, err
}

// step reads one batch and settles it; false when the file has ended.
func (r *importRun) step(ctx context.Context) (more bool, err error) {
	batch := r.im.Batch
	if batch == 0 {
		batch = importBatch
	}
	want := batch
	done := r.passed < r.report.Resumed
	if done { // an earlier run settled these; they only count for telling duplicates
		want = int(min(r.report.Resumed-r.passed, int64(batch)))
	}
	b, err := r.read(want)
	if err != nil {
		return false, err
	}
	if err := b.markDuplicates(ctx, r.job.Seen); err != nil {
		return false, err
	}
	r.passed += int64(len(b.rows))
	if done && b.ended && r.passed < r.report.Resumed {
		return false, errs.E("subscriptions: resume import", errs.Conflict, "The file changed while it was being read. Run the import again.", nil)
	}
	if !done {
		if err := r.settle(ctx, b); err != nil {
			return false, err
		}
	}
	if r.job.Progress != nil && len(b.rows) > 0 {
		r.job.Progress(b.rows[len(b.rows)-1].line)
	}
	return !b.ended || done, nil
}

// read reads up to want rows.
func (r *importRun) read(want int) (*importedBatch, error) {
	b := &importedBatch{}
	for len(b.rows) < want {
		row, err := r.job.Rows.Next()
		if errors.Is(err, io.EOF) {
			b.ended = true
			break
		}
		if err != nil {
			return nil, err
		}
		b.add(r.parse(row))
	}
	return b, nil
}

// parse reads one row and says what is wrong with it, before any other row or the ledger is looked at.
func (r *importRun) parse(row csvfile.Row) importedRow {
	out := importedRow{line: row.Line, raw: row.Raw}
	if row.Broken != "" {
		out.verdict, out.reason = rowInvalid, row.Broken
		return out
	}
	parsed, err := r.columns.Row(row.Fields, r.purpose.Basis, r.im.Now())
	if err != nil {
		out.verdict, out.reason = rowInvalid, errs.Message(err)
		return out
	}
	out.act, out.key = parsed.Act, r.im.Keys.AddressKey(parsed.Act.Address)
	if parsed.Lacking != "" {
		out.verdict, out.reason = rowQuarantined, parsed.Lacking+" It is in quarantine, and not mailable."
	}
	return out
}
