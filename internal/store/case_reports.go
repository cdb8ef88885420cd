package store

import (
	"context"
	"strings"
	"time"

	"assent/inbox/cases"
	"assent/inbox/cases/report"
	"assent/internal/clock"
)

// reportFilter makes the condition of a report's filter. Days are UK dates.
func reportFilter(f report.Filter) (where string, args []any) {
	all := []string{`1 = 1`}
	add := func(condition string, value any) { all, args = append(all, condition), append(args, value) }
	if !f.From.IsZero() {
		add(`received_at >= ?`, millis(ukMidnight(f.From)))
	}
	if !f.To.IsZero() {
		add(`received_at < ?`, millis(ukMidnight(f.To.AddDays(1))))
	}
	if f.ProgrammeID != 0 {
		add(`programme_id = ?`, f.ProgrammeID)
	}
	if f.Kind != "" {
		add(`kind = ?`, string(f.Kind))
	}
	return strings.Join(all, ` AND `), args
}

// ukMidnight is when a UK date begins.
func ukMidnight(d clock.Date) time.Time {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		zone = time.UTC
	}
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}

// CaseFigures implements report.Source.
func (d *DB) CaseFigures(ctx context.Context, f report.Filter, after int64, limit int) ([]report.Row, error) {
	where, args := reportFilter(f)
	rows, err := d.reading().query(ctx, `SELECT id, kind, state, programme_id, received_at, due_on, outcome, acknowledged_on, answered_on, closed_at, facts, clocks FROM cases
		WHERE id > ? AND `+where+` ORDER BY id LIMIT ?`, append(append([]any{after}, args...), limit)...)
	out, err := collect(rows, err, func(s scanner) (r report.Row, err error) {
		var received, closed int64
		var acknowledged, answered, facts, clocks string
		if err = s.Scan(&r.ID, &r.Kind, &r.State, &r.ProgrammeID, &received, &r.DueOn, &r.Outcome, &acknowledged, &answered, &closed, &facts, &clocks); err != nil {
			return r, err
		}
		var known cases.Facts // emptied when a person is erased; the columns stay
		if err = readJSON(facts, &known, clocks, &r.Clocks); err != nil {
			return r, err
		}
		r.ReceivedAt, r.AcknowledgedOn, r.AnsweredOn, r.Stage = moment(received), storedDate(acknowledged), storedDate(answered), known.Reached()
		if len(known.Stages) > 0 {
			r.AnsweredOn = known.Stages[0].AnsweredOn
		}
		return r, nil
	})
	return out, fail("store: figures of cases", err)
}

// CasesReceived returns up to limit cases of a report's filter whose number is above after, in the order of their numbers.
func (d *DB) CasesReceived(ctx context.Context, f report.Filter, after int64, limit int) ([]cases.Case, error) {
	where, args := reportFilter(f)
	rows, err := d.reading().query(ctx, `SELECT `+caseColumns+` FROM cases WHERE id > ? AND `+where+` ORDER BY id LIMIT ?`, append(append([]any{after}, args...), limit)...)
	out, err := collect(rows, err, scanCase)
	return out, fail("store: cases received", err)
}

var _ report.Source = (*DB)(nil)
