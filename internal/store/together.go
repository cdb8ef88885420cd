package store

import (
	"context"
	"math"

	"assent/internal/errs"
	"assent/subscriptions"
)

// shared is a transaction that several steps of the store share.
type shared struct {
	db     *DB
	conn   conn
	undone bool // a step of it failed

	held  bool               // the ledger's end is locked
	begun int64              // where the ledger ended then
	head  subscriptions.Head // where it ends now; written at the end
}

type sharedKey struct{}

// sharing returns the transaction that ctx carries, nil for none of this database's.
func (d *DB) sharing(ctx context.Context) *shared {
	if t, ok := ctx.Value(sharedKey{}).(*shared); ok && t.db == d {
		return t
	}
	return nil
}

// Together runs fn so that all that it does with the context it is given is one transaction: it reads what it wrote, and its commit, its entries in the audit trail and in the
// journal are made once, at the end. When a step fails nothing of any of them is kept, even if fn goes on after it: Together then returns an error, of kind Conflict if fn
// itself returns none. fn is run by one goroutine and must not wait for anybody, for others may wait for the ledger's end meanwhile. It returns when the journal has all
// of the ledger, also when fn did nothing.
func (d *DB) Together(ctx context.Context, fn func(ctx context.Context) error) error {
	const op = "store: together"
	if d.sharing(ctx) != nil {
		return fn(ctx)
	}
	err := d.within(ctx, func(c conn) error {
		t := &shared{db: d, conn: c}
		if err := fn(context.WithValue(ctx, sharedKey{}, t)); err != nil {
			return err
		}
		if t.undone {
			return errs.E(op, errs.Conflict, "One of several steps failed. None of them was kept.", nil)
		}
		if t.head.Seq > t.begun {
			return d.saveHead(ctx, c, t.head)
		}
		return nil
	})
	if err != nil {
		return fail(op, err)
	}
	return d.noted(ctx, math.MaxInt64)
}

// update is DB.Update as a step.
func (t *shared) update(ctx context.Context, fn func(subscriptions.Tx) error) (err error) {
	defer func() { t.undone = t.undone || err != nil }()
	if !t.held {
		if t.head, err = t.db.lockHead(ctx, t.conn); err != nil {
			return err
		}
		t.held, t.begun = true, t.head.Seq
	}
	step := &ledgerTx{conn: t.conn, ctx: ctx, db: t.db, head: t.head, late: true}
	err = fn(step)
	t.head = step.head
	return err
}
