package store

import (
	"context"
	"encoding/json"
	"time"

	"assent/internal/audit"
	"assent/internal/errs"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

const ruleColumns = `r.id, r.programme_id, r.name, r.what, r.since, r.length, r.unit, r.longer_for, r.longer_length, r.longer_unit, COALESCE(u.name, ''), r.action, r.categories, r.review,
	r.reason, r.created_by, r.created_at, r.ended_by, r.ended_at`

func scanRule(s scanner) (r retention.Rule, err error) {
	var created, ended int64
	var categories string
	err = s.Scan(&r.ID, &r.ProgrammeID, &r.Name, &r.What, &r.Since, &r.Period.Length, &r.Period.Unit, &r.Longer.PurposeID, &r.Longer.Period.Length, &r.Longer.Period.Unit, &r.Longer.Purpose,
		&r.Action, &categories, &r.Review, &r.Reason, &r.CreatedBy, &created, &r.EndedBy, &ended)
	if err != nil {
		return r, err
	}
	r.CreatedAt, r.EndedAt = moment(created), moment(ended)
	return r, json.Unmarshal([]byte(categories), &r.Categories)
}

// Rules implements retention.Store.
func (d *DB) Rules(ctx context.Context, all bool) ([]retention.Rule, error) {
	where := `r.ended_at = 0`
	if all {
		where = `1 = 1`
	}
	rows, err := d.reading().query(ctx, `SELECT `+ruleColumns+` FROM retention_rules r LEFT JOIN purposes u ON u.id = r.longer_for WHERE `+where+` ORDER BY r.id`)
	out, err := collect(rows, err, scanRule)
	return out, fail("store: retention rules", err)
}

// CreateRule implements retention.Store.
func (d *DB) CreateRule(ctx context.Context, r *retention.Rule) error {
	const op = "store: create retention rule"
	if r.Categories == nil {
		r.Categories = []subscriptions.Category{}
	}
	categories, err := json.Marshal(r.Categories)
	if err != nil {
		return fail(op, err)
	}
	return fail(op, d.within(ctx, func(c conn) error {
		return c.insertRule(ctx, r, string(categories))
	}))
}

func (c conn) insertRule(ctx context.Context, r *retention.Rule, categories string) (err error) {
	r.ID, err = c.insert(ctx, `INSERT INTO retention_rules (programme_id, name, what, since, length, unit, longer_for, longer_length, longer_unit, action, categories, review, reason, created_by, created_at, ended_by, ended_at)
		VALUES (`+marks(17)+`)`, r.ProgrammeID, r.Name, string(r.What), string(r.Since), r.Period.Length, string(r.Period.Unit), r.Longer.PurposeID, r.Longer.Period.Length, string(r.Longer.Period.Unit), string(r.Action), categories, r.Review, r.Reason,
		r.CreatedBy, millis(r.CreatedAt), "", 0)
	if err != nil {
		return err
	}
	return c.noteDeclared(ctx, "retention rule", r.ID, nil, r)
}

// EndRule implements retention.Store.
func (d *DB) EndRule(ctx context.Context, id int64, actor string, at time.Time) error {
	return fail("store: end retention rule", d.within(ctx, func(c conn) error {
		var ended int64
		if err := c.row(ctx, `SELECT ended_at FROM retention_rules WHERE id = ?`, id).Scan(&ended); err != nil || ended != 0 {
			return err
		}
		if _, err := c.exec(ctx, `UPDATE retention_rules SET ended_by = ?, ended_at = ? WHERE id = ?`, actor, millis(at), id); err != nil {
			return err
		}
		if _, err := c.exec(ctx, `UPDATE disposals SET state = 'void', decided_by = ?, decided_at = ? WHERE rule_id = ? AND state IN ('waiting', 'approved', 'delayed', 'held')`, actor, millis(at), id); err != nil {
			return err
		}
		return c.note(ctx, audit.Note{Actor: actor, Action: audit.Redeclare, Object: audit.About("retention rule", id), Facts: audit.Values{"ended_at": at}})
	}))
}

const disposalColumns = `id, rule_id, subscriber_id, object_id, due_at, found_at, state, not_before, decided_by, decided_at, why, certificate_id`

func scanDisposal(s scanner) (x retention.Disposal, err error) {
	var due, found, notBefore, decided int64
	err = s.Scan(&x.ID, &x.RuleID, &x.SubscriberID, &x.ObjectID, &due, &found, &x.State, &notBefore, &x.DecidedBy, &decided, &x.Why, &x.CertificateID)
	x.DueAt, x.FoundAt, x.NotBefore, x.DecidedAt = moment(due), moment(found), moment(notBefore), moment(decided)
	return x, err
}

// Queue implements retention.Store.
func (d *DB) Queue(ctx context.Context, found []retention.Disposal) (fresh int64, err error) {
	const op = "store: queue disposals"
	const width = 11
	err = pages(found, eventsAtOnce, func(page []retention.Disposal) error {
		args := make([]any, 0, len(page)*width)
		for _, x := range page {
			args = append(args, x.RuleID, x.SubscriberID, x.ObjectID, millis(x.DueAt), millis(x.FoundAt), string(x.State), 0, x.DecidedBy, millis(x.DecidedAt), "", 0)
		}
		res, err := d.writing().exec(ctx, `INSERT INTO disposals (rule_id, subscriber_id, object_id, due_at, found_at, state, not_before, decided_by, decided_at, why, certificate_id)
			VALUES `+tuples(len(page), width)+` ON CONFLICT (rule_id, object_id, due_at) DO NOTHING`, args...)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		fresh += n
		return err
	})
	return fresh, fail(op, err)
}

// Disposals implements retention.Store.
func (d *DB) Disposals(ctx context.Context, ruleID, after int64, limit int, states ...retention.DisposalState) ([]retention.Disposal, error) {
	where, args := `id > ?`, []any{after}
	if ruleID != 0 {
		where, args = where+` AND rule_id = ?`, append(args, ruleID)
	}
	if len(states) > 0 {
		where += ` AND state IN (` + marks(len(states)) + `)`
		for _, s := range states {
			args = append(args, string(s))
		}
	}
	rows, err := d.reading().query(ctx, `SELECT `+disposalColumns+` FROM disposals WHERE `+where+` ORDER BY id LIMIT ?`, append(args, limit)...)
	out, err := collect(rows, err, scanDisposal)
	return out, fail("store: disposals", err)
}

// Disposal implements retention.Store.
func (d *DB) Disposal(ctx context.Context, id int64) (retention.Disposal, error) {
	x, err := scanDisposal(d.reading().row(ctx, `SELECT `+disposalColumns+` FROM disposals WHERE id = ?`, id))
	return x, fail("store: disposal", err)
}

const certificateColumns = `id, at, rule_id, programme_id, what, action, reason, objects, emptied, approved_by, oldest_due, newest_due, digest`

func scanCertificate(s scanner) (c retention.Certificate, err error) {
	var at, oldest, newest int64
	var emptied string
	err = s.Scan(&c.ID, &at, &c.RuleID, &c.ProgrammeID, &c.What, &c.Action, &c.Reason, &c.Objects, &emptied, &c.ApprovedBy, &oldest, &newest, &c.Digest)
	if err != nil {
		return c, err
	}
	c.At, c.OldestDue, c.NewestDue = moment(at), moment(oldest), moment(newest)
	return c, json.Unmarshal([]byte(emptied), &c.Emptied)
}

// Certificates implements retention.Store.
func (d *DB) Certificates(ctx context.Context, before int64, limit int) ([]retention.Certificate, error) {
	rows, err := d.reading().query(ctx, `SELECT `+certificateColumns+` FROM certificates WHERE id < ? ORDER BY id DESC LIMIT ?`, below(before), limit)
	out, err := collect(rows, err, scanCertificate)
	return out, fail("store: certificates", err)
}

// Certificate implements retention.Store.
func (d *DB) Certificate(ctx context.Context, id int64) (retention.Certificate, error) {
	c, err := scanCertificate(d.reading().row(ctx, `SELECT `+certificateColumns+` FROM certificates WHERE id = ?`, id))
	return c, fail("store: certificate", err)
}

// SetCategory implements retention.Store.
func (d *DB) SetCategory(ctx context.Context, attributeID int64, c subscriptions.Category) error {
	return fail("store: set category", d.within(ctx, func(tx conn) error {
		if err := tx.changeOne(ctx, `UPDATE attributes SET category = ? WHERE id = ?`, string(c), attributeID); err != nil {
			return err
		}
		return tx.note(ctx, audit.Note{Action: audit.Redeclare, Object: audit.About("attribute", attributeID), Facts: audit.Values{"category": c}})
	}))
}

// Categories implements retention.Store.
func (d *DB) Categories(ctx context.Context) (map[string]map[string]subscriptions.Category, error) {
	type row struct {
		slug, name string
		category   subscriptions.Category
	}
	rows, err := d.reading().query(ctx, `SELECT p.slug, a.name, a.category FROM attributes a JOIN programmes p ON p.id = a.programme_id`)
	all, err := collect(rows, err, func(s scanner) (r row, err error) { err = s.Scan(&r.slug, &r.name, &r.category); return r, err })
	out := map[string]map[string]subscriptions.Category{}
	for _, r := range all {
		if out[r.slug] == nil {
			out[r.slug] = map[string]subscriptions.Category{}
		}
		out[r.slug][r.name] = r.category
	}
	return out, fail("store: categories", err)
}

// Involved implements retention.Store.
func (d *DB) Involved(ctx context.Context, programmeID, after int64, limit int, without bool, now time.Time) ([]subscriptions.Subscriber, map[string][]subscriptions.Event, error) {
	const op = "store: people involved"
	const member = `SELECT 1 FROM memberships m JOIN lists l ON l.id = m.list_id WHERE m.subscriber_id = subscribers.id`
	in, args := ``, []any{after}
	if programmeID != 0 {
		in, args = ` AND l.programme_id = ?`, append(args, programmeID)
	}
	where := `id > ? AND address <> '' AND EXISTS (` + member + in + `)`
	if without {
		where += ` AND NOT EXISTS (` + member + in + ` AND (m.status = 'pending' OR m.status = 'active' AND (m.expires_at = 0 OR m.expires_at > ?)))`
		if programmeID != 0 {
			args = append(args, programmeID)
		}
		args = append(args, millis(now))
	}
	rows, err := d.reading().query(ctx, `SELECT `+subscriberColumns+` FROM subscribers WHERE `+where+` ORDER BY id LIMIT ?`, append(args, limit)...)
	people, err := collect(rows, err, scanSubscriber)
	if err != nil {
		return nil, nil, fail(op, err)
	}
	keys := make([][]byte, len(people))
	for i, p := range people {
		keys[i] = p.Key
	}
	ledgers, err := eventsByKey(ctx, d.reading(), keys)
	return people, ledgers, fail(op, err)
}

// dueObjects finds objects other than people: their number, the person they are about, and what their time counts from.
var dueObjects = map[retention.What]string{
	retention.CaseMail: `SELECT m.id, k.subscriber_id, k.closed_at FROM inbound_messages m JOIN cases k ON k.id = m.case_id
		WHERE m.id > ? AND k.state = 'closed' AND k.id NOT IN (` + frozen + `) AND k.closed_at > 0 AND k.closed_at <= ? AND (m.from_address <> '' OR m.subject <> '' OR EXISTS (SELECT 1 FROM inbound_pieces p WHERE p.digest = m.digest))`,
	retention.OtherMail: `SELECT m.id, 0, m.received_at FROM inbound_messages m
		WHERE m.id > ? AND m.case_id = 0 AND m.disposition <> '' AND m.disposition <> 'case' AND m.received_at <= ? AND (m.from_address <> '' OR m.subject <> '' OR EXISTS (SELECT 1 FROM inbound_pieces p WHERE p.digest = m.digest))`,
	retention.Letters: `SELECT l.id, l.subscriber_id, l.finished_at FROM letters l
		WHERE l.id > ? AND l.finished_at > 0 AND l.finished_at <= ? AND l.to_address <> ''`,
	retention.Quarantine: `SELECT i.id, 0, i.created_at FROM imports i
		WHERE i.id > ? AND i.created_at <= ? AND EXISTS (SELECT 1 FROM quarantine q WHERE q.import_id = i.id AND q.address <> '')`,
}

// Objects implements retention.Store.
func (d *DB) Objects(ctx context.Context, what retention.What, programmeID, after int64, limit int, before time.Time) ([]retention.Object, error) {
	const op = "store: objects due"
	query, known := dueObjects[what]
	if !known {
		return nil, errs.E(op, errs.Internal, "", nil)
	}
	args := []any{after, millis(before)}
	if programmeID != 0 && what == retention.CaseMail {
		query, args = query+` AND k.programme_id = ?`, append(args, programmeID)
	}
	rows, err := d.reading().query(ctx, query+` ORDER BY 1 LIMIT ?`, append(args, limit)...)
	out, err := collect(rows, err, func(s scanner) (o retention.Object, err error) {
		var from int64
		err = s.Scan(&o.ID, &o.SubscriberID, &from)
		o.From = moment(from)
		return o, err
	})
	return out, fail(op, err)
}
