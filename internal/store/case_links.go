package store

import (
	"context"
	"fmt"
	"time"

	"assent/inbox/cases"
)

// earlier finds what the people of a case asked before, of the same kind. Somebody is known by the number of a subscriber or by an address.
const earlier = `WITH mine AS (SELECT subscriber_id, address, address_key FROM case_parties WHERE case_id = ? AND role = 'subject'),
	before AS (
		SELECT p.case_id FROM mine q JOIN case_parties p ON p.subscriber_id = q.subscriber_id AND p.subscriber_id <> 0 AND p.role = 'subject' WHERE p.case_id < ?
		UNION SELECT p.case_id FROM mine q JOIN case_parties p ON p.address_key = q.address_key AND p.role = 'subject' WHERE q.address <> '' AND p.case_id < ?),
	found AS (
		SELECT k.id, k.reference, k.state, k.kind FROM before b JOIN cases k ON k.id = b.case_id AND k.parent_id = 0
		UNION SELECT k.id, k.reference, k.state, k.kind FROM before b JOIN cases k ON k.parent_id = b.case_id AND k.parent_id <> 0)
	SELECT id, reference, state FROM found WHERE kind = ? ORDER BY id DESC LIMIT 50`

type earlierCase struct {
	id        int64
	reference string
	state     cases.State
}

// linkOpened links each of some new cases to earlier ones.
func (c conn) linkOpened(ctx context.Context, all []*cases.Opening, now time.Time) error {
	for _, o := range all {
		if err := c.linkCases(ctx, o, now); err != nil {
			return err
		}
	}
	return nil
}

// linkCases links a new case and its sub-cases to earlier ones: as duplicates where these are open, as repeats where they are closed. Nothing is merged.
func (c conn) linkCases(ctx context.Context, o *cases.Opening, now time.Time) error {
	if o.RelatedTo != 0 {
		if err := c.linkCase(ctx, cases.Link{EarlierID: o.RelatedTo, LaterID: o.Case.ID, Relation: cases.Related, At: now, Actor: "system"}); err != nil {
			return err
		}
	}
	for _, k := range append([]cases.Case{o.Case}, o.Subs...) {
		if k.Kind == cases.Correspondence {
			continue
		}
		rows, err := c.query(ctx, earlier, o.Case.ID, o.Case.ID, o.Case.ID, string(k.Kind))
		found, err := collect(rows, err, func(s scanner) (e earlierCase, err error) { err = s.Scan(&e.id, &e.reference, &e.state); return e, err })
		if err != nil {
			return err
		}
		for _, e := range found {
			l := cases.Link{EarlierID: e.id, LaterID: k.ID, Relation: cases.Duplicate, At: now, Actor: "system"}
			if e.state == cases.Closed {
				l.Relation = cases.Repeat
			}
			if err := c.linkCase(ctx, l); err != nil {
				return err
			}
		}
	}
	return nil
}

// linkCase keeps a link, once, with a line on both timelines.
func (c conn) linkCase(ctx context.Context, l cases.Link) error {
	res, err := c.exec(ctx, `INSERT INTO case_links (earlier_id, later_id, relation, linked_at, actor) VALUES (`+marks(5)+`) ON CONFLICT (earlier_id, later_id) DO NOTHING`,
		l.EarlierID, l.LaterID, string(l.Relation), millis(l.At), l.Actor)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	for _, side := range [][2]int64{{l.EarlierID, l.LaterID}, {l.LaterID, l.EarlierID}} {
		var other string
		if err := c.row(ctx, `SELECT reference FROM cases WHERE id = ?`, side[1]).Scan(&other); err != nil {
			return err
		}
		e := cases.Event{Kind: cases.Linked, Actor: l.Actor, What: fmt.Sprintf("Linked to %s (%s).", other, l.Relation), Detail: cases.Detail{CaseID: side[1]}}
		if err := c.addCaseLines(ctx, []caseLine{{side[0], e}}, l.At); err != nil {
			return err
		}
	}
	return nil
}

// CaseLinks implements cases.Store.
func (d *DB) CaseLinks(ctx context.Context, id int64) ([]cases.Link, error) {
	rows, err := d.reading().query(ctx, `SELECT earlier_id, later_id, relation, linked_at, actor FROM case_links WHERE earlier_id = ? OR later_id = ? ORDER BY linked_at, earlier_id`, id, id)
	out, err := collect(rows, err, func(s scanner) (l cases.Link, err error) {
		var at int64
		err = s.Scan(&l.EarlierID, &l.LaterID, &l.Relation, &at, &l.Actor)
		l.At = moment(at)
		return l, err
	})
	return out, fail("store: case links", err)
}
