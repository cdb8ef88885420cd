package store

import (
	"context"
	"time"

	"assent/mailer"
	"assent/queue"
	"assent/subscriptions"
	"assent/subscriptions/segment"
)

// planning is how audiences are cut up.
type planning struct {
	page  int // people looked at in one transaction
	chunk int // people whom one worker sends to at a time
}

func defaultPlanning() planning { return planning{page: 5000, chunk: 500} }

// PlanPage implements mailer.Store. The page's chunks, their tasks, the funnel and how far planning has come are one
// transaction, so that no crash plans anybody twice or leaves them out.
func (d *DB) PlanPage(ctx context.Context, id int64, a segment.Audience, now time.Time) (more bool, err error) {
	err = d.within(ctx, func(c conn) error {
		campaign, err := c.lockCampaign(ctx, id)
		if err != nil {
			return err
		}
		switch {
		case !campaign.PlannedAt.IsZero():
			return nil // planned already: a task that ran twice
		case campaign.Paused || campaign.State != mailer.Scheduled && campaign.State != mailer.Planning:
			return mailer.ErrNotRunning
		}
		page, upTo, last, err := audiencePage(ctx, c, a, now, campaign.PlannedUpTo, d.planning.page)
		if err != nil {
			return err
		}
		people, err := c.countFunnel(ctx, id, page)
		if err != nil {
			return err
		}
		if err := c.addChunks(ctx, campaign, people, d.planning.chunk, now); err != nil {
			return err
		}
		more = !last
		state, planned := mailer.Planning, int64(0)
		if last {
			state, planned = mailer.Sending, millis(now)
		}
		if _, err := c.exec(ctx, `UPDATE campaigns SET state = ?, planned_at = ?, planned_up_to = ?, planned = planned + ? WHERE id = ?`,
			string(state), planned, upTo, len(people), id); err != nil {
			return err
		}
		return c.finishWhenDone(ctx, id, now)
	})
	return more, failUnless(mailer.ErrNotRunning, "store: plan", err)
}

// countFunnel adds a page to the campaign's funnel and returns whom to mail, ascending.
func (c conn) countFunnel(ctx context.Context, campaignID int64, page []verdictRow) (people []int64, err error) {
	left := map[subscriptions.Reason]int64{}
	for _, r := range page {
		if r.decision.Reason == subscriptions.Allowed {
			people = append(people, r.id)
		} else {
			left[r.decision.Reason]++
		}
	}
	for reason, n := range left {
		if _, err := c.exec(ctx, `INSERT INTO campaign_funnels (campaign_id, reason, people) VALUES (?, ?, ?)
			ON CONFLICT (campaign_id, reason) DO UPDATE SET people = campaign_funnels.people + excluded.people`, campaignID, string(reason), n); err != nil {
			return nil, err
		}
	}
	return people, nil
}

// addChunks writes chunks of people with the tasks that send them.
func (c conn) addChunks(ctx context.Context, campaign mailer.Campaign, people []int64, size int, now time.Time) error {
	var tasks []queue.Task
	err := pages(people, size, func(part []int64) error {
		t, err := c.addChunk(ctx, campaign, 1, part, now)
		tasks = append(tasks, t)
		return err
	})
	if err != nil {
		return err
	}
	return c.enqueue(ctx, now, tasks...)
}

func (c conn) addChunk(ctx context.Context, campaign mailer.Campaign, attempt int, people []int64, at time.Time) (queue.Task, error) {
	id, err := c.insert(ctx, `INSERT INTO chunks (campaign_id, attempt, people, size, not_before) VALUES (?, ?, ?, ?, ?)`,
		campaign.ID, attempt, packPeople(people), len(people), millis(at))
	if err != nil {
		return queue.Task{}, err
	}
	return mailer.ChunkTask(id, campaign.Round, at)
}

// finishWhenDone finishes a campaign that is wholly planned and has no open chunk. The campaign's row must be
// locked, or two workers that end the last two chunks at once would each see the other's as open.
func (c conn) finishWhenDone(ctx context.Context, campaignID int64, now time.Time) error {
	_, err := c.exec(ctx, `UPDATE campaigns SET state = 'finished', paused = ?, trouble = '', finished_at = ? WHERE id = ? AND state = 'sending' AND planned_at <> 0
		AND NOT EXISTS (SELECT 1 FROM chunks k WHERE k.campaign_id = campaigns.id AND k.done_at = 0)`, false, millis(now), campaignID)
	return err
}

// Counts implements mailer.Store.
func (d *DB) Counts(ctx context.Context, id int64) (n mailer.Counts, left map[subscriptions.Reason]int64, err error) {
	const op = "store: campaign counts"
	r := d.reading()
	if err := r.row(ctx, `SELECT planned FROM campaigns WHERE id = ?`, id).Scan(&n.Planned); err != nil {
		return n, nil, fail(op, err)
	}
	type count struct {
		name   string
		people int64
	}
	scan := func(s scanner) (c count, err error) { err = s.Scan(&c.name, &c.people); return c, err }
	rows, err := r.query(ctx, `SELECT state, COUNT(*) FROM deliveries WHERE campaign_id = ? GROUP BY state`, id)
	states, err := collect(rows, err, scan)
	if err != nil {
		return n, nil, fail(op, err)
	}
	n.Waiting = n.Planned
	for _, c := range states {
		n.Waiting -= c.people
		switch mailer.DeliveryState(c.name) {
		case mailer.Sent:
			n.Sent = c.people
		case mailer.Failed:
			n.Failed = c.people
		case mailer.Refused:
			n.Refused = c.people
		case mailer.Uncertain:
			n.Uncertain = c.people
		}
	}
	if err := r.row(ctx, `SELECT COALESCE(SUM(size), 0) FROM chunks WHERE campaign_id = ? AND done_at = 0 AND attempt > 1`, id).Scan(&n.Deferred); err != nil {
		return n, nil, fail(op, err)
	}
	if err := r.row(ctx, `SELECT COUNT(*) FROM deliveries WHERE campaign_id = ? AND report = 'failed'`, id).Scan(&n.Bounced); err != nil {
		return n, nil, fail(op, err)
	}
	rows, err = r.query(ctx, `SELECT reason, people FROM campaign_funnels WHERE campaign_id = ?`, id)
	reasons, err := collect(rows, err, scan)
	left = map[subscriptions.Reason]int64{}
	for _, c := range reasons {
		left[subscriptions.Reason(c.name)] = c.people
	}
	return n, left, fail(op, err)
}
