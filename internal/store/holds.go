package store

import (
	"context"
	"slices"
	"time"

	"assent/internal/audit"
	"assent/subscriptions"
)

// openAccess finds the cases that hold somebody's data: those of access (DPA 2018 s.173). What else was asked in the same mail has a sub-case of its own, and
// none holds itself. A case of access that was answered, and is kept open by its sub-cases alone, holds no more: else an erasure that was asked for with it
// would wait for a case that waits for it.
const openAccess = `SELECT id, reference, created_at, subscriber_id FROM cases WHERE state <> 'closed' AND kind = 'access' AND
	NOT (answered_on <> '' AND EXISTS (SELECT 1 FROM cases s WHERE s.parent_id = cases.id AND s.state <> 'closed'))`

// aboutPerson finds the cases of which somebody is a subject, whoever asked: a case may be about several people.
const aboutPerson = ` OR id IN (SELECT case_id FROM case_parties WHERE role = 'subject' AND address_key = ?) OR parent_id IN (SELECT case_id FROM case_parties WHERE role = 'subject' AND address_key = ?)`

const holdColumns = `id, subscriber_id, kind, reason, placed_by, placed_at, lifted_by, lifted_at, lifted_why`

func scanHold(s scanner) (h subscriptions.Hold, err error) {
	var placed, lifted int64
	err = s.Scan(&h.ID, &h.SubscriberID, &h.Kind, &h.Reason, &h.PlacedBy, &placed, &h.LiftedBy, &lifted, &h.LiftedWhy)
	h.PlacedAt, h.LiftedAt = moment(placed), moment(lifted)
	return h, err
}

func scanCaseHold(s scanner) (h subscriptions.Hold, err error) {
	var opened int64
	err = s.Scan(&h.CaseID, &h.Reference, &opened, &h.SubscriberID)
	h.Kind, h.PlacedBy, h.PlacedAt = subscriptions.AccessHold, "system", moment(opened)
	return h, err
}

// frozenEvidence finds the cases of breaches that keep somebody's data.
const frozenEvidence = `SELECT id, reference, created_at, subscriber_id FROM cases WHERE kind = 'breach' AND id NOT IN (SELECT case_id FROM evidence_releases)`

func scanEvidenceHold(s scanner) (h subscriptions.Hold, err error) {
	h, err = scanCaseHold(s)
	h.Kind = subscriptions.EvidenceHold
	return h, err
}

// Holds implements subscriptions.KeepingStore.
func (d *DB) Holds(ctx context.Context, subscriberID int64) ([]subscriptions.Hold, error) {
	if subscriberID == 0 {
		return d.reading().holds(ctx, subscriptions.Subscriber{}, true)
	}
	p, err := d.Subscriber(ctx, subscriberID)
	if err != nil {
		return nil, err
	}
	return d.reading().holds(ctx, p, false)
}

// Holds implements subscriptions.KeepingTx.
func (t *ledgerTx) Holds(p subscriptions.Subscriber) ([]subscriptions.Hold, error) {
	return t.holds(t.ctx, p, false)
}

func (c conn) holds(ctx context.Context, p subscriptions.Subscriber, everybody bool) ([]subscriptions.Hold, error) {
	const op = "store: holds"
	whose, whoseCases := ` AND subscriber_id = ?`, ` AND (subscriber_id <> 0 AND subscriber_id = ? OR from_address <> '' AND LOWER(from_address) = ?`+aboutPerson+`)`
	args, caseArgs := []any{p.ID}, []any{p.ID, p.Address.Normal(), p.Key, p.Key}
	if everybody {
		whose, whoseCases, args, caseArgs = "", "", nil, nil
	}
	rows, err := c.query(ctx, openAccess+whoseCases+` ORDER BY id`, caseArgs...)
	out, err := collect(rows, err, scanCaseHold)
	if err != nil {
		return nil, fail(op, err)
	}
	rows, err = c.query(ctx, `SELECT `+holdColumns+` FROM holds WHERE lifted_at = 0`+whose+` ORDER BY id`, args...)
	placed, err := collect(rows, err, scanHold)
	if err != nil {
		return nil, fail(op, err)
	}
	rows, err = c.query(ctx, frozenEvidence+whoseCases+` ORDER BY id`, caseArgs...)
	evidence, err := collect(rows, err, scanEvidenceHold)
	return slices.Concat(out, placed, evidence), fail(op, err)
}

// mayEdit refuses a change of somebody's data by staff or a program while a hold keeps it (E1-10). What the person does themself, and what
// Assent does of itself, goes on.
func (t *ledgerTx) mayEdit(p subscriptions.Subscriber) error {
	if actor := audit.Actor(t.ctx); actor == audit.System || actor == "subscriber" || p.Address.IsZero() {
		return nil
	}
	holds, err := t.Holds(p)
	holds = slices.DeleteFunc(holds, func(h subscriptions.Hold) bool { return h.Kind == subscriptions.EvidenceHold })
	if err != nil || len(holds) == 0 {
		return err
	}
	return holds[0].Refusal("store: change a person", "the data of a person may not be changed")
}

// PlaceHold implements subscriptions.KeepingTx.
func (t *ledgerTx) PlaceHold(h *subscriptions.Hold) (err error) {
	h.ID, err = t.insert(t.ctx, `INSERT INTO holds (subscriber_id, kind, reason, placed_by, placed_at, lifted_by, lifted_at, lifted_why) VALUES (`+marks(8)+`)`,
		h.SubscriberID, string(h.Kind), h.Reason, h.PlacedBy, millis(h.PlacedAt), "", 0, "")
	if err != nil {
		return fail("store: place hold", err)
	}
	return t.note(t.ctx, audit.Note{Actor: h.PlacedBy, Action: audit.PlaceHold, Object: audit.About("subscriber", h.SubscriberID), Why: h.Reason})
}

// LiftHold implements subscriptions.KeepingTx.
func (t *ledgerTx) LiftHold(id int64, actor string, at time.Time, why string) error {
	const op = "store: lift hold"
	var lifted, subscriber int64
	if err := t.row(t.ctx, `SELECT lifted_at, subscriber_id FROM holds WHERE id = ?`, id).Scan(&lifted, &subscriber); err != nil || lifted != 0 {
		return fail(op, err)
	}
	if _, err := t.exec(t.ctx, `UPDATE holds SET lifted_by = ?, lifted_at = ?, lifted_why = ? WHERE id = ?`, actor, millis(at), why, id); err != nil {
		return fail(op, err)
	}
	return t.note(t.ctx, audit.Note{Actor: actor, Action: audit.LiftHold, Object: audit.About("subscriber", subscriber), Why: why})
}
