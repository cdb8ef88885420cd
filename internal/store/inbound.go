package store

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"time"

	"assent/inbox"
)

// Held implements inbox.Receiver.
func (d *DB) Held(ctx context.Context, mailbox string, uidValidity, after uint32) ([]uint32, error) {
	rows, err := d.reading().query(ctx, `SELECT uid FROM inbound_messages WHERE mailbox = ? AND uid_validity = ? AND uid > ? ORDER BY uid`, mailbox, int64(uidValidity), int64(after))
	out, err := collect(rows, err, func(s scanner) (uint32, error) {
		var uid int64
		err := s.Scan(&uid)
		return uint32(uid), err
	})
	return out, fail("store: held messages", err)
}

// SmallRaws implements inbox.Store: a message that fits into one piece is one row.
func (d *DB) SmallRaws(ctx context.Context, kept []inbox.Kept) (map[string][]byte, error) {
	var digests []string
	for _, m := range kept {
		if m.Digest != "" && m.Size <= pieceSize {
			digests = append(digests, m.Digest)
		}
	}
	type piece struct {
		digest string
		data   []byte
	}
	out := make(map[string][]byte, len(digests))
	err := pages(digests, keysAtOnce, func(page []string) error {
		rows, err := d.reading().query(ctx, `SELECT digest, data FROM inbound_pieces WHERE number = 0 AND digest IN (`+marks(len(page))+`)`, anys(page)...)
		found, err := collect(rows, err, func(s scanner) (p piece, err error) { err = s.Scan(&p.digest, &p.data); return p, err })
		for _, p := range found {
			out[p.digest] = p.data
		}
		return err
	})
	return out, fail("store: raw messages", err)
}

// Raw implements inbox.Store.
func (d *DB) Raw(ctx context.Context, digest string) io.ReadCloser {
	return &rawReader{ctx: ctx, db: d, digest: digest}
}

type rawReader struct {
	ctx    context.Context
	db     *DB
	digest string
	next   int
	piece  []byte
}

// Read implements io.Reader: one piece is in memory at a time.
func (r *rawReader) Read(p []byte) (int, error) {
	for len(r.piece) == 0 {
		rows, err := r.db.reading().query(r.ctx, `SELECT data FROM inbound_pieces WHERE digest = ? AND number = ?`, r.digest, r.next)
		found, err := collect(rows, err, func(s scanner) (b []byte, err error) { err = s.Scan(&b); return b, err })
		if err != nil {
			return 0, fail("store: raw message", err)
		}
		if len(found) == 0 {
			return 0, io.EOF
		}
		r.next++
		r.piece = found[0]
		if len(r.piece) == 0 {
			return 0, io.EOF
		}
	}
	n := copy(p, r.piece)
	r.piece = r.piece[n:]
	return n, nil
}

// Close implements io.Closer.
func (r *rawReader) Close() error { return nil }

// Watched implements inbox.Receiver.
func (d *DB) Watched(ctx context.Context, mailbox string, at time.Time, trouble string) error {
	_, err := d.writing().exec(ctx, `INSERT INTO mailboxes (name, checked_at, trouble) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET checked_at = excluded.checked_at, trouble = excluded.trouble`, mailbox, millis(at), trouble)
	return fail("store: mailbox health", err)
}

// Mailboxes implements inbox.Store.
func (d *DB) Mailboxes(ctx context.Context) ([]inbox.MailboxHealth, error) {
	rows, err := d.reading().query(ctx, `SELECT name, checked_at, trouble, reconciled FROM mailboxes ORDER BY name`)
	out, err := collect(rows, err, func(s scanner) (m inbox.MailboxHealth, err error) {
		var at int64
		var compared string
		err = s.Scan(&m.Name, &at, &m.Trouble, &compared)
		m.CheckedAt = moment(at)
		if err == nil && compared != "" {
			err = json.Unmarshal([]byte(compared), &m.Compared)
		}
		return m, err
	})
	return out, fail("store: mailboxes", err)
}

const keptColumns = `id, mailbox, uid_validity, uid, received_at, fetched_at, size, digest, unreadable, duplicate_of, disposition, kind, confidence, grounds,
	from_address, subject, message_id, case_id, settled_at, identity`

func scanKept(s scanner) (m inbox.Kept, err error) {
	var validity, uid, received, fetched, settled int64
	var grounds, who string
	err = s.Scan(&m.ID, &m.Mailbox, &validity, &uid, &received, &fetched, &m.Size, &m.Digest, &m.Unreadable, &m.DuplicateOf, &m.Disposition, &m.Kind, &m.Confidence, &grounds,
		&m.From, &m.Subject, &m.MessageID, &m.CaseID, &settled, &who)
	if err != nil {
		return m, err
	}
	m.UIDValidity, m.UID = uint32(validity), uint32(uid)
	m.ReceivedAt, m.FetchedAt, m.SettledAt = moment(received), moment(fetched), moment(settled)
	if who != "" {
		if err := json.Unmarshal([]byte(who), &m.Identity); err != nil {
			return m, err
		}
	}
	return m, json.Unmarshal([]byte(grounds), &m.Grounds)
}

// Kept implements inbox.Store.
func (d *DB) Kept(ctx context.Context, ids ...int64) ([]inbox.Kept, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := d.reading().query(ctx, `SELECT `+keptColumns+` FROM inbound_messages WHERE id IN (`+marks(len(ids))+`) ORDER BY id`, anys(ids)...)
	out, err := collect(rows, err, scanKept)
	return out, fail("store: kept messages", err)
}

// KeptBefore implements inbox.Store.
func (d *DB) KeptBefore(ctx context.Context, before int64, limit int) ([]inbox.Kept, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	rows, err := d.reading().query(ctx, `SELECT `+keptColumns+` FROM inbound_messages WHERE id < ? ORDER BY id DESC LIMIT ?`, before, limit)
	out, err := collect(rows, err, scanKept)
	return out, fail("store: kept messages", err)
}
