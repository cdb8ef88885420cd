package store

import (
	"context"
	"net/netip"
	"time"

	"assent/subscriptions"
)

// holdingFrom reads active permissions on a list, each with its address's key and when it was given. The condition on the membership is
// that of the index memberships_by_end, word for word: SQLite uses a partial index only then.
const holdingFrom = `SELECT m.subscriber_id, s.address_key, m.event_seq, m.expires_at FROM memberships m JOIN subscribers s ON s.id = m.subscriber_id
	WHERE m.list_id = ? AND m.status = 'active' AND m.expires_at <> 0`

func scanHolding(s scanner) (h subscriptions.Holding, err error) {
	var ends int64
	err = s.Scan(&h.SubscriberID, &h.Key, &h.Seq, &ends)
	h.Ends = moment(ends)
	return h, err
}

// Overdue implements subscriptions.TermStore.
func (d *DB) Overdue(ctx context.Context, listID int64, now time.Time, limit int) ([]subscriptions.Holding, error) {
	rows, err := d.reading().query(ctx, holdingFrom+` AND m.expires_at <= ? ORDER BY m.expires_at, m.subscriber_id LIMIT ?`, listID, millis(now), limit)
	out, err := collect(rows, err, scanHolding)
	return out, fail("store: overdue permissions", err)
}

// Holders implements subscriptions.TermStore.
func (d *DB) Holders(ctx context.Context, programmeID, after int64, limit int) ([]subscriptions.Holding, error) {
	rows, err := d.reading().query(ctx, `SELECT s.id, s.address_key, 0, 0 FROM subscribers s WHERE s.id IN (
			SELECT m.subscriber_id FROM memberships m JOIN lists l ON l.id = m.list_id WHERE l.programme_id = ? AND m.status = 'active' AND m.subscriber_id > ?
			UNION SELECT p.subscriber_id FROM permissions p JOIN purposes u ON u.id = p.purpose_id WHERE u.programme_id = ? AND p.status = 'active' AND p.subscriber_id > ?)
		ORDER BY s.id LIMIT ?`, programmeID, after, programmeID, after, limit)
	out, err := collect(rows, err, scanHolding)
	return out, fail("store: holders of a programme", err)
}

// DueForRenewal implements subscriptions.TermStore.
func (d *DB) DueForRenewal(ctx context.Context, listID int64, now time.Time, days int, after subscriptions.Holding, limit int) ([]subscriptions.Holding, error) {
	from := max(millis(now), millis(after.Ends)-1)
	rows, err := d.reading().query(ctx, holdingFrom+` AND m.expires_at > ? AND m.expires_at <= ? AND (m.expires_at > ? OR m.subscriber_id > ?)
			AND NOT EXISTS (SELECT 1 FROM asks a WHERE a.event_seq = m.event_seq AND a.kind = 'renewal' AND a.number <= ?)
		ORDER BY m.expires_at, m.subscriber_id LIMIT ?`,
		listID, from, millis(now.AddDate(0, 0, days)), millis(after.Ends), after.SubscriberID, days, limit)
	out, err := collect(rows, err, scanHolding)
	return out, fail("store: permissions to renew", err)
}

// DueForConfirmation implements subscriptions.TermStore.
func (d *DB) DueForConfirmation(ctx context.Context, listID int64, now time.Time, every time.Duration, after subscriptions.Holding, limit int) ([]subscriptions.Holding, error) {
	ms := every.Milliseconds()
	rows, err := d.reading().query(ctx, `SELECT m.subscriber_id, s.address_key, m.event_seq, m.expires_at, (? - e.at) / ? FROM memberships m
			JOIN subscribers s ON s.id = m.subscriber_id JOIN consent_events e ON e.seq = m.event_seq
		WHERE m.list_id = ? AND m.status = 'active' AND m.subscriber_id > ? AND e.at <= ?
			AND NOT EXISTS (SELECT 1 FROM asks a WHERE a.event_seq = m.event_seq AND a.kind = 'annual' AND a.number >= (? - e.at) / ?)
		ORDER BY m.subscriber_id LIMIT ?`,
		millis(now), ms, listID, after.SubscriberID, millis(now)-ms, millis(now), ms, limit)
	out, err := collect(rows, err, func(s scanner) (h subscriptions.Holding, err error) {
		var ends int64
		err = s.Scan(&h.SubscriberID, &h.Key, &h.Seq, &ends, &h.Interval)
		h.Ends = moment(ends)
		return h, err
	})
	return out, fail("store: permissions to confirm", err)
}

// KeepIP implements subscriptions.Tx.
func (t *ledgerTx) KeepIP(eventSeq int64, ip netip.Addr, until time.Time) error {
	_, err := t.exec(t.ctx, `INSERT INTO act_addresses (event_seq, ip, until) VALUES (?, ?, ?)`, eventSeq, ip.String(), millis(until))
	return fail("store: keep IP address", err)
}

// IPOf returns the IP address that an event's act came from, while it is kept; kind NotFound otherwise.
func (d *DB) IPOf(ctx context.Context, eventSeq int64, now time.Time) (ip netip.Addr, until time.Time, err error) {
	var text string
	var end int64
	err = d.reading().row(ctx, `SELECT ip, until FROM act_addresses WHERE event_seq = ? AND until > ?`, eventSeq, millis(now)).Scan(&text, &end)
	if err == nil {
		ip, err = netip.ParseAddr(text)
	}
	return ip, moment(end), fail("store: IP address of an act", err)
}

// ForgetIPs implements subscriptions.TermStore.
func (d *DB) ForgetIPs(ctx context.Context, now time.Time) (int64, error) {
	done, err := d.writing().exec(ctx, `DELETE FROM act_addresses WHERE until <= ?`, millis(now))
	if err != nil {
		return 0, fail("store: forget IP addresses", err)
	}
	n, err := done.RowsAffected()
	return n, fail("store: forget IP addresses", err)
}

var _ subscriptions.TermStore = (*DB)(nil)
