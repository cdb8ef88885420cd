package store

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"time"

	"assent/internal/audit"
)

// KeepSeal seals how far both chains have come and keeps the seal, unless one was kept since a moment. Several processes that ask at once keep one
// between them: it reports whether this call did.
func (d *DB) KeepSeal(ctx context.Context, since time.Time) (s audit.Seal, kept bool, err error) {
	err = d.within(ctx, func(c conn) error {
		// Both ends are locked in the order in which every other transaction locks them.
		ledger, _, err := d.headOf(ctx, c, true)
		if err != nil {
			return err
		}
		trail, _, err := d.auditHeadOf(ctx, c, true)
		if err != nil {
			return err
		}
		var last int64
		if err := c.row(ctx, `SELECT COALESCE(MAX(at), 0) FROM seals`).Scan(&last); err != nil || last >= millis(since) && last != 0 {
			return err
		}
		s = audit.Seal{At: moment(millis(d.now())), Ledger: audit.Place{Seq: ledger.Seq, Hash: ledger.Hash}, Trail: trail.End}
		kept = true
		return d.insertSeal(ctx, c, &s)
	})
	return s, kept && err == nil, fail("store: keep seal", err)
}

func (d *DB) insertSeal(ctx context.Context, c conn, s *audit.Seal) (err error) {
	if s.MAC, err = d.keys.SealFor(audit.SealDomain, s.Bytes()); err != nil {
		return err
	}
	_, err = c.exec(ctx, `INSERT INTO seals (at, ledger_seq, ledger_hash, audit_seq, audit_hash, seal) VALUES (?, ?, ?, ?, ?, ?)`,
		millis(s.At), s.Ledger.Seq, s.Ledger.Hash, s.Trail.Seq, s.Trail.Hash, s.MAC)
	return err
}

const sealColumns = `id, at, ledger_seq, ledger_hash, audit_seq, audit_hash, seal`

func scanSeal(s scanner) (k audit.KeptSeal, err error) {
	var at int64
	err = s.Scan(&k.ID, &at, &k.Ledger.Seq, &k.Ledger.Hash, &k.Trail.Seq, &k.Trail.Hash, &k.MAC)
	k.At = moment(at)
	return k, err
}

// Seals implements audit.Proof. One is kept each day, so there are few.
func (d *DB) Seals(ctx context.Context) ([]audit.KeptSeal, error) {
	rows, err := d.reading().query(ctx, `SELECT `+sealColumns+` FROM seals ORDER BY id`)
	out, err := collect(rows, err, scanSeal)
	return out, fail("store: seals", err)
}

// LastSeal returns the seal that was kept last, false for none.
func (d *DB) LastSeal(ctx context.Context) (audit.Seal, bool, error) {
	k, err := scanSeal(d.reading().row(ctx, `SELECT `+sealColumns+` FROM seals ORDER BY id DESC LIMIT 1`))
	if errors.Is(err, sql.ErrNoRows) {
		return audit.Seal{}, false, nil
	}
	return k.Seal, err == nil, fail("store: last seal", err)
}

// IsOurs implements audit.Proof.
func (d *DB) IsOurs(s audit.Seal) bool { return d.keys.Sealed(audit.SealDomain, s.Bytes(), s.MAC) }

// EventHash implements audit.Proof.
func (d *DB) EventHash(ctx context.Context, seq int64) (hash []byte, err error) {
	err = d.reading().row(ctx, `SELECT hash FROM consent_events WHERE seq = ?`, seq).Scan(&hash)
	return hash, fail("store: hash of an event", err)
}

var _ audit.Proof = (*DB)(nil)

// Signer returns the key that signs packs and exports; whoever has the public half can check them offline.
func (d *DB) Signer() (ed25519.PrivateKey, error) { return d.keys.Signer() }

// reseal seals every kept seal anew, with the secret of now. One that is not ours stays as it is, for 'assent verify' to find. A seal that was mailed keeps
// its MAC: it can be checked for as long as the former secret is in ASSENT_FORMER_SECRETS.
func (d *DB) reseal(ctx context.Context, c conn) (n int64, err error) {
	rows, err := c.query(ctx, `SELECT `+sealColumns+` FROM seals ORDER BY id`)
	all, err := collect(rows, err, scanSeal)
	if err != nil {
		return 0, err
	}
	for _, k := range all {
		if !d.IsOurs(k.Seal) {
			continue
		}
		mac, err := d.keys.SealFor(audit.SealDomain, k.Bytes())
		if err != nil {
			return n, err
		}
		if _, err := c.exec(ctx, `UPDATE seals SET seal = ? WHERE id = ?`, mac, k.ID); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
