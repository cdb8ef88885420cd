package store

import (
	"context"

	"assent/internal/exporting"
)

// Members implements exporting.Store.
func (d *DB) Members(ctx context.Context, listID, after int64, limit int) ([]exporting.Member, error) {
	rows, err := d.reading().query(ctx, `SELECT s.id, s.address_key, s.address, s.name, s.language, s.attributes, s.source, s.created_at, s.updated_at,
			m.status, m.event_seq, m.expires_at, e.kind, e.at, e.source, e.evidence, COALESCE(t.body, '')
		FROM memberships m JOIN subscribers s ON s.id = m.subscriber_id JOIN consent_events e ON e.seq = m.event_seq LEFT JOIN texts t ON t.digest = e.wording_digest
		WHERE m.list_id = ? AND m.subscriber_id > ? AND s.address <> '' ORDER BY m.subscriber_id LIMIT ?`, listID, after, limit)
	out, err := collect(rows, err, scanMember)
	return out, fail("store: members", err)
}

func scanMember(s scanner) (m exporting.Member, err error) {
	var addr string
	var attributes []byte
	var created, updated, expires, at int64
	err = s.Scan(&m.ID, &m.Key, &addr, &m.Name, &m.Language, &attributes, &m.Source, &created, &updated,
		&m.Standing.Status, &m.Standing.Seq, &expires, &m.Event.Kind, &at, &m.Event.Source, &m.Event.Evidence, &m.Wording)
	if err != nil {
		return m, err
	}
	m.Address, m.CreatedAt, m.UpdatedAt = stored(addr), moment(created), moment(updated)
	m.Standing.ExpiresAt, m.Event.Seq, m.Event.At = moment(expires), m.Standing.Seq, moment(at)
	return m, unmarshalAttributes(attributes, &m.Attributes)
}

var _ exporting.Store = (*DB)(nil)
