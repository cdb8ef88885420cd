package store

import (
	"context"

	"assent/internal/audit"
	"assent/queue"
	"assent/subscriptions"
)

// ChangeNoticeRun implements mailer.NoticeRuns.
func (d *DB) ChangeNoticeRun(ctx context.Context, noticeID int64, note audit.Note, change func(subscriptions.NoticeRun) (subscriptions.NoticeRun, []queue.Task, error)) (run subscriptions.NoticeRun, err error) {
	err = d.within(ctx, func(c conn) error {
		run, err = scanNoticeRun(c.row(ctx, `SELECT `+noticeRunColumns+` FROM notice_runs WHERE notice_id = ?`+d.forUpdate(), noticeID))
		if err != nil {
			return err
		}
		var tasks []queue.Task
		if run, tasks, err = change(run); err != nil {
			return err
		}
		if _, err := c.exec(ctx, `UPDATE notice_runs SET paused_at = ?, paused_by = ?, round = ? WHERE id = ?`, millis(run.PausedAt), run.PausedBy, run.Round, run.ID); err != nil {
			return err
		}
		if err := c.note(ctx, note); err != nil {
			return err
		}
		return c.enqueue(ctx, d.now(), tasks...)
	})
	return run, fail("store: change notice run", err)
}

// RetellTellings implements mailer.NoticeRuns.
func (d *DB) RetellTellings(ctx context.Context, run subscriptions.NoticeRun, after int64, limit int, letter func(id int64) (queue.Task, error), next func(after int64) (queue.Task, error)) error {
	type unsent struct{ subscriber, letter int64 }
	return fail("store: retell", d.within(ctx, func(c conn) error {
		rows, err := c.query(ctx, `SELECT t.subscriber_id, t.letter_id FROM notice_tellings t JOIN letters l ON l.id = t.letter_id JOIN notice_runs r ON r.notice_id = t.notice_id
			WHERE t.notice_id = ? AND t.subscriber_id > ? AND t.state = 'waiting' AND l.state = 'waiting' AND r.paused_at = 0 AND r.round = ?
			ORDER BY t.subscriber_id LIMIT ?`, run.NoticeID, after, run.Round, limit)
		all, err := collect(rows, err, func(s scanner) (u unsent, err error) { return u, s.Scan(&u.subscriber, &u.letter) })
		if err != nil || len(all) == 0 {
			return err
		}
		now := d.now()
		var tasks []queue.Task
		for _, u := range all {
			if _, err := c.exec(ctx, `UPDATE letters SET created_at = ? WHERE id = ? AND state = 'waiting'`, millis(now), u.letter); err != nil {
				return err
			}
			task, err := letter(u.letter)
			if err != nil {
				return err
			}
			tasks = append(tasks, task)
		}
		task, err := next(all[len(all)-1].subscriber)
		if err != nil {
			return err
		}
		return c.enqueue(ctx, now, append(tasks, task)...)
	}))
}
