package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"assent/mailer"
	"assent/queue"
)

// failUnless leaves an error that callers branch on as it is.
func failUnless(sentinel error, op string, err error) error {
	if errors.Is(err, sentinel) {
		return err
	}
	return fail(op, err)
}

const campaignRuns = `EXISTS (SELECT 1 FROM campaigns g WHERE g.id = chunks.campaign_id AND NOT g.paused AND g.state IN ('planning', 'sending'))`

// Claim implements mailer.Store.
func (d *DB) Claim(ctx context.Context, chunkID int64, claimant string, now, until time.Time) (k mailer.Chunk, done bool, err error) {
	var refusal error
	err = d.within(ctx, func(c conn) error {
		var packed []byte
		err := c.row(ctx, `UPDATE chunks SET claimed_by = ?, lease_until = ?, claims = claims + 1
			WHERE id = ? AND done_at = 0 AND lease_until < ? AND `+campaignRuns+` RETURNING id, campaign_id, attempt, people, claims`,
			claimant, millis(until), chunkID, millis(now)).Scan(&k.ID, &k.CampaignID, &k.Attempt, &packed, &k.Claims)
		if errors.Is(err, sql.ErrNoRows) {
			done, refusal, err = c.whyNotClaimed(ctx, chunkID, now)
			return err
		}
		if err != nil {
			return err
		}
		if k.People, err = unpackPeople(packed); err != nil || k.Claims == 1 {
			return err
		}
		return c.takeOver(ctx, &k, now)
	})
	if err != nil {
		return k, false, fail("store: claim chunk", err)
	}
	return k, done, refusal
}

// whyNotClaimed tells a chunk that is done from one that is held and one whose campaign does not run. The last has nobody at work on it, so
// whoever was in flight there becomes uncertain now: nobody may come for it later.
func (c conn) whyNotClaimed(ctx context.Context, chunkID int64, now time.Time) (done bool, refusal, err error) {
	k := mailer.Chunk{ID: chunkID}
	var doneAt, lease int64
	var packed []byte
	query := `SELECT campaign_id, people, done_at, lease_until FROM chunks WHERE id = ?`
	if c.dialect == postgres {
		query += ` FOR UPDATE`
	}
	err = c.row(ctx, query, chunkID).Scan(&k.CampaignID, &packed, &doneAt, &lease)
	switch {
	case err != nil:
		return false, nil, err
	case doneAt != 0:
		return true, nil, nil
	case lease >= millis(now):
		return false, fmt.Errorf("chunk %d: %w", chunkID, queue.ErrBusy), nil
	}
	if k.People, err = unpackPeople(packed); err != nil {
		return false, nil, err
	}
	return false, mailer.ErrNotRunning, c.takeOver(ctx, &k, now)
}

// takeOver makes uncertain whom an earlier claimant wrote an intent for and no outcome, and leaves in k whoever is still to be sent to (H6).
func (c conn) takeOver(ctx context.Context, k *mailer.Chunk, now time.Time) error {
	settled, err := c.settled(ctx, *k)
	if err != nil {
		return err
	}
	rows, err := c.query(ctx, `SELECT people, gate_seq, asked_at FROM intents WHERE chunk_id = ? ORDER BY id`, k.ID)
	intents, err := collect(rows, err, func(s scanner) (in mailer.Intent, err error) {
		var packed []byte
		var asked int64
		if err = s.Scan(&packed, &in.GateSeq, &asked); err != nil {
			return in, err
		}
		in.AskedAt = moment(asked)
		in.People, err = unpackPeople(packed)
		return in, err
	})
	if err != nil {
		return err
	}
	var uncertain []mailer.Delivery
	for _, in := range intents {
		for _, id := range in.People {
			if !settled[id] {
				settled[id] = true
				uncertain = append(uncertain, mailer.Delivery{
					CampaignID: k.CampaignID, SubscriberID: id, State: mailer.Uncertain, Reason: "in flight when its worker stopped",
					GateSeq: in.GateSeq, AskedAt: in.AskedAt, FinishedAt: now,
				})
			}
		}
	}
	if err := c.insertDeliveries(ctx, uncertain); err != nil {
		return err
	}
	if _, err := c.exec(ctx, `DELETE FROM intents WHERE chunk_id = ?`, k.ID); err != nil {
		return err
	}
	rest := k.People[:0]
	for _, id := range k.People {
		if !settled[id] {
			rest = append(rest, id)
		}
	}
	k.People = rest
	return nil
}

// settled returns whoever of a chunk has an outcome, or was put off in it.
func (c conn) settled(ctx context.Context, k mailer.Chunk) (map[int64]bool, error) {
	out := map[int64]bool{}
	if len(k.People) == 0 {
		return out, nil
	}
	rows, err := c.query(ctx, `SELECT subscriber_id FROM deliveries WHERE campaign_id = ? AND subscriber_id >= ? AND subscriber_id <= ?
		UNION ALL SELECT subscriber_id FROM deferrals WHERE chunk_id = ?`,
		k.CampaignID, k.People[0], k.People[len(k.People)-1], k.ID)
	ids, err := collect(rows, err, func(s scanner) (id int64, err error) { err = s.Scan(&id); return id, err })
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}

// Intend implements mailer.Store.
func (d *DB) Intend(ctx context.Context, in *mailer.Intent, claimant string, until time.Time) error {
	err := d.within(ctx, func(c conn) error {
		res, err := c.exec(ctx, `UPDATE chunks SET lease_until = ? WHERE id = ? AND claimed_by = ? AND done_at = 0 AND `+campaignRuns,
			millis(until), in.ChunkID, claimant)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(c.whyNotHeld(ctx, in.ChunkID, claimant), err)
		}
		in.ID, err = c.insert(ctx, `INSERT INTO intents (chunk_id, people, gate_seq, asked_at) VALUES (?, ?, ?, ?)`,
			in.ChunkID, packPeople(in.People), in.GateSeq, millis(in.AskedAt))
		return err
	})
	if errors.Is(err, mailer.ErrLeaseLost) || errors.Is(err, mailer.ErrNotRunning) {
		return err
	}
	return fail("store: intend", err)
}

func (c conn) whyNotHeld(ctx context.Context, chunkID int64, claimant string) error {
	var by string
	var doneAt int64
	if err := c.row(ctx, `SELECT claimed_by, done_at FROM chunks WHERE id = ?`, chunkID).Scan(&by, &doneAt); err != nil {
		return err
	}
	if by != claimant || doneAt != 0 {
		return mailer.ErrLeaseLost
	}
	return mailer.ErrNotRunning
}

// CloseWindow implements mailer.Store.
func (d *DB) CloseWindow(ctx context.Context, campaignID int64, w mailer.Window) error {
	return fail("store: close window", d.within(ctx, func(c conn) error {
		if err := c.insertDeliveries(ctx, w.Deliveries); err != nil {
			return err
		}
		if err := c.insertDeferrals(ctx, w.Intent.ChunkID, w.Deferred); err != nil {
			return err
		}
		_, err := c.exec(ctx, `DELETE FROM intents WHERE id = ?`, w.Intent.ID)
		return err
	}))
}

const deliveryColumns = `campaign_id, subscriber_id, list_id, state, reason, event_seq, gate_seq, asked_at, started_at, finished_at, code, reply, report, report_status`

// insertDeliveries writes outcomes, each person's once. Only what was uncertain may still become known, when a worker that
// was thought dead comes back with the relay's answer.
func (c conn) insertDeliveries(ctx context.Context, all []mailer.Delivery) error {
	return pages(all, eventsAtOnce, func(page []mailer.Delivery) error {
		args := make([]any, 0, len(page)*14)
		for _, x := range page {
			args = append(args, x.CampaignID, x.SubscriberID, x.ListID, string(x.State), x.Reason, x.EventSeq, x.GateSeq,
				millis(x.AskedAt), millis(x.StartedAt), millis(x.FinishedAt), x.Code, x.Reply, x.Report, x.ReportStatus)
		}
		_, err := c.exec(ctx, `INSERT INTO deliveries (`+deliveryColumns+`) VALUES `+tuples(len(page), 14)+`
			ON CONFLICT (campaign_id, subscriber_id) DO UPDATE SET list_id = excluded.list_id, state = excluded.state, reason = excluded.reason,
				event_seq = excluded.event_seq, gate_seq = excluded.gate_seq, asked_at = excluded.asked_at, started_at = excluded.started_at,
				finished_at = excluded.finished_at, code = excluded.code, reply = excluded.reply
			WHERE deliveries.state = 'uncertain'`, args...)
		return err
	})
}

// insertDeferrals writes whom the relay put off. Whoever is put off twice in one chunk stands there as of the last time.
func (c conn) insertDeferrals(ctx context.Context, chunkID int64, all []mailer.Delivery) error {
	return pages(all, eventsAtOnce, func(page []mailer.Delivery) error {
		args := make([]any, 0, len(page)*9)
		for _, x := range page {
			args = append(args, chunkID, x.SubscriberID, x.ListID, x.EventSeq, x.GateSeq, millis(x.AskedAt), millis(x.StartedAt), x.Code, x.Reply)
		}
		_, err := c.exec(ctx, `INSERT INTO deferrals (chunk_id, subscriber_id, list_id, event_seq, gate_seq, asked_at, started_at, code, reply) VALUES `+tuples(len(page), 9)+`
			ON CONFLICT (chunk_id, subscriber_id) DO UPDATE SET list_id = excluded.list_id, event_seq = excluded.event_seq, gate_seq = excluded.gate_seq,
				asked_at = excluded.asked_at, started_at = excluded.started_at, code = excluded.code, reply = excluded.reply`, args...)
		return err
	})
}

// Release implements mailer.Store.
func (d *DB) Release(ctx context.Context, chunkID int64, claimant string) error {
	_, err := d.writing().exec(ctx, `UPDATE chunks SET lease_until = 0, claimed_by = '' WHERE id = ? AND claimed_by = ?`, chunkID, claimant)
	return fail("store: release chunk", err)
}

// FinishChunk implements mailer.Store.
func (d *DB) FinishChunk(ctx context.Context, k mailer.Chunk, claimant string, now, retryAt time.Time) error {
	err := d.within(ctx, func(c conn) error {
		campaign, err := c.lockCampaign(ctx, k.CampaignID)
		if err != nil {
			return err
		}
		res, err := c.exec(ctx, `UPDATE chunks SET done_at = ?, lease_until = 0 WHERE id = ? AND claimed_by = ? AND done_at = 0`, millis(now), k.ID, claimant)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(mailer.ErrLeaseLost, err)
		}
		if err := c.settleDeferred(ctx, campaign, k, now, retryAt); err != nil {
			return err
		}
		return c.finishWhenDone(ctx, campaign.ID, now)
	})
	return failUnless(mailer.ErrLeaseLost, "store: finish chunk", err)
}

// settleDeferred puts whoever was put off into a new chunk, or fails them for good.
func (c conn) settleDeferred(ctx context.Context, campaign mailer.Campaign, k mailer.Chunk, now, retryAt time.Time) error {
	rows, err := c.query(ctx, `SELECT subscriber_id, list_id, event_seq, gate_seq, asked_at, started_at, code, reply FROM deferrals
		WHERE chunk_id = ? ORDER BY subscriber_id`, k.ID)
	deferred, err := collect(rows, err, func(s scanner) (mailer.Delivery, error) {
		x := mailer.Delivery{CampaignID: k.CampaignID, State: mailer.Failed, Reason: "put off by the relay too often", FinishedAt: now}
		var asked, started int64
		err := s.Scan(&x.SubscriberID, &x.ListID, &x.EventSeq, &x.GateSeq, &asked, &started, &x.Code, &x.Reply)
		x.AskedAt, x.StartedAt = moment(asked), moment(started)
		return x, err
	})
	if err != nil || len(deferred) == 0 {
		return err
	}
	if retryAt.IsZero() {
		return c.insertDeliveries(ctx, deferred)
	}
	people := make([]int64, len(deferred))
	for i, x := range deferred {
		people[i] = x.SubscriberID
	}
	task, err := c.addChunk(ctx, campaign, k.Attempt+1, people, retryAt)
	if err != nil {
		return err
	}
	return c.enqueue(ctx, now, task)
}
