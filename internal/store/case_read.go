package store

import (
	"context"
	"strings"

	"assent/inbox/cases"
)

// settledCase is a case with nothing left to look at: closed, and nothing came since.
const settledCase = `state = 'closed' AND unread = 0 AND alarm = ''`

// caseOrder is the order in which cases are worked: settled ones last, what is marked as urgent before the rest, the nearest day to work to first, cases without
// one last.
const caseOrder = `CASE WHEN ` + settledCase + ` THEN 1 ELSE 0 END, CASE WHEN urgent THEN 0 ELSE 1 END, CASE WHEN due_on = '' THEN 1 ELSE 0 END, due_on, id`

// caseFilter makes the condition of a filter.
func caseFilter(f cases.Filter) (where string, args []any) {
	all := []string{`1 = 1`}
	add := func(condition string, values ...any) {
		all, args = append(all, condition), append(args, values...)
	}
	switch {
	case f.State == cases.OpenState:
		add(`NOT (` + settledCase + `)`)
	case f.State != "":
		add(`state = ?`, string(f.State))
	}
	if f.Kind != "" {
		add(`kind = ?`, string(f.Kind))
	}
	if f.ProgrammeID != 0 {
		add(`programme_id = ?`, f.ProgrammeID)
	}
	if f.OwnerID != 0 {
		add(`owner_id = ?`, f.OwnerID)
	}
	if f.Unassigned {
		add(`owner_id = 0`)
	}
	if f.OverdueOn != "" {
		add(`state <> 'closed' AND due_on <> '' AND due_on < ?`, f.OverdueOn)
	}
	if f.Search != "" {
		add(`UPPER(reference) LIKE ? ESCAPE '!'`, "%"+strings.ToUpper(strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(f.Search))+"%")
	}
	return strings.Join(all, ` AND `), args
}

// Cases returns up to limit cases that a filter shows, in the order of work, after skipping offset.
func (d *DB) Cases(ctx context.Context, f cases.Filter, offset, limit int) ([]cases.Case, error) {
	where, args := caseFilter(f)
	rows, err := d.reading().query(ctx, `SELECT `+caseColumns+` FROM cases WHERE `+where+` ORDER BY `+caseOrder+` LIMIT ? OFFSET ?`, append(args, limit, offset)...)
	out, err := collect(rows, err, scanCase)
	return out, fail("store: cases", err)
}

// CountCases returns how many cases a filter shows.
func (d *DB) CountCases(ctx context.Context, f cases.Filter) (n int64, err error) {
	where, args := caseFilter(f)
	err = d.reading().row(ctx, `SELECT COUNT(*) FROM cases WHERE `+where, args...).Scan(&n)
	return n, fail("store: count cases", err)
}

// CasesAfter returns up to limit cases of a filter that come after one in the order of work; 0 begins with the first. A case
// that does not exist has none after it.
func (d *DB) CasesAfter(ctx context.Context, f cases.Filter, after int64, limit int) ([]cases.Case, error) {
	where, args := caseFilter(f)
	if after != 0 {
		where += ` AND (` + caseOrder + `) > (SELECT ` + caseOrder + ` FROM cases WHERE id = ?)`
		args = append(args, after)
	}
	rows, err := d.reading().query(ctx, `SELECT `+caseColumns+` FROM cases WHERE `+where+` ORDER BY `+caseOrder+` LIMIT ?`, append(args, limit)...)
	out, err := collect(rows, err, scanCase)
	return out, fail("store: cases", err)
}
