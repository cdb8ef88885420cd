package store

import (
	"context"

	"assent/internal/audit"
	"assent/subscriptions"
)

// DestroyKeys destroys the keys of subjects, as erasing does.
func (d *DB) DestroyKeys(ctx context.Context, subjects ...string) error {
	return d.Update(ctx, func(tx subscriptions.Tx) error {
		t := tx.(*ledgerTx)
		return t.destroyKeysOf(ctx, d.now(), subjects)
	})
}

// Hold keeps the trail's end locked until release, and reports on held when it is.
func (d *DB) Hold(ctx context.Context, n audit.Note, held chan<- struct{}, release <-chan struct{}) error {
	return d.within(ctx, func(c conn) error {
		if err := c.note(ctx, n); err != nil {
			return err
		}
		close(held)
		<-release
		return nil
	})
}
