package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"assent/inbox/cases"
	"assent/internal/audit"
)

// OpenCase implements cases.Store.
func (d *DB) OpenCase(ctx context.Context, o *cases.Opening) error {
	return fail("store: open case", d.within(ctx, func(c conn) error { return d.openCases(ctx, c, []*cases.Opening{o}) }))
}

// openCases keeps cases with their sub-cases, people, first messages and letters, each kind of row with one statement for all, and links them to what the same people
// asked before, also in one of these cases.
func (d *DB) openCases(ctx context.Context, c conn, all []*cases.Opening) error {
	if len(all) == 0 {
		return nil
	}
	now := d.now()
	for _, step := range []func() error{
		func() error { return c.numberCases(ctx, all) },
		func() error { return c.insertOpened(ctx, all, now) },
		func() error { return d.keepOpenedParties(ctx, c, all) },
		func() error { return c.keepOpenedMessages(ctx, all) },
		func() error { return c.keepOpenedEvents(ctx, all, now) },
		func() error { return c.linkOpened(ctx, all, now) },
		func() error { return c.noteOpened(ctx, all) },
		func() error { return d.tellOpenings(ctx, c, all) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// numberCases counts the cases of each year, without gaps: the numbers are given in the transaction that keeps the cases.
func (c conn) numberCases(ctx context.Context, all []*cases.Opening) error {
	next := map[int]int64{}
	for _, o := range all {
		next[o.Case.ReceivedAt.Year()]++
	}
	for _, year := range slices.Sorted(maps.Keys(next)) {
		var last int64
		err := c.row(ctx, `INSERT INTO case_numbers (year, last) VALUES (?, ?) ON CONFLICT (year) DO UPDATE SET last = case_numbers.last + excluded.last RETURNING last`, year, next[year]).Scan(&last)
		if err != nil {
			return err
		}
		next[year] = last - next[year] + 1
	}
	for _, o := range all {
		year := o.Case.ReceivedAt.Year()
		o.Case.Reference = cases.NewReference(year, next[year])
		next[year]++
	}
	return nil
}

// insertOpened inserts the cases, and then their sub-cases, which name them.
func (c conn) insertOpened(ctx context.Context, all []*cases.Opening, now time.Time) error {
	var roots, subs []*cases.Case
	for _, o := range all {
		roots = append(roots, &o.Case)
	}
	if err := c.insertCases(ctx, roots, now); err != nil {
		return err
	}
	for _, o := range all {
		for i := range o.Subs {
			o.Subs[i].ParentID, o.Subs[i].Reference = o.Case.ID, cases.SubReference(o.Case.Reference, i+2)
			subs = append(subs, &o.Subs[i])
		}
	}
	return c.insertCases(ctx, subs, now)
}

// insertCases inserts cases and gives them their ids.
func (c conn) insertCases(ctx context.Context, all []*cases.Case, now time.Time) error {
	return pages(all, eventsAtOnce, func(page []*cases.Case) error {
		var args []any
		byReference := make(map[string]*cases.Case, len(page))
		for _, k := range page {
			k.CreatedAt, byReference[k.Reference] = now, k
			row, err := caseRow(*k)
			if err != nil {
				return err
			}
			args = append(args, row...)
		}
		rows, err := c.query(ctx, `INSERT INTO cases (reference, parent_id, labels, flags, programme_id, division, channel, mailbox, inbound_id, language, asked, created_at, `+
			caseChanges+`) VALUES `+tuples(len(page), len(args)/len(page))+` RETURNING id, reference`, args...)
		_, err = collect(rows, err, func(s scanner) (id int64, err error) {
			var reference string
			if err = s.Scan(&id, &reference); err == nil {
				byReference[reference].ID = id
			}
			return id, err
		})
		return err
	})
}

// caseRow returns all of a case but its id, in the order of insertCases.
func caseRow(k cases.Case) ([]any, error) {
	texts, err := asJSON(listed(k.Labels), listed(k.Flags))
	if err != nil {
		return nil, err
	}
	values, err := caseValues(k)
	return append([]any{
		k.Reference, k.ParentID, texts[0], texts[1], k.ProgrammeID, k.Division, string(k.Channel), k.Mailbox, k.InboundID, k.Language, k.Asked, millis(k.CreatedAt),
	}, values...), err
}

func (d *DB) keepOpenedParties(ctx context.Context, c conn, all []*cases.Opening) error {
	var parties []cases.Party
	for _, o := range all {
		for i := range o.Parties {
			o.Parties[i].CaseID = o.Case.ID
		}
		parties = append(parties, o.Parties...)
	}
	return d.addParties(ctx, c, parties)
}

func (c conn) keepOpenedMessages(ctx context.Context, all []*cases.Opening) error {
	var messages []cases.Message
	for _, o := range all {
		if o.Message != nil {
			o.Message.CaseID = o.Case.ID
			messages = append(messages, *o.Message)
		}
	}
	return c.addCaseMessages(ctx, messages)
}

// keepOpenedEvents begins the timelines of cases and sub-cases, after it has kept the files that a line may name.
func (c conn) keepOpenedEvents(ctx context.Context, all []*cases.Opening, now time.Time) error {
	var lines []caseLine
	for _, o := range all {
		for _, sub := range o.Subs {
			lines = append(lines, firstLines(sub, o.SubEvents)...)
			o.Events = append(o.Events, cases.Event{
				Kind: cases.SubOpened, Actor: "system", On: o.Events[0].On, What: sub.Reference + " was opened for what else is asked.", Detail: cases.Detail{CaseID: sub.ID, Kind: sub.Kind},
			})
		}
		if err := c.addOpeningFiles(ctx, o); err != nil {
			return err
		}
		lines = append(lines, linesOf(o.Case.ID, o.Events)...)
	}
	return c.addCaseLines(ctx, lines, now)
}

func (c conn) noteOpened(ctx context.Context, all []*cases.Opening) error {
	for _, o := range all {
		err := c.note(ctx, audit.Note{Action: audit.OpenCase, Object: audit.About("case", o.Case.ID), PersonID: o.Case.SubjectID,
			Facts: audit.Values{"reference": o.Case.Reference, "kind": o.Case.Kind, "channel": o.Case.Channel, "sub-cases": len(o.Subs)}})
		if err != nil {
			return err
		}
	}
	return nil
}
