package store

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"assent/internal/errs"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

// Pace implements importing.Store. SQLite has one writer, for which pages that a batch changes are what it costs. On PostgreSQL two batches keep both ends busy; a
// third, or larger ones, gain a tenth and cost half as much memory again, and neighbours gain nothing that bringing them together does not cost.
func (d *DB) Pace() importing.Pace {
	if d.dialect == sqlite {
		return importing.Pace{Lanes: 1, Rows: 2000, Room: 16_000}
	}
	return importing.Pace{Lanes: 2, Rows: 1000}
}

// ReservePeople implements importing.Store. PostgreSQL takes the numbers out of the table's sequence, so they are nobody else's. SQLite only foresees which
// come next; somebody who comes first makes AppendAhead start over.
func (d *DB) ReservePeople(ctx context.Context, n int, behind int64) ([]int64, error) {
	c := d.writing()
	if d.dialect == sqlite {
		c = d.reading() // which waits for no batch that is being written
	}
	return c.reservePeople(ctx, n, behind)
}

// ReservePeople implements importing.Tx.
func (t importTx) ReservePeople(n int) ([]int64, error) {
	return t.reservePeople(t.ctx, n, 0)
}

func (c conn) reservePeople(ctx context.Context, n int, behind int64) ([]int64, error) {
	const op = "store: reserve row numbers"
	if n == 0 {
		return nil, nil
	}
	if c.dialect == postgres {
		ids, err := c.nextPeople(ctx, n)
		return ids, fail(op, err)
	}
	var last int64
	if err := c.row(ctx, `SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'subscribers'`).Scan(&last); err != nil {
		return nil, fail(op, err)
	}
	last = max(last, behind)
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = last + int64(i) + 1
	}
	return ids, nil
}

// nextPeople takes n numbers out of the sequence. They come as one text, which costs a fraction of as many rows; OFFSET 0 has the sequence looked up once.
func (c conn) nextPeople(ctx context.Context, n int) ([]int64, error) {
	var text string
	err := c.row(ctx, `SELECT string_agg(CAST(nextval(s.name) AS TEXT), ',')
		FROM (SELECT CAST(pg_get_serial_sequence('subscribers', 'id') AS REGCLASS) AS name OFFSET 0) s, generate_series(1, ?)`, n).Scan(&text)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, 0, n)
	for number := range strings.SplitSeq(text, ",") {
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// Bring implements importing.Tx.
func (t importTx) Bring(people []*subscriptions.Subscriber, events []subscriptions.Event) error {
	const op = "store: bring people in"
	if len(events) == 0 {
		return nil
	}
	head := subscriptions.Chain(t.head, events)
	if err := t.writeNewcomers(people, events); err != nil {
		return fail(op, err)
	}
	if err := t.endAt(head); err != nil {
		return fail(op, err)
	}
	return fail(op, t.arrive(people))
}

// endAt seals the ledger's new end.
func (t *ledgerTx) endAt(head subscriptions.Head) error {
	t.head = head
	_, err := t.exec(t.ctx, `UPDATE ledger_head SET seq = ?, hash = ?, seal = ? WHERE id = 1`, head.Seq, head.Hash, t.db.keys.Seal(head.Bytes()))
	return err
}

// writeNewcomers writes people of whom nothing is known but their one event, and what it folds to: what CreateSubscribers and Append write, without
// reading anything.
func (t importTx) writeNewcomers(people []*subscriptions.Subscriber, events []subscriptions.Event) error {
	lists, purposes := foldNewcomers(events)
	attributes := make([]string, len(people))
	for i, p := range people {
		var err error
		if attributes[i], err = attributesJSON(p.Attributes); err != nil {
			return err
		}
	}
	tables := []bulk{
		{"subscribers", "id, address_key, address, name, language, attributes, source, created_at, updated_at", len(people), func(i int, row []any) []any {
			p := people[i]
			return append(row, p.ID, p.Key, p.Address.String(), p.Name, p.Language, json.RawMessage(attributes[i]), p.Source, millis(p.CreatedAt), millis(p.UpdatedAt))
		}},
		{"consent_events", eventColumns, len(events), func(i int, row []any) []any {
			e := &events[i]
			return append(row, e.Seq, millis(e.At), string(e.Kind), string(e.Scope.Reach), e.Scope.ProgrammeID, e.Scope.PurposeID, e.Scope.ListID,
				e.SubscriberID, e.AddressKey, string(e.Channel), e.Actor, e.Source, e.WordingDigest, e.NoticeDigest, e.Reason, millis(e.ExpiresAt),
				e.Evidence, e.Salt, e.EvidenceHash, e.Prev, e.Hash)
		}},
		bulkStandings("memberships", "list_id", lists),
		bulkStandings("permissions", "purpose_id", purposes),
	}
	for _, b := range tables {
		if err := t.writeBulk(t.ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// foldNewcomers folds ledgers of one event each. Events that differ in nothing that folding looks at but their place fold to the same.
func foldNewcomers(events []subscriptions.Event) (lists, purposes []newcomerRow) {
	type looks struct {
		kind    subscriptions.EventKind
		scope   subscriptions.Scope
		channel subscriptions.Channel
		ends    int64
		told    bool
	}
	var last looks
	var onLists, forPurposes map[int64]*subscriptions.Standing
	lists, purposes = make([]newcomerRow, 0, len(events)), make([]newcomerRow, 0, len(events))
	for i := range events {
		e := &events[i]
		if now := (looks{e.Kind, e.Scope, e.Channel, millis(e.ExpiresAt), e.NoticeDigest != ""}); i == 0 || now != last {
			state := subscriptions.Fold(events[i : i+1])
			last = now
			onLists, forPurposes = pointers(state.Lists), pointers(state.Purposes)
		}
		for id, st := range onLists {
			lists = append(lists, newcomerRow{id, e.SubscriberID, e.Seq, st})
		}
		for id, st := range forPurposes {
			purposes = append(purposes, newcomerRow{id, e.SubscriberID, e.Seq, st})
		}
	}
	return lists, purposes
}

// newcomerRow is a row of memberships or permissions about somebody new. Many share what they fold to.
type newcomerRow struct {
	about      int64 // list or purpose
	subscriber int64
	seq        int64
	standing   *subscriptions.Standing // but for its Seq
}

func pointers(standings map[int64]subscriptions.Standing) map[int64]*subscriptions.Standing {
	out := make(map[int64]*subscriptions.Standing, len(standings))
	for id, st := range standings {
		out[id] = &st
	}
	return out
}

func bulkStandings(table, about string, rows []newcomerRow) bulk {
	return bulk{table, about + ", subscriber_id, status, event_seq, expires_at, informed, paused_until", len(rows), func(i int, row []any) []any {
		r := &rows[i]
		return append(row, r.about, r.subscriber, string(r.standing.Status), r.seq, millis(r.standing.ExpiresAt), r.standing.Informed, millis(r.standing.PausedUntil))
	}}
}

// AppendAhead implements importing.Store. On PostgreSQL the rows are written before it is the batch's turn and the ledger's end is taken, which nobody waits for; SQLite
// has one writer, so there everything happens in turn.
func (d *DB) AppendAhead(ctx context.Context, b importing.Ahead, fn func(importing.Tx) error) error {
	if d.dialect == sqlite {
		if err := b.Turn(ctx); err != nil {
			return err
		}
	}
	end := b.After
	if n := len(b.Events); n > 0 {
		end = subscriptions.Head{Seq: b.Events[n-1].Seq, Hash: b.Events[n-1].Hash}
	}
	err := d.within(ctx, func(c conn) error {
		t := importTx{&ledgerTx{conn: c, ctx: ctx, db: d, head: end}}
		if d.dialect == sqlite {
			if err := t.takeEnd(b.After); err != nil {
				return err
			}
			if err := t.writeNewcomers(b.People, b.Events); err != nil {
				return err
			}
		} else {
			// Whoever holds what these rows need is not to wait for this batch: it gives way.
			if _, err := c.exec(ctx, `SET LOCAL lock_timeout = '100ms'`); err != nil {
				return err
			}
			if err := t.writeNewcomers(b.People, b.Events); err != nil {
				return err
			}
			if err := b.Turn(ctx); err != nil {
				return err
			}
			if err := t.takeEnd(b.After); err != nil {
				return err
			}
		}
		if err := t.endAt(end); err != nil {
			return err
		}
		if err := t.arrive(b.People); err != nil { // what that appends comes before the next batch, which then starts over
			return err
		}
		return fn(t)
	})
	switch {
	case err == nil:
		return d.noted(ctx, end.Seq)
	case errs.KindOf(err) == errs.Conflict || !movedOn(err):
		return failUnless(importing.ErrMoved, "store: append ahead", err)
	}
	return importing.ErrMoved
}

// takeEnd locks the ledger's end and checks that it is the one a batch was made for.
func (t importTx) takeEnd(after subscriptions.Head) error {
	query := `SELECT seq, hash, seal FROM ledger_head WHERE id = 1`
	if t.dialect == postgres {
		query += ` FOR UPDATE NOWAIT`
	}
	var head subscriptions.Head
	var seal []byte
	if err := t.row(t.ctx, query).Scan(&head.Seq, &head.Hash, &seal); err != nil {
		return err
	}
	if !hmac.Equal(seal, t.db.keys.Seal(head.Bytes())) {
		return errs.E("store: append ahead", errs.Internal, "", errors.New("the seal of the ledger's end is broken; run 'assent verify'"))
	}
	if head.Seq != after.Seq || string(head.Hash) != string(after.Hash) {
		return importing.ErrMoved
	}
	return nil
}

// movedOn reports whether an error says that somebody else was there first: with the ledger's end, a row number or an address.
func movedOn(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "55P03" || isDeadlock(err) { // lock not available
		return true
	}
	return isDuplicate(err)
}
