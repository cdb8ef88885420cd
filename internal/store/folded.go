package store

import (
	"context"

	"assent/subscriptions"
)

// standingRow is a row of memberships or permissions.
type standingRow struct {
	about      int64 // list or purpose
	subscriber int64
	standing   subscriptions.Standing
}

// foldAfter brings what the gate joins up to date with events that were just appended, the first of
// them at place first. It folds each address's whole ledger, so the tables are what Fold says and nothing else.
func (t *ledgerTx) foldAfter(first int64, events []subscriptions.Event) error {
	keys := distinctKeys(events)
	ledgers, err := eventsByKey(t.ctx, t.conn, keys)
	if err != nil {
		return err
	}
	var lists, purposes []standingRow
	var bars []any
	for _, key := range keys {
		ledger := ledgers[string(key)]
		state, subscriber := subscriptions.Fold(ledger), subscriberOf(ledger)
		for id, st := range state.Lists {
			if st.Touched >= first && subscriber != 0 {
				lists = append(lists, standingRow{id, subscriber, st})
			}
		}
		for id, st := range state.Purposes {
			if st.Touched >= first && subscriber != 0 {
				purposes = append(purposes, standingRow{id, subscriber, st})
			}
		}
		for _, b := range state.Bars {
			if b.Seq >= first {
				bars = append(bars, key, string(b.Scope.Reach), b.Scope.ProgrammeID, b.Scope.PurposeID, b.Scope.ListID, b.Seq, b.Reason)
			}
		}
		if touchesPerson(ledger, first) && subscriber != 0 {
			if err := t.writePerson(subscriber, state); err != nil {
				return err
			}
		}
	}
	if err := t.writeStandings("memberships", "list_id", lists); err != nil {
		return err
	}
	if err := t.writeStandings("permissions", "purpose_id", purposes); err != nil {
		return err
	}
	return t.writeBars(bars)
}

const standingWidth = 7 // columns of memberships and of permissions

func (t *ledgerTx) writeStandings(table, about string, rows []standingRow) error {
	return pages(rows, eventsAtOnce, func(page []standingRow) error {
		args := make([]any, 0, len(page)*standingWidth)
		for _, r := range page {
			args = append(args, r.about, r.subscriber, string(r.standing.Status), r.standing.Seq, millis(r.standing.ExpiresAt),
				r.standing.Informed, millis(r.standing.PausedUntil))
		}
		_, err := t.exec(t.ctx, `INSERT INTO `+table+` (`+about+`, subscriber_id, status, event_seq, expires_at, informed, paused_until) VALUES `+tuples(len(page), standingWidth)+`
			ON CONFLICT (`+about+`, subscriber_id) DO UPDATE SET status = excluded.status, event_seq = excluded.event_seq, expires_at = excluded.expires_at,
				informed = excluded.informed, paused_until = excluded.paused_until`, args...)
		return err
	})
}

func (t *ledgerTx) writeBars(args []any) error {
	const width = 7
	return pages(args, eventsAtOnce*width, func(page []any) error {
		_, err := t.exec(t.ctx, `INSERT INTO suppressions (address_key, reach, programme_id, purpose_id, list_id, event_seq, reason) VALUES `+tuples(len(page)/width, width)+`
			ON CONFLICT (address_key, reach, programme_id, purpose_id, list_id) DO UPDATE SET event_seq = excluded.event_seq, reason = excluded.reason`, page...)
		return err
	})
}

func distinctKeys(events []subscriptions.Event) [][]byte {
	var keys [][]byte
	seen := make(map[string]bool, len(events))
	for _, e := range events {
		if k := string(e.AddressKey); !seen[k] {
			seen[k] = true
			keys = append(keys, e.AddressKey)
		}
	}
	return keys
}

// subscriberOf returns the row number under which an address is on record, 0 for none. One address has one row for ever.
func subscriberOf(ledger []subscriptions.Event) int64 {
	for _, e := range ledger {
		if e.SubscriberID != 0 {
			return e.SubscriberID
		}
	}
	return 0
}

// touchesPerson reports whether events from a place on change what a person's row says of them.
func touchesPerson(ledger []subscriptions.Event, first int64) bool {
	for _, e := range ledger {
		if e.Seq >= first && (e.Kind == subscriptions.Restricted || e.Kind == subscriptions.Released || e.Kind == subscriptions.Erased ||
			e.Kind == subscriptions.ProfilingRefused || e.Kind == subscriptions.ProfilingAllowed) {
			return true
		}
	}
	return false
}

// foldInto tells the rows of people who come on record what the ledger already said of their addresses: somebody may have been erased who had only written to us.
func (t *ledgerTx) foldInto(people []*subscriptions.Subscriber) error {
	return pages(people, keysAtOnce, func(page []*subscriptions.Subscriber) error {
		keys := make([][]byte, len(page))
		for i, p := range page {
			keys[i] = p.Key
		}
		ledgers, err := eventsByKey(t.ctx, t.conn, keys)
		if err != nil {
			return err
		}
		for _, p := range page {
			ledger := ledgers[string(p.Key)]
			if !touchesPerson(ledger, 1) {
				continue
			}
			if err := t.writePerson(p.ID, subscriptions.Fold(ledger)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *ledgerTx) writePerson(id int64, st subscriptions.State) error {
	_, err := t.exec(t.ctx, `UPDATE subscribers SET restricted_by = ?, erased_by = ?, profiling_refused_by = ? WHERE id = ?`,
		st.RestrictedBy, st.ErasedBy, st.ProfilingRefusedBy, id)
	return err
}

// Folded implements subscriptions.Proof: the state of people as the gate's tables have it, by subscriber.
func (d *DB) Folded(ctx context.Context, people []subscriptions.Subscriber) (map[int64]subscriptions.State, error) {
	const op = "store: folded states"
	out := make(map[int64]subscriptions.State, len(people))
	byKey := make(map[string]int64, len(people))
	ids, keys := make([]any, 0, len(people)), make([]any, 0, len(people))
	for _, p := range people {
		out[p.ID] = subscriptions.State{
			Lists: map[int64]subscriptions.Standing{}, Purposes: map[int64]subscriptions.Standing{}, Bars: map[subscriptions.Scope]subscriptions.Bar{},
		}
		byKey[string(p.Key)] = p.ID
		ids, keys = append(ids, p.ID), append(keys, p.Key)
	}
	if len(ids) == 0 {
		return out, nil
	}
	in := marks(len(ids))
	err := d.foldedPeople(ctx, out, `SELECT id, restricted_by, erased_by, profiling_refused_by FROM subscribers WHERE id IN (`+in+`)`, ids)
	if err != nil {
		return nil, fail(op, err)
	}
	for _, q := range []struct {
		query string
		of    func(subscriptions.State) map[int64]subscriptions.Standing
	}{
		{`SELECT list_id, subscriber_id, status, event_seq, expires_at, informed, paused_until FROM memberships WHERE subscriber_id IN (` + in + `)`,
			func(s subscriptions.State) map[int64]subscriptions.Standing { return s.Lists }},
		{`SELECT purpose_id, subscriber_id, status, event_seq, expires_at, informed, paused_until FROM permissions WHERE subscriber_id IN (` + in + `)`,
			func(s subscriptions.State) map[int64]subscriptions.Standing { return s.Purposes }},
	} {
		rows, err := d.reading().query(ctx, q.query, ids...)
		standings, err := collect(rows, err, scanStanding)
		if err != nil {
			return nil, fail(op, err)
		}
		for _, r := range standings {
			q.of(out[r.subscriber])[r.about] = r.standing
		}
	}
	rows, err := d.reading().query(ctx, `SELECT `+suppressionColumns+` FROM suppressions WHERE address_key IN (`+in+`)`, keys...)
	bars, err := collect(rows, err, scanSuppression)
	for _, b := range bars {
		out[byKey[string(b.Key)]].Bars[b.Scope] = b.Bar
	}
	return out, fail(op, err)
}

func (d *DB) foldedPeople(ctx context.Context, out map[int64]subscriptions.State, query string, ids []any) error {
	type person struct{ id, restricted, erased, unprofiled int64 }
	rows, err := d.reading().query(ctx, query, ids...)
	people, err := collect(rows, err, func(s scanner) (p person, err error) {
		err = s.Scan(&p.id, &p.restricted, &p.erased, &p.unprofiled)
		return p, err
	})
	for _, p := range people {
		st := out[p.id]
		st.RestrictedBy, st.ErasedBy, st.ProfilingRefusedBy = p.restricted, p.erased, p.unprofiled
		out[p.id] = st
	}
	return err
}

func scanStanding(s scanner) (r standingRow, err error) {
	var expires, paused int64
	err = s.Scan(&r.about, &r.subscriber, &r.standing.Status, &r.standing.Seq, &expires, &r.standing.Informed, &paused)
	r.standing.ExpiresAt, r.standing.PausedUntil = moment(expires), moment(paused)
	return r, err
}

const suppressionColumns = `address_key, reach, programme_id, purpose_id, list_id, event_seq, reason`

func scanSuppression(s scanner) (x subscriptions.Suppression, err error) {
	err = s.Scan(&x.Key, &x.Scope.Reach, &x.Scope.ProgrammeID, &x.Scope.PurposeID, &x.Scope.ListID, &x.Seq, &x.Reason)
	return x, err
}

// Suppressions implements subscriptions.Store.
func (d *DB) Suppressions(ctx context.Context, after int64, limit int) ([]subscriptions.Suppression, error) {
	rows, err := d.reading().query(ctx, `SELECT `+suppressionColumns+` FROM suppressions WHERE event_seq > ? ORDER BY event_seq LIMIT ?`, after, limit)
	out, err := collect(rows, err, scanSuppression)
	return out, fail("store: suppressions", err)
}
