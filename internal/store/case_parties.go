package store

import (
	"context"

	"assent/inbox/cases"
	"assent/internal/address"
)

// addParties keeps new people of cases.
func (d *DB) addParties(ctx context.Context, c conn, all []cases.Party) error {
	const width = 7
	args := make([]any, 0, len(all)*width)
	for _, p := range all {
		args = append(args, p.CaseID, string(p.Role), p.Name, p.Address.String(), d.partyKey(p.Address), p.Contact, p.SubscriberID)
	}
	return c.insertRows(ctx, `INSERT INTO case_parties (case_id, role, name, address, address_key, contact, subscriber_id)`, width, args)
}

// keepParty adds one of the people of a case, or writes anew who is one already.
func (d *DB) keepParty(ctx context.Context, c conn, p cases.Party) error {
	if p.ID == 0 {
		return d.addParties(ctx, c, []cases.Party{p})
	}
	res, err := c.exec(ctx, `UPDATE case_parties SET role = ?, name = ?, address = ?, address_key = ?, contact = ?, subscriber_id = ? WHERE id = ? AND case_id = ?`,
		string(p.Role), p.Name, p.Address.String(), d.partyKey(p.Address), p.Contact, p.SubscriberID, p.ID, p.CaseID)
	return oneRow(res, err)
}

// partyKey is the hash that a party is found by, empty without an address.
func (d *DB) partyKey(a address.Address) []byte {
	if a.IsZero() {
		return []byte{}
	}
	return d.keys.AddressKey(a)
}

const partyColumns = `id, case_id, role, name, address, contact, subscriber_id`

// CaseParties implements cases.Store.
func (d *DB) CaseParties(ctx context.Context, id int64) ([]cases.Party, error) {
	rows, err := d.reading().query(ctx, `SELECT `+partyColumns+` FROM case_parties
		WHERE case_id = (SELECT CASE WHEN parent_id = 0 THEN id ELSE parent_id END FROM cases WHERE id = ?) ORDER BY id`, id)
	out, err := collect(rows, err, func(s scanner) (p cases.Party, err error) {
		var addr string
		err = s.Scan(&p.ID, &p.CaseID, &p.Role, &p.Name, &addr, &p.Contact, &p.SubscriberID)
		p.Address = stored(addr)
		return p, err
	})
	return out, fail("store: case parties", err)
}
