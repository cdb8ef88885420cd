package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"

	"assent/internal/errs"
	"assent/internal/token"
)

// addressKeyName is the row of the keyring whose key hashes addresses.
const addressKeyName = "address"

// keyringSchema is the schema that brought the keyring: a database that comes from an older one hashed with a key made from its secret.
const keyringSchema = 5

// HouseKeys returns the installation's keys with the address key of this database. After a change of the secret, only these find people.
func (d *DB) HouseKeys() *token.Keys { return d.keys }

// seedKeyring keeps, once, the key that this database hashes addresses with. from is the schema that it had. A ledger that has
// lost its key gets another only when somebody on record shows that it is the same one.
func (d *DB) seedKeyring(ctx context.Context, from int64) error {
	return fail("store: seed keyring", d.within(ctx, func(c conn) error {
		var has, begun bool
		if err := c.row(ctx, `SELECT EXISTS (SELECT 1 FROM keyring WHERE name = ?), EXISTS (SELECT 1 FROM consent_events)`, addressKeyName).Scan(&has, &begun); err != nil || has {
			return err
		}
		if _, sealed, err := d.headOf(ctx, c, true); err != nil || !sealed {
			return nil // opening it tells what is wrong
		}
		if begun && from >= keyringSchema {
			if err := d.sameAddressKey(ctx, c); err != nil {
				return err
			}
		}
		wrapped, err := d.keys.WrapAddressKey()
		if err != nil {
			return err
		}
		_, err = c.exec(ctx, `INSERT INTO keyring (name, wrapped, made_at, wrapped_at) VALUES (?, ?, ?, ?)`, addressKeyName, wrapped, millis(d.now()), millis(d.now()))
		return err
	}))
}

// sameAddressKey holds our address key to somebody on record.
func (d *DB) sameAddressKey(ctx context.Context, c conn) error {
	var addr string
	var key []byte
	err := c.row(ctx, `SELECT address, address_key FROM subscribers WHERE address <> '' LIMIT 1`).Scan(&addr, &key)
	if err == nil && bytes.Equal(d.keys.AddressKey(stored(addr)), key) {
		return nil
	}
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return errs.E("store: seed keyring", errs.Invalid, "The table keyring has lost the key that addresses are hashed with, and this ASSENT_SECRET does not make the same one. Take the table from a backup.", nil)
}

// openKeyring takes up the address key of this database.
func (d *DB) openKeyring(ctx context.Context) error {
	const op = "store: open keyring"
	var wrapped []byte
	err := d.reading().row(ctx, `SELECT wrapped FROM keyring WHERE name = ?`, addressKeyName).Scan(&wrapped)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return errs.E(op, errs.Unavailable, "The key that addresses are hashed with is not in the database: an 'assent migrate' was cut off, or the table keyring was emptied. Run 'assent migrate'.", nil)
	case err != nil:
		return fail(op, err)
	}
	keys, err := d.keys.WithAddressKey(wrapped)
	if err != nil {
		return errs.E(op, errs.Invalid, "The key that addresses are hashed with cannot be opened with this ASSENT_SECRET. If you have changed the secret, put the old one into ASSENT_FORMER_SECRETS and run 'assent secret rotate'.", err)
	}
	d.keys = keys
	return nil
}
