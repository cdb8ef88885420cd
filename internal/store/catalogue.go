package store

import (
	"context"
	"encoding/json"
	"time"

	"assent/internal/address"
	"assent/subscriptions"
)

const programmeColumns = `id, slug, name, owner, controller, postal_address, dpo_name, dpo_address,
	contact_name, contact_address, from_name, from_address, time_zone, division, created_at`

func scanProgramme(s scanner) (p subscriptions.Programme, err error) {
	var dpo, contact, from string
	var created int64
	err = s.Scan(&p.ID, &p.Slug, &p.Name, &p.Owner, &p.Controller, &p.PostalAddress, &p.DPOName, &dpo,
		&p.Contact.Name, &contact, &p.FromName, &from, &p.TimeZone, &p.Division, &created)
	if err != nil {
		return p, err
	}
	p.DPOAddress, p.Contact.Address, p.FromAddress = stored(dpo), stored(contact), stored(from)
	p.CreatedAt = moment(created)
	return p, nil
}

// stored reads an address that was valid when it was written; an erased one is "" and gives the zero value.
func stored(s string) address.Address {
	a, err := address.Parse(s)
	if err != nil {
		return address.Address{}
	}
	return a
}

// Programmes implements subscriptions.Catalogue.
func (d *DB) Programmes(ctx context.Context) ([]subscriptions.Programme, error) {
	rows, err := d.reading().query(ctx, `SELECT `+programmeColumns+` FROM programmes ORDER BY id`)
	out, err := collect(rows, err, scanProgramme)
	return out, fail("store: programmes", err)
}

// Programme implements subscriptions.Catalogue.
func (d *DB) Programme(ctx context.Context, id int64) (subscriptions.Programme, error) {
	p, err := scanProgramme(d.reading().row(ctx, `SELECT `+programmeColumns+` FROM programmes WHERE id = ?`, id))
	return p, fail("store: programme", err)
}

// ProgrammeBySlug implements subscriptions.Catalogue.
func (d *DB) ProgrammeBySlug(ctx context.Context, slug string) (subscriptions.Programme, error) {
	p, err := scanProgramme(d.reading().row(ctx, `SELECT `+programmeColumns+` FROM programmes WHERE slug = ?`, slug))
	return p, fail("store: programme", err)
}

const purposeColumns = `id, programme_id, slug, name, basis, class, term_ms, created_at`

func scanPurpose(s scanner) (p subscriptions.Purpose, err error) {
	var term, created int64
	err = s.Scan(&p.ID, &p.ProgrammeID, &p.Slug, &p.Name, &p.Basis, &p.Class, &term, &created)
	p.Term, p.CreatedAt = time.Duration(term)*time.Millisecond, moment(created)
	return p, err
}

// Purposes implements subscriptions.Catalogue.
func (d *DB) Purposes(ctx context.Context, programmeID int64) ([]subscriptions.Purpose, error) {
	rows, err := d.reading().query(ctx, `SELECT `+purposeColumns+` FROM purposes WHERE programme_id = ? ORDER BY id`, programmeID)
	out, err := collect(rows, err, scanPurpose)
	return out, fail("store: purposes", err)
}

// Purpose implements subscriptions.Catalogue.
func (d *DB) Purpose(ctx context.Context, id int64) (subscriptions.Purpose, error) {
	p, err := scanPurpose(d.reading().row(ctx, `SELECT `+purposeColumns+` FROM purposes WHERE id = ?`, id))
	return p, fail("store: purpose", err)
}

const listColumns = `id, programme_id, purpose_id, notice_id, slug, name, description, wording,
	contact_name, contact_address, double_opt_in, public, created_at`

func scanList(s scanner) (l subscriptions.List, err error) {
	var contact string
	var created int64
	err = s.Scan(&l.ID, &l.ProgrammeID, &l.PurposeID, &l.NoticeID, &l.Slug, &l.Name, &l.Description, &l.Wording,
		&l.Contact.Name, &contact, &l.DoubleOptIn, &l.Public, &created)
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

const noticeFrom = `n.id, n.programme_id, n.version, n.digest, n.published_at, t.body
	FROM notices n JOIN texts t ON t.digest = n.digest`

func scanNotice(s scanner) (n subscriptions.Notice, err error) {
	var published int64
	err = s.Scan(&n.ID, &n.ProgrammeID, &n.Version, &n.Digest, &published, &n.Text)
	n.PublishedAt = moment(published)
	return n, err
}

// Notice implements subscriptions.Catalogue.
func (d *DB) Notice(ctx context.Context, id int64) (subscriptions.Notice, error) {
	n, err := scanNotice(d.reading().row(ctx, `SELECT `+noticeFrom+` WHERE n.id = ?`, id))
	return n, fail("store: notice", err)
}

// Notices implements subscriptions.Catalogue.
func (d *DB) Notices(ctx context.Context, programmeID int64) ([]subscriptions.Notice, error) {
	rows, err := d.reading().query(ctx, `SELECT `+noticeFrom+` WHERE n.programme_id = ? ORDER BY n.version`, programmeID)
	out, err := collect(rows, err, scanNotice)
	return out, fail("store: notices", err)
}

// AttributesOf implements subscriptions.Catalogue.
func (d *DB) AttributesOf(ctx context.Context, programmeID int64) ([]subscriptions.Attribute, error) {
	rows, err := d.reading().query(ctx, `SELECT id, programme_id, name, label, type, choices, self_service FROM attributes WHERE programme_id = ? ORDER BY name`, programmeID)
	out, err := collect(rows, err, func(s scanner) (a subscriptions.Attribute, err error) {
		var choices string
		if err = s.Scan(&a.ID, &a.ProgrammeID, &a.Name, &a.Label, &a.Type, &choices, &a.SelfService); err != nil {
			return a, err
		}
		return a, json.Unmarshal([]byte(choices), &a.Choices)
	})
	return out, fail("store: attributes", err)
}

// Text implements subscriptions.Store.
func (d *DB) Text(ctx context.Context, digest string) (body string, err error) {
	err = d.reading().row(ctx, `SELECT body FROM texts WHERE digest = ?`, digest).Scan(&body)
	return body, fail("store: text", err)
}
