package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"time"

	"assent/inbox"
)

// smallArrival is a message that is in memory as a whole, or that the server would not give.
type smallArrival struct {
	inbox.Arrival
	raw    []byte
	digest string // "" when the server would not give it
}

// weigh reads the messages that fit into one piece, before there is a transaction, and leaves the others to be read as they are kept.
func weigh(batch []inbox.Arrival) (small []smallArrival, large []inbox.Arrival, err error) {
	for _, a := range batch {
		if a.Body == nil {
			small = append(small, smallArrival{Arrival: a})
			continue
		}
		if a.Size > pieceSize {
			large = append(large, a)
			continue
		}
		raw, err := io.ReadAll(io.LimitReader(a.Body, pieceSize+1))
		if err != nil {
			return nil, nil, err
		}
		if len(raw) > pieceSize { // more than the server announced
			a.Body = io.MultiReader(bytes.NewReader(raw), a.Body)
			large = append(large, a)
			continue
		}
		sum := sha256.Sum256(raw)
		small = append(small, smallArrival{a, raw, hex.EncodeToString(sum[:])})
	}
	return small, large, nil
}

// receiving is a transaction that takes messages of one mailbox in.
type receiving struct {
	conn
	mailbox  string
	validity int64
	now      time.Time
}

// receiveSmall keeps messages and returns the ids of those that are to be sorted, ascending by UID. A message kept before is left as it is; bytes that are here
// already, or twice in the batch, are a duplicate of the first.
func (in receiving) receiveSmall(ctx context.Context, all []smallArrival) (ids []int64, err error) {
	err = pages(all, eventsAtOnce, func(page []smallArrival) error {
		page, err := in.notHeld(ctx, page)
		if err != nil {
			return err
		}
		first, err := in.firstOf(ctx, page)
		if err != nil {
			return err
		}
		if err := in.keepPieces(ctx, page); err != nil {
			return err
		}
		var fresh, again []smallArrival
		seen := map[string]bool{}
		for _, a := range page {
			if a.digest != "" && (first[a.digest] != 0 || seen[a.digest]) {
				again = append(again, a)
				continue
			}
			seen[a.digest] = true
			fresh = append(fresh, a)
		}
		byUID, err := in.insertMessages(ctx, fresh, nil)
		if err != nil {
			return err
		}
		for _, a := range fresh {
			ids = append(ids, byUID[a.UID])
			first[a.digest] = byUID[a.UID]
		}
		_, err = in.insertMessages(ctx, again, first)
		return err
	})
	return ids, err
}

// notHeld leaves out what is kept already, and a UID that comes twice.
func (in receiving) notHeld(ctx context.Context, page []smallArrival) ([]smallArrival, error) {
	var args []any
	for _, a := range page {
		args = append(args, int64(a.UID))
	}
	// Each UID is looked up by itself: PostgreSQL keeps the plan that it made while the table was empty, and would read all of it for a long IN.
	rows, err := in.query(ctx, `SELECT v.column1 FROM (VALUES `+strings.Repeat(`(CAST(? AS BIGINT)), `, len(page)-1)+`(CAST(? AS BIGINT))) v
		WHERE (SELECT m.id FROM inbound_messages m WHERE m.mailbox = ? AND m.uid_validity = ? AND m.uid = v.column1) > 0`, append(args, in.mailbox, in.validity)...)
	held, err := collect(rows, err, func(s scanner) (uid int64, err error) { err = s.Scan(&uid); return uid, err })
	if err != nil {
		return nil, err
	}
	seen := make(map[uint32]bool, len(page))
	for _, uid := range held {
		seen[uint32(uid)] = true
	}
	out := make([]smallArrival, 0, len(page))
	for _, a := range page {
		if !seen[a.UID] {
			seen[a.UID] = true
			out = append(out, a)
		}
	}
	return out, nil
}

// firstOf returns the first message of this mailbox with the bytes of each of some.
func (in receiving) firstOf(ctx context.Context, page []smallArrival) (map[string]int64, error) {
	first := map[string]int64{}
	args := []any{in.mailbox}
	for _, a := range page {
		if a.digest != "" {
			args = append(args, a.digest)
		}
	}
	if len(args) == 1 {
		return first, nil
	}
	type known struct {
		digest string
		id     int64
	}
	// Each digest is looked up by itself, too. "+ 0" keeps the database from going through all messages in the order of their numbers.
	rows, err := in.query(ctx, `SELECT * FROM (SELECT v.column1, COALESCE((SELECT MIN(m.id + 0) FROM inbound_messages m WHERE m.mailbox = ? AND m.digest = v.column1), 0) AS first
		FROM (VALUES `+tuples(len(args)-1, 1)+`) v) f WHERE f.first > 0`, args...)
	found, err := collect(rows, err, func(s scanner) (k known, err error) { err = s.Scan(&k.digest, &k.id); return k, err })
	for _, k := range found {
		first[k.digest] = k.id
	}
	return first, err
}

// keepPieces keeps the bytes of messages, each once.
func (in receiving) keepPieces(ctx context.Context, page []smallArrival) error {
	const width = 3
	var args []any
	for _, a := range page {
		if a.digest != "" {
			args = append(args, a.digest, 0, a.raw)
		}
	}
	return pages(args, eventsAtOnce*width, func(part []any) error {
		_, err := in.exec(ctx, `INSERT INTO inbound_pieces (digest, number, data) VALUES `+tuples(len(part)/width, width)+` ON CONFLICT (digest, number) DO NOTHING`, part...)
		return err
	})
}

// insertMessages adds the rows of messages and returns their ids by UID. Those whose bytes are those of a first one have their disposition at once.
func (in receiving) insertMessages(ctx context.Context, page []smallArrival, first map[string]int64) (map[uint32]int64, error) {
	byUID := make(map[uint32]int64, len(page))
	if len(page) == 0 {
		return byUID, nil
	}
	const width = 18
	args := make([]any, 0, len(page)*width)
	for _, a := range page {
		received, disposition, settled := a.ReceivedAt, inbox.Unsorted, int64(0)
		if received.IsZero() {
			received = in.now
		}
		if first[a.digest] != 0 {
			disposition, settled = inbox.Duplicated, millis(in.now)
		}
		args = append(args, in.mailbox, in.validity, int64(a.UID), millis(received), millis(in.now), int64(len(a.raw)), a.digest, a.Unreadable, first[a.digest],
			string(disposition), "", 0.0, "[]", "", "", "", 0, settled)
	}
	type row struct{ id, uid int64 }
	rows, err := in.query(ctx, `INSERT INTO inbound_messages (`+receivedColumns+`) VALUES `+tuples(len(page), width)+` RETURNING id, uid`, args...)
	added, err := collect(rows, err, func(s scanner) (r row, err error) { err = s.Scan(&r.id, &r.uid); return r, err })
	for _, r := range added {
		byUID[uint32(r.uid)] = r.id
	}
	return byUID, err
}
