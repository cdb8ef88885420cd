package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"assent/inbox/cases"
)

// CaseEvents implements cases.Store.
func (d *DB) CaseEvents(ctx context.Context, id int64) ([]cases.Event, error) {
	rows, err := d.reading().query(ctx, `SELECT `+caseEventColumns+` FROM case_events WHERE case_id = ? ORDER BY id`, id)
	out, err := collect(rows, err, scanCaseEvent)
	return out, fail("store: case events", err)
}

const caseEventColumns = `id, case_id, kind, at, happened_on, actor, what, note, detail`

func scanCaseEvent(s scanner) (e cases.Event, err error) {
	var at int64
	var on, detail string
	if err = s.Scan(&e.ID, &e.CaseID, &e.Kind, &at, &on, &e.Actor, &e.What, &e.Note, &detail); err != nil {
		return e, err
	}
	e.At, e.On = moment(at), storedDate(on)
	return e, json.Unmarshal([]byte(detail), &e.Detail)
}

// caseLine is a line of a case's timeline.
type caseLine struct {
	caseID int64
	cases.Event
}

func linesOf(caseID int64, events []cases.Event) []caseLine {
	out := make([]caseLine, len(events))
	for i, e := range events {
		out[i] = caseLine{caseID, e}
	}
	return out
}

// firstLines begin the timeline of a sub-case.
func firstLines(sub cases.Case, more []cases.Event) []caseLine {
	parent, _, _ := strings.Cut(sub.Reference, "/")
	return linesOf(sub.ID, append([]cases.Event{{Kind: cases.Opened, Actor: "system", What: "Opened with " + parent + "."}}, more...))
}

// addCaseLines keeps lines of timelines, in their order.
func (c conn) addCaseLines(ctx context.Context, lines []caseLine, now time.Time) error {
	const width = 8
	args := make([]any, 0, len(lines)*width)
	for _, e := range lines {
		detail, err := json.Marshal(e.Detail)
		if err != nil {
			return err
		}
		if e.At.IsZero() {
			e.At = now
		}
		args = append(args, e.caseID, string(e.Kind), millis(e.At), e.On.String(), e.Actor, e.What, e.Note, string(detail))
	}
	return c.insertRows(ctx, `INSERT INTO case_events (case_id, kind, at, happened_on, actor, what, note, detail)`, width, args)
}
