package store

import (
	"context"

	"assent/inbox/cases"
	"assent/internal/audit"
)

// LetterTexts implements cases.Store.
func (d *DB) LetterTexts(ctx context.Context, programmeID int64) ([]cases.Text, error) {
	rows, err := d.reading().query(ctx, `SELECT programme_id, name, title, language, subject, body, changed_by, changed_at FROM letter_texts
		WHERE programme_id IN (0, ?) ORDER BY programme_id, name, language`, programmeID)
	out, err := collect(rows, err, func(s scanner) (t cases.Text, err error) {
		var at int64
		err = s.Scan(&t.ProgrammeID, &t.Name, &t.Title, &t.Language, &t.Subject, &t.Body, &t.ChangedBy, &at)
		t.ChangedAt = moment(at)
		return t, err
	})
	return out, fail("store: letter texts", err)
}

// SaveLetterText implements cases.Store.
func (d *DB) SaveLetterText(ctx context.Context, t cases.Text) error {
	return fail("store: save letter text", d.within(ctx, func(c conn) error {
		_, err := c.exec(ctx, `INSERT INTO letter_texts (programme_id, name, title, language, subject, body, changed_by, changed_at) VALUES (`+marks(8)+`)
			ON CONFLICT (programme_id, name, language) DO UPDATE SET title = excluded.title, subject = excluded.subject, body = excluded.body,
				changed_by = excluded.changed_by, changed_at = excluded.changed_at`,
			t.ProgrammeID, t.Name, t.Title, t.Language, t.Subject, t.Body, t.ChangedBy, millis(t.ChangedAt))
		if err != nil {
			return err
		}
		return c.note(ctx, audit.Note{Actor: t.ChangedBy, Action: audit.Redeclare, Object: audit.About("programme", t.ProgrammeID), Facts: audit.Values{"letter text": t.Name, "language": t.Language}})
	}))
}
