package store

import (
	"context"

	"assent/internal/exporting/copies"
	"assent/subscriptions"
)

// showGiven puts the entry of a file that is ready into the register of who got what.
func (c conn) showGiven(ctx context.Context, x copies.Copy) error {
	if x.GivenID == 0 {
		return nil
	}
	if _, err := c.exec(ctx, `UPDATE disclosures SET at = ?, recorded_at = ? WHERE id = ?`, millis(x.ReadyAt), millis(x.ReadyAt), x.GivenID); err != nil {
		return err
	}
	var people int64
	if err := c.row(ctx, `SELECT COUNT(*) FROM disclosure_people WHERE disclosure_id = ?`, x.GivenID).Scan(&people); err != nil {
		return err
	}
	return c.note(ctx, givenNote(subscriptions.Given{ID: x.GivenID, RecipientID: x.For, How: subscriptions.GivenByExport, Actor: x.Actor}, people))
}

// takeBackGiven hides the entry of a file that is destroyed before anybody was handed it. DropGiven removes it, for it may be of very many people.
func (c conn) takeBackGiven(ctx context.Context, x copies.Copy) error {
	if x.GivenID == 0 {
		return nil
	}
	_, err := c.exec(ctx, `UPDATE disclosures SET at = 0 WHERE id = (SELECT disclosure_id FROM copies WHERE id = ? AND fetched = 0)`, x.ID)
	return err
}

// DropGiven implements copies.Store.
func (d *DB) DropGiven(ctx context.Context) error {
	const op = "store: drop what was not given"
	for {
		rows, err := d.reading().query(ctx, `SELECT disclosure_id FROM copies WHERE disclosure_id <> 0 AND fetched = 0 AND state IN ('gone', 'failed') ORDER BY id LIMIT ?`, eventsAtOnce)
		ids, err := collect(rows, err, func(s scanner) (id int64, err error) { err = s.Scan(&id); return id, err })
		if err != nil || len(ids) == 0 {
			return fail(op, err)
		}
		for _, id := range ids {
			if err := d.dropGiven(ctx, id); err != nil {
				return fail(op, err)
			}
		}
	}
}

func (d *DB) dropGiven(ctx context.Context, id int64) error {
	if err := d.clearGiven(ctx, id); err != nil {
		return err
	}
	return d.within(ctx, func(c conn) error {
		if _, err := c.exec(ctx, `UPDATE copies SET disclosure_id = 0 WHERE disclosure_id = ?`, id); err != nil {
			return err
		}
		_, err := c.exec(ctx, `DELETE FROM disclosures WHERE id = ? AND at = 0`, id)
		return err
	})
}

// clearGiven removes the people of an entry that nothing shows, a page at a time.
func (d *DB) clearGiven(ctx context.Context, id int64) error {
	for {
		res, err := d.writing().exec(ctx, `DELETE FROM disclosure_people WHERE disclosure_id = ? AND subscriber_id IN
			(SELECT p.subscriber_id FROM disclosure_people p JOIN disclosures d ON d.id = p.disclosure_id WHERE p.disclosure_id = ? AND d.at = 0 LIMIT ?)`, id, id, peopleAtOnce)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n < peopleAtOnce {
			return err
		}
	}
}

const peopleAtOnce = 5000 // rows that go with one statement
