package store

import (
	"context"
	"database/sql"
	"slices"

	"assent/internal/audit"
	"assent/subscriptions"
)

const noticeColumns = `n.id, n.programme_id, n.version, n.digest, n.facts, n.overridden, n.published_by, n.published_at`

func scanNotice(s scanner) (n subscriptions.Notice, err error) {
	var published int64
	var facts string
	if err = s.Scan(&n.ID, &n.ProgrammeID, &n.Version, &n.Digest, &facts, &n.Overridden, &n.PublishedBy, &published); err != nil {
		return n, err
	}
	n.PublishedAt = moment(published)
	return n, readJSON(facts, &n.Facts)
}

// Notice implements subscriptions.Catalogue.
func (d *DB) Notice(ctx context.Context, id int64) (subscriptions.Notice, error) {
	all, err := noticesWhere(ctx, d.reading(), `n.id = ?`, id)
	if err == nil && len(all) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		return subscriptions.Notice{}, fail("store: notice", err)
	}
	return all[0], nil
}

// Notices implements subscriptions.Catalogue.
func (d *DB) Notices(ctx context.Context, programmeID int64) ([]subscriptions.Notice, error) {
	out, err := noticesWhere(ctx, d.reading(), `n.programme_id = ?`, programmeID)
	return out, fail("store: notices", err)
}

// noticesWhere reads notices with their texts and purposes, by version.
func noticesWhere(ctx context.Context, c conn, where string, arg int64) ([]subscriptions.Notice, error) {
	rows, err := c.query(ctx, `SELECT `+noticeColumns+` FROM notices n WHERE `+where+` ORDER BY n.version`, arg)
	out, err := collect(rows, err, scanNotice)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	at := make(map[int64]*subscriptions.Notice, len(out))
	for i := range out {
		out[i].Texts = map[string]string{}
		at[out[i].ID] = &out[i]
	}
	type text struct {
		notice         int64
		language, body string
	}
	rows, err = c.query(ctx, `SELECT n.id, x.language, t.body FROM notices n JOIN notice_texts x ON x.notice_id = n.id JOIN texts t ON t.digest = x.digest WHERE `+where, arg)
	texts, err := collect(rows, err, func(s scanner) (t text, err error) { return t, s.Scan(&t.notice, &t.language, &t.body) })
	if err != nil {
		return nil, err
	}
	for _, t := range texts {
		if n := at[t.notice]; n != nil { // not one that was published since the first query
			n.Texts[t.language] = t.body
		}
	}
	type covered struct{ notice, purpose int64 }
	rows, err = c.query(ctx, `SELECT n.id, x.purpose_id FROM notices n JOIN notice_purposes x ON x.notice_id = n.id WHERE `+where+` ORDER BY x.purpose_id`, arg)
	purposes, err := collect(rows, err, func(s scanner) (p covered, err error) { return p, s.Scan(&p.notice, &p.purpose) })
	if err != nil {
		return nil, err
	}
	for _, p := range purposes {
		if n := at[p.notice]; n != nil {
			n.Purposes = append(n.Purposes, p.purpose)
		}
	}
	for i := range out {
		out[i].Text = out[i].Texts[subscriptions.MainLanguage(out[i].Texts)]
	}
	return out, nil
}

// CreateNotice implements subscriptions.Tx: it keeps the notice with its texts and purposes, and puts every list of the
// programme under it.
func (t *ledgerTx) CreateNotice(n *subscriptions.Notice) error {
	const op = "store: create notice"
	if err := t.row(t.ctx, `SELECT COALESCE(MAX(version), 0) + 1 FROM notices WHERE programme_id = ?`, n.ProgrammeID).Scan(&n.Version); err != nil {
		return fail(op, err)
	}
	facts, err := asJSON(n.Facts)
	if err != nil {
		return fail(op, err)
	}
	if _, err := t.KeepText(subscriptions.Document(subscriptions.MainLanguage(n.Texts), n.Texts)); err != nil {
		return err
	}
	n.ID, err = t.insert(t.ctx, `INSERT INTO notices (programme_id, version, digest, facts, overridden, published_by, published_at) VALUES (`+marks(7)+`)`,
		n.ProgrammeID, n.Version, n.Digest, facts[0], n.Overridden, n.PublishedBy, millis(n.PublishedAt))
	if err != nil {
		return fail(op, err)
	}
	for language, text := range n.Texts {
		digest, err := t.KeepText(text)
		if err != nil {
			return err
		}
		if _, err := t.exec(t.ctx, `INSERT INTO notice_texts (notice_id, language, digest) VALUES (?, ?, ?)`, n.ID, language, digest); err != nil {
			return fail(op, err)
		}
	}
	for _, p := range slices.Sorted(slices.Values(n.Purposes)) {
		if _, err := t.exec(t.ctx, `INSERT INTO notice_purposes (notice_id, purpose_id) VALUES (?, ?)`, n.ID, p); err != nil {
			return fail(op, err)
		}
	}
	if _, err = t.exec(t.ctx, `UPDATE lists SET notice_id = ? WHERE programme_id = ?`, n.ID, n.ProgrammeID); err != nil {
		return fail(op, err)
	}
	return fail(op, t.noteDeclared(t.ctx, "notice", n.ID, nil, audit.Values{ // its text is kept under the digest
		"ProgrammeID": n.ProgrammeID, "Version": n.Version, "Digest": n.Digest, "Purposes": n.Purposes, "Overridden": n.Overridden,
	}))
}
