package store

import (
	"context"
	"time"

	"assent/queue"
	"assent/subscriptions"
)

const askColumns = `event_seq, kind, number, list_id, subscriber_id, asked_at, answer, answer_seq, answered_at`

// OpenAsks implements subscriptions.TermStore. The question's key decides, so that two processes open one question once.
func (d *DB) OpenAsks(ctx context.Context, asks []subscriptions.Ask, task func(subscriptions.Ask) (queue.Task, error)) (opened int, err error) {
	const op = "store: open asks"
	err = d.within(ctx, func(c conn) error {
		opened = 0
		return pages(asks, eventsAtOnce, func(page []subscriptions.Ask) error {
			fresh, err := c.insertAsks(ctx, page)
			if err != nil {
				return err
			}
			tasks := make([]queue.Task, len(fresh))
			for i, a := range fresh {
				if tasks[i], err = task(a); err != nil {
					return err
				}
			}
			opened += len(fresh)
			return c.enqueue(ctx, d.now(), tasks...)
		})
	})
	return opened, fail(op, err)
}

// insertAsks keeps questions and returns those that were not there.
func (c conn) insertAsks(ctx context.Context, page []subscriptions.Ask) ([]subscriptions.Ask, error) {
	args := make([]any, 0, len(page)*9)
	for _, a := range page {
		args = append(args, a.Permission, string(a.Kind), a.Number, a.ListID, a.SubscriberID, millis(a.AskedAt), "", 0, 0)
	}
	rows, err := c.query(ctx, `INSERT INTO asks (`+askColumns+`) VALUES `+tuples(len(page), 9)+`
		ON CONFLICT (event_seq, kind, number) DO NOTHING RETURNING `+askColumns, args...)
	return collect(rows, err, scanAsk)
}

func scanAsk(s scanner) (a subscriptions.Ask, err error) {
	var asked, answered int64
	err = s.Scan(&a.Permission, &a.Kind, &a.Number, &a.ListID, &a.SubscriberID, &asked, &a.Answer, &a.AnswerSeq, &answered)
	a.AskedAt, a.AnsweredAt = moment(asked), moment(answered)
	return a, err
}

// SettleAsks implements subscriptions.TermStore: a membership that another event decides now is the answer, however it came about.
func (d *DB) SettleAsks(ctx context.Context, now, askedBefore time.Time) error {
	const op = "store: settle asks"
	_, err := d.writing().exec(ctx, `UPDATE asks SET
			answer = CASE m.status WHEN 'active' THEN 'yes' WHEN 'withdrawn' THEN 'no' ELSE 'none' END,
			answer_seq = CASE m.status WHEN 'lapsed' THEN 0 ELSE m.event_seq END, answered_at = ?
		FROM memberships m WHERE m.list_id = asks.list_id AND m.subscriber_id = asks.subscriber_id
			AND asks.answer = '' AND m.event_seq <> asks.event_seq AND m.status <> 'pending'`, millis(now))
	if err != nil {
		return fail(op, err)
	}
	_, err = d.writing().exec(ctx, `UPDATE asks SET answer = 'none', answered_at = ? WHERE answer = '' AND kind = 'annual' AND asked_at <= ?`,
		millis(now), millis(askedBefore))
	return fail(op, err)
}

// AsksOf returns up to limit questions to a person whether they still want a list, the newest first.
func (d *DB) AsksOf(ctx context.Context, subscriberID int64, limit int) ([]subscriptions.Ask, error) {
	rows, err := d.reading().query(ctx, `SELECT `+askColumns+` FROM asks WHERE subscriber_id = ? ORDER BY asked_at DESC, event_seq DESC, number LIMIT ?`, subscriberID, limit)
	out, err := collect(rows, err, scanAsk)
	return out, fail("store: asks of a person", err)
}
