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

const letterColumns = `id, key, kind, programme_id, subscriber_id, to_address, language, data, in_reply_to, state, code, reply, created_at, started_at, finished_at`

func scanLetter(s scanner) (l mailer.Letter, err error) {
	var data string
	var created, started, finished int64
	err = s.Scan(&l.ID, &l.Key, &l.Kind, &l.ProgrammeID, &l.SubscriberID, &l.To, &l.Language, &data, &l.InReplyTo, &l.State, &l.Code, &l.Reply,
		&created, &started, &finished)
	l.Data, l.CreatedAt, l.StartedAt, l.FinishedAt = []byte(data), moment(created), moment(started), moment(finished)
	return l, err
}

// OpenLetter implements mailer.Store.
func (d *DB) OpenLetter(ctx context.Context, l *mailer.Letter, now time.Time) error {
	return fail("store: open letter", d.within(ctx, func(c conn) error { return c.openLetter(ctx, l, now) }))
}

func (c conn) openLetter(ctx context.Context, l *mailer.Letter, now time.Time) error {
	return c.openLetters(ctx, []*mailer.Letter{l}, now)
}

// openLetters keeps letters with the tasks that send them, and gives them their ids. One whose key stands already, also among these, keeps an id of 0.
func (c conn) openLetters(ctx context.Context, all []*mailer.Letter, now time.Time) error {
	var tasks []queue.Task
	err := pages(all, eventsAtOnce, func(page []*mailer.Letter) error {
		const width = 14
		args := make([]any, 0, len(page)*width)
		for _, l := range page {
			args = append(args, l.Key, string(l.Kind), l.ProgrammeID, l.SubscriberID, l.To, l.Language, string(l.Data), l.InReplyTo, string(l.State), 0, "", millis(l.CreatedAt), 0, 0)
		}
		ids := make(map[string]int64, len(page))
		rows, err := c.query(ctx, `INSERT INTO letters (key, kind, programme_id, subscriber_id, to_address, language, data, in_reply_to, state, code, reply, created_at, started_at, finished_at)
			VALUES `+tuples(len(page), width)+` ON CONFLICT (key) DO NOTHING RETURNING id, key`, args...)
		_, err = collect(rows, err, func(s scanner) (id int64, err error) {
			var key string
			err = s.Scan(&id, &key)
			ids[key] = id
			return id, err
		})
		for _, l := range page {
			id, opened := ids[l.Key]
			if err != nil || !opened {
				continue
			}
			delete(ids, l.Key) // the first of that key is the one that goes out
			l.ID = id
			var task queue.Task
			task, err = mailer.LetterTask(id, l.Kind, now)
			tasks = append(tasks, task)
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.enqueue(ctx, now, tasks...)
}

// StartLetter implements mailer.Store. A letter of a notice run that is paused does not start, and keeps waiting.
func (d *DB) StartLetter(ctx context.Context, id int64, now time.Time) (mailer.Letter, bool, error) {
	const op = "store: start letter"
	l, err := scanLetter(d.writing().row(ctx, `UPDATE letters SET state = 'started', started_at = ? WHERE id = ? AND state = 'waiting'
		AND NOT EXISTS (SELECT 1 FROM notice_tellings t JOIN notice_runs r ON r.notice_id = t.notice_id WHERE t.letter_id = letters.id AND r.paused_at <> 0) RETURNING `+letterColumns, millis(now), id))
	if !errors.Is(err, sql.ErrNoRows) {
		return l, err == nil, fail(op, err)
	}
	err = d.within(ctx, func(c conn) error { return c.abandonLetter(ctx, id, now) })
	return mailer.Letter{}, false, failUnless(queue.ErrBusy, op, err)
}

// letterLease is how long a letter may take to be handed over before its worker counts as dead.
const letterLease = 5 * time.Minute

// abandonLetter makes a letter uncertain whose worker died in the middle. While the worker may be alive it returns queue.ErrBusy.
func (c conn) abandonLetter(ctx context.Context, id int64, now time.Time) error {
	var state string
	var started int64
	if err := c.row(ctx, `SELECT state, started_at FROM letters WHERE id = ?`, id).Scan(&state, &started); err != nil {
		return err
	}
	if mailer.LetterState(state) != mailer.LetterStarted {
		return nil
	}
	if started > millis(now.Add(-letterLease)) {
		return fmt.Errorf("letter %d: %w", id, queue.ErrBusy)
	}
	if _, err := c.exec(ctx, `UPDATE letters SET state = 'uncertain', finished_at = ? WHERE id = ?`, millis(now), id); err != nil {
		return err
	}
	return c.seeToLetter(ctx, id, string(mailer.LetterUncertain), now)
}

// FinishLetter implements mailer.Store.
func (d *DB) FinishLetter(ctx context.Context, l mailer.Letter) error {
	return fail("store: finish letter", d.within(ctx, func(c conn) error {
		_, err := c.exec(ctx, `UPDATE letters SET state = ?, code = ?, reply = ?, started_at = ?, finished_at = ? WHERE id = ?`,
			string(l.State), l.Code, l.Reply, millis(l.StartedAt), millis(l.FinishedAt), l.ID)
		if err != nil || l.State == mailer.LetterWaiting {
			return err
		}
		return c.seeToLetter(ctx, l.ID, string(l.State), d.now())
	}))
}

// Letter implements inbox.Letters.
func (d *DB) Letter(ctx context.Context, id int64) (mailer.Letter, error) {
	l, err := scanLetter(d.reading().row(ctx, `SELECT `+letterColumns+` FROM letters WHERE id = ?`, id))
	return l, fail("store: letter", err)
}

// LettersTo implements mailer.Store.
func (d *DB) LettersTo(ctx context.Context, subscriberID int64, limit int) ([]mailer.Letter, error) {
	rows, err := d.reading().query(ctx, `SELECT `+letterColumns+` FROM letters WHERE subscriber_id = ? ORDER BY id DESC LIMIT ?`, subscriberID, limit)
	out, err := collect(rows, err, scanLetter)
	return out, fail("store: letters", err)
}
