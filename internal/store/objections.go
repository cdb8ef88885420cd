package store

import (
	"slices"

	"assent/subscriptions"
)

// MarketingOf implements subscriptions.ObjectionTx.
func (t *ledgerTx) MarketingOf(programmeID int64) ([]subscriptions.Scope, error) {
	rows, err := t.query(t.ctx, `SELECT `+purposeColumns+` FROM purposes WHERE programme_id = ? ORDER BY id`, programmeID)
	all, err := collect(rows, err, scanPurpose)
	all = slices.DeleteFunc(all, func(p subscriptions.Purpose) bool { return !p.Class.Marketing() })
	scopes := make([]subscriptions.Scope, len(all))
	for i, p := range all {
		scopes[i] = subscriptions.PurposeScope(p)
	}
	return scopes, fail("store: purposes of marketing", err)
}

// ObjectorsAfter implements subscriptions.ObjectionTx.
func (t *ledgerTx) ObjectorsAfter(programmeID int64, after []byte, limit int) ([][]byte, error) {
	if after == nil {
		after = []byte{}
	}
	rows, err := t.query(t.ctx, `SELECT DISTINCT address_key FROM consent_events WHERE kind = 'objected to marketing' AND (programme_id = ? OR reach = 'everything') AND address_key > ?
		ORDER BY address_key LIMIT ?`, programmeID, after, limit)
	keys, err := collect(rows, err, func(s scanner) (key []byte, err error) { err = s.Scan(&key); return key, err })
	return keys, fail("store: who objected", err)
}

var _ subscriptions.ObjectionTx = (*ledgerTx)(nil)
