package store

import (
	"context"
	"database/sql"
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
	for _, also := range ch.Also {
		if _, err := d.changeCase(ctx, c, also.CaseID, also.Change); err != nil {
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
		if err := c.addCaseMessages(ctx, []cases.Message{*ch.Message}); err != nil {
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
	if len(ch.Subs) == 0 {
		return nil
	}
	var have int
	if err := c.row(ctx, `SELECT COUNT(*) FROM cases WHERE parent_id = ? AND parent_id <> 0`, ch.Case.ID).Scan(&have); err != nil {
		return err
	}
	var subs []*cases.Case
	for i := range ch.Subs {
		ch.Subs[i].ParentID, ch.Subs[i].Reference = ch.Case.ID, cases.SubReference(ch.Case.Reference, have+i+2)
		subs = append(subs, &ch.Subs[i])
	}
	if err := c.insertCases(ctx, subs, d.now()); err != nil {
		return err
	}
	var lines []caseLine
	for _, sub := range subs {
		lines = append(lines, firstLines(*sub, nil)...)
	}
	return c.addCaseLines(ctx, lines, d.now())
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
		if err := d.keepParty(ctx, c, *ch.Party); err != nil {
			return err
		}
		if err := c.settleSubject(ctx, ch.Case.Root()); err != nil {
			return err
		}
		if ch.Party.Role == cases.Subject {
			if err := c.linkNamed(ctx, ch.Case.Root(), d.now()); err != nil {
				return err
			}
		}
	}
	if ch.Link != nil {
		if err := c.linkCase(ctx, *ch.Link); err != nil {
			return err
		}
		ch.Events = slices.DeleteFunc(ch.Events, func(e cases.Event) bool { return e.Kind == cases.Linked }) // both sides have theirs
	}
	return c.addCaseLines(ctx, linesOf(ch.Case.ID, ch.Events), d.now())
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
