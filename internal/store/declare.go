package store

import (
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

// KeepText implements subscriptions.Tx.
func (t *ledgerTx) KeepText(text string) (string, error) {
	digest := subscriptions.TextDigest(text)
	_, err := t.exec(t.ctx, `INSERT INTO texts (digest, body) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING`, digest, text)
	return digest, fail("store: keep text", err)
}
