package store

import (
	"context"
	"fmt"
	"strconv"

	"assent/internal/errs"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

// UpdateRetention implements retention.Store.
func (d *DB) UpdateRetention(ctx context.Context, fn func(retention.Tx) error) error {
	return d.Update(ctx, func(tx subscriptions.Tx) error { return fn(tx.(*ledgerTx)) })
}

// SaveDisposal implements retention.Tx.
func (t *ledgerTx) SaveDisposal(x retention.Disposal) error {
	return fail("store: save disposal", t.changeOne(t.ctx, `UPDATE disposals SET state = ?, not_before = ?, decided_by = ?, decided_at = ?, why = ?, certificate_id = ? WHERE id = ?`,
		string(x.State), millis(x.NotBefore), x.DecidedBy, millis(x.DecidedAt), x.Why, x.CertificateID, x.ID))
}

// SaveCertificate implements retention.Tx.
func (t *ledgerTx) SaveCertificate(c *retention.Certificate) error {
	const op = "store: save certificate"
	emptied, err := countsJSON(c.Emptied)
	if err != nil {
		return fail(op, err)
	}
	if c.ID == 0 {
		c.ID, err = t.insert(t.ctx, `INSERT INTO certificates (at, rule_id, programme_id, what, action, reason, objects, emptied, approved_by, oldest_due, newest_due, digest) VALUES (`+marks(12)+`)`,
			millis(c.At), c.RuleID, c.ProgrammeID, string(c.What), string(c.Action), c.Reason, c.Objects, emptied, c.ApprovedBy, millis(c.OldestDue), millis(c.NewestDue), c.Digest)
		return fail(op, err)
	}
	return fail(op, t.changeOne(t.ctx, `UPDATE certificates SET objects = ?, emptied = ?, oldest_due = ?, newest_due = ?, digest = ? WHERE id = ?`,
		c.Objects, emptied, millis(c.OldestDue), millis(c.NewestDue), c.Digest, c.ID))
}

// DropObjects implements retention.Tx.
func (t *ledgerTx) DropObjects(what retention.What, ids []int64) (map[string]int64, error) {
	const op = "store: drop objects"
	counts := map[string]int64{}
	var err error
	switch what {
	case retention.CaseMail, retention.OtherMail:
		err = t.dropMail(anys(ids), counts)
	case retention.Letters:
		err = t.empty(emptied{table: "letters", set: []string{"to_address", "language", "data", "in_reply_to", "reply"}, where: "id IN (?)"}, anys(ids), counts)
	case retention.Quarantine:
		err = t.empty(emptied{table: "quarantine", set: []string{"address", "name"}, where: "import_id IN (?)"}, anys(ids), counts)
	default:
		err = errs.E(op, errs.Internal, "", nil)
	}
	return counts, fail(op, err)
}

// dropMail takes away the raw messages of rows, but for those that another row shares, and what was read out of them.
func (t *ledgerTx) dropMail(ids []any, counts map[string]int64) error {
	digests, err := t.digests(`SELECT DISTINCT m.digest FROM inbound_messages m WHERE m.id IN (?) AND m.digest <> ''
		AND NOT EXISTS (SELECT 1 FROM inbound_messages o WHERE o.digest = m.digest AND o.id <> m.id AND o.from_address <> '')`, ids)
	if err != nil {
		return err
	}
	for _, e := range []struct {
		emptied
		args []any
	}{
		{emptied{table: "inbound_pieces", where: "digest IN (?)", drop: true}, digests},
		{emptied{table: "inbound_messages", set: []string{"grounds", "from_address", "subject", "message_id"}, where: "id IN (?)"}, ids},
		{emptied{table: "inbound_people", where: "inbound_id IN (?)", drop: true}, ids},
	} {
		if err := t.empty(e.emptied, e.args, counts); err != nil {
			return err
		}
	}
	return nil
}

// DropUsage implements retention.Tx.
func (t *ledgerTx) DropUsage(subscriberID int64) (map[string]int64, error) {
	counts := map[string]int64{}
	for _, e := range emptying {
		if e.table != "deliveries" && e.table != "deferrals" && e.table != "letters" || e.where == "LOWER(to_address) IN (?)" {
			continue
		}
		if err := t.empty(e, []any{subscriberID}, counts); err != nil {
			return nil, fail("store: drop usage", err)
		}
	}
	return counts, nil
}

// CountAnonymously implements retention.Tx. Only declared choices and yes or no are counted: a text may name somebody.
func (t *ledgerTx) CountAnonymously(p subscriptions.Subscriber, programmeSlug string) error {
	const op = "store: count anonymously"
	type declared struct{ slug, name, kind string }
	rows, err := t.query(t.ctx, `SELECT g.slug, a.name, a.type FROM attributes a JOIN programmes g ON g.id = a.programme_id WHERE a.type IN ('boolean', 'choice', 'many')`)
	all, err := collect(rows, err, func(s scanner) (d declared, err error) { err = s.Scan(&d.slug, &d.name, &d.kind); return d, err })
	if err != nil {
		return fail(op, err)
	}
	joined := strconv.Itoa(p.CreatedAt.Year())
	for _, d := range all {
		if programmeSlug != "" && d.slug != programmeSlug {
			continue
		}
		value, has := p.Attributes[d.slug][d.name]
		if !has {
			continue
		}
		values, many := value.([]any)
		if !many {
			values = []any{value}
		}
		for _, v := range values {
			if _, err := t.exec(t.ctx, `INSERT INTO anonymous_counts (programme, attribute, value, joined, people) VALUES (?, ?, ?, ?, 1)
				ON CONFLICT (programme, attribute, value, joined) DO UPDATE SET people = anonymous_counts.people + 1`, d.slug, d.name, fmt.Sprint(v), joined); err != nil {
				return fail(op, err)
			}
		}
	}
	return nil
}

var _ retention.Store = (*DB)(nil)
var _ retention.Tx = (*ledgerTx)(nil)
