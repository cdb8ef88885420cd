package store

import (
	"context"

	"assent/inbox"
)

// caseOrder is the order in which cases are worked: open ones first, the nearest due date first, cases without one last.
const caseOrder = `CASE WHEN state = 'open' THEN 0 ELSE 1 END, CASE WHEN due_on = '' THEN 1 ELSE 0 END, due_on, id`

// CasesAfter returns up to limit cases that come after one in the order of work; 0 begins with the first. A case
// that does not exist has none after it.
func (d *DB) CasesAfter(ctx context.Context, after int64, limit int) ([]inbox.Case, error) {
	where, args := `1 = 1`, []any{}
	if after != 0 {
		where, args = `(`+caseOrder+`) > (SELECT `+caseOrder+` FROM cases WHERE id = ?)`, []any{after}
	}
	rows, err := d.reading().query(ctx, `SELECT `+caseColumns+` FROM cases WHERE `+where+` ORDER BY `+caseOrder+` LIMIT ?`, append(args, limit)...)
	out, err := collect(rows, err, scanCase)
	return out, fail("store: cases", err)
}
