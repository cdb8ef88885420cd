package store

import (
	"context"

	"assent/internal/audit"
	"assent/subscriptions"
)

const givenColumns = `d.id, d.programme_id, d.recipient_id, d.name, d.address, d.what, d.why, d.how, d.case_id, d.actor, d.at, d.recorded_at`

func scanGiven(s scanner) (g subscriptions.Given, err error) {
	var told string
	var at, recorded int64
	err = s.Scan(&g.ID, &g.ProgrammeID, &g.RecipientID, &g.Name, &told, &g.What, &g.Why, &g.How, &g.CaseID, &g.Actor, &at, &recorded)
	g.Address, g.At, g.RecordedAt = stored(told), moment(at), moment(recorded)
	return g, err
}

// GivenTo returns up to limit disclosures of a person's data with a number below before (0: from the newest), the newest first.
func (d *DB) GivenTo(ctx context.Context, subscriberID, before int64, limit int) ([]subscriptions.Given, error) {
	rows, err := d.reading().query(ctx, `SELECT `+givenColumns+` FROM disclosure_people p JOIN disclosures d ON d.id = p.disclosure_id
		WHERE p.subscriber_id = ? AND d.id < ? AND d.at > 0 ORDER BY d.id DESC LIMIT ?`, subscriberID, below(before), limit)
	out, err := collect(rows, err, scanGiven)
	return out, fail("store: given of a person", err)
}

// GivenAway returns up to limit disclosures with a number below before (0: from the newest), the newest first.
func (d *DB) GivenAway(ctx context.Context, before int64, limit int) ([]subscriptions.Given, error) {
	rows, err := d.reading().query(ctx, `SELECT `+givenColumns+` FROM disclosures d WHERE d.id < ? AND d.at > 0 ORDER BY d.id DESC LIMIT ?`, below(before), limit)
	out, err := collect(rows, err, scanGiven)
	return out, fail("store: given away", err)
}

// GivenOf implements subscriptions.RecipientTx.
func (t *ledgerTx) GivenOf(subscriberID int64) ([]subscriptions.Given, error) {
	rows, err := t.query(t.ctx, `SELECT `+givenColumns+` FROM disclosure_people p JOIN disclosures d ON d.id = p.disclosure_id WHERE p.subscriber_id = ? AND d.at > 0 ORDER BY d.id`, subscriberID)
	out, err := collect(rows, err, scanGiven)
	return out, fail("store: given of a person", err)
}

// RecordGiven implements subscriptions.GivenStore: what was given to whom, of some people.
func (d *DB) RecordGiven(ctx context.Context, g *subscriptions.Given, people []int64) error {
	return fail("store: record what was given", d.within(ctx, func(c conn) error {
		if err := c.insertGiven(ctx, g); err != nil {
			return err
		}
		n := givenNote(*g, int64(len(people)))
		if len(people) == 1 {
			n.PersonID = people[0]
		}
		if err := c.note(ctx, n); err != nil {
			return err
		}
		return c.addGiven(ctx, g.ID, people)
	}))
}

// insertGiven opens an entry of the register. One without a time is of a file that nobody can have yet: nothing shows it.
func (c conn) insertGiven(ctx context.Context, g *subscriptions.Given) (err error) {
	g.ID, err = c.insert(ctx, `INSERT INTO disclosures (programme_id, recipient_id, name, address, what, why, how, case_id, actor, at, recorded_at) VALUES (`+marks(11)+`)`,
		g.ProgrammeID, g.RecipientID, g.Name, g.Address.String(), g.What, g.Why, string(g.How), g.CaseID, g.Actor, millis(g.At), millis(g.RecordedAt))
	return err
}

func givenNote(g subscriptions.Given, people int64) audit.Note {
	return audit.Note{Actor: g.Actor, Action: audit.GiveData, Object: audit.About("disclosure", g.ID), Facts: audit.Values{"how": string(g.How), "recipient": g.RecipientID, "people": people}}
}

// AddGiven implements subscriptions.GivenStore: more people whose data was in what was given.
func (d *DB) AddGiven(ctx context.Context, id int64, people []int64) error {
	return fail("store: add to what was given", d.within(ctx, func(c conn) error { return c.addGiven(ctx, id, people) }))
}

func (c conn) addGiven(ctx context.Context, id int64, people []int64) error {
	return pages(people, eventsAtOnce, func(page []int64) error {
		args := make([]any, 0, 2*len(page))
		for _, p := range page {
			args = append(args, p, id)
		}
		_, err := c.exec(ctx, `INSERT INTO disclosure_people (subscriber_id, disclosure_id) VALUES `+tuples(len(page), 2)+` ON CONFLICT (subscriber_id, disclosure_id) DO NOTHING`, args...)
		return err
	})
}
