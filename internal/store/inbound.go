package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"assent/inbox"
	"assent/queue"
)

const (
	pieceSize   = 256 << 10 // bytes of a raw message in one row
	inMemory    = 1 << 20   // a larger message goes through a file while it is hashed
	maxReceived = 1 << 40   // bytes; no mail server gives more
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

// Receive implements inbox.Receiver: the messages and the task that sorts them are one transaction.
func (d *DB) Receive(ctx context.Context, mailbox string, uidValidity uint32, batch []inbox.Arrival) error {
	return fail("store: receive", d.within(ctx, func(c conn) error {
		var ids []int64
		for _, a := range batch {
			id, err := c.receive(ctx, mailbox, uidValidity, a, d.now())
			if err != nil {
				return err
			}
			if id != 0 {
				ids = append(ids, id)
			}
		}
		return pages(ids, 100, func(part []int64) error {
			t, err := queue.New(fmt.Sprintf("sort:%d", part[0]), inbox.Sorting{IDs: part}, d.now())
			if err != nil {
				return err
			}
			return c.enqueue(ctx, d.now(), t)
		})
	}))
}

// receive keeps one message and returns its id when it is to be sorted, 0 when it was kept before.
func (c conn) receive(ctx context.Context, mailbox string, uidValidity uint32, a inbox.Arrival, now time.Time) (int64, error) {
	var have int64
	if err := c.row(ctx, `SELECT COUNT(*) FROM inbound_messages WHERE mailbox = ? AND uid_validity = ? AND uid = ?`, mailbox, int64(uidValidity), int64(a.UID)).Scan(&have); err != nil || have > 0 {
		if a.Body != nil {
			_, drain := io.Copy(io.Discard, a.Body)
			err = errors.Join(err, drain)
		}
		return 0, err
	}
	digest, size := "", int64(0)
	if a.Body != nil {
		var err error
		if digest, size, err = c.keepRaw(ctx, a.Body); err != nil {
			return 0, err
		}
	}
	received := a.ReceivedAt
	if received.IsZero() {
		received = now
	}
	var duplicate int64
	disposition := inbox.Unsorted
	if digest != "" {
		if err := c.row(ctx, `SELECT COALESCE(MIN(id), 0) FROM inbound_messages WHERE digest = ? AND mailbox = ?`, digest, mailbox).Scan(&duplicate); err != nil {
			return 0, err
		}
	}
	settled := int64(0)
	if duplicate != 0 {
		disposition, settled = inbox.Duplicated, millis(now)
	}
	id, err := c.insert(ctx, `INSERT INTO inbound_messages (mailbox, uid_validity, uid, received_at, fetched_at, size, digest, unreadable, duplicate_of,
		disposition, kind, confidence, grounds, from_address, subject, message_id, case_id, settled_at) VALUES (`+marks(18)+`)`,
		mailbox, int64(uidValidity), int64(a.UID), millis(received), millis(now), size, digest, a.Unreadable, duplicate,
		string(disposition), "", 0.0, "[]", "", "", "", 0, settled)
	if err != nil || duplicate != 0 {
		return 0, err
	}
	return id, nil
}

// keepRaw keeps the bytes of a message in pieces under their SHA-256, unless they are kept already.
func (c conn) keepRaw(ctx context.Context, body io.Reader) (digest string, size int64, err error) {
	hash := sha256.New()
	var head bytes.Buffer
	n, err := io.Copy(io.MultiWriter(&head, hash), io.LimitReader(body, inMemory))
	if err != nil {
		return "", 0, err
	}
	var raw io.Reader = &head
	size = n
	if n == inMemory {
		spool, err := os.CreateTemp("", "assent-mail-*")
		if err != nil {
			return "", 0, err
		}
		defer os.Remove(spool.Name())
		defer spool.Close()
		rest, err := io.Copy(io.MultiWriter(spool, hash), io.LimitReader(body, maxReceived))
		if err != nil {
			return "", 0, err
		}
		if _, err := spool.Seek(0, io.SeekStart); err != nil {
			return "", 0, err
		}
		raw, size = io.MultiReader(&head, spool), n+rest
	}
	digest = hex.EncodeToString(hash.Sum(nil))
	return digest, size, c.writePieces(ctx, digest, raw)
}

func (c conn) writePieces(ctx context.Context, digest string, raw io.Reader) error {
	var have int64
	if err := c.row(ctx, `SELECT COUNT(*) FROM inbound_pieces WHERE digest = ? AND number = 0`, digest).Scan(&have); err != nil || have > 0 {
		return err
	}
	piece := make([]byte, pieceSize)
	for number := 0; ; number++ {
		n, err := io.ReadFull(raw, piece)
		if n > 0 || number == 0 {
			if _, err := c.exec(ctx, `INSERT INTO inbound_pieces (digest, number, data) VALUES (?, ?, ?)`, digest, number, piece[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return err
		}
	}
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
