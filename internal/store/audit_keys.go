package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"assent/internal/audit"
	"assent/internal/token"
)

// auditKey encrypts the personal part of the entries about one subject.
type auditKey struct {
	id  int64
	key []byte
}

const auditKeyBytes = 32

// auditKeys finds or makes the keys of one transaction's entries.
type auditKeys struct {
	db     *DB
	conn   conn
	cached map[string]auditKey
}

// subjectOf returns under whose key the personal part of a note is encrypted: the person, else the case or message, else all that was noted
// in the same month, for the words of an operator may name anybody.
func (d *DB) subjectOf(n audit.Note) string {
	if id := n.Person(); id != 0 {
		return audit.About("subscriber", id)
	}
	if what, _, named := strings.Cut(n.Object, ":"); named && (what == "case" || what == "inbound") {
		return n.Object
	}
	return "month:" + d.now().UTC().Format("2006-01")
}

// entry makes an entry of a note, its personal part encrypted.
func (k auditKeys) entry(ctx context.Context, n audit.Note) (audit.Entry, error) {
	e := audit.Entry{
		At: moment(millis(k.db.now())), Actor: n.Actor, Action: n.Action, Object: n.Object, PersonID: n.Person(), KeyID: n.KeyID, Facts: []byte("{}"), Sealed: []byte{},
	}
	if len(n.Facts) > 0 {
		var err error
		if e.Facts, err = json.Marshal(n.Facts); err != nil {
			return e, err
		}
	}
	personal := audit.Personal{Why: n.Why, Before: n.Before, After: n.After}
	subject := k.db.subjectOf(n)
	if personal.Empty() || k.conn.trail.destroyed[subject] {
		return e, nil
	}
	plain, err := json.Marshal(personal)
	if err != nil {
		return e, err
	}
	key, err := k.of(ctx, subject)
	if err != nil {
		return e, err
	}
	e.KeyID = key.id
	e.Sealed, err = token.Encrypt(key.key, plain, subject)
	return e, err
}

// of returns the key of a subject, a new one when there is none or it was destroyed.
func (k auditKeys) of(ctx context.Context, subject string) (key auditKey, err error) {
	if key, ok := k.cached[subject]; ok {
		return key, nil
	}
	var wrapped []byte
	err = k.conn.row(ctx, `SELECT id, wrapped FROM audit_keys WHERE subject = ? AND destroyed_at = 0`, subject).Scan(&key.id, &wrapped)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		key, err = k.create(ctx, subject)
	case err == nil:
		key.key, err = k.db.keys.Unwrap(wrapped, subject)
	}
	k.cached[subject] = key
	return key, err
}

func (k auditKeys) create(ctx context.Context, subject string) (key auditKey, err error) {
	key.key = make([]byte, auditKeyBytes)
	if _, err := rand.Read(key.key); err != nil {
		return key, err
	}
	wrapped, err := k.db.keys.Wrap(key.key, subject)
	if err != nil {
		return key, err
	}
	key.id, err = k.conn.insert(ctx, `INSERT INTO audit_keys (subject, wrapped, created_at, destroyed_at) VALUES (?, ?, ?, 0)`, subject, wrapped, millis(k.db.now()))
	return key, err
}

// destroyAuditKey makes what the audit trail knows of a person unreadable for ever (E1-40): the values before and after, and the reasons that
// operators gave, of entries about the person, their cases and the messages of these. Call it in the transaction that erases the person, before their cases
// lose the number. more names further subjects, such as "case:7" of a case that was only known by the address.
func (t *ledgerTx) destroyAuditKey(subscriberID int64, more ...string) error {
	const op = "store: destroy audit key"
	rows, err := t.query(t.ctx, `SELECT id, inbound_id FROM cases WHERE subscriber_id = ?`, subscriberID)
	cases, err := collect(rows, err, func(s scanner) (pair [2]int64, err error) { err = s.Scan(&pair[0], &pair[1]); return pair, err })
	if err != nil {
		return fail(op, err)
	}
	subjects := append([]string{audit.About("subscriber", subscriberID)}, more...)
	for _, pair := range cases {
		subjects = append(subjects, audit.About("case", pair[0]), audit.About("inbound", pair[1]))
	}
	return fail(op, t.destroyKeysOf(t.ctx, t.db.now(), subjects))
}

// destroyKeysOf empties the keys of subjects. Their rows stay, so that a later key of the same subject is another one.
func (c conn) destroyKeysOf(ctx context.Context, now time.Time, subjects []string) error {
	if c.trail.destroyed == nil {
		c.trail.destroyed = map[string]bool{}
	}
	for _, s := range subjects {
		c.trail.destroyed[s] = true
	}
	return pages(subjects, keysAtOnce, func(page []string) error {
		rows, err := c.query(ctx, `UPDATE audit_keys SET wrapped = ?, destroyed_at = ? WHERE destroyed_at = 0 AND subject IN (`+marks(len(page))+`) RETURNING id, subject`,
			append([]any{[]byte{}, millis(now)}, anys(page)...)...)
		gone, err := collect(rows, err, func(s scanner) (k wrappedKey, err error) { err = s.Scan(&k.id, &k.subject); return k, err })
		for _, k := range gone {
			if err := c.note(ctx, audit.Note{Action: audit.DestroyKey, Object: k.subject, KeyID: k.id}); err != nil {
				return err
			}
		}
		return err
	})
}
