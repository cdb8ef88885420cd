package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"assent/internal/audit"
	"assent/mailer"
	"assent/queue"
	"assent/subscriptions"
)

const noticeRunColumns = `id, programme_id, notice_id, state, grace_ms, opened_up_to, started_by, started_at, finished_at, paused_at, paused_by, round`

func scanNoticeRun(s scanner) (r subscriptions.NoticeRun, err error) {
	var grace, started, finished, paused int64
	err = s.Scan(&r.ID, &r.ProgrammeID, &r.NoticeID, &r.State, &grace, &r.OpenedUpTo, &r.StartedBy, &started, &finished, &paused, &r.PausedBy, &r.Round)
	r.Grace, r.StartedAt, r.FinishedAt, r.PausedAt = time.Duration(grace)*time.Millisecond, moment(started), moment(finished), moment(paused)
	return r, err
}

// StartNoticeRun implements mailer.NoticeRuns.
func (d *DB) StartNoticeRun(ctx context.Context, run *subscriptions.NoticeRun, task func(subscriptions.NoticeRun) (queue.Task, error)) error {
	return fail("store: start notice run", d.within(ctx, func(c conn) (err error) {
		run.ID, err = c.insert(ctx, `INSERT INTO notice_runs (programme_id, notice_id, state, grace_ms, opened_up_to, started_by, started_at, finished_at) VALUES (`+marks(8)+`)`,
			run.ProgrammeID, run.NoticeID, string(run.State), run.Grace.Milliseconds(), run.OpenedUpTo, run.StartedBy, millis(run.StartedAt), 0)
		if err != nil {
			return err
		}
		if err := c.note(ctx, audit.Note{Actor: run.StartedBy, Action: audit.StartNoticeRun, Object: audit.About("notice", run.NoticeID)}); err != nil {
			return err
		}
		first, err := task(*run)
		if err != nil {
			return err
		}
		return c.enqueue(ctx, run.StartedAt, first)
	}))
}

// NoticeRun implements mailer.NoticeRuns.
func (d *DB) NoticeRun(ctx context.Context, id int64) (subscriptions.NoticeRun, error) {
	r, err := scanNoticeRun(d.reading().row(ctx, `SELECT `+noticeRunColumns+` FROM notice_runs WHERE id = ?`, id))
	return r, fail("store: notice run", err)
}

// NoticeRunsOf returns a programme's runs, newest first, at most one for each notice.
func (d *DB) NoticeRunsOf(ctx context.Context, programmeID int64) ([]subscriptions.NoticeRun, error) {
	rows, err := d.reading().query(ctx, `SELECT `+noticeRunColumns+` FROM notice_runs WHERE programme_id = ? ORDER BY id DESC`, programmeID)
	out, err := collect(rows, err, scanNoticeRun)
	return out, fail("store: notice runs", err)
}

// TellingCounts counts the people of a notice's run by what became of telling them.
func (d *DB) TellingCounts(ctx context.Context, noticeID int64) (map[subscriptions.TellingState]int64, error) {
	out := map[subscriptions.TellingState]int64{}
	rows, err := d.reading().query(ctx, `SELECT state, COUNT(*) FROM notice_tellings WHERE notice_id = ? GROUP BY state`, noticeID)
	_, err = collect(rows, err, func(s scanner) (people int64, err error) {
		var state subscriptions.TellingState
		err = s.Scan(&state, &people)
		out[state] = people
		return people, err
	})
	return out, fail("store: telling counts", err)
}

// OpenTellings implements mailer.NoticeRuns. Members are the people with an active place on a list of the programme; the gate judges each again when
// the letter is sent.
func (d *DB) OpenTellings(ctx context.Context, run subscriptions.NoticeRun, limit int, letter func(subscriptions.Subscriber) (mailer.Letter, error),
	next func(subscriptions.NoticeRun, int) (subscriptions.NoticeRun, queue.Task, error)) error {
	return fail("store: open tellings", d.within(ctx, func(c conn) error {
		var mark int64
		err := c.row(ctx, `SELECT opened_up_to FROM notice_runs WHERE id = ? AND state = ? AND paused_at = 0`+d.forUpdate(), run.ID, string(subscriptions.RunOpening)).Scan(&mark)
		if errors.Is(err, sql.ErrNoRows) || err == nil && mark != run.OpenedUpTo {
			return nil // paused meanwhile, or opened by another or to its end: what resumes it writes a task of its own
		}
		if err != nil {
			return err
		}
		members, err := c.membersAfter(ctx, run.ProgrammeID, run.OpenedUpTo, limit)
		if err != nil {
			return err
		}
		now := d.now()
		for _, p := range members {
			if err := c.openTelling(ctx, run, p, letter, now); err != nil {
				return err
			}
			run.OpenedUpTo = p.ID
		}
		run, task, err := next(run, len(members))
		if err != nil {
			return err
		}
		if _, err := c.exec(ctx, `UPDATE notice_runs SET state = ?, opened_up_to = ? WHERE id = ?`, string(run.State), run.OpenedUpTo, run.ID); err != nil {
			return err
		}
		return c.enqueue(ctx, now, task)
	}))
}

const membersOf = ` FROM subscribers s WHERE s.id > ? AND s.address <> '' AND EXISTS (SELECT 1 FROM memberships m JOIN lists l ON l.id = m.list_id
	WHERE m.subscriber_id = s.id AND m.status = 'active' AND l.programme_id = ?)`

// MembersOf counts the people whom a notice run of a programme would tell now.
func (d *DB) MembersOf(ctx context.Context, programmeID int64) (n int64, err error) {
	err = d.reading().row(ctx, `SELECT COUNT(*)`+membersOf, 0, programmeID).Scan(&n)
	return n, fail("store: members of a programme", err)
}

func (c conn) membersAfter(ctx context.Context, programmeID, after int64, limit int) ([]subscriptions.Subscriber, error) {
	rows, err := c.query(ctx, `SELECT s.id, s.address, s.name, s.language`+membersOf+` ORDER BY s.id LIMIT ?`, after, programmeID, limit)
	return collect(rows, err, func(s scanner) (p subscriptions.Subscriber, err error) {
		var addr string
		err = s.Scan(&p.ID, &addr, &p.Name, &p.Language)
		p.Address = stored(addr)
		return p, err
	})
}

func (c conn) openTelling(ctx context.Context, run subscriptions.NoticeRun, p subscriptions.Subscriber, letter func(subscriptions.Subscriber) (mailer.Letter, error), now time.Time) error {
	l, err := letter(p)
	if err != nil {
		return err
	}
	if err := c.openLetter(ctx, &l, now); err != nil {
		return err
	}
	_, err = c.exec(ctx, `INSERT INTO notice_tellings (notice_id, subscriber_id, letter_id, state, settled_at) VALUES (?, ?, ?, 'waiting', 0)
		ON CONFLICT (notice_id, subscriber_id) DO NOTHING`, run.NoticeID, p.ID, l.ID)
	return err
}

// DueTellings implements mailer.NoticeRuns. A letter has its end when it failed, came back, or was taken so long ago that no bounce is waited for.
func (d *DB) DueTellings(ctx context.Context, noticeID, after int64, settledBefore time.Time, limit int) ([]subscriptions.Telling, error) {
	rows, err := d.reading().query(ctx, `SELECT t.subscriber_id, t.letter_id, CASE
			WHEN l.report = 'failed' THEN 'bounced'
			WHEN l.state = 'sent' THEN 'told'
			ELSE l.state END
		FROM notice_tellings t JOIN letters l ON l.id = t.letter_id
		WHERE t.notice_id = ? AND t.subscriber_id > ? AND t.state = 'waiting'
		  AND (l.state IN ('failed', 'refused', 'uncertain') OR l.state = 'sent' AND (l.report = 'failed' OR l.report = 'delivered' OR l.finished_at <= ?))
		ORDER BY t.subscriber_id LIMIT ?`, noticeID, after, millis(settledBefore), limit)
	out, err := collect(rows, err, func(s scanner) (t subscriptions.Telling, err error) {
		t.NoticeID = noticeID
		return t, s.Scan(&t.SubscriberID, &t.LetterID, &t.State)
	})
	return out, fail("store: due tellings", err)
}

// WaitingTellings implements mailer.NoticeRuns.
func (d *DB) WaitingTellings(ctx context.Context, noticeID int64) (n int64, err error) {
	err = d.reading().row(ctx, `SELECT COUNT(*) FROM notice_tellings WHERE notice_id = ? AND state = 'waiting'`, noticeID).Scan(&n)
	return n, fail("store: waiting tellings", err)
}

// EndNoticeRun implements mailer.NoticeRuns.
func (d *DB) EndNoticeRun(ctx context.Context, id int64, finishedAt time.Time, again *queue.Task) error {
	return fail("store: end notice run", d.within(ctx, func(c conn) error {
		if again != nil {
			return c.enqueue(ctx, d.now(), *again)
		}
		_, err := c.exec(ctx, `UPDATE notice_runs SET state = ?, finished_at = ? WHERE id = ? AND state = ?`,
			string(subscriptions.RunFinished), millis(finishedAt), id, string(subscriptions.RunWaiting))
		return err
	}))
}

// tellingTx is a ledgerTx that also settles tellings.
type tellingTx struct{ *ledgerTx }

// UpdateTellings implements subscriptions.TellingStore.
func (d *DB) UpdateTellings(ctx context.Context, fn func(subscriptions.TellingTx) error) error {
	return d.Update(ctx, func(tx subscriptions.Tx) error { return fn(tellingTx{tx.(*ledgerTx)}) })
}

// StillWaiting implements subscriptions.TellingTx.
func (t tellingTx) StillWaiting(all []subscriptions.Telling) ([]subscriptions.Telling, error) {
	var out []subscriptions.Telling
	for _, x := range all {
		var waiting bool
		if err := t.row(t.ctx, `SELECT EXISTS (SELECT 1 FROM notice_tellings WHERE notice_id = ? AND subscriber_id = ? AND state = 'waiting')`,
			x.NoticeID, x.SubscriberID).Scan(&waiting); err != nil {
			return nil, fail("store: waiting tellings", err)
		}
		if waiting {
			out = append(out, x)
		}
	}
	return out, nil
}

// SettleTellings implements subscriptions.TellingTx.
func (t tellingTx) SettleTellings(all []subscriptions.Telling) error {
	for _, x := range all {
		if _, err := t.exec(t.ctx, `UPDATE notice_tellings SET state = ?, settled_at = ? WHERE notice_id = ? AND subscriber_id = ? AND state = 'waiting'`,
			string(x.State), millis(x.SettledAt), x.NoticeID, x.SubscriberID); err != nil {
			return fail("store: settle tellings", err)
		}
	}
	return nil
}

// ReportedLetter records what a delivery report said of a letter. A failure stays, whatever comes later. A letter that there is
// not is left alone.
func (d *DB) ReportedLetter(ctx context.Context, letterID int64, action, status string) error {
	return fail("store: report on letter", d.within(ctx, func(c conn) error {
		if _, err := c.exec(ctx, `UPDATE letters SET report = ?, report_status = ? WHERE id = ? AND report <> 'failed'`, action, status, letterID); err != nil {
			return err
		}
		return c.seeToLetter(ctx, letterID, action, d.now())
	}))
}

var _ mailer.NoticeRuns = (*DB)(nil)
