package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"assent/inbox/cases/breach"
	"assent/internal/audit"
)

// SaveBreach implements breach.Store.
func (d *DB) SaveBreach(ctx context.Context, v *breach.Version) error {
	return fail("store: save breach", d.within(ctx, func(c conn) error {
		content, err := json.Marshal(v.Record)
		if err != nil {
			return err
		}
		if err := c.row(ctx, `SELECT COALESCE(MAX(version), 0) + 1 FROM breach_records WHERE case_id = ?`, v.CaseID).Scan(&v.Number); err != nil {
			return err
		}
		if _, err := c.exec(ctx, `INSERT INTO breach_records (case_id, version, content, actor, saved_at) VALUES (`+marks(5)+`)`,
			v.CaseID, v.Number, string(content), v.Actor, millis(v.SavedAt)); err != nil {
			return err
		}
		return c.note(ctx, audit.Note{Actor: v.Actor, Action: audit.ChangeCase, Object: audit.About("case", v.CaseID), Facts: audit.Values{"events": []string{"breach-record"}, "version": v.Number}})
	}))
}

// Breach implements breach.Reader.
func (d *DB) Breach(ctx context.Context, caseID int64) ([]breach.Version, error) {
	rows, err := d.reading().query(ctx, `SELECT case_id, version, content, actor, saved_at FROM breach_records WHERE case_id = ? ORDER BY version`, caseID)
	out, err := collect(rows, err, scanBreach)
	return out, fail("store: breach", err)
}

func scanBreach(s scanner) (v breach.Version, err error) {
	var content string
	var saved int64
	if err = s.Scan(&v.CaseID, &v.Number, &content, &v.Actor, &saved); err != nil {
		return v, err
	}
	v.SavedAt = moment(saved)
	return v, json.Unmarshal([]byte(content), &v.Record)
}

// ListEvidence implements breach.Store.
func (d *DB) ListEvidence(ctx context.Context, items []breach.Item) error {
	return fail("store: list evidence", d.within(ctx, func(c conn) error {
		for _, i := range items {
			if _, err := c.exec(ctx, `INSERT INTO evidence (case_id, sort, item_id, digest, listed_at, actor) VALUES (`+marks(6)+`) ON CONFLICT (case_id, sort, item_id) DO NOTHING`,
				i.CaseID, string(i.Sort), i.ItemID, i.Digest, millis(i.ListedAt), i.Actor); err != nil {
				return err
			}
		}
		if len(items) == 0 {
			return nil
		}
		return c.note(ctx, audit.Note{Actor: items[0].Actor, Action: audit.ChangeCase, Object: audit.About("case", items[0].CaseID), Facts: audit.Values{"events": []string{"evidence"}, "items": len(items)}})
	}))
}

// Evidence implements breach.Reader.
func (d *DB) Evidence(ctx context.Context, caseID int64) ([]breach.Item, error) {
	rows, err := d.reading().query(ctx, `SELECT case_id, sort, item_id, digest, listed_at, actor FROM evidence WHERE case_id = ? ORDER BY sort, item_id`, caseID)
	out, err := collect(rows, err, func(s scanner) (i breach.Item, err error) {
		var at int64
		err = s.Scan(&i.CaseID, &i.Sort, &i.ItemID, &i.Digest, &at, &i.Actor)
		i.ListedAt = moment(at)
		return i, err
	})
	return out, fail("store: evidence", err)
}

// ReleaseEvidence implements breach.Store.
func (d *DB) ReleaseEvidence(ctx context.Context, r breach.Release) error {
	return fail("store: release evidence", d.within(ctx, func(c conn) error {
		if _, err := c.exec(ctx, `INSERT INTO evidence_releases (case_id, actor, why, released_at) VALUES (`+marks(4)+`) ON CONFLICT (case_id) DO NOTHING`,
			r.CaseID, r.Actor, r.Why, millis(r.ReleasedAt)); err != nil {
			return err
		}
		return c.note(ctx, audit.Note{Actor: r.Actor, Action: audit.ChangeCase, Object: audit.About("case", r.CaseID), Why: r.Why, Facts: audit.Values{"events": []string{"evidence-released"}}})
	}))
}

// Released implements breach.Store.
func (d *DB) Released(ctx context.Context, caseID int64) (r breach.Release, ok bool, err error) {
	var at int64
	err = d.reading().row(ctx, `SELECT case_id, actor, why, released_at FROM evidence_releases WHERE case_id = ?`, caseID).Scan(&r.CaseID, &r.Actor, &r.Why, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	r.ReleasedAt = moment(at)
	return r, err == nil, fail("store: release of evidence", err)
}

// frozen finds the cases whose evidence is frozen: those of breaches that nobody released, and the cases that hold their correspondence (E2-20).
const frozen = `SELECT CASE WHEN parent_id = 0 THEN id ELSE parent_id END FROM cases WHERE kind = 'breach' AND id NOT IN (SELECT case_id FROM evidence_releases)`

var _ breach.Store = (*DB)(nil)
