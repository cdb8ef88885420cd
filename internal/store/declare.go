package store

import (
	"encoding/json"

	"assent/subscriptions"
)

// CreateProgramme implements subscriptions.Tx.
func (t *ledgerTx) CreateProgramme(p *subscriptions.Programme) (err error) {
	p.ID, err = t.insert(t.ctx, `INSERT INTO programmes (slug, name, owner, controller, postal_address, dpo_name, dpo_address,
		contact_name, contact_address, from_name, from_address, time_zone, division, created_at) VALUES (`+marks(14)+`)`,
		p.Slug, p.Name, p.Owner, p.Controller, p.PostalAddress, p.DPOName, p.DPOAddress.String(),
		p.Contact.Name, p.Contact.Address.String(), p.FromName, p.FromAddress.String(), p.TimeZone, p.Division, millis(p.CreatedAt))
	return fail("store: create programme", err)
}

// CreatePurpose implements subscriptions.Tx.
func (t *ledgerTx) CreatePurpose(p *subscriptions.Purpose) (err error) {
	p.ID, err = t.insert(t.ctx, `INSERT INTO purposes (programme_id, slug, name, basis, class, term_ms, created_at) VALUES (`+marks(7)+`)`,
		p.ProgrammeID, p.Slug, p.Name, string(p.Basis), string(p.Class), p.Term.Milliseconds(), millis(p.CreatedAt))
	return fail("store: create purpose", err)
}

// CreateNotice implements subscriptions.Tx. Its text must have been kept before.
func (t *ledgerTx) CreateNotice(n *subscriptions.Notice) error {
	const op = "store: create notice"
	if err := t.row(t.ctx, `SELECT COALESCE(MAX(version), 0) + 1 FROM notices WHERE programme_id = ?`, n.ProgrammeID).Scan(&n.Version); err != nil {
		return fail(op, err)
	}
	var err error
	n.ID, err = t.insert(t.ctx, `INSERT INTO notices (programme_id, version, digest, published_at) VALUES (?, ?, ?, ?)`,
		n.ProgrammeID, n.Version, n.Digest, millis(n.PublishedAt))
	return fail(op, err)
}

// CreateList implements subscriptions.Tx.
func (t *ledgerTx) CreateList(l *subscriptions.List) (err error) {
	l.ID, err = t.insert(t.ctx, `INSERT INTO lists (programme_id, purpose_id, notice_id, slug, name, description, wording,
		contact_name, contact_address, double_opt_in, public, created_at) VALUES (`+marks(12)+`)`,
		l.ProgrammeID, l.PurposeID, l.NoticeID, l.Slug, l.Name, l.Description, l.Wording,
		l.Contact.Name, l.Contact.Address.String(), l.DoubleOptIn, l.Public, millis(l.CreatedAt))
	return fail("store: create list", err)
}

// CreateAttribute implements subscriptions.Tx.
func (t *ledgerTx) CreateAttribute(a *subscriptions.Attribute) error {
	const op = "store: create attribute"
	choices := a.Choices
	if choices == nil {
		choices = []string{}
	}
	b, err := json.Marshal(choices)
	if err != nil {
		return fail(op, err)
	}
	a.ID, err = t.insert(t.ctx, `INSERT INTO attributes (programme_id, name, label, type, choices, self_service) VALUES (?, ?, ?, ?, ?, ?)`,
		a.ProgrammeID, a.Name, a.Label, string(a.Type), string(b), a.SelfService)
	return fail(op, err)
}

// KeepText implements subscriptions.Tx.
func (t *ledgerTx) KeepText(text string) (string, error) {
	digest := subscriptions.TextDigest(text)
	_, err := t.exec(t.ctx, `INSERT INTO texts (digest, body) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING`, digest, text)
	return digest, fail("store: keep text", err)
}
