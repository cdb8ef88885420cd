package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"assent/subscriptions"
	"assent/subscriptions/segment"
)

// verdictRow is one person of an audience, judged.
type verdictRow struct {
	id       int64
	decision subscriptions.Decision
}

// audiencePage judges the members of the audience's lists above after, about size of them, in
// ascending order. It returns the id up to which it looked, and whether that was the end. Pages are
// ranges of ids, so that every page costs the same however far the audience goes.
func audiencePage(ctx context.Context, c conn, a segment.Audience, now time.Time, after int64, size int) (page []verdictRow, upTo int64, last bool, err error) {
	upTo, err = c.pageEnd(ctx, a.Question.Lists, after, size)
	if err != nil {
		return nil, 0, false, err
	}
	// Bounding s.id as well keeps PostgreSQL from a merge join that starts at the first row on every page.
	query := standingsSQL(a.Question, now, `m.subscriber_id > ? AND m.subscriber_id <= ? AND s.id > ? AND s.id <= ?`)
	args := standingsArgs(a.Question, now, after, upTo, after, upTo)
	narrow, narrowArgs := c.narrowSQL(a)
	if narrow == "" {
		query = `SELECT v.id, v.verdict, 0 FROM (` + query + `) v ORDER BY v.id`
	} else {
		query = `SELECT v.id, v.verdict, ` + narrow + ` FROM (` + query + `) v JOIN subscribers s ON s.id = v.id WHERE s.id > ? AND s.id <= ? ORDER BY v.id`
		args = append(append(narrowArgs, args...), after, upTo)
	}
	rows, err := c.query(ctx, query, args...)
	page, err = collect(rows, err, scanVerdict)
	return page, upTo, upTo == math.MaxInt64, err
}

func scanVerdict(s scanner) (r verdictRow, err error) {
	var verdict int64
	var left int
	if err = s.Scan(&r.id, &verdict, &left); err != nil {
		return r, err
	}
	r.decision = decision(verdict)
	if left != kept {
		r.decision = subscriptions.Decision{Reason: leftOut[left]}
	}
	return r, nil
}

// pageEnd returns the id of the person with whom a page of size members ends; the largest there is when the lists end before.
func (c conn) pageEnd(ctx context.Context, lists []subscriptions.Scope, after int64, size int) (upTo int64, err error) {
	upTo = math.MaxInt64
	for _, l := range lists {
		var id int64
		err := c.row(ctx, `SELECT subscriber_id FROM memberships WHERE list_id = ? AND subscriber_id > ? ORDER BY subscriber_id LIMIT 1 OFFSET ?`,
			l.ListID, after, size-1).Scan(&id)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return 0, err
		default:
			upTo = min(upTo, id)
		}
	}
	return upTo, nil
}

// What narrowing says of a person, and the reason for each.
const (
	kept = iota
	notInSegment
	refusedProfiling
	excluded
)

var leftOut = []subscriptions.Reason{"", subscriptions.ReasonNotInSegment, segment.ReasonProfiling, subscriptions.ReasonExcluded}

// narrowSQL is what segment and exclusion lists say of the subscriber s with the verdict v; "" when there are none. The data of
// somebody erased or restricted is not looked at (Article 18).
func (c conn) narrowSQL(a segment.Audience) (string, []any) {
	if a.Rule == nil && len(a.Excluded) == 0 {
		return "", nil
	}
	text := `CASE WHEN v.verdict / ` + strconv.Itoa(verdictUnit) + ` IN (` + rank(subscriptions.ReasonErased) + `, ` + rank(subscriptions.ReasonRestricted) + `) THEN ` + strconv.Itoa(kept)
	var args []any
	if a.Rule != nil {
		if a.Rule.Profiles {
			text += ` WHEN s.profiling_refused_by <> 0 THEN ` + strconv.Itoa(refusedProfiling)
		}
		rule, ruleArgs := c.ruleSQL(*a.Rule)
		text += ` WHEN NOT ` + rule + ` THEN ` + strconv.Itoa(notInSegment)
		args = ruleArgs
	}
	if n := len(a.Excluded); n > 0 {
		text += ` WHEN EXISTS (SELECT 1 FROM memberships x WHERE x.list_id IN (` + marks(n) + `) AND x.subscriber_id = v.id AND x.status = 'active') THEN ` + strconv.Itoa(excluded)
		args = append(args, anys(a.Excluded)...)
	}
	return text + ` ELSE ` + strconv.Itoa(kept) + ` END`, args
}

const funnelPage = 5000

// Funnel implements subscriptions.Store.
func (d *DB) Funnel(ctx context.Context, q subscriptions.Question, now time.Time) (map[subscriptions.Reason]int64, error) {
	counts, _, err := d.survey(ctx, segment.Audience{Question: q}, now, 0)
	return counts, fail("store: funnel", err)
}

// Survey implements segment.Store. It holds one page and the sample at a time.
func (d *DB) Survey(ctx context.Context, a segment.Audience, now time.Time, sample int) (segment.Counts, []subscriptions.Subscriber, error) {
	const op = "store: survey audience"
	counts, drawn, err := d.survey(ctx, a, now, sample)
	if err != nil || len(drawn) == 0 {
		return counts, nil, fail(op, err)
	}
	rows, err := d.reading().query(ctx, `SELECT `+subscriberColumns+` FROM subscribers WHERE id IN (`+marks(len(drawn))+`) ORDER BY id`, anys(drawn)...)
	people, err := collect(rows, err, scanSubscriber)
	return counts, people, fail(op, err)
}

// survey counts page by page. Its sample is a reservoir (Vitter's algorithm R) drawn with fixed numbers, so that the same audience shows the same people.
func (d *DB) survey(ctx context.Context, a segment.Audience, now time.Time, sample int) (counts segment.Counts, drawn []int64, err error) {
	counts = segment.Counts{}
	dice := rand.New(rand.NewPCG(1, 2))
	for after, last := int64(0), len(a.Question.Lists) == 0; !last; {
		var page []verdictRow
		if page, after, last, err = audiencePage(ctx, d.reading(), a, now, after, funnelPage); err != nil {
			return nil, nil, err
		}
		for _, r := range page {
			counts[r.decision.Reason]++
			if r.decision.Reason != subscriptions.Allowed {
				continue
			}
			if len(drawn) < sample {
				drawn = append(drawn, r.id)
			} else if i := dice.Int64N(counts[subscriptions.Allowed]); i < int64(sample) {
				drawn[i] = r.id
			}
		}
	}
	return counts, drawn, nil
}
