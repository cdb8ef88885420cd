package store

import (
	"context"
	"encoding/json"

	"assent/internal/audit"
	"assent/subscriptions"
)

const subscriberColumns = `id, address_key, address, name, language, attributes, source, created_at, updated_at`

func scanSubscriber(s scanner) (p subscriptions.Subscriber, err error) {
	var addr string
	var attributes []byte
	var created, updated int64
	err = s.Scan(&p.ID, &p.Key, &addr, &p.Name, &p.Language, &attributes, &p.Source, &created, &updated)
	if err != nil {
		return p, err
	}
	p.Address, p.CreatedAt, p.UpdatedAt = stored(addr), moment(created), moment(updated)
	return p, unmarshalAttributes(attributes, &p.Attributes)
}

// Subscriber implements subscriptions.Store.
func (d *DB) Subscriber(ctx context.Context, id int64) (subscriptions.Subscriber, error) {
	p, err := scanSubscriber(d.reading().row(ctx, `SELECT `+subscriberColumns+` FROM subscribers WHERE id = ?`, id))
	return p, fail("store: subscriber", err)
}

// SubscriberByKey implements subscriptions.Store.
func (d *DB) SubscriberByKey(ctx context.Context, key []byte) (subscriptions.Subscriber, error) {
	p, err := scanSubscriber(d.reading().row(ctx, `SELECT `+subscriberColumns+` FROM subscribers WHERE address_key = ?`, key))
	return p, fail("store: subscriber", err)
}

// SubscribersByKey implements inbox.Records.
func (d *DB) SubscribersByKey(ctx context.Context, keys ...[]byte) (map[string]subscriptions.Subscriber, error) {
	out := make(map[string]subscriptions.Subscriber, len(keys))
	err := pages(keys, keysAtOnce, func(page [][]byte) error {
		rows, err := d.reading().query(ctx, `SELECT `+subscriberColumns+` FROM subscribers WHERE address_key IN (`+marks(len(page))+`)`, anys(page)...)
		found, err := collect(rows, err, scanSubscriber)
		for _, p := range found {
			out[string(p.Key)] = p
		}
		return err
	})
	return out, fail("store: subscribers of addresses", err)
}

// Subscribers implements subscriptions.Store.
func (d *DB) Subscribers(ctx context.Context, after int64, limit int) ([]subscriptions.Subscriber, error) {
	rows, err := d.reading().query(ctx, `SELECT `+subscriberColumns+` FROM subscribers WHERE id > ? ORDER BY id LIMIT ?`, after, limit)
	out, err := collect(rows, err, scanSubscriber)
	return out, fail("store: subscribers", err)
}

// SubscriberByKey implements subscriptions.Tx.
func (t *ledgerTx) SubscriberByKey(key []byte) (subscriptions.Subscriber, bool, error) {
	rows, err := t.query(t.ctx, `SELECT `+subscriberColumns+` FROM subscribers WHERE address_key = ?`, key)
	found, err := collect(rows, err, scanSubscriber)
	if err != nil || len(found) == 0 {
		return subscriptions.Subscriber{}, false, fail("store: subscriber", err)
	}
	return found[0], true, nil
}

// CreateSubscribers implements subscriptions.Tx.
func (t *ledgerTx) CreateSubscribers(people []*subscriptions.Subscriber) error {
	if err := t.insertSubscribers(people); err != nil {
		return err
	}
	for _, p := range people {
		if err := t.notePerson(audit.AddPerson, p.ID, nil, personal(*p)); err != nil {
			return err
		}
	}
	return nil
}

func (t *ledgerTx) insertSubscribers(people []*subscriptions.Subscriber) error {
	const op = "store: create subscribers"
	err := pages(people, eventsAtOnce, func(page []*subscriptions.Subscriber) error {
		byKey := make(map[string]*subscriptions.Subscriber, len(page))
		args := make([]any, 0, len(page)*8)
		for _, p := range page {
			attributes, err := attributesJSON(p.Attributes)
			if err != nil {
				return err
			}
			byKey[string(p.Key)] = p
			args = append(args, p.Key, p.Address.String(), p.Name, p.Language, attributes, p.Source, millis(p.CreatedAt), millis(p.UpdatedAt))
		}
		rows, err := t.query(t.ctx, `INSERT INTO subscribers (address_key, address, name, language, attributes, source, created_at, updated_at)
			VALUES `+tuples(len(page), 8)+` RETURNING id, address_key`, args...)
		_, err = collect(rows, err, func(s scanner) (none struct{}, err error) {
			var id int64
			var key []byte
			if err = s.Scan(&id, &key); err == nil {
				byKey[string(key)].ID = id
			}
			return none, err
		})
		return err
	})
	if err == nil {
		err = t.foldInto(people)
	}
	if err != nil {
		return fail(op, err)
	}
	return fail(op, t.arrive(people))
}

// UpdateSubscriber implements subscriptions.Tx.
func (t *ledgerTx) UpdateSubscriber(p subscriptions.Subscriber) error {
	const op = "store: update subscriber"
	before, err := scanSubscriber(t.row(t.ctx, `SELECT `+subscriberColumns+` FROM subscribers WHERE id = ?`, p.ID))
	if err != nil {
		return fail(op, err)
	}
	if err := t.mayEdit(before); err != nil {
		return fail(op, err)
	}
	if err := t.notePerson(audit.ChangePerson, p.ID, personal(before), personal(p)); err != nil {
		return fail(op, err)
	}
	attributes, err := attributesJSON(p.Attributes)
	if err != nil {
		return fail(op, err)
	}
	_, err = t.exec(t.ctx, `UPDATE subscribers SET address = ?, name = ?, language = ?, attributes = ?, updated_at = ? WHERE id = ?`,
		p.Address.String(), p.Name, p.Language, attributes, millis(t.db.now()), p.ID)
	return fail(op, err)
}

func attributesJSON(a subscriptions.Attributes) (string, error) {
	if a == nil {
		return "{}", nil
	}
	b, err := json.Marshal(a)
	return string(b), err
}

func unmarshalAttributes(b []byte, into *subscriptions.Attributes) error {
	if len(b) == 0 || string(b) == "{}" {
		return nil
	}
	return json.Unmarshal(b, into)
}

// numbered is a person's row number and the key of their address.
type numbered struct {
	id  int64
	key []byte
}

func (t *ledgerTx) numbered(where string, args []any) ([]numbered, error) {
	rows, err := t.query(t.ctx, `SELECT id, address_key FROM subscribers WHERE `+where+` IN (`+marks(len(args))+`)`, args...)
	return collect(rows, err, func(s scanner) (n numbered, err error) { err = s.Scan(&n.id, &n.key); return n, err })
}

// NumbersByKey implements subscriptions.Tx.
func (t *ledgerTx) NumbersByKey(keys ...[]byte) (map[string]int64, error) {
	out := make(map[string]int64, len(keys))
	err := pages(keys, keysAtOnce, func(page [][]byte) error {
		found, err := t.numbered("address_key", anys(page))
		for _, n := range found {
			out[string(n.key)] = n.id
		}
		return err
	})
	return out, fail("store: numbers of addresses", err)
}

// KeysByNumber implements subscriptions.Tx.
func (t *ledgerTx) KeysByNumber(ids ...int64) (map[int64][]byte, error) {
	out := make(map[int64][]byte, len(ids))
	err := pages(ids, keysAtOnce, func(page []int64) error {
		found, err := t.numbered("id", anys(page))
		for _, n := range found {
			out[n.id] = n.key
		}
		return err
	})
	return out, fail("store: keys of people", err)
}
