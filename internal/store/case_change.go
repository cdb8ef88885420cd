package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"assent/inbox/cases"
	"assent/internal/audit"
	"assent/internal/errs"
	"assent/mailer"
)

// ChangeCase implements cases.Store.
func (d *DB) ChangeCase(ctx context.Context, id int64, change func(k cases.Case, subs []cases.Case) (cases.Change, error)) (k cases.Case, err error) {
	err = d.within(ctx, func(c conn) error {
		k, err = d.changeCase(ctx, c, id, change)
		return err
	})
	return k, fail("store: change case", err)
}

// changeCase locks a case, asks what becomes of it, and keeps that.
func (d *DB) changeCase(ctx context.Context, c conn, id int64, change func(k cases.Case, subs []cases.Case) (cases.Change, error)) (cases.Case, error) {
	before, err := scanCase(c.row(ctx, `SELECT `+caseColumns+` FROM cases WHERE id = ?`+d.forUpdate(), id))
	if err != nil {
		return before, err
	}
	subs, err := c.subCases(ctx, id)
	if err != nil {
		return before, err
	}
	ch, err := change(before, subs)
	if err != nil {
		return before, err
	}
	for _, part := range []func(context.Context, conn, *cases.Change) error{d.keepCase, d.keepCorrespondence, d.keepSubCases, d.keepBelongings} {
		if err := part(ctx, c, &ch); err != nil {
			return before, err
		}
	}
	return ch.Case, c.noteChange(ctx, before, ch)
}

// noteChange tells the audit trail what was done, by kind; the words stay in the case.
func (c conn) noteChange(ctx context.Context, before cases.Case, ch cases.Change) error {
	var kinds []string
	actor := ""
	for _, e := range ch.Events {
		if !slices.Contains(kinds, string(e.Kind)) {
			kinds = append(kinds, string(e.Kind))
		}
		actor = e.Actor
	}
	return c.note(ctx, audit.Note{Actor: actor, Action: audit.ChangeCase, Object: audit.About("case", before.ID), PersonID: before.SubjectID,
		Facts: audit.Values{"events": kinds, "state": ch.Case.State}})
}

func (d *DB) keepCase(ctx context.Context, c conn, ch *cases.Change) error {
	values, err := caseValues(ch.Case)
	if err != nil {
		return err
	}
	set := strings.ReplaceAll(caseChanges, ",", " = ?,") + " = ?"
	_, err = c.exec(ctx, `UPDATE cases SET `+set+` WHERE id = ?`, append(values, ch.Case.ID)...)
	return err
}

// keepCorrespondence opens a letter, files a message and marks one as read; then the events can name them.
func (d *DB) keepCorrespondence(ctx context.Context, c conn, ch *cases.Change) error {
	if ch.Letter != nil {
		if err := c.openLetter(ctx, ch.Letter, d.now()); err != nil {
			return err
		}
		if ch.Letter.ID == 0 {
			return errs.E("store: case letter", errs.Conflict, "This letter was written before. It is not sent twice.", nil)
		}
		ch.Message.LetterID = ch.Letter.ID
		for _, kind := range []cases.EventKind{cases.LetterOut, cases.Done} {
			nameEvent(ch.Events, kind, func(x *cases.Detail) { x.LetterID = ch.Letter.ID })
		}
	}
	if ch.Message != nil {
		if err := c.addCaseMessage(ctx, ch.Message); err != nil {
			return err
		}
	}
	if ch.Read != 0 {
		res, err := c.exec(ctx, `UPDATE case_messages SET read_at = ? WHERE id = ? AND case_id = ? AND direction = 'in' AND read_at = 0`, millis(d.now()), ch.Read, ch.Case.ID)
		return oneRow(res, err)
	}
	return nil
}

func (d *DB) keepSubCases(ctx context.Context, c conn, ch *cases.Change) error {
	var have int
	if err := c.row(ctx, `SELECT COUNT(*) FROM cases WHERE parent_id = ? AND parent_id <> 0`, ch.Case.ID).Scan(&have); err != nil {
		return err
	}
	for i := range ch.Subs {
		sub := &ch.Subs[i]
		sub.ParentID, sub.Reference = ch.Case.ID, cases.SubReference(ch.Case.Reference, have+i+2)
		if err := c.openSubCase(ctx, sub, d.now()); err != nil {
			return err
		}
	}
	return nil
}

// keepBelongings keeps what else a change brings, and the events.
func (d *DB) keepBelongings(ctx context.Context, c conn, ch *cases.Change) error {
	if ch.File != nil {
		if err := c.addCaseFile(ctx, ch.File); err != nil {
			return err
		}
		nameEvent(ch.Events, cases.FileAdded, func(x *cases.Detail) { x.FileID = ch.File.ID })
	}
	if ch.Party != nil {
		if err := d.addParty(ctx, c, ch.Party); err != nil {
			return err
		}
		if err := c.settleSubject(ctx, ch.Case.Root()); err != nil {
			return err
		}
	}
	if ch.Link != nil {
		if err := c.linkCase(ctx, *ch.Link); err != nil {
			return err
		}
		ch.Events = slices.DeleteFunc(ch.Events, func(e cases.Event) bool { return e.Kind == cases.Linked }) // both sides have theirs
	}
	return c.addCaseEvents(ctx, ch.Case.ID, ch.Events, d.now())
}

// settleSubject keeps on a case and its sub-cases who asks and which subject is on record, by its parties.
func (c conn) settleSubject(ctx context.Context, root int64) error {
	_, err := c.exec(ctx, `UPDATE cases SET subscriber_id = COALESCE((SELECT p.subscriber_id FROM case_parties p WHERE p.case_id = ? AND p.role = 'subject' AND p.subscriber_id <> 0 ORDER BY p.id LIMIT 1), 0),
		from_address = COALESCE((SELECT p.address FROM case_parties p WHERE p.case_id = ? AND p.role = 'requester' AND p.address <> '' ORDER BY p.id LIMIT 1), '')
		WHERE id = ? OR parent_id = ? AND parent_id <> 0`, root, root, root, root)
	return err
}

func nameEvent(events []cases.Event, kind cases.EventKind, name func(*cases.Detail)) {
	for i := range events {
		if events[i].Kind == kind {
			name(&events[i].Detail)
		}
	}
}

// oneRow makes of a change that met no row one that found nothing.
func oneRow(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = sql.ErrNoRows
	}
	return err
}

const caseMessageColumns = `m.id, m.case_id, m.about_id, m.direction, m.at, m.inbound_id, m.letter_id, m.message_id, m.from_address, m.subject, m.filed, m.stranger, m.read_at, m.actor,
	COALESCE(l.state, ''), COALESCE(l.reply, ''), COALESCE(l.report, ''), COALESCE(i.digest, ''), COALESCE(i.identity, '')`

// CaseMessages implements cases.Store.
func (d *DB) CaseMessages(ctx context.Context, id int64) ([]cases.Message, error) {
	rows, err := d.reading().query(ctx, `SELECT `+caseMessageColumns+` FROM case_messages m LEFT JOIN letters l ON l.id = m.letter_id LEFT JOIN inbound_messages i ON i.id = m.inbound_id
		WHERE m.case_id = (SELECT CASE WHEN parent_id = 0 THEN id ELSE parent_id END FROM cases WHERE id = ?) ORDER BY m.at, m.id`, id)
	out, err := collect(rows, err, scanCaseMessage)
	return out, fail("store: case messages", err)
}

func scanCaseMessage(s scanner) (m cases.Message, err error) {
	var at, read int64
	var report, who string
	err = s.Scan(&m.ID, &m.CaseID, &m.AboutID, &m.Direction, &at, &m.InboundID, &m.LetterID, &m.MessageID, &m.From, &m.Subject, &m.Filed, &m.Stranger, &read, &m.Actor,
		&m.LetterState, &m.LetterReply, &report, &m.Digest, &who)
	m.At, m.ReadAt = moment(at), moment(read)
	if report == "failed" {
		m.LetterState = "returned"
	}
	if err == nil && who != "" {
		err = json.Unmarshal([]byte(who), &m.Identity)
	}
	return m, err
}

func (c conn) addCaseMessage(ctx context.Context, m *cases.Message) (err error) {
	m.ID, err = c.insert(ctx, `INSERT INTO case_messages (case_id, about_id, direction, at, inbound_id, letter_id, message_id, from_address, subject, filed, stranger, read_at, actor)
		VALUES (`+marks(13)+`)`, m.CaseID, m.AboutID, string(m.Direction), millis(m.At), m.InboundID, m.LetterID, m.MessageID, m.From, m.Subject, string(m.Filed), m.Stranger,
		millis(m.ReadAt), m.Actor)
	return err
}

// CaseOfLetter implements cases.Store.
func (d *DB) CaseOfLetter(ctx context.Context, letterID int64) (cases.Case, error) {
	k, err := scanCase(d.reading().row(ctx, `SELECT `+caseColumns+` FROM cases WHERE id = (SELECT CASE WHEN about_id = 0 THEN case_id ELSE about_id END FROM case_messages WHERE letter_id = ? AND letter_id <> 0)`, letterID))
	return k, fail("store: case of letter", err)
}

// CaseOfMessages implements cases.Store.
func (d *DB) CaseOfMessages(ctx context.Context, messageIDs []string) (cases.Case, error) {
	k, err := scanCase(d.reading().row(ctx, `SELECT `+caseColumns+` FROM cases WHERE id = (SELECT MAX(case_id) FROM case_messages WHERE message_id <> '' AND message_id IN (`+marks(len(messageIDs))+`))`,
		anys(messageIDs)...))
	return k, fail("store: case of message", err)
}

// PostedLetter implements cases.Store.
func (d *DB) PostedLetter(ctx context.Context, id int64) (l mailer.Letter, report string, err error) {
	if l, err = scanLetter(d.reading().row(ctx, `SELECT `+letterColumns+` FROM letters WHERE id = ?`, id)); err == nil {
		err = d.reading().row(ctx, `SELECT report FROM letters WHERE id = ?`, id).Scan(&report)
	}
	return l, report, fail("store: letter", err)
}

// seeToLetter has a case see to what became of a letter about it.
func (c conn) seeToLetter(ctx context.Context, letterID int64, what string, now time.Time) error {
	var about int64
	err := c.row(ctx, `SELECT case_id FROM case_messages WHERE letter_id = ? AND letter_id <> 0`, letterID).Scan(&about)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	task, err := cases.PostedTask(letterID, what, now)
	if err != nil {
		return err
	}
	return c.enqueue(ctx, now, task)
}
