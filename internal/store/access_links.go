package store

import (
	"context"

	"assent/inbox/cases/access"
)

const linkColumns = `id, pack_id, case_id, receiver_id, code, way, tries, actor, made_at, expires_at, opened_at, revoked_at, revoked_by, revoked_why`

func scanLink(s scanner) (l access.Link, err error) {
	var made, expires, opened, revoked int64
	err = s.Scan(&l.ID, &l.PackID, &l.CaseID, &l.ReceiverID, &l.Code, &l.Way, &l.Tries, &l.Actor, &made, &expires, &opened, &revoked, &l.RevokedBy, &l.RevokedWhy)
	l.MadeAt, l.ExpiresAt, l.OpenedAt, l.RevokedAt = moment(made), moment(expires), moment(opened), moment(revoked)
	return l, err
}

// AddLink implements access.Store.
func (d *DB) AddLink(ctx context.Context, l *access.Link) error {
	return fail("store: add link", d.within(ctx, func(c conn) (err error) {
		l.ID, err = c.insert(ctx, `INSERT INTO access_links (pack_id, case_id, receiver_id, code, way, tries, actor, made_at, expires_at, opened_at, revoked_at, revoked_by, revoked_why) VALUES (`+marks(13)+`)`,
			l.PackID, l.CaseID, l.ReceiverID, []byte{}, string(l.Way), 0, l.Actor, millis(l.MadeAt), millis(l.ExpiresAt), 0, 0, "", "")
		return err
	}))
}

// Link implements access.Store.
func (d *DB) Link(ctx context.Context, id int64) (access.Link, error) {
	l, err := scanLink(d.reading().row(ctx, `SELECT `+linkColumns+` FROM access_links WHERE id = ?`, id))
	return l, fail("store: link", err)
}

// Links implements access.Store.
func (d *DB) Links(ctx context.Context, caseID int64) ([]access.Link, error) {
	const op = "store: links"
	rows, err := d.reading().query(ctx, `SELECT `+linkColumns+` FROM access_links WHERE case_id = ? ORDER BY id`, caseID)
	out, err := collect(rows, err, scanLink)
	if err != nil {
		return nil, fail(op, err)
	}
	for i := range out {
		rows, err := d.reading().query(ctx, `SELECT at, what FROM access_openings WHERE link_id = ? ORDER BY id`, out[i].ID)
		out[i].Openings, err = collect(rows, err, func(s scanner) (o access.Opening, err error) {
			var at int64
			err = s.Scan(&at, &o.What)
			o.At = moment(at)
			return o, err
		})
		if err != nil {
			return nil, fail(op, err)
		}
	}
	return out, nil
}

// TryLink implements access.Store: tries at once wait for one another, so that no two of them count as one.
func (d *DB) TryLink(ctx context.Context, id int64, try func(access.Link) (access.Link, access.Opening, error)) (l access.Link, err error) {
	err = d.within(ctx, func(c conn) error {
		if l, err = scanLink(c.row(ctx, `SELECT `+linkColumns+` FROM access_links WHERE id = ?`+d.forUpdate(), id)); err != nil {
			return err
		}
		var o access.Opening
		if l, o, err = try(l); err != nil {
			return err
		}
		if l.Code == nil {
			l.Code = []byte{}
		}
		_, err = c.exec(ctx, `UPDATE access_links SET code = ?, tries = ?, opened_at = ?, revoked_at = ?, revoked_by = ?, revoked_why = ? WHERE id = ?`,
			l.Code, l.Tries, millis(l.OpenedAt), millis(l.RevokedAt), l.RevokedBy, l.RevokedWhy, l.ID)
		if err == nil && !l.RevokedAt.IsZero() && l.ReceiverID != 0 {
			err = c.takeBackUnopened(ctx, l.RevokedAt)
		}
		if err != nil || o.What == "" {
			return err
		}
		_, err = c.exec(ctx, `INSERT INTO access_openings (link_id, at, what) VALUES (?, ?, ?)`, l.ID, millis(o.At), o.What)
		return err
	})
	return l, fail("store: try link", err)
}

var _ access.Store = (*DB)(nil)
var _ access.Catalogue = (*DB)(nil)
