package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/auth"
)

const userColumns = `u.id, u.address, u.name, u.role, u.disabled, u.created_at`

func scanUser(s scanner, more ...any) (u auth.User, err error) {
	var addr string
	var created int64
	err = s.Scan(append([]any{&u.ID, &addr, &u.Name, &u.Role, &u.Disabled, &created}, more...)...)
	u.Address, u.CreatedAt = stored(addr), moment(created)
	return u, err
}

// CreateUser implements auth.Store.
func (d *DB) CreateUser(ctx context.Context, u *auth.User, passwordHash string) error {
	return fail("store: create user", d.within(ctx, func(c conn) (err error) {
		u.ID, err = c.insert(ctx, `INSERT INTO users (address, name, role, password_hash, disabled, created_at) VALUES (`+marks(6)+`)`,
			u.Address.Normal(), u.Name, string(u.Role), passwordHash, u.Disabled, millis(u.CreatedAt))
		if err != nil {
			return err
		}
		return c.note(ctx, audit.Note{Action: audit.AddUser, Object: audit.About("user", u.ID), Facts: audit.Values{"role": u.Role}})
	}))
}

// UserByAddress implements auth.Store.
func (d *DB) UserByAddress(ctx context.Context, normal string) (u auth.User, passwordHash string, err error) {
	u, err = scanUser(d.reading().row(ctx, `SELECT `+userColumns+`, u.password_hash FROM users u WHERE u.address = ?`, normal), &passwordHash)
	return u, passwordHash, fail("store: user", err)
}

// IsOperator implements subscriptions.GateStore.
func (d *DB) IsOperator(ctx context.Context, a address.Address) (bool, error) {
	var n int
	err := d.reading().row(ctx, `SELECT COUNT(*) FROM users WHERE address = ? AND NOT disabled`, a.Normal()).Scan(&n)
	return n > 0, fail("store: is operator", err)
}

// Users implements auth.Store.
func (d *DB) Users(ctx context.Context) ([]auth.User, error) {
	rows, err := d.reading().query(ctx, `SELECT `+userColumns+` FROM users u ORDER BY u.id`)
	out, err := collect(rows, err, func(s scanner) (auth.User, error) { return scanUser(s) })
	return out, fail("store: users", err)
}

// SetUserPassword implements auth.Store.
func (d *DB) SetUserPassword(ctx context.Context, id int64, passwordHash string) error {
	return d.changeUser(ctx, audit.SetPassword, `UPDATE users SET password_hash = ? WHERE id = ?`, passwordHash, id)
}

// SetUserDisabled implements auth.Store.
func (d *DB) SetUserDisabled(ctx context.Context, id int64, disabled bool) error {
	action := audit.EnableUser
	if disabled {
		action = audit.DisableUser
	}
	return d.changeUser(ctx, action, `UPDATE users SET disabled = ? WHERE id = ?`, disabled, id)
}

// changeUser changes one operator and ends their sessions.
func (d *DB) changeUser(ctx context.Context, action audit.Action, update string, value any, id int64) error {
	return fail("store: "+string(action), d.within(ctx, func(c conn) error {
		if err := c.changeOne(ctx, update, value, id); err != nil {
			return err
		}
		if err := c.note(ctx, audit.Note{Action: action, Object: audit.About("user", id)}); err != nil {
			return err
		}
		_, err := c.exec(ctx, `DELETE FROM sessions WHERE user_id = ?`, id)
		return err
	}))
}

// changeOne runs an UPDATE of one row; none gives sql.ErrNoRows.
func (c conn) changeOne(ctx context.Context, update string, args ...any) error {
	res, err := c.exec(ctx, update, args...)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return orNoRows(err)
	}
	return nil
}

func orNoRows(err error) error {
	if err == nil {
		return sql.ErrNoRows
	}
	return err
}

// CreateSession implements auth.Store.
func (d *DB) CreateSession(ctx context.Context, hash []byte, s auth.Session) error {
	return fail("store: create session", d.within(ctx, func(c conn) error {
		if _, err := c.exec(ctx, `DELETE FROM sessions WHERE expires_at < ?`, millis(s.CreatedAt)); err != nil {
			return err
		}
		_, err := c.exec(ctx, `INSERT INTO sessions (hash, user_id, created_at, expires_at) VALUES (?, ?, ?, ?)`,
			hash, s.UserID, millis(s.CreatedAt), millis(s.ExpiresAt))
		return err
	}))
}

// SessionUser implements auth.Store.
func (d *DB) SessionUser(ctx context.Context, hash []byte) (s auth.Session, u auth.User, err error) {
	var created, expires int64
	u, err = scanUser(d.reading().row(ctx, `SELECT `+userColumns+`, s.created_at, s.expires_at
		FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.hash = ?`, hash), &created, &expires)
	return auth.Session{UserID: u.ID, CreatedAt: moment(created), ExpiresAt: moment(expires)}, u, fail("store: session", err)
}

// DeleteSession implements auth.Store.
func (d *DB) DeleteSession(ctx context.Context, hash []byte) error {
	_, err := d.writing().exec(ctx, `DELETE FROM sessions WHERE hash = ?`, hash)
	return fail("store: delete session", err)
}

const keyColumns = `id, name, public_id, scopes, created_by, created_at, last_used_at, revoked_at`

func scanKey(s scanner, more ...any) (k auth.Key, err error) {
	var scopes string
	var created, used, revoked int64
	err = s.Scan(append([]any{&k.ID, &k.Name, &k.PublicID, &scopes, &k.CreatedBy, &created, &used, &revoked}, more...)...)
	if err != nil {
		return k, err
	}
	k.CreatedAt, k.LastUsedAt, k.RevokedAt = moment(created), moment(used), moment(revoked)
	return k, json.Unmarshal([]byte(scopes), &k.Scopes)
}

// CreateKey implements auth.Store.
func (d *DB) CreateKey(ctx context.Context, k *auth.Key, hash []byte) error {
	const op = "store: create key"
	scopes, err := json.Marshal(k.Scopes)
	if err != nil {
		return fail(op, err)
	}
	return fail(op, d.within(ctx, func(c conn) error {
		k.ID, err = c.insert(ctx, `INSERT INTO api_keys (name, public_id, hash, scopes, created_by, created_at, last_used_at, revoked_at) VALUES (`+marks(8)+`)`,
			k.Name, k.PublicID, hash, string(scopes), k.CreatedBy, millis(k.CreatedAt), millis(k.LastUsedAt), millis(k.RevokedAt))
		if err != nil {
			return err
		}
		return c.note(ctx, audit.Note{Action: audit.MakeKey, Object: audit.About("key", k.ID), Facts: audit.Values{"scopes": k.Scopes}})
	}))
}

// Keys implements auth.Store.
func (d *DB) Keys(ctx context.Context) ([]auth.Key, error) {
	rows, err := d.reading().query(ctx, `SELECT `+keyColumns+` FROM api_keys ORDER BY id`)
	out, err := collect(rows, err, func(s scanner) (auth.Key, error) { return scanKey(s) })
	return out, fail("store: keys", err)
}

// KeyByPublicID implements auth.Store.
func (d *DB) KeyByPublicID(ctx context.Context, publicID string) (k auth.Key, hash []byte, err error) {
	k, err = scanKey(d.reading().row(ctx, `SELECT `+keyColumns+`, hash FROM api_keys WHERE public_id = ?`, publicID), &hash)
	return k, hash, fail("store: key", err)
}

// RevokeKey implements auth.Store.
func (d *DB) RevokeKey(ctx context.Context, id int64, at time.Time) error {
	return fail("store: revoke key", d.within(ctx, func(c conn) error {
		if err := c.changeOne(ctx, `UPDATE api_keys SET revoked_at = CASE WHEN revoked_at = 0 THEN ? ELSE revoked_at END WHERE id = ?`, millis(at), id); err != nil {
			return err
		}
		return c.note(ctx, audit.Note{Action: audit.RevokeKey, Object: audit.About("key", id)})
	}))
}

// TouchKey implements auth.Store.
func (d *DB) TouchKey(ctx context.Context, id int64, at time.Time) error {
	return fail("store: touch key", d.writing().changeOne(ctx, `UPDATE api_keys SET last_used_at = ? WHERE id = ?`, millis(at), id))
}

var _ auth.Store = (*DB)(nil)
