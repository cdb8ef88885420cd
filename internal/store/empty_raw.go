package store

import (
	"bytes"
	"strings"

	"assent/subscriptions"
)

// dropRaw takes away the raw messages of somebody, but for what another person's message shares, and writes over the address where somebody else's message
// names it. Only the address as it is spelled can be written over: a message that hides it in an encoding keeps it (docs/retention.md).
func (t *ledgerTx) dropRaw(who erasee, counts map[string]int64) error {
	digests, err := t.digests(`SELECT DISTINCT digest FROM inbound_messages m WHERE id IN (?) AND digest <> ''`, who.messages)
	if err != nil {
		return err
	}
	gone := append([]any{}, digests...)
	err = pages(gone, keysAtOnce, func(page []any) error {
		res, err := t.exec(t.ctx, `DELETE FROM inbound_pieces WHERE digest IN (`+marks(len(page))+`)`, page...)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		counts["inbound_pieces"] += n
		return err
	})
	if err != nil || who.Address.IsZero() {
		return err
	}
	named, err := t.digests(`SELECT DISTINCT m.digest FROM inbound_people p JOIN inbound_messages m ON m.id = p.inbound_id WHERE p.address_key IN (?) AND m.digest <> ''
		AND m.digest NOT IN (SELECT f.digest FROM case_messages x JOIN inbound_messages f ON f.id = x.inbound_id WHERE x.case_id IN (`+frozen+`))`, who.key)
	if err != nil {
		return err
	}
	for _, digest := range named {
		if err := t.maskRaw(digest.(string), who.Subscriber, counts); err != nil {
			return err
		}
	}
	return nil
}

func (t *ledgerTx) digests(query string, of []any) (out []any, err error) {
	err = pages(of, keysAtOnce, func(page []any) error {
		rows, err := t.query(t.ctx, strings.Replace(query, "IN (?)", "IN ("+marks(len(page))+")", 1), page...)
		found, err := collect(rows, err, func(s scanner) (digest string, err error) { err = s.Scan(&digest); return digest, err })
		out = append(out, anys(found)...)
		return err
	})
	return out, err
}

// maskRaw writes over an address in a raw message, a piece and its neighbour at a time.
func (t *ledgerTx) maskRaw(digest string, p subscriptions.Subscriber, counts map[string]int64) error {
	var before []byte
	for number := 0; ; number++ {
		rows, err := t.query(t.ctx, `SELECT data FROM inbound_pieces WHERE digest = ? AND number = ?`, digest, number)
		found, err := collect(rows, err, func(s scanner) (b []byte, err error) { err = s.Scan(&b); return b, err })
		if err != nil || len(found) == 0 {
			return err
		}
		both := append(bytes.Clone(before), found[0]...)
		if mask(both, p.Address.String()) {
			counts["inbound_pieces"]++
			for n, piece := range [][]byte{both[:len(before)], both[len(before):]} {
				if number-1+n < 0 {
					continue
				}
				if _, err := t.exec(t.ctx, `UPDATE inbound_pieces SET data = ? WHERE digest = ? AND number = ?`, piece, digest, number-1+n); err != nil {
					return err
				}
			}
		}
		before = both[len(before):]
	}
}

// mask writes x over every spelling of an address, and reports whether there was any.
func mask(text []byte, address string) (found bool) {
	low, want := bytes.ToLower(text), bytes.ToLower([]byte(address))
	if len(low) != len(text) { // a letter whose small form has another length; then only the spelling itself
		low, want = text, []byte(address)
	}
	for at := 0; ; {
		i := bytes.Index(low[at:], want)
		if i < 0 {
			return found
		}
		for k := range want {
			text[at+i+k] = 'x'
		}
		at, found = at+i+len(want), true
	}
}

// dropAnswers takes away the answers of the API that name somebody; they would be gone within a day.
func (t *ledgerTx) dropAnswers(p subscriptions.Subscriber, counts map[string]int64) error {
	if p.Address.IsZero() {
		return nil
	}
	find := `instr(LOWER(CAST(body AS TEXT)), ?) > 0`
	if t.dialect == postgres {
		find = `position(?::text in LOWER(encode(body, 'escape'))) > 0`
	}
	res, err := t.exec(t.ctx, `DELETE FROM idempotency_keys WHERE `+find, p.Address.Normal())
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if n > 0 {
		counts["idempotency_keys"] += n
	}
	return err
}
