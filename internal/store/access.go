package store

import (
	"context"
	"encoding/json"
	"time"

	"assent/inbox/cases/access"
	"assent/internal/clock"
)

// MailKept implements access.Store.
func (d *DB) MailKept(ctx context.Context) ([]access.Box, error) {
	rows, err := d.reading().query(ctx, `SELECT mailbox, COUNT(*), MIN(received_at), MAX(received_at) FROM inbound_messages GROUP BY mailbox ORDER BY mailbox`)
	out, err := collect(rows, err, func(s scanner) (b access.Box, err error) {
		var since, until int64
		err = s.Scan(&b.Name, &b.Messages, &since, &until)
		b.Since, b.Until = moment(since), moment(until)
		return b, err
	})
	return out, fail("store: mail kept", err)
}

// ProgrammesOf implements access.Catalogue: by permissions, memberships, deliveries and letters.
func (d *DB) ProgrammesOf(ctx context.Context, subscriberIDs []int64) (out []int64, err error) {
	var found []any
	for _, query := range []string{
		`SELECT DISTINCT l.programme_id FROM memberships m JOIN lists l ON l.id = m.list_id WHERE m.subscriber_id IN (?)`,
		`SELECT DISTINCT u.programme_id FROM permissions m JOIN purposes u ON u.id = m.purpose_id WHERE m.subscriber_id IN (?)`,
		`SELECT DISTINCT programme_id FROM letters WHERE subscriber_id <> 0 AND subscriber_id IN (?)`,
	} {
		if err := d.reading().numbers(ctx, &found, query, anys(subscriberIDs)); err != nil {
			return nil, fail("store: programmes of a person", err)
		}
	}
	for _, id := range found {
		out = append(out, id.(int64))
	}
	return out, nil
}

// KeepSearch implements access.Store.
func (d *DB) KeepSearch(ctx context.Context, s *access.Search, items []access.Item) error {
	texts, err := asJSON(s.Terms, listed(s.Lines), listed(s.Boxes))
	if err != nil {
		return fail("store: keep search", err)
	}
	return fail("store: keep search", d.within(ctx, func(c conn) (err error) {
		s.ID, err = c.insert(ctx, `INSERT INTO access_searches (case_id, at, actor, terms, manifest, boxes) VALUES (`+marks(6)+`)`, s.CaseID, millis(s.At), s.Actor, texts[0], texts[1], texts[2])
		if err != nil {
			return err
		}
		for i := range items {
			items[i].CaseID, items[i].Searched = s.CaseID, s.ID
			if err := c.keepItem(ctx, &items[i]); err != nil {
				return err
			}
		}
		_, err = c.exec(ctx, `DELETE FROM access_items WHERE case_id = ? AND search_id <> 0 AND search_id <> ?`, s.CaseID, s.ID)
		return err
	}))
}

// keepItem keeps an item. A review stands while the content is what was reviewed.
func (c conn) keepItem(ctx context.Context, x *access.Item) error {
	content, err := json.Marshal(x.Content)
	if err != nil {
		return err
	}
	digest, err := x.Content.Digest()
	if err != nil {
		return err
	}
	const same = ` = CASE WHEN access_items.digest = excluded.digest THEN access_items.`
	set := ""
	for column, none := range map[string]string{"verdict": "''", "reason": "''", "note": "''", "removed": "'[]'", "reviewed_by": "''", "reviewed_at": "0", "copy_id": "0"} {
		set += ", " + column + same + column + " ELSE " + none + " END"
	}
	_, err = c.exec(ctx, `INSERT INTO access_items (case_id, search_id, source, ref, at, content, digest, verdict, reason, note, removed, reviewed_by, reviewed_at, copy_id) VALUES (`+marks(14)+`)
		ON CONFLICT (case_id, ref) DO UPDATE SET search_id = excluded.search_id, source = excluded.source, at = excluded.at, content = excluded.content, digest = excluded.digest`+set,
		x.CaseID, x.Searched, x.Source, x.Ref, millis(x.At), string(content), digest, "", "", "", "[]", "", 0, 0)
	return err
}

// LastSearch implements access.Store.
func (d *DB) LastSearch(ctx context.Context, caseID int64) (s access.Search, err error) {
	var at int64
	var terms, manifest, boxes string
	err = d.reading().row(ctx, `SELECT id, case_id, at, actor, terms, manifest, boxes FROM access_searches WHERE case_id = ? ORDER BY id DESC LIMIT 1`, caseID).
		Scan(&s.ID, &s.CaseID, &at, &s.Actor, &terms, &manifest, &boxes)
	if err == nil {
		s.At = moment(at)
		err = readJSON(terms, &s.Terms, manifest, &s.Lines, boxes, &s.Boxes)
	}
	return s, fail("store: last search", err)
}

// AddPlace implements access.Store.
func (d *DB) AddPlace(ctx context.Context, p *access.Place) error {
	return fail("store: add place", d.within(ctx, func(c conn) (err error) {
		p.ID, err = c.insert(ctx, `INSERT INTO access_places (case_id, name, searched_by, searched_on, terms, found, actor, at) VALUES (`+marks(8)+`)`,
			p.CaseID, p.Name, p.By, p.On.String(), p.Terms, p.Found, p.Actor, millis(p.At))
		return err
	}))
}

// Places implements access.Store.
func (d *DB) Places(ctx context.Context, caseID int64) ([]access.Place, error) {
	rows, err := d.reading().query(ctx, `SELECT id, case_id, name, searched_by, searched_on, terms, found, actor, at FROM access_places WHERE case_id = ? ORDER BY id`, caseID)
	out, err := collect(rows, err, func(s scanner) (p access.Place, err error) {
		var on string
		var at int64
		if err := s.Scan(&p.ID, &p.CaseID, &p.Name, &p.By, &on, &p.Terms, &p.Found, &p.Actor, &at); err != nil {
			return p, err
		}
		p.At = moment(at)
		if on != "" {
			p.On, err = clock.ParseDate(on)
		}
		return p, err
	})
	return out, fail("store: places", err)
}

// AddItem implements access.Store.
func (d *DB) AddItem(ctx context.Context, x *access.Item) error {
	return fail("store: add item", d.within(ctx, func(c conn) error {
		if err := c.keepItem(ctx, x); err != nil {
			return err
		}
		return c.row(ctx, `SELECT id FROM access_items WHERE case_id = ? AND ref = ?`, x.CaseID, x.Ref).Scan(&x.ID)
	}))
}

// Items implements access.Store.
func (d *DB) Items(ctx context.Context, caseID int64) ([]access.Item, error) {
	rows, err := d.reading().query(ctx, `SELECT i.id, i.case_id, i.search_id, i.source, i.ref, i.at, i.content, i.verdict, i.reason, i.note, i.removed, i.reviewed_by, i.reviewed_at,
		COALESCE(f.id, 0), COALESCE(f.case_id, 0), COALESCE(f.name, ''), COALESCE(f.type, ''), COALESCE(f.size, 0)
		FROM access_items i LEFT JOIN case_files f ON f.id = i.copy_id WHERE i.case_id = ? ORDER BY i.at, i.id`, caseID)
	found, err := collect(rows, err, func(s scanner) (x access.Item, err error) {
		var at, reviewed int64
		var content, removed string
		r := &x.Review
		if err := s.Scan(&x.ID, &x.CaseID, &x.Searched, &x.Source, &x.Ref, &at, &content, &r.Verdict, &r.Reason, &r.Note, &removed, &r.By, &reviewed, &r.Copy.ID, &r.Copy.CaseID, &r.Copy.Name, &r.Copy.Type, &r.Copy.Size); err != nil {
			return x, err
		}
		x.At, r.At = moment(at), moment(reviewed)
		return x, readJSON(content, &x.Content, removed, &r.Removed)
	})
	if err != nil {
		return nil, fail("store: items", err)
	}
	var out []access.Item
	for _, source := range append(access.Sources(), access.Source{Code: "elsewhere"}) {
		for _, x := range found {
			if x.Source == source.Code {
				out = append(out, x)
			}
		}
	}
	return out, nil
}

// ReviewItems implements access.Store.
func (d *DB) ReviewItems(ctx context.Context, caseID int64, ids []int64, r access.Review) error {
	removed, err := json.Marshal(listed(r.Removed))
	if err != nil {
		return fail("store: review", err)
	}
	return fail("store: review", d.within(ctx, func(c conn) error {
		return pages(ids, keysAtOnce, func(page []int64) error {
			args := []any{string(r.Verdict), r.Reason, r.Note, string(removed), r.By, millis(r.At), r.Copy.ID, caseID}
			_, err := c.exec(ctx, `UPDATE access_items SET verdict = ?, reason = ?, note = ?, removed = ?, reviewed_by = ?, reviewed_at = ?, copy_id = ? WHERE case_id = ? AND id IN (`+marks(len(page))+`)`, append(args, anys(page)...)...)
			return err
		})
	}))
}

// DropPacks implements access.Store: a pack whose links are all over goes some time after it was approved, and with it, once its case is closed, the copies
// that were made for the review. What was decided of each stays.
func (d *DB) DropPacks(ctx context.Context, now, before time.Time) (n int64, err error) {
	err = d.within(ctx, func(c conn) error {
		rows, err := c.query(ctx, `SELECT id FROM access_packs WHERE dropped_at = 0 AND approved_at < ? AND NOT EXISTS (SELECT 1 FROM access_links l WHERE l.pack_id = access_packs.id AND l.revoked_at = 0 AND l.expires_at > ?)`,
			millis(before), millis(now))
		ids, err := collect(rows, err, func(s scanner) (id int64, err error) { err = s.Scan(&id); return id, err })
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := c.dropPack(ctx, id, now, "Its time was over."); err != nil {
				return err
			}
		}
		n = int64(len(ids))
		if err := c.takeBackUnopened(ctx, now); err != nil {
			return err
		}
		closed := `case_id IN (SELECT k.id FROM cases k WHERE k.state = 'closed' AND k.closed_at < ? AND NOT EXISTS (SELECT 1 FROM access_packs p WHERE p.case_id = k.id AND p.dropped_at = 0))`
		_, err = c.exec(ctx, `UPDATE access_items SET content = '{}', removed = '[]' WHERE content <> '{}' AND `+closed, millis(before))
		return err
	})
	return n, fail("store: drop packs", err)
}
