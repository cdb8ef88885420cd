package store

import (
	"context"
	"strconv"
	"time"

	"assent/subscriptions"
)

// verdictUnit joins a reason's rank and the deciding event in one number, so that MIN finds the best list of a person
// and the event that allows it at once: rank * verdictUnit + seq.
const verdictUnit = 1_000_000_000_000

// gateSQL is subscriptions.Decide for whole audiences: the rank of subscriptions.Reasons for one membership m of
// one subscriber s on list l. TestGateAgreesWithDecide holds the two together. The arguments are those of gateArgs.
func gateSQL(q subscriptions.Question, now time.Time) string {
	if q.Ended(now) {
		return rank(subscriptions.ReasonEnded)
	}
	purposes := "0 > 1"
	if n := len(q.Purposes); n > 0 {
		purposes = `(SELECT COUNT(*) FROM permissions p JOIN purposes u ON u.id = p.purpose_id
			WHERE p.subscriber_id = s.id AND p.purpose_id IN (` + marks(n) + `) AND p.status = 'active' AND p.informed
			  AND (p.expires_at = 0 OR p.expires_at > ?)
			  AND NOT EXISTS (SELECT 1 FROM suppressions x WHERE x.address_key = s.address_key AND x.event_seq > p.event_seq
				AND (x.reach = 'everything' OR x.reach = 'programme' AND x.programme_id = u.programme_id
				  OR x.reach = 'purpose' AND x.purpose_id = u.id))) < ` + strconv.Itoa(n)
	}
	return `CASE
		WHEN s.erased_by <> 0 AND s.erased_by >= m.event_seq THEN ` + rank(subscriptions.ReasonErased) + `
		WHEN s.restricted_by <> 0 THEN ` + rank(subscriptions.ReasonRestricted) + `
		WHEN EXISTS (SELECT 1 FROM suppressions x WHERE x.address_key = s.address_key AND x.event_seq > m.event_seq
			AND (x.reach = 'everything' OR x.reach = 'programme' AND x.programme_id = l.programme_id
			  OR x.reach = 'purpose' AND x.purpose_id = l.purpose_id OR x.reach = 'list' AND x.list_id = l.id)) THEN ` + rank(subscriptions.ReasonWithdrawn) + `
		WHEN m.status = 'pending' THEN ` + rank(subscriptions.ReasonUnconfirmed) + `
		WHEN m.status = 'lapsed' OR m.status = 'active' AND m.expires_at <> 0 AND m.expires_at <= ? THEN ` + rank(subscriptions.ReasonExpired) + `
		WHEN m.status <> 'active' THEN ` + rank(subscriptions.ReasonWithdrawn) + `
		WHEN m.paused_until > ? THEN ` + rank(subscriptions.ReasonPaused) + `
		WHEN NOT m.informed THEN ` + rank(subscriptions.ReasonNotInformed) + `
		WHEN ` + purposes + ` THEN ` + rank(subscriptions.ReasonPurpose) + `
		ELSE 0 END`
}

func rank(r subscriptions.Reason) string { return strconv.Itoa(r.Rank()) }

func gateArgs(q subscriptions.Question, now time.Time) []any {
	if q.Ended(now) {
		return nil
	}
	args := []any{millis(now), millis(now)}
	for _, p := range q.Purposes {
		args = append(args, p.PurposeID)
	}
	if len(q.Purposes) > 0 {
		args = append(args, millis(now))
	}
	return args
}

// standingsSQL judges every member of the question's lists for whom where holds: columns id and verdict.
func standingsSQL(q subscriptions.Question, now time.Time, where string) string {
	return `SELECT m.subscriber_id AS id, MIN(` + strconv.Itoa(verdictUnit) + ` * (` + gateSQL(q, now) + `) + m.event_seq) AS verdict
		FROM memberships m JOIN subscribers s ON s.id = m.subscriber_id JOIN lists l ON l.id = m.list_id
		WHERE m.list_id IN (` + marks(len(q.Lists)) + `) AND ` + where + ` GROUP BY m.subscriber_id`
}

func standingsArgs(q subscriptions.Question, now time.Time, where ...any) []any {
	args := gateArgs(q, now)
	for _, l := range q.Lists {
		args = append(args, l.ListID)
	}
	return append(args, where...)
}

func decision(verdict int64) subscriptions.Decision {
	return subscriptions.Decision{Reason: subscriptions.Reasons[verdict/verdictUnit], Seq: verdict % verdictUnit}
}

// Ask implements subscriptions.GateStore, in one statement and so in one snapshot.
func (d *DB) Ask(ctx context.Context, q subscriptions.Question, ids []int64, now time.Time) ([]subscriptions.Candidate, int64, error) {
	const op = "store: ask the gate"
	if len(ids) == 0 || len(q.Lists) == 0 {
		return nil, 0, nil
	}
	where := `m.subscriber_id IN (` + marks(len(ids)) + `)`
	ends, args := purposesEnd(q)
	rows, err := d.reading().query(ctx, `SELECT p.id, p.address, p.name, p.language, p.attributes, v.verdict, COALESCE(e.list_id, 0), COALESCE(e.expires_at, 0),
			`+ends+`, (SELECT h.seq FROM ledger_head h WHERE h.id = 1)
		FROM (`+standingsSQL(q, now, where)+`) v JOIN subscribers p ON p.id = v.id
			LEFT JOIN consent_events e ON e.seq = v.verdict % `+strconv.Itoa(verdictUnit)+` ORDER BY p.id`,
		append(args, standingsArgs(q, now, anys(ids)...)...)...)
	var gateSeq int64
	out, err := collect(rows, err, func(s scanner) (c subscriptions.Candidate, err error) {
		var addr string
		var attributes []byte
		var verdict, list, listEnds, purposesEnd int64
		err = s.Scan(&c.Subscriber.ID, &addr, &c.Subscriber.Name, &c.Subscriber.Language, &attributes, &verdict, &list, &listEnds, &purposesEnd, &gateSeq)
		if err != nil {
			return c, err
		}
		c.Decision = decision(verdict)
		c.Decision.ListID = list
		if c.Decision.Reason == subscriptions.Allowed {
			c.Decision.Until = subscriptions.Earliest(q.Ends, moment(listEnds), moment(purposesEnd))
		}
		c.Subscriber.Address = stored(addr)
		return c, unmarshalAttributes(attributes, &c.Subscriber.Attributes)
	})
	return out, gateSeq, fail(op, err)
}

// purposesEnd is when the first of a person's permissions for the question's purposes ends, 0 for none that does, with its arguments.
func purposesEnd(q subscriptions.Question) (sql string, args []any) {
	if len(q.Purposes) == 0 {
		return `0`, nil
	}
	for _, p := range q.Purposes {
		args = append(args, p.PurposeID)
	}
	return `COALESCE((SELECT MIN(w.expires_at) FROM permissions w WHERE w.subscriber_id = p.id AND w.expires_at <> 0 AND w.purpose_id IN (` + marks(len(args)) + `)), 0)`, args
}
