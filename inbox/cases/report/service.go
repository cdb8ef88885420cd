package report

import (
	"context"
	"strconv"
	"time"

	"assent/internal/clock"
	"assent/internal/errs"
)

func programmeKey(id int64) string { return strconv.FormatInt(id, 10) }

// Source reads what reports count. The store is one.
type Source interface {
	// CaseFigures returns up to limit cases of a filter whose number is above after, in the order of their numbers.
	CaseFigures(ctx context.Context, f Filter, after int64, limit int) ([]Row, error)
}

// Service makes reports.
type Service struct {
	Source Source
	Day    func(time.Time) clock.Date // the UK date of a moment
	Now    func() time.Time
}

const atOnce = 500

// Make counts all cases of a filter, a page of them in memory at a time. Kind of error: Invalid for a filter whose end lies before its beginning.
func (s *Service) Make(ctx context.Context, f Filter) (Report, error) {
	const op = "report: make"
	if !f.From.IsZero() && !f.To.IsZero() && f.To.Before(f.From) {
		return Report{}, errs.E(op, errs.Invalid, "The last day lies before the first.", nil)
	}
	tally := New(s.Day(s.Now()), s.Day)
	for after := int64(0); ; {
		rows, err := s.Source.CaseFigures(ctx, f, after, atOnce)
		if err != nil {
			return Report{}, errs.Wrap(op, err)
		}
		for _, r := range rows {
			tally.Add(r)
			after = r.ID
		}
		if len(rows) < atOnce {
			return tally.Report(), nil
		}
	}
}
