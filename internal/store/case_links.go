package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"assent/inbox/cases"
)

// askedAlso finds what the people of a case asked in others, of the same kind. Somebody is known by the number of a subscriber or by an address.
const askedAlso = `WITH mine AS (SELECT subscriber_id, address, address_key FROM case_parties WHERE case_id = ? AND role = 'subject'),
	theirs AS (
		SELECT p.case_id FROM mine q JOIN case_parties p ON p.subscriber_id = q.subscriber_id AND p.subscriber_id <> 0 AND p.role = 'subject'
		UNION SELECT p.case_id FROM mine q JOIN case_parties p ON p.address_key = q.address_key AND p.role = 'subject' WHERE q.address <> ''),
	found AS (
		SELECT b.case_id AS root, k.id, k.state, k.kind, k.created_at, k.closed_at FROM theirs b JOIN cases k ON k.id = b.case_id AND k.parent_id = 0
		UNION SELECT b.case_id, k.id, k.state, k.kind, k.created_at, k.closed_at FROM theirs b JOIN cases k ON k.parent_id = b.case_id AND k.parent_id <> 0)
	SELECT root, id, kind, state, created_at, closed_at FROM found WHERE kind = ? AND root <> ? AND root < ? ORDER BY id DESC LIMIT 50`

// asking is one of two cases that may be linked. Which was there first is told by its root: the sub-cases of cases that open together come after all of these.
type asking struct {
	root, id        int64
	kind            cases.Kind
	state           cases.State
	created, closed int64 // closed is 0 for one that is not
}

func scanAsking(s scanner) (a asking, err error) {
	err = s.Scan(&a.root, &a.id, &a.kind, &a.state, &a.created, &a.closed)
	return a, err
}

// linkOpened links each of some new cases with its sub-cases to earlier ones.
func (c conn) linkOpened(ctx context.Context, all []*cases.Opening, now time.Time) error {
	for _, o := range all {
		if o.RelatedTo != 0 {
			if err := c.linkCase(ctx, cases.Link{EarlierID: o.RelatedTo, LaterID: o.Case.ID, Relation: cases.Related, At: now, Actor: "system"}); err != nil {
				return err
			}
		}
		for _, k := range append([]cases.Case{o.Case}, o.Subs...) {
			if err := c.linkAsked(ctx, asking{root: o.Case.ID, id: k.ID, kind: k.Kind, created: math.MaxInt64}, o.Case.ID, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// linkNamed links a case and its sub-cases to what a person asked who was named just now, earlier or later, as opening would have done had they been known then.
func (c conn) linkNamed(ctx context.Context, root int64, now time.Time) error {
	rows, err := c.query(ctx, `SELECT CAST(? AS BIGINT), id, kind, state, created_at, closed_at FROM cases WHERE id = ? OR parent_id = ? AND parent_id <> 0 ORDER BY id`, root, root, root)
	family, err := collect(rows, err, scanAsking)
	for _, k := range family {
		if err := c.linkAsked(ctx, k, math.MaxInt64, now); err != nil {
			return err
		}
	}
	return err
}

// linkAsked links a case to those with roots below one: as a duplicate where the earlier of the two was open when the later came, as a repeat where it was closed. Nothing is merged.
func (c conn) linkAsked(ctx context.Context, k asking, below int64, now time.Time) error {
	if k.kind == cases.Correspondence {
		return nil
	}
	rows, err := c.query(ctx, askedAlso, k.root, string(k.kind), k.root, below)
	found, err := collect(rows, err, scanAsking)
	for _, other := range found {
		earlier, later := k, other
		if other.root < k.root {
			earlier, later = other, k
		}
		l := cases.Link{EarlierID: earlier.id, LaterID: later.id, Relation: cases.Duplicate, At: now, Actor: "system"}
		if earlier.state == cases.Closed && earlier.closed <= later.created {
			l.Relation = cases.Repeat
		}
		if err := c.linkCase(ctx, l); err != nil {
			return err
		}
	}
	return err
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
