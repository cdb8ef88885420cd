package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"assent/internal/audit"
	"assent/mailer"
	"assent/subscriptions"
)

const noticeColumnsOfRecipients = `id, programme_id, recipient_id, name, address, language, change, case_id, subscriber_id, people, state, answer, words, answered_by, answered_at,
	created_at, letter_id, letters, told_at, next_on`

func scanRecipientNotice(s scanner) (n subscriptions.RecipientNotice, err error) {
	var told string
	var answered, created, toldAt int64
	err = s.Scan(&n.ID, &n.ProgrammeID, &n.RecipientID, &n.Name, &told, &n.Language, &n.Change, &n.CaseID, &n.SubscriberID, &n.People, &n.State, &n.Answer, &n.Words, &n.AnsweredBy, &answered,
		&created, &n.LetterID, &n.Letters, &toldAt, &n.NextOn)
	n.Address, n.AnsweredAt, n.CreatedAt, n.ToldAt = stored(told), moment(answered), moment(created), moment(toldAt)
	return n, err
}

// whomUse is bound to the encrypted people of a notice.
const whomUse = "people of a notice to a recipient"

// whomOf reads and decrypts whom a notice is about.
func (d *DB) whomOf(ctx context.Context, c conn, n *subscriptions.RecipientNotice) error {
	var wrapped []byte
	if err := c.row(ctx, `SELECT whom FROM recipient_notices WHERE id = ?`, n.ID).Scan(&wrapped); err != nil || len(wrapped) == 0 {
		return err
	}
	plain, err := d.keys.Unwrap(wrapped, whomUse)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, &n.Whom)
}

func (d *DB) wrapWhom(whom []subscriptions.Concerned) ([]byte, error) {
	if len(whom) == 0 {
		return []byte{}, nil
	}
	plain, err := json.Marshal(whom)
	if err != nil {
		return nil, err
	}
	return d.keys.Wrap(plain, whomUse)
}

// RecipientNotice returns a notice with its people; kind NotFound.
func (d *DB) RecipientNotice(ctx context.Context, id int64) (n subscriptions.RecipientNotice, err error) {
	const op = "store: notice to a recipient"
	n, err = scanRecipientNotice(d.reading().row(ctx, `SELECT `+noticeColumnsOfRecipients+` FROM recipient_notices WHERE id = ?`, id))
	if err != nil {
		return n, fail(op, err)
	}
	return n, fail(op, d.whomOf(ctx, d.reading(), &n))
}

// RecipientNotices returns up to limit notices with a number below before (0: from the newest), without their people, the newest first; open ones only where asked.
func (d *DB) RecipientNotices(ctx context.Context, openOnly bool, before int64, limit int) ([]subscriptions.RecipientNotice, error) {
	where := ``
	if openOnly {
		where = ` AND state = 'open'`
	}
	rows, err := d.reading().query(ctx, `SELECT `+noticeColumnsOfRecipients+` FROM recipient_notices WHERE id < ?`+where+` ORDER BY id DESC LIMIT ?`, below(before), limit)
	out, err := collect(rows, err, scanRecipientNotice)
	return out, fail("store: notices to recipients", err)
}

// NoticesOfCase returns the notices to recipients that a case led to, without their people, by number.
func (d *DB) NoticesOfCase(ctx context.Context, caseID int64) ([]subscriptions.RecipientNotice, error) {
	rows, err := d.reading().query(ctx, `SELECT `+noticeColumnsOfRecipients+` FROM recipient_notices WHERE case_id = ? AND case_id <> 0 ORDER BY id`, caseID)
	out, err := collect(rows, err, scanRecipientNotice)
	return out, fail("store: notices of a case", err)
}

// NoticesDue returns up to limit open notices above a number whose next letter is due on a UK date, without their people, by number.
func (d *DB) NoticesDue(ctx context.Context, today string, after int64, limit int) ([]subscriptions.RecipientNotice, error) {
	rows, err := d.reading().query(ctx, `SELECT `+noticeColumnsOfRecipients+` FROM recipient_notices WHERE state = 'open' AND next_on <> '' AND next_on <= ? AND id > ? ORDER BY id LIMIT ?`, today, after, limit)
	out, err := collect(rows, err, scanRecipientNotice)
	return out, fail("store: notices that are due", err)
}

// SendRecipientNotice opens a letter to a recipient and keeps that it was told, in one transaction. A letter that stands already under its key changes nothing.
func (d *DB) SendRecipientNotice(ctx context.Context, id int64, l *mailer.Letter, nextOn string, at time.Time) error {
	return fail("store: send notice", d.within(ctx, func(c conn) error {
		if err := c.openLetter(ctx, l, at); err != nil || l.ID == 0 {
			return err
		}
		_, err := c.exec(ctx, `UPDATE recipient_notices SET letter_id = ?, letters = letters + 1, told_at = CASE WHEN told_at = 0 THEN ? ELSE told_at END, next_on = ? WHERE id = ? AND state = 'open'`,
			l.ID, millis(at), nextOn, id)
		return err
	}))
}

// PutOffNotice sets when the next letter about a notice is due; "" for never.
func (d *DB) PutOffNotice(ctx context.Context, id int64, nextOn string) error {
	return fail("store: put off notice", d.within(ctx, func(c conn) error {
		_, err := c.exec(ctx, `UPDATE recipient_notices SET next_on = ? WHERE id = ? AND state = 'open'`, nextOn, id)
		return err
	}))
}

// CloseRecipientNotice applies an answer to a notice as it stands, alone. An error of change undoes everything and is returned as it is.
func (d *DB) CloseRecipientNotice(ctx context.Context, id int64, change func(subscriptions.RecipientNotice) (subscriptions.RecipientNotice, error)) (n subscriptions.RecipientNotice, err error) {
	const op = "store: close notice"
	err = d.within(ctx, func(c conn) error {
		n, err = scanRecipientNotice(c.row(ctx, `SELECT `+noticeColumnsOfRecipients+` FROM recipient_notices WHERE id = ?`+d.forUpdate(), id))
		if err != nil {
			return fail(op, err)
		}
		if n, err = change(n); err != nil {
			return err
		}
		if _, err = c.exec(ctx, `UPDATE recipient_notices SET state = ?, answer = ?, words = ?, answered_by = ?, answered_at = ?, next_on = ?, whom = ? WHERE id = ?`,
			string(n.State), string(n.Answer), n.Words, n.AnsweredBy, millis(n.AnsweredAt), n.NextOn, []byte{}, id); err != nil {
			return fail(op, err)
		}
		return c.note(ctx, audit.Note{Actor: n.AnsweredBy, Action: audit.AnswerNotice, Object: audit.About("notice to recipient", id), PersonID: n.SubscriberID, Facts: audit.Values{"answer": string(n.Answer)}})
	})
	return n, err
}

// DeclaredRecipients implements subscriptions.RecipientTx.
func (t *ledgerTx) DeclaredRecipients(programmeIDs []int64) (out []subscriptions.Recipient, err error) {
	err = pages(programmeIDs, keysAtOnce, func(page []int64) error {
		rows, err := t.query(t.ctx, `SELECT `+recipientColumns+` FROM recipients WHERE programme_id IN (`+marks(len(page))+`) ORDER BY id`, anys(page)...)
		found, err := collect(rows, err, scanRecipient)
		out = append(out, found...)
		return err
	})
	return out, fail("store: recipients", err)
}

// Collecting implements subscriptions.RecipientTx.
func (t *ledgerTx) Collecting(a subscriptions.Addressee, change subscriptions.RecordChange) (subscriptions.RecipientNotice, bool, error) {
	const op = "store: notice that collects"
	n, err := scanRecipientNotice(t.row(t.ctx, `SELECT `+noticeColumnsOfRecipients+` FROM recipient_notices
		WHERE state = 'open' AND case_id = 0 AND subscriber_id = 0 AND told_at = 0 AND change = ? AND recipient_id = ? AND name = ? AND address = ? ORDER BY id DESC LIMIT 1`,
		string(change), a.RecipientID, a.Name, a.Address.String()))
	if errors.Is(err, sql.ErrNoRows) {
		return n, false, nil
	}
	if err != nil {
		return n, false, fail(op, err)
	}
	return n, true, fail(op, t.db.whomOf(t.ctx, t.conn, &n))
}

// SaveRecipientNotice implements subscriptions.RecipientTx.
func (t *ledgerTx) SaveRecipientNotice(n *subscriptions.RecipientNotice) error {
	const op = "store: save notice to a recipient"
	whom, err := t.db.wrapWhom(n.Whom)
	if err != nil {
		return fail(op, err)
	}
	if n.ID != 0 {
		return fail(op, t.changeOne(t.ctx, `UPDATE recipient_notices SET people = ?, whom = ? WHERE id = ?`, n.People, whom, n.ID))
	}
	n.ID, err = t.insert(t.ctx, `INSERT INTO recipient_notices (programme_id, recipient_id, name, address, language, change, case_id, subscriber_id, people, whom, state, answer, words, answered_by, answered_at,
		created_at, letter_id, letters, told_at, next_on) VALUES (`+marks(20)+`)`,
		n.ProgrammeID, n.RecipientID, n.Name, n.Address.String(), n.Language, string(n.Change), n.CaseID, n.SubscriberID, n.People, whom, string(n.State), string(n.Answer), n.Words, n.AnsweredBy, millis(n.AnsweredAt),
		millis(n.CreatedAt), n.LetterID, n.Letters, millis(n.ToldAt), n.NextOn)
	if err != nil {
		return fail(op, err)
	}
	return t.note(t.ctx, audit.Note{Action: audit.OpenNotice, Object: audit.About("notice to recipient", n.ID), PersonID: n.SubscriberID, Facts: audit.Values{"change": string(n.Change), "recipient": n.RecipientID}})
}

// SupersedeNotices implements subscriptions.RecipientTx.
func (t *ledgerTx) SupersedeNotices(subscriberID int64, at time.Time) error {
	_, err := t.exec(t.ctx, `UPDATE recipient_notices SET state = 'superseded', answered_at = ?, next_on = '', whom = ? WHERE subscriber_id = ? AND state = 'open'`, millis(at), []byte{}, subscriberID)
	return fail("store: supersede notices", err)
}

var _ subscriptions.RecipientTx = (*ledgerTx)(nil)
