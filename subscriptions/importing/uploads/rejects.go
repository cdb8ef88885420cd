package uploads

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"

	"assent/internal/errs"
	"assent/subscriptions/importing"
)

// kept keeps the rows that an import does not take with each batch, in its transaction: none is lost and none stands twice.
type kept struct{ id int64 }

var _ importing.RejectLog = (*kept)(nil)

// Rewind implements importing.RejectLog. There is nothing to drop: a batch that failed left nothing behind, and those behind the mark of one worker may
// be kept by another that it took for dead, or that took it for dead.
func (k *kept) Rewind(int64) error { return nil }

// Write implements importing.RejectLog.
func (k *kept) Write(tx importing.Tx, after int64, rows []importing.Reject) (int64, error) {
	lines := importing.RejectLines(rows)
	if len(lines) == 0 {
		return after, nil
	}
	return after + int64(len(lines)), tx.KeepRejects(k.id, after, lines)
}

// told keeps the rows that a dry run would not take. Nothing of its transactions is kept, so they are written between two.
type told struct {
	ctx      context.Context
	store    Store
	id       int64
	claimant string
	at       int64  // of the first octet that waits
	waiting  []byte // at most those of one batch
	err      error
}

var _ importing.RejectLog = (*told)(nil)

// Rewind implements importing.RejectLog.
func (t *told) Rewind(mark int64) error {
	t.at, t.waiting = mark, nil
	return t.store.RewindRejects(t.ctx, t.id, mark)
}

// Write implements importing.RejectLog.
func (t *told) Write(_ importing.Tx, after int64, rows []importing.Reject) (int64, error) {
	t.waiting = importing.RejectLines(rows)
	t.at = after
	return after + int64(len(t.waiting)), t.err
}

func (t *told) keep() {
	if len(t.waiting) > 0 && t.err == nil {
		t.err = t.store.AddRejects(t.ctx, t.id, t.at, t.waiting, t.claimant)
	}
	t.waiting = nil
}

// Rejects reads the rows that were not taken, or would not be, as a CSV file with the line, the reason and the row. They are personal data: note the reading first.
// Kinds Conflict while there are none yet, and Gone.
func (s *Service) Rejects(ctx context.Context, u Upload) (io.Reader, error) {
	const op = "uploads: rejects"
	switch {
	case !u.GoneAt.IsZero() || !s.Now().Before(u.ExpiresAt):
		return nil, errs.E(op, errs.Gone, "The rows that were not taken were destroyed. "+u.GoneWhy, nil)
	case u.State == Arriving || u.State == Waiting || u.State == Checking:
		return nil, errs.E(op, errs.Conflict, "The file was not looked through yet. Come back in a little while.", nil)
	}
	return io.MultiReader(strings.NewReader(importing.RejectsHead), s.Store.OpenRejects(ctx, u.ID)), nil
}

// Reason says why a row was not taken.
type Reason struct {
	Line int64
	Says string
}

// Reasons returns why the first rows were not taken, or would not be, without their data. None while there are none, or once they have gone.
func (s *Service) Reasons(ctx context.Context, u Upload, most int) (out []Reason, err error) {
	from, err := s.Rejects(ctx, u)
	if err != nil {
		return nil, nil //nolint:nilerr // there are none
	}
	rows := csv.NewReader(from)
	if _, err := rows.Read(); err != nil {
		return nil, errs.Wrap("uploads: reasons", err)
	}
	for len(out) < most {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || len(row) != 3 {
			return out, errs.Wrap("uploads: reasons", err)
		}
		line, err := strconv.ParseInt(row[0], 10, 64)
		if err != nil {
			return out, errs.Wrap("uploads: reasons", err)
		}
		out = append(out, Reason{Line: line, Says: row[1]})
	}
	return out, nil
}
