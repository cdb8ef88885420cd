package store

import (
	"context"
	"encoding/json"
	"math"

	"assent/mailer"
	"assent/queue"
	"assent/subscriptions/segment"
)

const campaignColumns = `id, programme_id, name, subject, preheader, body, language, class, lists, purposes, state, paused, trouble, digest,
	scheduled_at, time_zone, created_by, approved_by, created_at, planned_at, finished_at, planned_up_to, round,
	segment_id, segment_version, segment, excluded`

func scanCampaign(s scanner) (c mailer.Campaign, err error) {
	var lists, purposes, rule, excluded string
	var scheduled, created, planned, finished int64
	err = s.Scan(&c.ID, &c.ProgrammeID, &c.Name, &c.Subject, &c.Preheader, &c.Body, &c.Language, &c.Class, &lists, &purposes, &c.State, &c.Paused, &c.Trouble, &c.Digest,
		&scheduled, &c.TimeZone, &c.CreatedBy, &c.ApprovedBy, &created, &planned, &finished, &c.PlannedUpTo, &c.Round,
		&c.SegmentID, &c.SegmentVersion, &rule, &excluded)
	if err != nil {
		return c, err
	}
	c.ScheduledAt, c.CreatedAt, c.PlannedAt, c.FinishedAt = moment(scheduled), moment(created), moment(planned), moment(finished)
	if err := json.Unmarshal([]byte(lists), &c.Lists); err != nil {
		return c, err
	}
	if err := json.Unmarshal([]byte(purposes), &c.Purposes); err != nil {
		return c, err
	}
	if rule != "" {
		if c.Segment, err = segment.Decode([]byte(rule)); err != nil {
			return c, err
		}
	}
	return c, json.Unmarshal([]byte(excluded), &c.Excluded)
}

// segmentJSON is a segment as it is stored; "" for none.
func segmentJSON(x segment.Segment) (string, error) {
	if x.IsZero() {
		return "", nil
	}
	b, err := json.Marshal(x)
	return string(b), err
}

func idsJSON(ids []int64) string {
	if len(ids) == 0 {
		return "[]"
	}
	b, _ := json.Marshal(ids) // numbers always marshal
	return string(b)
}

// CreateCampaign implements mailer.Store.
func (d *DB) CreateCampaign(ctx context.Context, c *mailer.Campaign) error {
	const op = "store: create campaign"
	rule, err := segmentJSON(c.Segment)
	if err != nil {
		return fail(op, err)
	}
	c.ID, err = d.writing().insert(ctx, `INSERT INTO campaigns (programme_id, name, subject, preheader, body, language, class, lists, purposes, state, paused, trouble, digest,
		scheduled_at, time_zone, created_by, approved_by, created_at, planned_at, finished_at, planned_up_to, planned, round,
		segment_id, segment_version, segment, excluded) VALUES (`+marks(27)+`)`,
		c.ProgrammeID, c.Name, c.Subject, c.Preheader, c.Body, c.Language, string(c.Class), idsJSON(c.Lists), idsJSON(c.Purposes), string(c.State), c.Paused, c.Trouble, c.Digest,
		millis(c.ScheduledAt), c.TimeZone, c.CreatedBy, c.ApprovedBy, millis(c.CreatedAt), 0, 0, 0, 0, c.Round,
		c.SegmentID, c.SegmentVersion, rule, idsJSON(c.Excluded))
	return fail(op, err)
}

// Campaign implements mailer.Store.
func (d *DB) Campaign(ctx context.Context, id int64) (mailer.Campaign, error) {
	c, err := scanCampaign(d.reading().row(ctx, `SELECT `+campaignColumns+` FROM campaigns WHERE id = ?`, id))
	return c, fail("store: campaign", err)
}

// Campaigns implements mailer.Store.
func (d *DB) Campaigns(ctx context.Context, before int64, limit int) ([]mailer.Campaign, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	rows, err := d.reading().query(ctx, `SELECT `+campaignColumns+` FROM campaigns WHERE id < ? ORDER BY id DESC LIMIT ?`, before, limit)
	out, err := collect(rows, err, scanCampaign)
	return out, fail("store: campaigns", err)
}

// lockCampaign reads a campaign so that nobody else changes it before the transaction ends.
func (c conn) lockCampaign(ctx context.Context, id int64) (mailer.Campaign, error) {
	query := `SELECT ` + campaignColumns + ` FROM campaigns WHERE id = ?`
	if c.dialect == postgres {
		query += ` FOR UPDATE`
	}
	return scanCampaign(c.row(ctx, query, id))
}

// ChangeCampaign implements mailer.Store.
func (d *DB) ChangeCampaign(ctx context.Context, id int64, requeue bool, change func(mailer.Campaign) (mailer.Campaign, []queue.Task, error)) (mailer.Campaign, error) {
	const op = "store: change campaign"
	var changed mailer.Campaign
	err := d.within(ctx, func(c conn) error {
		was, err := c.lockCampaign(ctx, id)
		if err != nil {
			return err
		}
		var tasks []queue.Task
		if changed, tasks, err = change(was); err != nil {
			return err
		}
		rule, err := segmentJSON(changed.Segment)
		if err != nil {
			return err
		}
		if _, err := c.exec(ctx, `UPDATE campaigns SET state = ?, paused = ?, trouble = ?, digest = ?, scheduled_at = ?, approved_by = ?, round = ?,
				segment_version = ?, segment = ? WHERE id = ?`,
			string(changed.State), changed.Paused, changed.Trouble, changed.Digest, millis(changed.ScheduledAt), changed.ApprovedBy, changed.Round,
			changed.SegmentVersion, rule, id); err != nil {
			return err
		}
		if was.State == mailer.Draft {
			if err := c.reword(ctx, changed); err != nil {
				return err
			}
		}
		if requeue {
			open, err := d.openChunkTasks(ctx, c, changed)
			if err != nil {
				return err
			}
			tasks = append(tasks, open...)
		}
		return c.enqueue(ctx, d.now(), tasks...)
	})
	return changed, fail(op, err)
}

// reword keeps what a draft says, and to whom. Nothing else changes it: what was approved is what is sent.
func (c conn) reword(ctx context.Context, k mailer.Campaign) error {
	_, err := c.exec(ctx, `UPDATE campaigns SET name = ?, subject = ?, preheader = ?, body = ?, language = ?, class = ?, lists = ?, purposes = ?, segment_id = ?, excluded = ? WHERE id = ?`,
		k.Name, k.Subject, k.Preheader, k.Body, k.Language, string(k.Class), idsJSON(k.Lists), idsJSON(k.Purposes), k.SegmentID, idsJSON(k.Excluded), k.ID)
	return err
}

func (d *DB) openChunkTasks(ctx context.Context, c conn, of mailer.Campaign) ([]queue.Task, error) {
	rows, err := c.query(ctx, `SELECT id, not_before FROM chunks WHERE campaign_id = ? AND done_at = 0 ORDER BY id`, of.ID)
	return collect(rows, err, func(s scanner) (queue.Task, error) {
		var id, notBefore int64
		if err := s.Scan(&id, &notBefore); err != nil {
			return queue.Task{}, err
		}
		return mailer.ChunkTask(id, of.Round, moment(max(notBefore, millis(d.now()))))
	})
}
