package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"assent/inbox/cases"
	"assent/internal/audit"
)

// OpenCase implements cases.Store.
func (d *DB) OpenCase(ctx context.Context, o *cases.Opening) error {
	return fail("store: open case", d.within(ctx, func(c conn) error {
		if err := d.openCase(ctx, c, o); err != nil {
			return err
		}
		return d.tellOpening(ctx, c, *o)
	}))
}

// openCase keeps a case with its sub-cases, people and first message, and links it to what the same people asked before.
func (d *DB) openCase(ctx context.Context, c conn, o *cases.Opening) error {
	now := d.now()
	n, err := c.nextCaseNumber(ctx, o.Case.ReceivedAt.Year())
	if err != nil {
		return err
	}
	o.Case.Reference = cases.NewReference(o.Case.ReceivedAt.Year(), n)
	if err := c.insertCase(ctx, &o.Case, now); err != nil {
		return err
	}
	if err := d.addParties(ctx, c, o); err != nil {
		return err
	}
	if o.Message != nil {
		o.Message.CaseID = o.Case.ID
		if err := c.addCaseMessage(ctx, o.Message); err != nil {
			return err
		}
	}
	for i := range o.Subs {
		sub := &o.Subs[i]
		sub.ParentID, sub.Reference = o.Case.ID, cases.SubReference(o.Case.Reference, i+2)
		if err := c.openSubCase(ctx, sub, now, o.SubEvents...); err != nil {
			return err
		}
		o.Events = append(o.Events, cases.Event{
			Kind: cases.SubOpened, Actor: "system", On: o.Events[0].On, What: sub.Reference + " was opened for what else is asked.", Detail: cases.Detail{CaseID: sub.ID, Kind: sub.Kind},
		})
	}
	if err := c.addOpeningFiles(ctx, o); err != nil {
		return err
	}
	if err := c.addCaseEvents(ctx, o.Case.ID, o.Events, now); err != nil {
		return err
	}
	if err := d.linkCases(ctx, c, o, now); err != nil {
		return err
	}
	return c.note(ctx, audit.Note{Action: audit.OpenCase, Object: audit.About("case", o.Case.ID), PersonID: o.Case.SubjectID,
		Facts: audit.Values{"reference": o.Case.Reference, "kind": o.Case.Kind, "channel": o.Case.Channel, "sub-cases": len(o.Subs)}})
}

// nextCaseNumber counts the cases of a year, without gaps: the number is given in the transaction that keeps the case.
func (c conn) nextCaseNumber(ctx context.Context, year int) (n int64, err error) {
	err = c.row(ctx, `INSERT INTO case_numbers (year, last) VALUES (?, 1) ON CONFLICT (year) DO UPDATE SET last = case_numbers.last + 1 RETURNING last`, year).Scan(&n)
	return n, err
}

func (c conn) insertCase(ctx context.Context, k *cases.Case, now time.Time) error {
	texts, err := asJSON(listed(k.Labels), listed(k.Flags))
	if err != nil {
		return err
	}
	values, err := caseValues(*k)
	if err != nil {
		return err
	}
	k.CreatedAt = now
	args := append([]any{
		k.Reference, k.ParentID, texts[0], texts[1], k.ProgrammeID, k.Division, string(k.Channel), k.Mailbox, k.InboundID, k.Language, k.Asked, millis(now),
	}, values...)
	k.ID, err = c.insert(ctx, `INSERT INTO cases (reference, parent_id, labels, flags, programme_id, division, channel, mailbox, inbound_id, language, asked, created_at, `+
		caseChanges+`) VALUES (`+marks(len(args))+`)`, args...)
	return err
}

// openSubCase keeps a sub-case with the first line of its timeline.
func (c conn) openSubCase(ctx context.Context, sub *cases.Case, now time.Time, more ...cases.Event) error {
	if err := c.insertCase(ctx, sub, now); err != nil {
		return err
	}
	parent, _, _ := strings.Cut(sub.Reference, "/")
	return c.addCaseEvents(ctx, sub.ID, append([]cases.Event{{Kind: cases.Opened, Actor: "system", What: "Opened with " + parent + "."}}, more...), now)
}

func (d *DB) addParties(ctx context.Context, c conn, o *cases.Opening) error {
	for i := range o.Parties {
		o.Parties[i].CaseID = o.Case.ID
		if err := d.addParty(ctx, c, &o.Parties[i]); err != nil {
			return err
		}
	}
	return nil
}

func (d *DB) addParty(ctx context.Context, c conn, p *cases.Party) (err error) {
	key := []byte{}
	if !p.Address.IsZero() {
		key = d.keys.AddressKey(p.Address)
	}
	if p.ID != 0 {
		res, err := c.exec(ctx, `UPDATE case_parties SET role = ?, name = ?, address = ?, address_key = ?, contact = ?, subscriber_id = ? WHERE id = ? AND case_id = ?`,
			string(p.Role), p.Name, p.Address.String(), key, p.Contact, p.SubscriberID, p.ID, p.CaseID)
		return oneRow(res, err)
	}
	p.ID, err = c.insert(ctx, `INSERT INTO case_parties (case_id, role, name, address, address_key, contact, subscriber_id) VALUES (`+marks(7)+`)`,
		p.CaseID, string(p.Role), p.Name, p.Address.String(), key, p.Contact, p.SubscriberID)
	return err
}

// earlier finds what the people of a case asked before, of the same kind. Somebody is known by the number of a subscriber or by an address.
const earlier = `WITH mine AS (SELECT subscriber_id, address, address_key FROM case_parties WHERE case_id = ? AND role = 'subject'),
	before AS (
		SELECT p.case_id FROM mine q JOIN case_parties p ON p.subscriber_id = q.subscriber_id AND p.subscriber_id <> 0 AND p.role = 'subject'
		UNION SELECT p.case_id FROM mine q JOIN case_parties p ON p.address_key = q.address_key AND p.role = 'subject' WHERE q.address <> ''),
	found AS (
		SELECT k.id, k.reference, k.state, k.kind FROM before b JOIN cases k ON k.id = b.case_id AND k.parent_id = 0
		UNION SELECT k.id, k.reference, k.state, k.kind FROM before b JOIN cases k ON k.parent_id = b.case_id AND k.parent_id <> 0)
	SELECT id, reference, state FROM found WHERE kind = ? AND id < ? ORDER BY id DESC LIMIT 50`

type earlierCase struct {
	id        int64
	reference string
	state     cases.State
}

// linkCases links a new case and its sub-cases to earlier ones: as duplicates where these are open, as repeats where they are closed. Nothing is merged.
func (d *DB) linkCases(ctx context.Context, c conn, o *cases.Opening, now time.Time) error {
	if o.RelatedTo != 0 {
		if err := c.linkCase(ctx, cases.Link{EarlierID: o.RelatedTo, LaterID: o.Case.ID, Relation: cases.Related, At: now, Actor: "system"}); err != nil {
			return err
		}
	}
	for _, k := range append([]cases.Case{o.Case}, o.Subs...) {
		if k.Kind == cases.Correspondence {
			continue
		}
		rows, err := c.query(ctx, earlier, o.Case.ID, string(k.Kind), o.Case.ID)
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
		if err := c.addCaseEvents(ctx, side[0], []cases.Event{e}, l.At); err != nil {
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
