package store

import (
	"context"
	"encoding/json"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/inbox/identity"
	"assent/mailer"
)

// Settle implements inbox.Store.
func (d *DB) Settle(ctx context.Context, s inbox.Settlement) error {
	return fail("store: settle message", d.within(ctx, func(c conn) error {
		grounds, err := json.Marshal(listed(s.Verdict.Grounds))
		if err != nil {
			return err
		}
		who, err := identityJSON(s.Identity)
		if err != nil {
			return err
		}
		res, err := c.exec(ctx, `UPDATE inbound_messages SET disposition = ?, kind = ?, confidence = ?, grounds = ?, identity = ?, from_address = ?, subject = ?, message_id = ?, settled_at = ?
			WHERE id = ? AND disposition = ''`, string(s.Disposition), string(s.Verdict.Kind), s.Verdict.Confidence, string(grounds), who,
			s.From, s.Subject, s.MessageID, millis(d.now()), s.InboundID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // settled before: another run of the same task was first
		}
		if err := d.noteNamed(ctx, c, s); err != nil {
			return err
		}
		caseID, err := d.settleCase(ctx, c, s)
		if err != nil || caseID == 0 {
			return err
		}
		_, err = c.exec(ctx, `UPDATE inbound_messages SET case_id = ? WHERE id = ?`, caseID, s.InboundID)
		return err
	}))
}

// settleCase opens the case of a message, or files it in one. It returns the case, 0 for none.
func (d *DB) settleCase(ctx context.Context, c conn, s inbox.Settlement) (int64, error) {
	switch {
	case s.Opening != nil:
		if err := d.openCase(ctx, c, s.Opening); err != nil {
			return 0, err
		}
		s.Opening.Letters = s.Letters
		return s.Opening.Case.ID, d.tellOpening(ctx, c, *s.Opening)
	case s.Filing != nil:
		k, err := d.changeCase(ctx, c, s.Filing.CaseID, s.Filing.Change)
		return k.ID, err
	}
	return 0, nil
}

// tellOpening opens the letters that tell of a new case: to who wrote, and to who must know at once. What goes to the writer belongs to the correspondence.
func (d *DB) tellOpening(ctx context.Context, c conn, o cases.Opening) error {
	if o.Letters == nil {
		return nil
	}
	for _, l := range o.Letters(o.Case) {
		if err := c.openLetter(ctx, l, d.now()); err != nil {
			return err
		}
		if l.ID == 0 || l.To != o.Case.From && l.Kind != mailer.IdentityLetter {
			continue // it stands already, once for today; or it is no letter to the writer
		}
		m := cases.Message{CaseID: o.Case.ID, Direction: cases.Out, At: d.now(), LetterID: l.ID, From: l.To, Subject: "Acknowledgement", Actor: "system"}
		if l.Kind == mailer.IdentityLetter {
			m.Subject = "Is it you who asks?"
		}
		if err := c.addCaseMessage(ctx, &m); err != nil {
			return err
		}
	}
	return nil
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
