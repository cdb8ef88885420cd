package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"assent/inbox"
)

// Settle implements inbox.Store.
func (d *DB) Settle(ctx context.Context, s inbox.Settlement) error {
	return fail("store: settle message", d.within(ctx, func(c conn) error {
		grounds, err := json.Marshal(s.Verdict.Grounds)
		if err != nil {
			return err
		}
		if s.Verdict.Grounds == nil {
			grounds = []byte("[]")
		}
		now := d.now()
		res, err := c.exec(ctx, `UPDATE inbound_messages SET disposition = ?, kind = ?, confidence = ?, grounds = ?, from_address = ?, subject = ?, message_id = ?, settled_at = ?
			WHERE id = ? AND disposition = ''`, string(s.Disposition), string(s.Verdict.Kind), s.Verdict.Confidence, string(grounds),
			s.From, s.Subject, s.MessageID, millis(now), s.InboundID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 || s.Case == nil {
			return err // settled before: another run of the same task was first
		}
		if err := c.openCase(ctx, s.Case, now); err != nil {
			return err
		}
		if _, err := c.exec(ctx, `UPDATE inbound_messages SET case_id = ? WHERE id = ?`, s.Case.ID, s.InboundID); err != nil {
			return err
		}
		return c.acknowledge(ctx, s, now)
	}))
}

func (c conn) openCase(ctx context.Context, k *inbox.Case, now time.Time) error {
	labels, err := json.Marshal(k.Labels)
	if err != nil {
		return err
	}
	clocks, err := json.Marshal(k.Clocks)
	if err != nil {
		return err
	}
	k.CreatedAt = now
	k.ID, err = c.insert(ctx, `INSERT INTO cases (reference, kind, labels, state, programme_id, mailbox, inbound_id, subscriber_id, from_address, subject,
		received_at, due_on, division, clocks, created_at, closed_at) VALUES (`+marks(16)+`)`,
		fmt.Sprintf("message %d", k.InboundID), k.Kind, string(labels), string(k.State), k.ProgrammeID, k.Mailbox, k.InboundID, k.SubscriberID, k.From, k.Subject,
		millis(k.ReceivedAt), k.DueOn, k.Division, string(clocks), millis(now), 0)
	if err != nil {
		return err
	}
	k.Reference = fmt.Sprintf("DP-%d-%04d", k.ReceivedAt.Year(), k.ID)
	if _, err := c.exec(ctx, `UPDATE cases SET reference = ? WHERE id = ?`, k.Reference, k.ID); err != nil {
		return err
	}
	_, err = c.exec(ctx, `INSERT INTO case_events (case_id, at, actor, what) VALUES (?, ?, ?, ?)`, k.ID, millis(now), "system", "Opened from a message to "+k.Mailbox+".")
	return err
}

// acknowledge opens the letter that tells the writer that the case exists.
func (c conn) acknowledge(ctx context.Context, s inbox.Settlement, now time.Time) error {
	if s.Letter == nil {
		return nil
	}
	l := s.Letter(*s.Case)
	if l == nil {
		return nil
	}
	return c.openLetter(ctx, l, now)
}

const caseColumns = `id, reference, kind, labels, state, programme_id, mailbox, inbound_id, subscriber_id, from_address, subject, received_at, due_on, division, clocks, created_at, closed_at`

func scanCase(s scanner) (k inbox.Case, err error) {
	var labels, clocks string
	var received, created, closed int64
	err = s.Scan(&k.ID, &k.Reference, &k.Kind, &labels, &k.State, &k.ProgrammeID, &k.Mailbox, &k.InboundID, &k.SubscriberID, &k.From, &k.Subject,
		&received, &k.DueOn, &k.Division, &clocks, &created, &closed)
	if err != nil {
		return k, err
	}
	k.ReceivedAt, k.CreatedAt, k.ClosedAt = moment(received), moment(created), moment(closed)
	if err := json.Unmarshal([]byte(labels), &k.Labels); err != nil {
		return k, err
	}
	return k, json.Unmarshal([]byte(clocks), &k.Clocks)
}

// Case implements inbox.Store.
func (d *DB) Case(ctx context.Context, id int64) (inbox.Case, error) {
	k, err := scanCase(d.reading().row(ctx, `SELECT `+caseColumns+` FROM cases WHERE id = ?`, id))
	return k, fail("store: case", err)
}

// Cases implements inbox.Store.
func (d *DB) Cases(ctx context.Context, offset, limit int) ([]inbox.Case, error) {
	rows, err := d.reading().query(ctx, `SELECT `+caseColumns+` FROM cases
		ORDER BY CASE WHEN state = 'open' THEN 0 ELSE 1 END, CASE WHEN due_on = '' THEN 1 ELSE 0 END, due_on, id LIMIT ? OFFSET ?`, limit, offset)
	out, err := collect(rows, err, scanCase)
	return out, fail("store: cases", err)
}

// CaseEvents implements inbox.Store.
func (d *DB) CaseEvents(ctx context.Context, caseID int64) ([]inbox.CaseEvent, error) {
	rows, err := d.reading().query(ctx, `SELECT id, case_id, at, actor, what FROM case_events WHERE case_id = ? ORDER BY id`, caseID)
	out, err := collect(rows, err, func(s scanner) (e inbox.CaseEvent, err error) {
		var at int64
		err = s.Scan(&e.ID, &e.CaseID, &at, &e.Actor, &e.What)
		e.At = moment(at)
		return e, err
	})
	return out, fail("store: case events", err)
}

var _ inbox.Store = (*DB)(nil)
