package store

import (
	"context"
	"encoding/json"
	"strings"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/inbox/identity"
	"assent/mailer"
)

// Settle implements inbox.Store: what is filed in a case one by one, and all else with one statement for all.
func (d *DB) Settle(ctx context.Context, all ...inbox.Settlement) error {
	return fail("store: settle messages", d.within(ctx, func(c conn) error {
		all, err := d.stillUnsorted(ctx, c, all)
		if err != nil || len(all) == 0 {
			return err // settled before: another run of the same task was first
		}
		ids, err := d.settleCases(ctx, c, all)
		if err != nil {
			return err
		}
		args := make([]any, 0, len(all)*dispositionWidth)
		for i, s := range all {
			if args, err = appendDisposition(args, s, ids[i]); err != nil {
				return err
			}
		}
		if err := c.writeDispositions(ctx, args, millis(d.now())); err != nil {
			return err
		}
		return d.noteNamed(ctx, c, all)
	}))
}

// stillUnsorted locks the messages of some settlements, and leaves out those that have their disposition.
func (d *DB) stillUnsorted(ctx context.Context, c conn, all []inbox.Settlement) ([]inbox.Settlement, error) {
	ids := make([]int64, len(all))
	for i, s := range all {
		ids[i] = s.InboundID
	}
	unsorted := make(map[int64]bool, len(ids))
	err := pages(ids, keysAtOnce, func(page []int64) error {
		rows, err := c.query(ctx, `SELECT id FROM inbound_messages WHERE id IN (`+marks(len(page))+`) AND disposition = '' ORDER BY id`+d.forUpdate(), anys(page)...)
		found, err := collect(rows, err, func(s scanner) (id int64, err error) { err = s.Scan(&id); return id, err })
		for _, id := range found {
			unsorted[id] = true
		}
		return err
	})
	out := make([]inbox.Settlement, 0, len(all))
	for _, s := range all {
		if unsorted[s.InboundID] {
			out = append(out, s)
		}
	}
	return out, err
}

const dispositionWidth = 10 // arguments of one row of writeDispositions

func appendDisposition(args []any, s inbox.Settlement, caseID int64) ([]any, error) {
	grounds, err := json.Marshal(listed(s.Verdict.Grounds))
	if err != nil {
		return args, err
	}
	who, err := identityJSON(s.Identity)
	return append(args, s.InboundID, string(s.Disposition), string(s.Verdict.Kind), s.Verdict.Confidence, string(grounds), who,
		s.From, s.Subject, s.MessageID, caseID), err
}

// writeDispositions writes the dispositions of many messages. Both databases name the columns of VALUES column1, column2 and so on; only PostgreSQL must be told
// what is a number.
func (c conn) writeDispositions(ctx context.Context, rows []any, settledAt int64) error {
	const row = `(CAST(? AS BIGINT), ?, ?, CAST(? AS DOUBLE PRECISION), ?, ?, ?, ?, ?, CAST(? AS BIGINT))`
	return pages(rows, eventsAtOnce*dispositionWidth, func(page []any) error {
		values := strings.TrimSuffix(strings.Repeat(row+", ", len(page)/dispositionWidth), ", ")
		_, err := c.exec(ctx, `UPDATE inbound_messages SET disposition = v.column2, kind = v.column3, confidence = v.column4, grounds = v.column5, identity = v.column6,
			from_address = v.column7, subject = v.column8, message_id = v.column9, case_id = v.column10, settled_at = ?
			FROM (VALUES `+values+`) AS v WHERE inbound_messages.id = v.column1`, append([]any{settledAt}, page...)...)
		return err
	})
}

// settleCases opens the cases of messages and files messages in others, in their order; then it opens the letters that answer. It returns the case of each message, 0 for none.
func (d *DB) settleCases(ctx context.Context, c conn, all []inbox.Settlement) ([]int64, error) {
	ids := make([]int64, len(all))
	var openings []*cases.Opening
	var answers []*mailer.Letter
	for i, s := range all {
		if s.Filing != nil {
			k, err := d.changeCase(ctx, c, s.Filing.CaseID, s.Filing.Change)
			if err != nil {
				return nil, err
			}
			ids[i] = k.ID
		}
		if s.Opening != nil {
			s.Opening.Letters = s.Letters
			openings = append(openings, s.Opening)
		}
		if s.Answer != nil {
			answers = append(answers, s.Answer)
		}
	}
	if err := d.openCases(ctx, c, openings); err != nil {
		return nil, err
	}
	for i, s := range all {
		if s.Opening != nil {
			ids[i] = s.Opening.Case.ID
		}
	}
	return ids, c.openLetters(ctx, answers, d.now())
}

// tellOpenings opens the letters that tell of new cases: to who wrote, and to who must know at once. What goes to the writer belongs to the correspondence.
func (d *DB) tellOpenings(ctx context.Context, c conn, all []*cases.Opening) error {
	var letters []*mailer.Letter
	var about []cases.Case // of each letter
	for _, o := range all {
		if o.Letters == nil {
			continue
		}
		for _, l := range o.Letters(o.Case) {
			letters, about = append(letters, l), append(about, o.Case)
		}
	}
	if err := c.openLetters(ctx, letters, d.now()); err != nil {
		return err
	}
	var messages []cases.Message
	for i, l := range letters {
		if l.ID == 0 || l.To != about[i].From && l.Kind != mailer.IdentityLetter {
			continue // it stands already, once for today; or it is no letter to the writer
		}
		m := cases.Message{CaseID: about[i].ID, Direction: cases.Out, At: d.now(), LetterID: l.ID, From: l.To, Subject: "Acknowledgement", Actor: "system"}
		if l.Kind == mailer.IdentityLetter {
			m.Subject = "Is it you who asks?"
		}
		messages = append(messages, m)
	}
	return c.addCaseMessages(ctx, messages)
}

// addOpeningFiles keeps what came with a form, each with a line on the timeline.
func (c conn) addOpeningFiles(ctx context.Context, o *cases.Opening) error {
	for i := range o.Files {
		f := &o.Files[i]
		f.CaseID = o.Case.ID
		if err := c.addCaseFile(ctx, f); err != nil {
			return err
		}
		f.Body = nil
		o.Events = append(o.Events, cases.Event{Kind: cases.FileAdded, On: o.Events[0].On, Actor: f.Actor, What: "A file came with it.", Note: f.Name, Detail: cases.Detail{FileID: f.ID}})
	}
	return nil
}

// identityJSON is how it is kept who wrote a message; "" where nobody looked.
func identityJSON(r identity.Result) (string, error) {
	if r.Standing == identity.Unknown {
		return "", nil
	}
	b, err := json.Marshal(r)
	return string(b), err
}

// KeepIdentity implements inbox.Store.
func (d *DB) KeepIdentity(ctx context.Context, inboundID int64, r identity.Result) error {
	who, err := identityJSON(r)
	if err == nil {
		_, err = d.writing().exec(ctx, `UPDATE inbound_messages SET identity = ? WHERE id = ? AND from_address <> ''`, who, inboundID)
	}
	return fail("store: keep identity", err)
}
