package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"assent/internal/audit"
	"assent/internal/token"
)

// Trail returns up to limit entries that a filter lets through, with their personal part, the newest first. before is the place
// below which they are; 0 begins with the newest.
func (d *DB) Trail(ctx context.Context, f audit.Filter, before int64, limit int) ([]audit.Read, error) {
	where, args := filterSQL(f)
	if before > 0 {
		where, args = where+` AND seq < ?`, append(args, before)
	}
	rows, err := d.reading().query(ctx, `SELECT `+auditColumns+` FROM audit_entries WHERE `+where+` ORDER BY seq DESC LIMIT ?`, append(args, limit)...)
	return d.opened(ctx, "store: audit trail", rows, err)
}

// TrailAfter implements audit.Source: Trail the other way, the oldest first, above a place.
func (d *DB) TrailAfter(ctx context.Context, f audit.Filter, after int64, limit int) ([]audit.Read, error) {
	where, args := filterSQL(f)
	rows, err := d.reading().query(ctx, `SELECT `+auditColumns+` FROM audit_entries WHERE `+where+` AND seq > ? ORDER BY seq LIMIT ?`, append(args, after, limit)...)
	return d.opened(ctx, "store: audit trail", rows, err)
}

func filterSQL(f audit.Filter) (where string, args []any) {
	where = `1 = 1`
	for _, c := range []struct {
		asked bool
		sql   string
		arg   any
	}{
		{f.Actor != "", `actor = ?`, f.Actor},
		{f.Action != "", `action = ?`, string(f.Action)},
		{f.Object != "", `object = ?`, f.Object},
		{f.PersonID != 0, `subscriber_id = ?`, f.PersonID},
		{!f.From.IsZero(), `at >= ?`, millis(f.From)},
		{!f.To.IsZero(), `at < ?`, millis(f.To)},
	} {
		if c.asked {
			where, args = where+` AND `+c.sql, append(args, c.arg)
		}
	}
	return where, args
}

func (d *DB) opened(ctx context.Context, op string, rows *sql.Rows, err error) ([]audit.Read, error) {
	entries, err := collect(rows, err, scanEntry)
	if err != nil {
		return nil, fail(op, err)
	}
	keys, err := d.keysOf(ctx, entries)
	if err != nil {
		return nil, fail(op, err)
	}
	out := make([]audit.Read, len(entries))
	for i, e := range entries {
		out[i] = audit.Read{Entry: e}
		if len(e.Sealed) == 0 {
			continue
		}
		key, kept := keys[e.KeyID]
		if out[i].Destroyed = !kept || key.destroyed; out[i].Destroyed {
			continue
		}
		if out[i].Personal, err = d.open(key, e); err != nil {
			return nil, fail(op, err)
		}
	}
	return out, nil
}

// wrappedKey is a row of audit_keys.
type wrappedKey struct {
	id        int64
	subject   string
	wrapped   []byte
	destroyed bool
}

func (d *DB) keysOf(ctx context.Context, entries []audit.Entry) (map[int64]wrappedKey, error) {
	var ids []int64
	out := map[int64]wrappedKey{}
	for _, e := range entries {
		if _, asked := out[e.KeyID]; e.KeyID != 0 && !asked {
			ids, out[e.KeyID] = append(ids, e.KeyID), wrappedKey{}
		}
	}
	clear(out)
	err := pages(ids, keysAtOnce, func(page []int64) error {
		rows, err := d.reading().query(ctx, `SELECT id, subject, wrapped, destroyed_at <> 0 FROM audit_keys WHERE id IN (`+marks(len(page))+`)`, anys(page)...)
		found, err := collect(rows, err, func(s scanner) (k wrappedKey, err error) {
			err = s.Scan(&k.id, &k.subject, &k.wrapped, &k.destroyed)
			return k, err
		})
		for _, k := range found {
			out[k.id] = k
		}
		return err
	})
	return out, err
}

func (d *DB) open(k wrappedKey, e audit.Entry) (p audit.Personal, err error) {
	key, err := d.keys.Unwrap(k.wrapped, k.subject)
	if err != nil {
		return p, err
	}
	plain, err := token.Decrypt(key, e.Sealed, k.subject)
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(plain, &p)
}

// Unreadable implements audit.Proof.
func (d *DB) Unreadable(ctx context.Context, entries []audit.Entry) (*audit.Fault, error) {
	keys, err := d.keysOf(ctx, entries)
	if err != nil {
		return nil, fail("store: keys of audit entries", err)
	}
	for _, e := range entries {
		k, kept := keys[e.KeyID]
		switch {
		case e.KeyID == 0:
			continue
		case !kept:
			return &audit.Fault{Table: "audit_keys", Row: fmt.Sprintf("id %d", e.KeyID), What: fmt.Sprintf("the key of entry %d is gone", e.Seq)}, nil
		case k.destroyed || len(e.Sealed) == 0:
			continue
		}
		if _, err := d.open(k, e); err != nil {
			return &audit.Fault{Table: "audit_keys", Row: fmt.Sprintf("id %d", e.KeyID), What: fmt.Sprintf("it does not open entry %d: it was changed or exchanged", e.Seq)}, nil
		}
	}
	return nil, nil
}

// StrayKey implements audit.Proof. One statement, so a key that is being written cannot seem to lack its entry.
func (d *DB) StrayKey(ctx context.Context) (*audit.Fault, error) {
	for _, look := range []struct{ query, what string }{
		{`SELECT k.id FROM audit_keys k WHERE NOT EXISTS (SELECT 1 FROM audit_entries e WHERE e.key_id <> 0 AND e.key_id = k.id) ORDER BY k.id LIMIT 1`, "no entry uses this key"},
		{`SELECT k.id FROM audit_keys k WHERE k.destroyed_at <> 0 AND NOT EXISTS
			(SELECT 1 FROM audit_entries e WHERE e.key_id <> 0 AND e.key_id = k.id AND e.action = '` + string(audit.DestroyKey) + `') ORDER BY k.id LIMIT 1`, "the key was destroyed, and no entry says so"},
		{`SELECT k.id FROM audit_keys k JOIN audit_entries e ON e.key_id <> 0 AND e.key_id = k.id AND e.action = '` + string(audit.DestroyKey) + `' WHERE k.destroyed_at = 0 OR LENGTH(k.wrapped) > 0 ORDER BY k.id LIMIT 1`,
			"an entry says that the key was destroyed, and it is there"},
	} {
		rows, err := d.reading().query(ctx, look.query)
		ids, err := collect(rows, err, func(s scanner) (id int64, err error) { err = s.Scan(&id); return id, err })
		if err != nil {
			return nil, fail("store: stray audit keys", err)
		}
		if len(ids) > 0 {
			return &audit.Fault{Table: "audit_keys", Row: fmt.Sprintf("id %d", ids[0]), What: look.what}, nil
		}
	}
	return nil, nil
}

// TrailRange implements audit.Source.
func (d *DB) TrailRange(ctx context.Context, from, to time.Time) (before, last audit.Place, err error) {
	const op = "store: range of the audit trail"
	where, args := filterSQL(audit.Filter{From: from, To: to})
	var first, end sql.NullInt64
	if err := d.reading().row(ctx, `SELECT MIN(seq), MAX(seq) FROM audit_entries WHERE `+where, args...).Scan(&first, &end); err != nil {
		return before, last, fail(op, err)
	}
	if !first.Valid {
		return audit.Start(), audit.Start(), nil
	}
	before.Seq, last.Seq = first.Int64-1, end.Int64
	if err := d.reading().row(ctx, `SELECT prev FROM audit_entries WHERE seq = ?`, first.Int64).Scan(&before.Hash); err != nil {
		return before, last, fail(op, err)
	}
	err = d.reading().row(ctx, `SELECT hash FROM audit_entries WHERE seq = ?`, last.Seq).Scan(&last.Hash)
	return before, last, fail(op, err)
}

var _ audit.Source = (*DB)(nil)
