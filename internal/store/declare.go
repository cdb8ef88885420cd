package store

import (
	"encoding/json"

	"assent/subscriptions"
)

// CreateList implements subscriptions.Tx.
func (t *ledgerTx) CreateList(l *subscriptions.List) (err error) {
	const op = "store: create list"
	l.ID, err = t.insert(t.ctx, `INSERT INTO lists (programme_id, purpose_id, notice_id, slug, name, description, wording,
		contact_name, contact_address, double_opt_in, public, ask_age, created_at) VALUES (`+marks(13)+`)`,
		l.ProgrammeID, l.PurposeID, l.NoticeID, l.Slug, l.Name, l.Description, l.Wording,
		l.Contact.Name, l.Contact.Address.String(), l.DoubleOptIn, l.Public, l.AskAge, millis(l.CreatedAt))
	if err != nil {
		return fail(op, err)
	}
	return fail(op, t.noteDeclared(t.ctx, "list", l.ID, nil, l))
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
	a.ID, err = t.insert(t.ctx, `INSERT INTO attributes (programme_id, name, label, type, choices, self_service, special_category) VALUES (`+marks(7)+`)`,
		a.ProgrammeID, a.Name, a.Label, string(a.Type), string(b), a.SelfService, a.SpecialCategory)
	if err != nil {
		return fail(op, err)
	}
	return fail(op, t.noteDeclared(t.ctx, "attribute", a.ID, nil, a))
}

// KeepText implements subscriptions.Tx.
func (t *ledgerTx) KeepText(text string) (string, error) {
	digest := subscriptions.TextDigest(text)
	_, err := t.exec(t.ctx, `INSERT INTO texts (digest, body) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING`, digest, text)
	return digest, fail("store: keep text", err)
}
