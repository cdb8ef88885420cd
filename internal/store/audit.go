package store

import (
	"context"
	"encoding/json"
	"errors"

	"assent/internal/audit"
	"assent/internal/errs"
)

// trail gathers what a transaction notes for the audit trail.
type trail struct {
	notes     []audit.Note
	destroyed map[string]bool // subjects whose key this transaction destroyed: nothing more is encrypted about them
}

// note writes to the audit trail, with the transaction and never without it. Every statement that changes personal data or what operators
// declare has one beside it: TestWhateverChangesIsNoted holds that. The actor and the reason are those of ctx unless the note names its own.
func (c conn) note(ctx context.Context, n audit.Note) error {
	if c.trail == nil {
		return errs.E("store: note", errs.Internal, "", errors.New("outside of a transaction"))
	}
	if n.Actor == "" {
		n.Actor = audit.Actor(ctx)
	}
	if n.Why == "" {
		n.Why = audit.Why(ctx)
	}
	c.trail.notes = append(c.trail.notes, n)
	return nil
}

// Record adds one note to the audit trail, by itself: of a reading, before what is read is shown.
func (d *DB) Record(ctx context.Context, n audit.Note) error {
	return fail("store: record audit entry", d.within(ctx, func(c conn) error { return c.note(ctx, n) }))
}

const auditColumns = `seq, at, actor, action, object, subscriber_id, facts, key_id, sealed, prev, hash`

// keepTrail chains the notes of a transaction to the trail. It is the last thing before the commit: only then is the trail's end locked, so
// a long transaction such as a batch of an import keeps nobody waiting, and as all lock it last there is no deadlock.
func (d *DB) keepTrail(ctx context.Context, c conn) error {
	if len(c.trail.notes) == 0 {
		return nil
	}
	head, sealed, err := d.auditHeadOf(ctx, c, true)
	if err != nil {
		return err
	}
	if !sealed {
		return errs.E("store: audit trail", errs.Internal, "", errors.New("the seal of the audit trail's end is broken; run 'assent verify'"))
	}
	entries := make([]audit.Entry, 0, len(c.trail.notes))
	keys := auditKeys{db: d, conn: c, cached: map[string]auditKey{}}
	for _, n := range c.trail.notes {
		e, err := keys.entry(ctx, n)
		if err != nil {
			return err
		}
		entries = append(entries, e)
	}
	head.End = audit.Chain(head.End, entries)
	if err := c.insertEntries(ctx, entries); err != nil {
		return err
	}
	return d.saveAuditHead(ctx, c, head)
}

func (c conn) insertEntries(ctx context.Context, entries []audit.Entry) error {
	const width = 11
	return pages(entries, eventsAtOnce, func(page []audit.Entry) error {
		args := make([]any, 0, len(page)*width)
		for _, e := range page {
			args = append(args, e.Seq, millis(e.At), e.Actor, string(e.Action), e.Object, e.PersonID, string(e.Facts), e.KeyID, e.Sealed, e.Prev, e.Hash)
		}
		_, err := c.exec(ctx, `INSERT INTO audit_entries (`+auditColumns+`) VALUES `+tuples(len(page), width), args...)
		return err
	})
}

func scanEntry(s scanner) (e audit.Entry, err error) {
	var at int64
	var facts string
	err = s.Scan(&e.Seq, &at, &e.Actor, &e.Action, &e.Object, &e.PersonID, &facts, &e.KeyID, &e.Sealed, &e.Prev, &e.Hash)
	e.At, e.Facts = moment(at), json.RawMessage(facts)
	return e, err
}

// AuditEntries implements audit.Proof: up to limit entries with a number above after, ascending, as they stand.
func (d *DB) AuditEntries(ctx context.Context, after int64, limit int) ([]audit.Entry, error) {
	rows, err := d.reading().query(ctx, `SELECT `+auditColumns+` FROM audit_entries WHERE seq > ? ORDER BY seq LIMIT ?`, after, limit)
	out, err := collect(rows, err, scanEntry)
	return out, fail("store: audit entries", err)
}
