package store

import (
	"bytes"
	"context"

	"assent/internal/address"
	"assent/subscriptions"
)

// sameMailbox is the reason of a suppression that follows from another spelling of the same mailbox.
const sameMailbox = "same mailbox"

// KnowVariant implements subscriptions.VariantKeeper: it keeps which address an address is a variant of, where folding is on. Only hashes are kept.
func (t *ledgerTx) KnowVariant(a address.Address) error {
	if !t.db.folding.Variant(a) {
		return nil
	}
	_, err := t.exec(t.ctx, `INSERT INTO address_variants (address_key, folded_key) VALUES (?, ?) ON CONFLICT (address_key) DO UPDATE SET folded_key = excluded.folded_key`,
		t.db.keys.AddressKey(a), t.db.keys.AddressKey(t.db.folding.Fold(a)))
	return fail("store: keep variant", err)
}

// mailbox is one mailbox under all the spellings that are known of it.
type mailbox [][]byte

// mailboxesOf returns the mailboxes that have more than one spelling, of these addresses.
func (t *ledgerTx) mailboxesOf(keys [][]byte) ([]mailbox, error) {
	folded := map[string]bool{}
	err := pages(keys, keysAtOnce/2, func(page [][]byte) error {
		in := marks(len(page))
		rows, err := t.query(t.ctx, `SELECT DISTINCT folded_key FROM address_variants WHERE address_key IN (`+in+`) OR folded_key IN (`+in+`)`, append(anys(page), anys(page)...)...)
		found, err := collect(rows, err, func(s scanner) (key []byte, err error) { err = s.Scan(&key); return key, err })
		for _, key := range found {
			folded[string(key)] = true
		}
		return err
	})
	var all []mailbox
	for key := range folded {
		if err != nil {
			return nil, err
		}
		var rows mailbox
		found, queryErr := t.query(t.ctx, `SELECT address_key FROM address_variants WHERE folded_key = ? ORDER BY address_key`, []byte(key))
		rows, err = collect(found, queryErr, func(s scanner) (key []byte, err error) { err = s.Scan(&key); return key, err })
		all = append(all, append(rows, []byte(key)))
	}
	return all, err
}

// spread bars every spelling of the mailboxes of some addresses from what any of them is barred from. What is barred already stays as it is, and so
// does what a fresh act under that spelling permitted before.
func (t *ledgerTx) spread(keys [][]byte) error {
	boxes, err := t.mailboxesOf(keys)
	if err != nil {
		return err
	}
	var events []subscriptions.Event
	for _, box := range boxes {
		ledgers, err := t.EventsByKey(box...)
		if err != nil {
			return err
		}
		numbers, err := t.NumbersByKey(box...)
		if err != nil {
			return err
		}
		states := make([]subscriptions.State, len(box))
		for i, key := range box {
			states[i] = subscriptions.Fold(ledgers[string(key)])
		}
		for i, key := range box {
			missing := map[subscriptions.Scope]bool{}
			for j := range box {
				for scope := range states[j].Bars {
					if i != j && !states[i].Barred(scope) {
						missing[scope] = true
					}
				}
			}
			for scope := range missing {
				events = append(events, subscriptions.Event{
					At: t.db.now(), Kind: subscriptions.Suppressed, Scope: scope, SubscriberID: numbers[string(key)], AddressKey: key,
					Channel: subscriptions.ByScheduler, Actor: "system", Source: "folding", Reason: sameMailbox,
					Evidence: []byte("{}"), Salt: bytes.Clone(key[:16]), // it hides nothing
				})
			}
		}
	}
	return t.append(events)
}

// spreadBars spreads the bars among events that were just appended.
func (t *ledgerTx) spreadBars(events []subscriptions.Event) error {
	if !t.db.folding.On() {
		return nil
	}
	var keys [][]byte
	for _, e := range events {
		switch e.Kind {
		case subscriptions.Withdrawn, subscriptions.Suppressed, subscriptions.Erased:
			keys = append(keys, e.AddressKey)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return t.spread(keys)
}

// arrive has newcomers under a variant of a barred address barred as well.
func (t *ledgerTx) arrive(people []*subscriptions.Subscriber) error {
	if !t.db.folding.On() {
		return nil
	}
	var keys [][]byte
	for _, p := range people {
		if !t.db.folding.Variant(p.Address) {
			continue
		}
		if err := t.KnowVariant(p.Address); err != nil {
			return err
		}
		keys = append(keys, p.Key)
	}
	if len(keys) == 0 {
		return nil
	}
	return t.spread(keys)
}

// FoldAll looks at everybody on record for variants of one mailbox, and bars every spelling from what any of them is barred from. It is for
// an installation that turns folding on. It returns how many addresses are variants.
func (d *DB) FoldAll(ctx context.Context) (variants int64, err error) {
	for after := int64(0); ; {
		people, err := d.Subscribers(ctx, after, keysAtOnce)
		if err != nil || len(people) == 0 {
			return variants, err
		}
		after = people[len(people)-1].ID
		err = d.Update(ctx, func(tx subscriptions.Tx) error {
			t := tx.(*ledgerTx)
			all := make([]*subscriptions.Subscriber, 0, len(people))
			for _, p := range people {
				if d.folding.Variant(p.Address) {
					all = append(all, &p)
				}
			}
			variants += int64(len(all))
			return t.arrive(all)
		})
		if err != nil {
			return variants, err
		}
	}
}

var _ subscriptions.VariantKeeper = (*ledgerTx)(nil)
