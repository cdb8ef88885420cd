package store

import (
	"context"

	"assent/internal/address"
	"assent/subscriptions"
)

// stored reads an address that was valid when it was written; an erased one is "" and gives the zero value.
func stored(s string) address.Address {
	a, err := address.Parse(s)
	if err != nil {
		return address.Address{}
	}
	return a
}

const listColumns = `id, programme_id, purpose_id, notice_id, slug, name, description, wording,
	contact_name, contact_address, double_opt_in, public, ask_age, created_at`

func scanList(s scanner) (l subscriptions.List, err error) {
	var contact string
	var created int64
	err = s.Scan(&l.ID, &l.ProgrammeID, &l.PurposeID, &l.NoticeID, &l.Slug, &l.Name, &l.Description, &l.Wording,
		&l.Contact.Name, &contact, &l.DoubleOptIn, &l.Public, &l.AskAge, &created)
	l.Contact.Address, l.CreatedAt = stored(contact), moment(created)
	return l, err
}

// Lists implements subscriptions.Catalogue.
func (d *DB) Lists(ctx context.Context) ([]subscriptions.List, error) {
	rows, err := d.reading().query(ctx, `SELECT `+listColumns+` FROM lists ORDER BY id`)
	out, err := collect(rows, err, scanList)
	return out, fail("store: lists", err)
}

// List implements subscriptions.Catalogue.
func (d *DB) List(ctx context.Context, id int64) (subscriptions.List, error) {
	l, err := scanList(d.reading().row(ctx, `SELECT `+listColumns+` FROM lists WHERE id = ?`, id))
	return l, fail("store: list", err)
}

// ListBySlug implements subscriptions.Catalogue.
func (d *DB) ListBySlug(ctx context.Context, slug string) (subscriptions.List, error) {
	l, err := scanList(d.reading().row(ctx, `SELECT `+listColumns+` FROM lists WHERE slug = ?`, slug))
	return l, fail("store: list", err)
}

// AttributesOf implements subscriptions.Catalogue.
func (d *DB) AttributesOf(ctx context.Context, programmeID int64) ([]subscriptions.Attribute, error) {
	rows, err := d.reading().query(ctx, `SELECT `+attributeColumns+` FROM attributes WHERE programme_id = ? ORDER BY name`, programmeID)
	out, err := collect(rows, err, scanAttribute)
	return out, fail("store: attributes", err)
}

// Text implements subscriptions.Store.
func (d *DB) Text(ctx context.Context, digest string) (body string, err error) {
	err = d.reading().row(ctx, `SELECT body FROM texts WHERE digest = ?`, digest).Scan(&body)
	return body, fail("store: text", err)
}
