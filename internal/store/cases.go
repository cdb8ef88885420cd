package store

import (
	"context"
	"encoding/json"

	"assent/inbox/cases"
	"assent/internal/clock"
)

const caseColumns = `id, reference, parent_id, kind, labels, flags, state, programme_id, division, channel, mailbox, inbound_id, language, from_address, subject, asked,
	received_at, subscriber_id, owner_id, urgent, facts, clocks, clock_notes, due_on, decision, unread, alarm, created_at, closed_at`

func scanCase(s scanner) (k cases.Case, err error) {
	var labels, flags, facts, clocks, notes, decision string
	var received, created, closed int64
	err = s.Scan(&k.ID, &k.Reference, &k.ParentID, &k.Kind, &labels, &flags, &k.State, &k.ProgrammeID, &k.Division, &k.Channel, &k.Mailbox, &k.InboundID, &k.Language,
		&k.From, &k.Subject, &k.Asked, &received, &k.SubjectID, &k.OwnerID, &k.Urgent, &facts, &clocks, &notes, &k.DueOn, &decision, &k.Unread, &k.Alarm, &created, &closed)
	if err != nil {
		return k, err
	}
	k.ReceivedAt, k.CreatedAt, k.ClosedAt = moment(received), moment(created), moment(closed)
	if decision != "" {
		k.Decision = &cases.Decision{}
		if err := json.Unmarshal([]byte(decision), k.Decision); err != nil {
			return k, err
		}
	}
	return k, readJSON(labels, &k.Labels, flags, &k.Flags, facts, &k.Facts, clocks, &k.Clocks, notes, &k.Notes)
}

// caseValues returns what of a case may change, in the order of caseChanges.
func caseValues(k cases.Case) ([]any, error) {
	texts, err := asJSON(k.Facts, listed(k.Clocks), listed(k.Notes))
	if err != nil {
		return nil, err
	}
	decision, outcome := "", ""
	if k.Decision != nil {
		b, err := json.Marshal(k.Decision)
		if err != nil {
			return nil, err
		}
		decision, outcome = string(b), string(k.Decision.Outcome)
	}
	return []any{
		string(k.Kind), string(k.State), k.From, k.Subject, millis(k.ReceivedAt), k.SubjectID, k.OwnerID, k.Urgent, texts[0], texts[1], texts[2], calendarOf(k.Clocks),
		k.DueOn, decision, outcome, k.Facts.AcknowledgedOn.String(), k.Facts.AnsweredOn.String(), k.Unread, k.Alarm, millis(k.ClosedAt),
	}, nil
}

const caseChanges = `kind, state, from_address, subject, received_at, subscriber_id, owner_id, urgent, facts, clocks, clock_notes, calendar,
	due_on, decision, outcome, acknowledged_on, answered_on, unread, alarm, closed_at`

// listed keeps an empty list from being written as null.
func listed[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

// calendarOf returns the hash of the bank-holiday table that clocks were computed with, "" where none was needed.
func calendarOf(clocks []cases.Clock) string {
	for _, k := range clocks {
		if k.Calendar != "" {
			return k.Calendar
		}
	}
	return ""
}

// Case implements cases.Store.
func (d *DB) Case(ctx context.Context, id int64) (cases.Case, error) {
	k, err := scanCase(d.reading().row(ctx, `SELECT `+caseColumns+` FROM cases WHERE id = ?`, id))
	return k, fail("store: case", err)
}

// SubCases implements cases.Store.
func (d *DB) SubCases(ctx context.Context, id int64) ([]cases.Case, error) {
	out, err := d.reading().subCases(ctx, id)
	return out, fail("store: sub-cases", err)
}

func (c conn) subCases(ctx context.Context, id int64) ([]cases.Case, error) {
	rows, err := c.query(ctx, `SELECT `+caseColumns+` FROM cases WHERE parent_id = ? AND parent_id <> 0 ORDER BY id`, id)
	return collect(rows, err, scanCase)
}

// storedDate reads a date that was valid when it was written; "" gives the zero value.
func storedDate(s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		return clock.Date{}
	}
	return d
}

// ReckonedOtherwise implements cases.Store.
func (d *DB) ReckonedOtherwise(ctx context.Context, calendar string, after int64, limit int) ([]int64, error) {
	rows, err := d.reading().query(ctx, `SELECT id FROM cases WHERE id > ? AND state <> 'closed' AND calendar <> '' AND calendar <> ? ORDER BY id LIMIT ?`, after, calendar, limit)
	out, err := collect(rows, err, func(s scanner) (id int64, err error) { err = s.Scan(&id); return id, err })
	return out, fail("store: cases to recompute", err)
}

var _ cases.Store = (*DB)(nil)
