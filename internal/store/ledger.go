package store

import (
	"context"
	"crypto/hmac"
	"errors"

	"assent/internal/errs"
	"assent/subscriptions"
)

// ledgerTx is a transaction that holds the end of the ledger.
type ledgerTx struct {
	conn
	ctx  context.Context
	db   *DB
	head subscriptions.Head
	late bool // whoever began the transaction writes the head
}

// Update implements subscriptions.Store. The row of the ledger's end is locked first, so updates queue up behind each other. What keeps people away is in the
// journal outside the database when it returns (H3), or when Together does.
func (d *DB) Update(ctx context.Context, fn func(subscriptions.Tx) error) error {
	if t := d.sharing(ctx); t != nil {
		return t.update(ctx, fn)
	}
	var end int64
	err := d.within(ctx, func(c conn) error {
		head, err := d.lockHead(ctx, c)
		if err != nil {
			return err
		}
		t := &ledgerTx{conn: c, ctx: ctx, db: d, head: head}
		err = fn(t)
		end = t.head.Seq
		return err
	})
	if err != nil {
		return err
	}
	return d.noted(ctx, end)
}

// lockHead returns the end of the ledger, which stays as it is until the transaction ends.
func (d *DB) lockHead(ctx context.Context, c conn) (subscriptions.Head, error) {
	head, sealed, err := d.headOf(ctx, c, true)
	if err == nil && !sealed {
		err = errs.E("store: update ledger", errs.Internal, "", errors.New("the seal of the ledger's end is broken; run 'assent verify'"))
	}
	return head, err
}

func (d *DB) saveHead(ctx context.Context, c conn, head subscriptions.Head) error {
	_, err := c.exec(ctx, `UPDATE ledger_head SET seq = ?, hash = ?, seal = ? WHERE id = 1`, head.Seq, head.Hash, d.keys.Seal(head.Bytes()))
	return err
}

// Head implements subscriptions.Store.
func (d *DB) Head(ctx context.Context) (subscriptions.Head, bool, error) {
	return d.headOf(ctx, d.reading(), false)
}

func (d *DB) headOf(ctx context.Context, c conn, lock bool) (head subscriptions.Head, sealed bool, err error) {
	query := `SELECT seq, hash, seal FROM ledger_head WHERE id = 1`
	if lock && d.dialect == postgres {
		query += ` FOR UPDATE` // SQLite: the transaction is immediate, so it holds the only writer's lock
	}
	var seal []byte
	if err := c.row(ctx, query).Scan(&head.Seq, &head.Hash, &seal); err != nil {
		return head, false, fail("store: ledger head", err)
	}
	return head, hmac.Equal(seal, d.keys.Seal(head.Bytes())), nil
}

// seedHead writes the end of the empty ledger, once. A ledger that has events and no end lost it, and gets no new one.
func (d *DB) seedHead(ctx context.Context) error {
	return fail("store: seed ledger", d.within(ctx, func(c conn) error {
		var begun bool
		if err := c.row(ctx, `SELECT EXISTS (SELECT 1 FROM consent_events)`).Scan(&begun); err != nil || begun {
			return err
		}
		head := subscriptions.Head{Hash: make([]byte, 32)}
		_, err := c.exec(ctx, `INSERT INTO ledger_head (id, seq, hash, seal) VALUES (1, 0, ?, ?) ON CONFLICT (id) DO NOTHING`, head.Hash, d.keys.Seal(head.Bytes()))
		return err
	}))
}

const eventColumns = `seq, at, kind, reach, programme_id, purpose_id, list_id, subscriber_id, address_key, channel, actor, source,
	wording_digest, notice_digest, reason, expires_at, evidence, salt, evidence_hash, prev, hash`

const eventsAtOnce = 200 // rows of one INSERT: below both databases' limits of arguments

// Append implements subscriptions.Tx. Where folding is on, what bars an address bars its variants as well.
func (t *ledgerTx) Append(events []subscriptions.Event) error {
	if err := t.append(events); err != nil {
		return err
	}
	return t.spreadBars(events)
}

func (t *ledgerTx) append(events []subscriptions.Event) error {
	const op = "store: append events"
	if len(events) == 0 {
		return nil
	}
	first := t.head.Seq + 1
	t.head = subscriptions.Chain(t.head, events)
	err := pages(events, eventsAtOnce, func(page []subscriptions.Event) error {
		args := make([]any, 0, len(page)*21)
		for _, e := range page {
			args = append(args, e.Seq, millis(e.At), string(e.Kind), string(e.Scope.Reach), e.Scope.ProgrammeID, e.Scope.PurposeID, e.Scope.ListID,
				e.SubscriberID, e.AddressKey, string(e.Channel), e.Actor, e.Source, e.WordingDigest, e.NoticeDigest, e.Reason, millis(e.ExpiresAt),
				e.Evidence, e.Salt, e.EvidenceHash, e.Prev, e.Hash)
		}
		_, err := t.exec(t.ctx, `INSERT INTO consent_events (`+eventColumns+`) VALUES `+tuples(len(page), 21), args...)
		return err
	})
	if err != nil {
		return fail(op, err)
	}
	if !t.late {
		if err := t.db.saveHead(t.ctx, t.conn, t.head); err != nil {
			return fail(op, err)
		}
	}
	return fail(op, t.foldAfter(first, events))
}

func scanEvent(s scanner) (e subscriptions.Event, err error) {
	var at, expires int64
	err = s.Scan(&e.Seq, &at, &e.Kind, &e.Scope.Reach, &e.Scope.ProgrammeID, &e.Scope.PurposeID, &e.Scope.ListID,
		&e.SubscriberID, &e.AddressKey, &e.Channel, &e.Actor, &e.Source, &e.WordingDigest, &e.NoticeDigest, &e.Reason, &expires,
		&e.Evidence, &e.Salt, &e.EvidenceHash, &e.Prev, &e.Hash)
	e.At, e.ExpiresAt = moment(at), moment(expires)
	return e, err
}

// Events implements subscriptions.Store.
func (d *DB) Events(ctx context.Context, after int64, limit int) ([]subscriptions.Event, error) {
	rows, err := d.reading().query(ctx, `SELECT `+eventColumns+` FROM consent_events WHERE seq > ? ORDER BY seq LIMIT ?`, after, limit)
	out, err := collect(rows, err, scanEvent)
	return out, fail("store: events", err)
}

// EventsByKey implements subscriptions.GateStore.
func (d *DB) EventsByKey(ctx context.Context, key []byte) ([]subscriptions.Event, error) {
	rows, err := d.reading().query(ctx, `SELECT `+eventColumns+` FROM consent_events WHERE `+ledgerOf("?")+` ORDER BY seq`, key, key)
	out, err := collect(rows, err, scanEvent)
	return out, fail("store: events of an address", err)
}

const keysAtOnce = 500

// ledgerOf selects what the ledger has of some addresses, whose marks are given; their keys are to be bound twice. A person keeps one address's key for ever, so the
// events of an address are those of its person, and those from before there was one.
func ledgerOf(in string) string {
	return `seq IN (SELECT o.seq FROM consent_events o JOIN subscribers p ON p.id = o.subscriber_id WHERE p.address_key IN (` + in + `)
		UNION ALL SELECT o.seq FROM consent_events o WHERE o.subscriber_id = 0 AND o.address_key IN (` + in + `))`
}

func twice(keys [][]byte) []any { return append(anys(keys), anys(keys)...) }

// EventsByKey implements subscriptions.Tx.
func (t *ledgerTx) EventsByKey(keys ...[]byte) (map[string][]subscriptions.Event, error) {
	return eventsByKey(t.ctx, t.conn, keys)
}

func eventsByKey(ctx context.Context, c conn, keys [][]byte) (map[string][]subscriptions.Event, error) {
	out := make(map[string][]subscriptions.Event, len(keys))
	err := pages(keys, keysAtOnce, func(page [][]byte) error {
		rows, err := c.query(ctx, `SELECT `+eventColumns+` FROM consent_events WHERE `+ledgerOf(marks(len(page)))+` ORDER BY seq`, twice(page)...)
		events, err := collect(rows, err, scanEvent)
		for _, e := range events {
			out[string(e.AddressKey)] = append(out[string(e.AddressKey)], e)
		}
		return err
	})
	return out, fail("store: events of addresses", err)
}

var _ subscriptions.Tx = (*ledgerTx)(nil)
var _ subscriptions.Store = (*DB)(nil)
