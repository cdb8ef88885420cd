package store

import (
	"context"

	"assent/subscriptions"
)

// ChangeList implements subscriptions.Declarations.
func (d *DB) ChangeList(ctx context.Context, id int64, change func(subscriptions.List) (subscriptions.List, error)) (l subscriptions.List, err error) {
	const op = "store: change list"
	err = d.within(ctx, func(c conn) error {
		if l, err = scanList(c.row(ctx, `SELECT `+listColumns+` FROM lists WHERE id = ?`+d.forUpdate(), id)); err != nil {
			return fail(op, err)
		}
		before := l
		if l, err = change(l); err != nil {
			return err
		}
		if err := c.noteDeclared(ctx, "list", id, before, l); err != nil {
			return fail(op, err)
		}
		_, err = c.exec(ctx, `UPDATE lists SET name = ?, description = ?, wording = ?, contact_name = ?, contact_address = ?, double_opt_in = ?, public = ?, ask_age = ? WHERE id = ?`,
			l.Name, l.Description, l.Wording, l.Contact.Name, l.Contact.Address.String(), l.DoubleOptIn, l.Public, l.AskAge, id)
		return fail(op, err)
	})
	return l, err
}

var _ subscriptions.Declarations = (*DB)(nil)
