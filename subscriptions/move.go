package subscriptions

import (
	"context"
	"fmt"
	"time"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/token"
	"assent/queue"
)

// Side is one of the two mailboxes of a change of address.
type Side int64

const (
	OldMailbox Side = 1
	NewMailbox Side = 2
)

// MoveOutcome is how a change of address ended; "" while it is open.
type MoveOutcome string

const (
	MoveOpen    MoveOutcome = ""
	MoveDone    MoveOutcome = "done"
	MoveVoid    MoveOutcome = "void"    // something was withdrawn, restricted or erased meanwhile, or another change was asked for
	MoveRefused MoveOutcome = "refused" // one of the two mailboxes said no
	MoveExpired MoveOutcome = "expired"
)

// Reasons of suppressions that say something of the mailbox and nothing of the person.
const (
	Moved       = "moved"        // the old address of a change
	DeadAddress = "dead address" // a report says that nobody is there
)

// Move is a change of address. Each of the two mailboxes gets a mail, and only when both have agreed anything changes; where a member of staff saw who asks, when the
// new one has and the old one has not said no.
type Move struct {
	ID           int64
	SubscriberID int64           // on record under the old address
	NewKey       []byte          // keyed hash of the new address
	To           address.Address // the new address; zero once closed
	ProgrammeID  int64           // in whose name the mails go out
	Language     string
	Actor        string
	Since        int64 // place in the ledger: a withdrawal after it makes the move void (H3)
	AskedAt      time.Time
	ExpiresAt    time.Time
	OldAt, NewAt time.Time // when each mailbox agreed; zero until then
	ClosedAt     time.Time
	Outcome      MoveOutcome
	CaseID       int64 // of rectification, in which it was asked for; 0 for none
	Alone        bool  // the new mailbox agrees alone
}

// agreed reports whether all have agreed who have to.
func (m Move) agreed() bool { return !m.NewAt.IsZero() && (m.Alone || !m.OldAt.IsZero()) }

// OfCase is the case of rectification in which a change of address is asked for.
type OfCase struct {
	ID   int64
	Seen bool // a member of staff saw who asks, so nothing more is needed to know it (Article 12(6)): many have lost the mailbox that they want to leave
}

const (
	// MoveWithin is how long both mailboxes have to agree.
	MoveWithin = 7 * 24 * time.Hour

	maxMovesADay = 3 // from one address, or to one
)

// MoveMail is the task of asking one mailbox to agree to a change of address.
type MoveMail struct {
	MoveID int64 `json:"move"`
	Side   Side  `json:"side"`
}

// TaskKind names the task.
func (MoveMail) TaskKind() string { return "letter.move" }

// MoveToken returns the token of the link in that mail.
func (p *Preferences) MoveToken(id int64, side Side) string {
	return p.Keys.Sign(token.Move, id, int64(side))
}

// AskMove begins a change of address. Its outcome is the same whether or not the new address is known (H10); past the day's limit nothing
// is mailed and nobody is told. An earlier change that is still open becomes void.
func (p *Preferences) AskMove(ctx context.Context, person Subscriber, to address.Address, language, actor string) error {
	return p.AskMoveIn(ctx, OfCase{}, person, to, language, actor)
}

// AskMoveIn is AskMove for a case of rectification.
func (p *Preferences) AskMoveIn(ctx context.Context, of OfCase, person Subscriber, to address.Address, language, actor string) error {
	const op = "subscriptions: ask for a move"
	newKey := p.Keys.AddressKey(to)
	if string(newKey) == string(person.Key) {
		return errs.E(op, errs.Invalid, "That is the address we have for you now.", nil)
	}
	now := p.Now()
	return p.done(op, p.Kept.UpdatePreferences(ctx, func(tx PreferenceTx) error {
		n, err := tx.MovesSince(person.ID, newKey, now.Add(-24*time.Hour))
		if err != nil || n >= maxMovesADay {
			return err
		}
		byKey, err := tx.EventsByKey(person.Key, newKey)
		if err != nil {
			return err
		}
		old, fresh := byKey[string(person.Key)], byKey[string(newKey)]
		if Fold(old).RestrictedBy != 0 {
			return errs.E(op, errs.Refused, "Your data is restricted just now, so nothing of it is changed. Write to us.", nil)
		}
		earlier, err := tx.OpenMoves(person.ID)
		if err != nil {
			return err
		}
		for _, m := range earlier {
			if err := tx.SaveMove(m.closed(MoveVoid, now)); err != nil {
				return err
			}
		}
		m := Move{
			SubscriberID: person.ID, NewKey: newKey, To: to, ProgrammeID: lastProgramme(old), Language: language, Actor: actor,
			Since: max(lastSeq(old), lastSeq(fresh)), AskedAt: now, ExpiresAt: now.Add(MoveWithin), CaseID: of.ID, Alone: of.Seen,
		}
		if err := tx.CreateMove(&m); err != nil {
			return err
		}
		for _, side := range []Side{OldMailbox, NewMailbox} {
			task, err := queue.New(fmt.Sprintf("move:%d:%d", m.ID, side), MoveMail{MoveID: m.ID, Side: side}, now)
			if err != nil {
				return err
			}
			if err := tx.Enqueue(task); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (m Move) closed(how MoveOutcome, at time.Time) Move {
	m.Outcome, m.ClosedAt = how, at
	return m
}

// PendingMove opens a link of a change of address without changing anything. Kind NotFound for a foreign link, Refused for a change
// that is closed or too old; one that is done is returned without an error.
func (p *Preferences) PendingMove(ctx context.Context, tok string) (m Move, side Side, person Subscriber, err error) {
	const op = "subscriptions: pending move"
	ids, err := p.Keys.Open(token.Move, tok, 2)
	if err != nil {
		return m, 0, person, errs.Wrap(op, err)
	}
	side = Side(ids[1])
	if m, err = p.Kept.Move(ctx, ids[0]); err != nil {
		return m, side, person, errs.Wrap(op, err)
	}
	if err := m.refusal(p.Now()); err != nil {
		return m, side, person, errs.Wrap(op, err)
	}
	person, err = p.present(ctx, op, m.SubscriberID)
	return m, side, person, err
}

// refusal says why nothing can be agreed to any more; nil while it can, and when the move is done.
func (m Move) refusal(now time.Time) error {
	const op = "subscriptions: move"
	switch {
	case m.Outcome == MoveDone:
		return nil
	case m.Outcome == MoveVoid:
		return errs.E(op, errs.Refused, "Something else was changed after this was asked for, so the address stays as it was. Ask again if you still want to change it.", nil)
	case m.Outcome == MoveRefused:
		return errs.E(op, errs.Refused, "One of the two mailboxes said no, so the address stays as it was.", nil)
	case m.Outcome == MoveExpired || now.After(m.ExpiresAt):
		return errs.E(op, errs.Refused, "The links work for 7 days, and these are too old. The address stays as it was. Ask again.", nil)
	}
	return nil
}

// AgreeMove records that one mailbox agrees. When all have who have to, the move is carried out in the same transaction. Agreeing twice is the same as once.
func (p *Preferences) AgreeMove(ctx context.Context, tok string, ev Evidence) (m Move, err error) {
	const op = "subscriptions: agree to a move"
	m, side, person, err := p.PendingMove(ctx, tok)
	if err != nil {
		return m, errs.Wrap(op, err)
	}
	now := p.Now()
	err = p.Kept.UpdatePreferences(audit.As(ctx, themselves), func(tx PreferenceTx) error {
		if m, err = tx.Move(m.ID); err != nil || m.Outcome == MoveDone {
			return err
		}
		if m.Outcome != MoveOpen {
			return nil // closed meanwhile: told below
		}
		switch {
		case side == OldMailbox && m.OldAt.IsZero():
			m.OldAt = now
		case side == NewMailbox && m.NewAt.IsZero():
			m.NewAt = now
		}
		if m.agreed() {
			vouched, err := p.vouched(ctx, m)
			if err != nil {
				return err
			}
			if !vouched { // whoever reads the old mailbox said meanwhile that they did not ask, or the proof was taken back
				m = m.closed(MoveVoid, now)
				return tx.SaveMove(m)
			}
			if m, err = p.carryOut(tx, m, person, ev, now); err != nil {
				return err
			}
		}
		return tx.SaveMove(m)
	})
	if err == nil {
		err = m.refusal(now)
	}
	return m, p.done(op, err)
}

// vouched reports whether a change may go by those who agreed: one mailbox alone needs it that staff saw who asks.
func (p *Preferences) vouched(ctx context.Context, m Move) (bool, error) {
	if !m.OldAt.IsZero() {
		return true, nil
	}
	if p.Vouched == nil {
		return false, nil
	}
	return p.Vouched(ctx, m.CaseID)
}

// RefuseMove closes a change of address, for either mailbox. One that is done stays done.
func (p *Preferences) RefuseMove(ctx context.Context, tok string) (Move, error) {
	const op = "subscriptions: refuse a move"
	m, _, _, err := p.PendingMove(ctx, tok)
	if err != nil {
		return m, errs.Wrap(op, err)
	}
	err = p.Kept.UpdatePreferences(ctx, func(tx PreferenceTx) error {
		if m, err = tx.Move(m.ID); err != nil || m.Outcome != MoveOpen {
			return err
		}
		m = m.closed(MoveRefused, p.Now())
		return tx.SaveMove(m)
	})
	return m, p.done(op, err)
}

func lastSeq(events []Event) int64 {
	if len(events) == 0 {
		return 0
	}
	return events[len(events)-1].Seq
}
