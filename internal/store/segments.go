package store

import (
	"context"
	"encoding/json"

	"assent/internal/audit"
	"assent/internal/errs"
	"assent/subscriptions/segment"
)

const segmentColumns = `id, programme_id, slug, name, rule, version, created_by, changed_by, created_at, changed_at`

func scanSegment(s scanner) (x segment.Saved, err error) {
	var rule string
	var created, changed int64
	err = s.Scan(&x.ID, &x.ProgrammeID, &x.Slug, &x.Name, &rule, &x.Version, &x.CreatedBy, &x.ChangedBy, &created, &changed)
	if err != nil {
		return x, err
	}
	x.CreatedAt, x.ChangedAt = moment(created), moment(changed)
	x.Segment, err = segment.Decode([]byte(rule))
	return x, err
}

// CreateSegment implements segment.Store.
func (d *DB) CreateSegment(ctx context.Context, x *segment.Saved) error {
	const op = "store: create segment"
	rule, err := json.Marshal(x.Segment)
	if err != nil {
		return fail(op, err)
	}
	return fail(op, d.within(ctx, func(c conn) error {
		x.ID, err = c.insert(ctx, `INSERT INTO segments (programme_id, slug, name, rule, version, created_by, changed_by, created_at, changed_at) VALUES (`+marks(9)+`)`,
			x.ProgrammeID, x.Slug, x.Name, string(rule), x.Version, x.CreatedBy, x.ChangedBy, millis(x.CreatedAt), millis(x.ChangedAt))
		if err != nil {
			return err
		}
		return c.noteSegment(ctx, audit.Declare, *x, rule)
	}))
}

// noteSegment notes a segment that was declared or changed.
func (c conn) noteSegment(ctx context.Context, action audit.Action, x segment.Saved, rule []byte) error {
	return c.note(ctx, audit.Note{Actor: x.ChangedBy, Action: action, Object: audit.About("segment", x.ID), Facts: audit.Values{
		"after": audit.Values{"Name": x.Name, "Slug": x.Slug, "Version": x.Version, "Rule": json.RawMessage(rule)},
	}})
}

// ChangeSegment implements segment.Store.
func (d *DB) ChangeSegment(ctx context.Context, x segment.Saved) error {
	const op = "store: change segment"
	rule, err := json.Marshal(x.Segment)
	if err != nil {
		return fail(op, err)
	}
	return fail(op, d.within(ctx, func(c conn) error {
		done, err := c.exec(ctx, `UPDATE segments SET name = ?, rule = ?, version = ?, changed_by = ?, changed_at = ? WHERE id = ? AND version = ?`,
			x.Name, string(rule), x.Version, x.ChangedBy, millis(x.ChangedAt), x.ID, x.Version-1)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errs.E(op, errs.Conflict, "Somebody changed this segment meanwhile. Nothing of yours was kept: read it again, and change what it is now.", err)
		}
		return c.noteSegment(ctx, audit.Redeclare, x, rule)
	}))
}

// Segment implements segment.Store.
func (d *DB) Segment(ctx context.Context, id int64) (segment.Saved, error) {
	x, err := scanSegment(d.reading().row(ctx, `SELECT `+segmentColumns+` FROM segments WHERE id = ?`, id))
	return x, fail("store: segment", err)
}

// SegmentBySlug implements segment.Store.
func (d *DB) SegmentBySlug(ctx context.Context, programmeID int64, slug string) (segment.Saved, error) {
	x, err := scanSegment(d.reading().row(ctx, `SELECT `+segmentColumns+` FROM segments WHERE programme_id = ? AND slug = ?`, programmeID, slug))
	return x, fail("store: segment", err)
}

// Segments implements segment.Store.
func (d *DB) Segments(ctx context.Context, programmeID int64) ([]segment.Saved, error) {
	rows, err := d.reading().query(ctx, `SELECT `+segmentColumns+` FROM segments WHERE programme_id = ? ORDER BY id`, programmeID)
	out, err := collect(rows, err, scanSegment)
	return out, fail("store: segments", err)
}

// CampaignNames implements segment.Store.
func (d *DB) CampaignNames(ctx context.Context, programmeID int64, ids []int64) (map[int64]string, error) {
	names := map[int64]string{}
	if len(ids) == 0 {
		return names, nil
	}
	rows, err := d.reading().query(ctx, `SELECT id, name FROM campaigns WHERE programme_id = ? AND id IN (`+marks(len(ids))+`)`, append([]any{programmeID}, anys(ids)...)...)
	_, err = collect(rows, err, func(s scanner) (none struct{}, err error) {
		var id int64
		var name string
		err = s.Scan(&id, &name)
		names[id] = name
		return none, err
	})
	return names, fail("store: campaign names", err)
}

// Profiling implements segment.Store.
func (d *DB) Profiling(ctx context.Context, programmeID int64) (on bool, err error) {
	err = d.reading().row(ctx, `SELECT profiling FROM programmes WHERE id = ?`, programmeID).Scan(&on)
	return on, fail("store: profiling", err)
}

// SetProfiling implements segment.Store.
func (d *DB) SetProfiling(ctx context.Context, programmeID int64, on bool) error {
	return fail("store: set profiling", d.within(ctx, func(c conn) error {
		if _, err := c.exec(ctx, `UPDATE programmes SET profiling = ? WHERE id = ?`, on, programmeID); err != nil {
			return err
		}
		return c.note(ctx, audit.Note{Action: audit.Redeclare, Object: audit.About("programme", programmeID), Facts: audit.Values{"after": audit.Values{"Profiling": on}}})
	}))
}

var _ segment.Store = (*DB)(nil)
