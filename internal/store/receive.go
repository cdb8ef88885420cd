package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"time"

	"assent/inbox"
)

const (
	pieceSize   = 256 << 10 // bytes of a raw message in one row
	inMemory    = 1 << 20   // a larger message goes through a file while it is hashed
	maxReceived = 1 << 40   // bytes; no mail server gives more
)

// Receive implements inbox.Receiver: the messages and the tasks that sort them are one transaction. Messages of one piece are kept with a few statements for all.
func (d *DB) Receive(ctx context.Context, mailbox string, uidValidity uint32, batch []inbox.Arrival) error {
	const op = "store: receive"
	small, large, err := weigh(batch)
	if err != nil {
		return fail(op, err)
	}
	return fail(op, d.within(ctx, func(c conn) error {
		in := receiving{conn: c, mailbox: mailbox, validity: int64(uidValidity), now: d.now()}
		ids, err := in.receiveSmall(ctx, small)
		if err != nil {
			return err
		}
		for _, a := range large {
			id, err := c.receive(ctx, mailbox, uidValidity, a, in.now)
			if err != nil {
				return err
			}
			if id != 0 {
				ids = append(ids, id)
			}
		}
		tasks, err := inbox.SortingTasks(ids, in.now)
		if err != nil {
			return err
		}
		return c.enqueue(ctx, in.now, tasks...)
	}))
}

const receivedColumns = `mailbox, uid_validity, uid, received_at, fetched_at, size, digest, unreadable, duplicate_of,
	disposition, kind, confidence, grounds, from_address, subject, message_id, case_id, settled_at`

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
	id, err := c.insert(ctx, `INSERT INTO inbound_messages (`+receivedColumns+`) VALUES (`+marks(18)+`)`,
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
