package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"assent/internal/address"
	"assent/subscriptions"
)

// Texts implements subscriptions.Proof.
func (d *DB) Texts(ctx context.Context, after string, limit int) (map[string]string, error) {
	type text struct{ digest, body string }
	rows, err := d.reading().query(ctx, `SELECT digest, body FROM texts WHERE digest > ? ORDER BY digest LIMIT ?`, after, limit)
	page, err := collect(rows, err, func(s scanner) (t text, err error) { err = s.Scan(&t.digest, &t.body); return t, err })
	out := make(map[string]string, len(page))
	for _, t := range page {
		out[t.digest] = t.body
	}
	return out, fail("store: texts", err)
}

// AddressKey implements subscriptions.Hasher.
func (d *DB) AddressKey(a address.Address) []byte { return d.keys.AddressKey(a) }

// Ledgers implements subscriptions.Proof.
func (d *DB) Ledgers(ctx context.Context, keys ...[]byte) (map[string][]subscriptions.Event, error) {
	return eventsByKey(ctx, d.reading(), keys)
}

// Barred implements subscriptions.Proof.
func (d *DB) Barred(ctx context.Context, keys ...[]byte) (map[string]map[subscriptions.Scope]subscriptions.Bar, error) {
	out := make(map[string]map[subscriptions.Scope]subscriptions.Bar, len(keys))
	err := pages(keys, keysAtOnce, func(page [][]byte) error {
		rows, err := d.reading().query(ctx, `SELECT `+suppressionColumns+` FROM suppressions WHERE address_key IN (`+marks(len(page))+`)`, anys(page)...)
		found, err := collect(rows, err, scanSuppression)
		for _, x := range found {
			if out[string(x.Key)] == nil {
				out[string(x.Key)] = map[subscriptions.Scope]subscriptions.Bar{}
			}
			out[string(x.Key)][x.Scope] = x.Bar
		}
		return err
	})
	return out, fail("store: barred addresses", err)
}

// strays finds rows that refer to what is not there: the row's name is built from the two numbers that each query gives.
var strays = []struct{ table, row, what, query string }{
	{"consent_events", "seq %d", "the words that it refers to are not kept",
		`SELECT e.seq, 0 FROM consent_events e WHERE e.wording_digest <> '' AND NOT EXISTS (SELECT 1 FROM texts t WHERE t.digest = e.wording_digest)
		 OR e.notice_digest <> '' AND NOT EXISTS (SELECT 1 FROM texts t WHERE t.digest = e.notice_digest) ORDER BY e.seq LIMIT 1`},
	{"consent_events", "seq %d", "its evidence is gone, and no erasure says so",
		`SELECT e.seq, 0 FROM consent_events e WHERE COALESCE(LENGTH(e.evidence), 0) = 0 AND NOT EXISTS
		 (SELECT 1 FROM subscribers p JOIN consent_events x ON x.subscriber_id = p.id WHERE p.address_key = e.address_key AND x.kind = 'erased' AND x.seq >= e.seq) AND NOT EXISTS
		 (SELECT 1 FROM consent_events x WHERE x.subscriber_id = 0 AND x.address_key = e.address_key AND x.kind = 'erased' AND x.seq >= e.seq) ORDER BY e.seq LIMIT 1`},
	{"notices", "programme %d", "no version has the words that event %d refers to",
		`SELECT e.programme_id, e.seq FROM consent_events e WHERE e.notice_digest <> '' AND NOT EXISTS
		 (SELECT 1 FROM notices n WHERE n.programme_id = e.programme_id AND n.digest = e.notice_digest) ORDER BY e.seq LIMIT 1`},
	{"lists", "id %d", "event %d knows this list with another purpose or programme",
		`SELECT e.list_id, e.seq FROM consent_events e WHERE e.list_id <> 0 AND NOT EXISTS
		 (SELECT 1 FROM lists l WHERE l.id = e.list_id AND l.purpose_id = e.purpose_id AND l.programme_id = e.programme_id) ORDER BY e.seq LIMIT 1`},
	{"purposes", "id %d", "event %d knows this purpose with another programme",
		`SELECT e.purpose_id, e.seq FROM consent_events e WHERE e.purpose_id <> 0 AND NOT EXISTS
		 (SELECT 1 FROM purposes u WHERE u.id = e.purpose_id AND u.programme_id = e.programme_id) ORDER BY e.seq LIMIT 1`},
	{"subscribers", "id %d", "event %d knows this person by another address, or they are gone",
		`SELECT e.subscriber_id, e.seq FROM consent_events e WHERE e.subscriber_id <> 0 AND NOT EXISTS
		 (SELECT 1 FROM subscribers s WHERE s.id = e.subscriber_id AND s.address_key = e.address_key) ORDER BY e.seq LIMIT 1`},
	{"memberships", "list %d, subscriber %d", "nobody is on record under this number",
		`SELECT m.list_id, m.subscriber_id FROM memberships m WHERE NOT EXISTS (SELECT 1 FROM subscribers s WHERE s.id = m.subscriber_id) ORDER BY 1, 2 LIMIT 1`},
	{"permissions", "purpose %d, subscriber %d", "nobody is on record under this number",
		`SELECT m.purpose_id, m.subscriber_id FROM permissions m WHERE NOT EXISTS (SELECT 1 FROM subscribers s WHERE s.id = m.subscriber_id) ORDER BY 1, 2 LIMIT 1`},
	{"suppressions", "event %d", "the ledger does not know the address",
		`SELECT x.event_seq, 0 FROM suppressions x WHERE NOT EXISTS 
		 (SELECT 1 FROM subscribers p JOIN consent_events e ON e.subscriber_id = p.id WHERE p.address_key = x.address_key) AND NOT EXISTS
		 (SELECT 1 FROM consent_events e WHERE e.subscriber_id = 0 AND e.address_key = x.address_key) ORDER BY 1 LIMIT 1`},
}

// Stray implements subscriptions.Proof. Each look is one statement, so rows that are being written cannot seem to lack each other.
func (d *DB) Stray(ctx context.Context) (*subscriptions.Fault, error) {
	for _, look := range strays {
		var numbers [2]int64
		err := d.reading().row(ctx, look.query).Scan(&numbers[0], &numbers[1])
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err != nil {
			return nil, fail("store: stray rows", err)
		}
		row, what, rest := look.row, look.what, numbers[:]
		for _, text := range []*string{&row, &what} {
			n := strings.Count(*text, "%d")
			*text = fmt.Sprintf(*text, anys(rest[:n])...)
			rest = rest[n:]
		}
		return &subscriptions.Fault{Table: look.table, Row: row, What: what}, nil
	}
	return d.strayNotice(ctx)
}

var _ subscriptions.Proof = (*DB)(nil)
