package store

import (
	"context"
	"encoding/json"

	"assent/inbox/cases"
)

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

// addCaseMessages keeps lines of the correspondence of cases.
func (c conn) addCaseMessages(ctx context.Context, all []cases.Message) error {
	const width = 13
	args := make([]any, 0, len(all)*width)
	for _, m := range all {
		args = append(args, m.CaseID, m.AboutID, string(m.Direction), millis(m.At), m.InboundID, m.LetterID, m.MessageID, m.From, m.Subject, string(m.Filed), m.Stranger,
			millis(m.ReadAt), m.Actor)
	}
	return c.insertRows(ctx, `INSERT INTO case_messages (case_id, about_id, direction, at, inbound_id, letter_id, message_id, from_address, subject, filed, stranger, read_at, actor)`, width, args)
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
