package store

import (
	"context"
	"slices"
	"time"

	"assent/mailer"
	"assent/subscriptions"
)

// Totals counts people on record, campaigns, messages sent, and cases: all of them, and those open.
func (d *DB) Totals(ctx context.Context) (people, campaigns, sent, cases, open int64, err error) {
	err = d.reading().row(ctx, `SELECT (SELECT COUNT(*) FROM subscribers WHERE address <> ''), (SELECT COUNT(*) FROM campaigns),
		(SELECT COUNT(*) FROM deliveries WHERE state = 'sent'), (SELECT COUNT(*) FROM cases), (SELECT COUNT(*) FROM cases WHERE state <> 'closed')`).
		Scan(&people, &campaigns, &sent, &cases, &open)
	return people, campaigns, sent, cases, open, fail("store: totals", err)
}

// statusSQL is what gateSQL says of a membership m when nothing but its own row stands against it.
func statusSQL() string {
	return `CASE WHEN m.status = 'withdrawn' THEN ` + rank(subscriptions.ReasonWithdrawn) + `
		WHEN m.status = 'pending' THEN ` + rank(subscriptions.ReasonUnconfirmed) + `
		WHEN m.status = 'lapsed' OR (m.expires_at <> 0 AND m.expires_at <= ?) THEN ` + rank(subscriptions.ReasonExpired) + `
		WHEN m.paused_until > ? THEN ` + rank(subscriptions.ReasonPaused) + `
		WHEN NOT m.informed THEN ` + rank(subscriptions.ReasonNotInformed) + ` ELSE 0 END`
}

func statusArgs(now time.Time) []any { return []any{millis(now), millis(now)} }

// ListFunnels counts the members of every list by what the gate would say of them. Most people have nothing against them but their own
// membership, so all are counted by that, and only the others (odd) are put to the gate and moved to where they belong: at one in ten, two to
// three times as fast as the gate for everybody. One statement, so one snapshot.
func (d *DB) ListFunnels(ctx context.Context, now time.Time) (map[int64]map[subscriptions.Reason]int64, error) {
	type count struct{ list, rank, people int64 }
	var q subscriptions.Question
	args := append(statusArgs(now), gateArgs(q, now)...)
	rows, err := d.reading().query(ctx, `WITH odd AS (
			SELECT m.list_id AS list_id, `+statusSQL()+` AS was, `+gateSQL(q, now)+` AS verdict
			FROM memberships m JOIN subscribers s ON s.id = m.subscriber_id JOIN lists l ON l.id = m.list_id
			WHERE m.subscriber_id IN (SELECT o.id FROM subscribers o WHERE o.erased_by <> 0 OR o.restricted_by <> 0
				UNION SELECT o.id FROM suppressions x JOIN subscribers o ON o.address_key = x.address_key))
		SELECT v.list_id, v.verdict, CAST(SUM(v.people) AS BIGINT) FROM (
			SELECT m.list_id AS list_id, `+statusSQL()+` AS verdict, COUNT(*) AS people FROM memberships m GROUP BY 1, 2
			UNION ALL SELECT list_id, was, -COUNT(*) FROM odd GROUP BY 1, 2
			UNION ALL SELECT list_id, verdict, COUNT(*) FROM odd GROUP BY 1, 2
		) v GROUP BY v.list_id, v.verdict`, append(args, statusArgs(now)...)...)
	counts, err := collect(rows, err, func(s scanner) (c count, err error) {
		err = s.Scan(&c.list, &c.rank, &c.people)
		return c, err
	})
	funnels := map[int64]map[subscriptions.Reason]int64{}
	for _, c := range counts {
		if funnels[c.list] == nil {
			funnels[c.list] = map[subscriptions.Reason]int64{}
		}
		if c.people != 0 {
			funnels[c.list][subscriptions.Reasons[c.rank]] = c.people
		}
	}
	return funnels, fail("store: list funnels", err)
}

// SuppressedOnLists counts, by list, the members whom a suppression keeps away and not an opt-out of their own.
func (d *DB) SuppressedOnLists(ctx context.Context) (map[int64]int64, error) {
	counts := map[int64]int64{}
	rows, err := d.reading().query(ctx, `SELECT m.list_id, COUNT(*) FROM memberships m JOIN consent_events e ON e.seq = m.event_seq
		WHERE m.status = 'withdrawn' AND e.kind = 'suppressed' GROUP BY m.list_id`)
	_, err = collect(rows, err, func(s scanner) (none struct{}, err error) {
		var list, people int64
		err = s.Scan(&list, &people)
		counts[list] = people
		return none, err
	})
	return counts, fail("store: suppressed on lists", err)
}

// PeopleAfter returns up to limit people with a row number above id, ascending, without those erased.
func (d *DB) PeopleAfter(ctx context.Context, id int64, limit int) ([]subscriptions.Subscriber, error) {
	rows, err := d.reading().query(ctx, `SELECT `+subscriberColumns+` FROM subscribers WHERE id > ? AND address <> '' ORDER BY id LIMIT ?`, id, limit)
	out, err := collect(rows, err, scanSubscriber)
	return out, fail("store: people", err)
}

// PeopleBefore returns the last limit people with a row number below id, ascending, without those erased.
func (d *DB) PeopleBefore(ctx context.Context, id int64, limit int) ([]subscriptions.Subscriber, error) {
	rows, err := d.reading().query(ctx, `SELECT `+subscriberColumns+` FROM subscribers WHERE id < ? AND address <> '' ORDER BY id DESC LIMIT ?`, id, limit)
	out, err := collect(rows, err, scanSubscriber)
	slices.Reverse(out)
	return out, fail("store: people", err)
}

// LastEvents returns the latest event of each address, without evidence, by string(key).
func (d *DB) LastEvents(ctx context.Context, keys [][]byte) (map[string]subscriptions.Event, error) {
	last := map[string]subscriptions.Event{}
	err := pages(keys, keysAtOnce, func(page [][]byte) error {
		rows, err := d.reading().query(ctx, `SELECT address_key, seq, at, kind FROM consent_events
			WHERE seq IN (SELECT MAX(seq) FROM consent_events WHERE `+ledgerOf(marks(len(page)))+` GROUP BY address_key)`, twice(page)...)
		_, err = collect(rows, err, func(s scanner) (none struct{}, err error) {
			var e subscriptions.Event
			var at int64
			err = s.Scan(&e.AddressKey, &e.Seq, &at, &e.Kind)
			e.At = moment(at)
			last[string(e.AddressKey)] = e
			return none, err
		})
		return err
	})
	return last, fail("store: last events", err)
}

// CampaignPage returns up to limit campaigns, the newest first, after skipping offset.
func (d *DB) CampaignPage(ctx context.Context, offset, limit int) ([]mailer.Campaign, error) {
	rows, err := d.reading().query(ctx, `SELECT `+campaignColumns+` FROM campaigns ORDER BY id DESC LIMIT ? OFFSET ?`, limit, offset)
	out, err := collect(rows, err, scanCampaign)
	return out, fail("store: campaigns", err)
}

// LastDeliveries returns up to limit deliveries of a campaign, to the people planned last first: sending goes by ascending row number,
// and this order has an index where the time has none.
func (d *DB) LastDeliveries(ctx context.Context, campaignID int64, limit int) ([]mailer.Delivery, error) {
	rows, err := d.reading().query(ctx, `SELECT `+deliveryColumns+` FROM deliveries WHERE campaign_id = ? ORDER BY subscriber_id DESC LIMIT ?`, campaignID, limit)
	out, err := collect(rows, err, scanDelivery)
	return out, fail("store: last deliveries", err)
}

// LeftSince counts who was sent a campaign and has opted out of the list it came for since the gate was asked.
func (d *DB) LeftSince(ctx context.Context, campaignID int64) (people int64, err error) {
	err = d.reading().row(ctx, `SELECT COUNT(*) FROM deliveries d
		JOIN memberships m ON m.list_id = d.list_id AND m.subscriber_id = d.subscriber_id
		JOIN consent_events e ON e.seq = m.event_seq
		WHERE d.campaign_id = ? AND d.state = 'sent' AND m.status = 'withdrawn' AND m.event_seq > d.gate_seq AND e.kind = 'withdrawn'`, campaignID).Scan(&people)
	return people, fail("store: left since", err)
}
