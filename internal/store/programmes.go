package store

import (
	"context"
	"encoding/json"
	"time"

	"assent/subscriptions"
)

const programmeColumns = `id, slug, name, owner, controller, postal_address, dpo_name, dpo_address,
	contact_name, contact_address, from_name, from_address, time_zone, division, created_at,
	ends_at, guardian_age, region_lock, house_clocks, mailboxes, statements, changed_at, asks_by_link`

func scanProgramme(s scanner) (p subscriptions.Programme, err error) {
	var dpo, contact, from, clocks, mailboxes, statements string
	var created, ends, changed int64
	err = s.Scan(&p.ID, &p.Slug, &p.Name, &p.Owner, &p.Controller, &p.PostalAddress, &p.DPOName, &dpo,
		&p.Contact.Name, &contact, &p.FromName, &from, &p.TimeZone, &p.Division, &created,
		&ends, &p.GuardianAge, &p.RegionLock, &clocks, &mailboxes, &statements, &changed, &p.AsksByLink)
	if err != nil {
		return p, err
	}
	p.DPOAddress, p.Contact.Address, p.FromAddress = stored(dpo), stored(contact), stored(from)
	p.CreatedAt, p.EndsAt, p.ChangedAt = moment(created), moment(ends), moment(changed)
	return p, readJSON(clocks, &p.HouseClocks, mailboxes, &p.Mailboxes, statements, &p.Statements)
}

// readJSON reads texts into what follows each of them.
func readJSON(pairs ...any) error {
	for i := 0; i < len(pairs); i += 2 {
		if err := json.Unmarshal([]byte(pairs[i].(string)), pairs[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// asJSON writes values as texts; a nil slice or map is written as empty.
func asJSON(values ...any) ([]string, error) {
	out := make([]string, len(values))
	for i, v := range values {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		out[i] = string(b)
	}
	return out, nil
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

// CreateProgramme implements subscriptions.Tx.
func (t *ledgerTx) CreateProgramme(p *subscriptions.Programme) error {
	const op = "store: create programme"
	texts, err := asJSON(p.HouseClocks, p.Mailboxes, p.Statements)
	if err != nil {
		return fail(op, err)
	}
	p.ID, err = t.insert(t.ctx, `INSERT INTO programmes (slug, name, owner, controller, postal_address, dpo_name, dpo_address,
		contact_name, contact_address, from_name, from_address, time_zone, division, created_at,
		ends_at, guardian_age, region_lock, house_clocks, mailboxes, statements, asks_by_link) VALUES (`+marks(21)+`)`,
		p.Slug, p.Name, p.Owner, p.Controller, p.PostalAddress, p.DPOName, p.DPOAddress.String(),
		p.Contact.Name, p.Contact.Address.String(), p.FromName, p.FromAddress.String(), p.TimeZone, p.Division, millis(p.CreatedAt),
		millis(p.EndsAt), p.GuardianAge, p.RegionLock, texts[0], texts[1], texts[2], p.AsksByLink)
	if err != nil {
		return fail(op, err)
	}
	return fail(op, t.noteDeclared(t.ctx, "programme", p.ID, nil, p))
}

// ChangeProgramme implements subscriptions.Declarations.
func (d *DB) ChangeProgramme(ctx context.Context, id int64, change func(subscriptions.Programme) (subscriptions.Programme, error)) (p subscriptions.Programme, err error) {
	const op = "store: change programme"
	err = d.within(ctx, func(c conn) error {
		if p, err = scanProgramme(c.row(ctx, `SELECT `+programmeColumns+` FROM programmes WHERE id = ?`+d.forUpdate(), id)); err != nil {
			return fail(op, err)
		}
		before := p
		if p, err = change(p); err != nil {
			return err
		}
		if err := c.noteDeclared(ctx, "programme", id, before, p); err != nil {
			return fail(op, err)
		}
		texts, err := asJSON(p.HouseClocks, p.Mailboxes, p.Statements)
		if err != nil {
			return fail(op, err)
		}
		_, err = c.exec(ctx, `UPDATE programmes SET name = ?, owner = ?, controller = ?, postal_address = ?, dpo_name = ?, dpo_address = ?,
			contact_name = ?, contact_address = ?, from_name = ?, from_address = ?, time_zone = ?, division = ?,
			ends_at = ?, guardian_age = ?, region_lock = ?, house_clocks = ?, mailboxes = ?, statements = ?, changed_at = ?, asks_by_link = ? WHERE id = ?`,
			p.Name, p.Owner, p.Controller, p.PostalAddress, p.DPOName, p.DPOAddress.String(),
			p.Contact.Name, p.Contact.Address.String(), p.FromName, p.FromAddress.String(), p.TimeZone, p.Division,
			millis(p.EndsAt), p.GuardianAge, p.RegionLock, texts[0], texts[1], texts[2], millis(p.ChangedAt), p.AsksByLink, id)
		return fail(op, err)
	})
	return p, err
}

// forUpdate locks the row that is read, until the transaction ends. SQLite's writer is alone anyway.
func (d *DB) forUpdate() string {
	if d.dialect == postgres {
		return ` FOR UPDATE`
	}
	return ""
}

const recipientColumns = `id, programme_id, name, category, purpose, country, safeguard, agreement, address, language, keeps_none, added_at, ended_at`

func scanRecipient(s scanner) (r subscriptions.Recipient, err error) {
	var added, ended int64
	var told string
	err = s.Scan(&r.ID, &r.ProgrammeID, &r.Name, &r.Category, &r.Purpose, &r.Country, &r.Safeguard, &r.Agreement, &told, &r.Language, &r.KeepsNone, &added, &ended)
	r.Address = stored(told)
	r.AddedAt, r.EndedAt = moment(added), moment(ended)
	return r, err
}

// Recipients implements subscriptions.Catalogue.
func (d *DB) Recipients(ctx context.Context, programmeID int64) ([]subscriptions.Recipient, error) {
	rows, err := d.reading().query(ctx, `SELECT `+recipientColumns+` FROM recipients WHERE programme_id = ? ORDER BY id`, programmeID)
	out, err := collect(rows, err, scanRecipient)
	return out, fail("store: recipients", err)
}

// Recipient implements subscriptions.GivenStore.
func (d *DB) Recipient(ctx context.Context, id int64) (subscriptions.Recipient, error) {
	r, err := scanRecipient(d.reading().row(ctx, `SELECT `+recipientColumns+` FROM recipients WHERE id = ?`, id))
	return r, fail("store: recipient", err)
}

// AddRecipient implements subscriptions.Declarations.
func (d *DB) AddRecipient(ctx context.Context, r *subscriptions.Recipient) error {
	return fail("store: add recipient", d.within(ctx, func(c conn) (err error) {
		r.ID, err = c.insert(ctx, `INSERT INTO recipients (programme_id, name, category, purpose, country, safeguard, agreement, address, language, keeps_none, added_at, ended_at) VALUES (`+marks(12)+`)`,
			r.ProgrammeID, r.Name, r.Category, r.Purpose, r.Country, r.Safeguard, r.Agreement, r.Address.String(), r.Language, r.KeepsNone, millis(r.AddedAt), millis(r.EndedAt))
		if err != nil {
			return err
		}
		return c.noteDeclared(ctx, "recipient", r.ID, nil, r)
	}))
}

// ChangeRecipient implements subscriptions.Declarations.
func (d *DB) ChangeRecipient(ctx context.Context, programmeID, id int64, change func(subscriptions.Recipient) (subscriptions.Recipient, error)) (r subscriptions.Recipient, err error) {
	const op = "store: change recipient"
	err = d.within(ctx, func(c conn) error {
		before, err := scanRecipient(c.row(ctx, `SELECT `+recipientColumns+` FROM recipients WHERE id = ? AND programme_id = ?`+d.forUpdate(), id, programmeID))
		if err != nil {
			return fail(op, err)
		}
		if r, err = change(before); err != nil {
			return err
		}
		if _, err := c.exec(ctx, `UPDATE recipients SET name = ?, category = ?, purpose = ?, country = ?, safeguard = ?, agreement = ?, address = ?, language = ?, keeps_none = ? WHERE id = ?`,
			r.Name, r.Category, r.Purpose, r.Country, r.Safeguard, r.Agreement, r.Address.String(), r.Language, r.KeepsNone, id); err != nil {
			return fail(op, err)
		}
		return c.noteDeclared(ctx, "recipient", id, before, r)
	})
	return r, err
}

// EndRecipient implements subscriptions.Declarations.
func (d *DB) EndRecipient(ctx context.Context, programmeID, id int64, at time.Time) (r subscriptions.Recipient, err error) {
	const op = "store: end recipient"
	const find = `SELECT ` + recipientColumns + ` FROM recipients WHERE id = ? AND programme_id = ?`
	err = d.within(ctx, func(c conn) error {
		before, err := scanRecipient(c.row(ctx, find, id, programmeID))
		if err != nil {
			return err
		}
		if _, err := c.exec(ctx, `UPDATE recipients SET ended_at = ? WHERE id = ? AND programme_id = ? AND ended_at = 0`, millis(at), id, programmeID); err != nil {
			return err
		}
		if r, err = scanRecipient(c.row(ctx, find, id, programmeID)); err != nil {
			return err
		}
		return c.noteDeclared(ctx, "recipient", id, before, r)
	})
	return r, fail(op, err)
}
