package store

import (
	"context"
	"time"

	"assent/inbox/cases/access"
	"assent/internal/audit"
	"assent/subscriptions"
)

const receiverColumns = `r.id, r.case_id, r.name, r.address, r.language, r.instead, r.evidence, r.named_by, r.named_at, r.decision, r.reason, r.words, r.decided_by, r.person, r.decided_at, r.link_id, r.disclosure_id, r.left_why`

func scanReceiver(s scanner) (r access.Receiver, err error) {
	var to string
	var named, decided, opened int64
	err = s.Scan(&r.ID, &r.CaseID, &r.Name, &to, &r.Language, &r.Instead, &r.Evidence, &r.NamedBy, &named, &r.Decision, &r.Reason, &r.Words, &r.DecidedBy, &r.Person, &decided, &r.LinkID, &r.Disclosure, &r.LeftWhy, &opened)
	r.Address, r.NamedAt, r.DecidedAt, r.OpenedAt = stored(to), moment(named), moment(decided), moment(opened)
	return r, err
}

// AddReceiver implements access.Store.
func (d *DB) AddReceiver(ctx context.Context, r *access.Receiver) error {
	return fail("store: add receiver", d.within(ctx, func(c conn) (err error) {
		r.ID, err = c.insert(ctx, `INSERT INTO access_receivers (case_id, name, address, language, instead, evidence, named_by, named_at, decision, reason, words, decided_by, person, decided_at, link_id, disclosure_id, left_why)
			VALUES (`+marks(17)+`)`, r.CaseID, r.Name, r.Address.String(), r.Language, r.Instead, r.Evidence, r.NamedBy, millis(r.NamedAt), "", "", "", "", "", 0, 0, 0, "")
		return err
	}))
}

// Receivers implements access.Store.
func (d *DB) Receivers(ctx context.Context, caseID int64) ([]access.Receiver, error) {
	rows, err := d.reading().query(ctx, `SELECT `+receiverColumns+`, COALESCE((SELECT l.opened_at FROM access_links l WHERE l.id = r.link_id), 0) FROM access_receivers r WHERE r.case_id = ? ORDER BY r.id`, caseID)
	out, err := collect(rows, err, scanReceiver)
	return out, fail("store: receivers", err)
}

// DecideReceiver implements access.Store.
func (d *DB) DecideReceiver(ctx context.Context, r access.Receiver) error {
	return fail("store: decide on a receiver", d.within(ctx, func(c conn) error { return c.decideReceiver(ctx, r) }))
}

func (c conn) decideReceiver(ctx context.Context, r access.Receiver) error {
	_, err := c.exec(ctx, `UPDATE access_receivers SET decision = ?, reason = ?, words = ?, decided_by = ?, person = ?, decided_at = ?, link_id = ?, disclosure_id = ?, left_why = ? WHERE id = ? AND case_id = ?`,
		string(r.Decision), r.Reason, r.Words, r.DecidedBy, r.Person, millis(r.DecidedAt), r.LinkID, r.Disclosure, r.LeftWhy, r.ID, r.CaseID)
	return err
}

// PassOn implements access.Store.
func (d *DB) PassOn(ctx context.Context, r access.Receiver, g subscriptions.Given, people []int64) error {
	return fail("store: pass on", d.within(ctx, func(c conn) error {
		if g.ID == 0 {
			if err := c.insertGiven(ctx, &g); err != nil {
				return err
			}
		} else if _, err := c.exec(ctx, `UPDATE disclosures SET actor = ?, at = ?, recorded_at = ? WHERE id = ?`, g.Actor, millis(g.At), millis(g.RecordedAt), g.ID); err != nil {
			return err
		}
		if err := c.addGiven(ctx, g.ID, people); err != nil {
			return err
		}
		n := givenNote(g, int64(len(people)))
		if len(people) == 1 {
			n.PersonID = people[0]
		}
		if err := c.note(ctx, n); err != nil {
			return err
		}
		r.Disclosure = g.ID
		return c.decideReceiver(ctx, r)
	}))
}

// takeBackUnopened takes the time from entries of the register whose link ended before anybody opened it: what nobody got was not given.
func (c conn) takeBackUnopened(ctx context.Context, now time.Time) error {
	const over = `SELECT d.id FROM disclosures d JOIN access_receivers r ON r.disclosure_id = d.id JOIN access_links l ON l.id = r.link_id
		WHERE d.at <> 0 AND l.opened_at = 0 AND (l.revoked_at <> 0 OR l.expires_at <= ?)`
	rows, err := c.query(ctx, over, millis(now))
	ids, err := collect(rows, err, func(s scanner) (id int64, err error) { err = s.Scan(&id); return id, err })
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := c.exec(ctx, `UPDATE disclosures SET at = 0 WHERE id = ?`, id); err != nil {
			return err
		}
		if err := c.note(ctx, audit.Note{Actor: "system", Action: audit.GiveData, Object: audit.About("disclosure", id), Facts: audit.Values{"how": string(subscriptions.GivenInCase), "unopened": true}}); err != nil {
			return err
		}
	}
	return nil
}
