package subscriptions

import (
	"context"
	"time"

	"assent/internal/errs"
)

// Joined is what became of pressing a button to join.
type Joined string

const (
	JoinedNow     Joined = "joined"      // on the list from now on
	JoinedAlready Joined = "already"     // nothing to do
	JoinedByMail  Joined = "ask"         // a mail asks to confirm: an opt-out stands, and a forwarded link must not undo it
	JoinedChanged Joined = "new wording" // the words changed while they were read
)

// Join puts a person on an open list of a programme that they know, by a button on their preference page: a fresh act of whoever holds the
// link out of their mail. Where an opt-out stands the mailbox is asked first, as anybody is who joins by a form: the link
// may have been forwarded, and only the person's own act undoes an opt-out (H3). mark is the digest of the words that the
// page showed.
func (p *Preferences) Join(ctx context.Context, person Subscriber, listID int64, mark string, ev Evidence) (Joined, error) {
	const op = "subscriptions: join"
	w, err := p.setting(ctx, listID)
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	if !w.list.Public {
		return "", errs.E(op, errs.NotFound, "There is no such list.", nil) // that it exists is nobody's business
	}
	if mark != TextDigest(w.list.Wording) {
		return JoinedChanged, nil
	}
	now, out := p.Now(), JoinedNow
	if err := w.open(now); err != nil {
		return "", errs.Wrap(op, err)
	}
	err = p.Store.Update(ctx, func(tx Tx) error {
		byKey, err := tx.EventsByKey(person.Key)
		if err != nil {
			return err
		}
		history := byKey[string(person.Key)]
		state, scope := Fold(history), ListScope(w.list)
		if !knows(history, w.list.ProgrammeID) {
			return errs.E(op, errs.NotFound, "There is no such list.", nil)
		}
		if reason := Decide(Question{Lists: []Scope{scope}}, state, now).Reason; reason == Allowed || reason == ReasonRestricted && state.Lists[listID].Status == StatusActive {
			out = JoinedAlready
			return nil
		}
		a := Act{Channel: ByLink, Actor: themselves, Source: "preference page", Wording: w.list.Wording, Evidence: ev}
		if state.Barred(scope) {
			out = JoinedByMail
			return p.askAgain(tx, w, person, a, history, now)
		}
		e, err := w.event(tx, Confirmed, person, a, now)
		if err != nil {
			return err
		}
		e.ExpiresAt = w.purpose.Expiry(now)
		return tx.Append([]Event{e})
	})
	return out, p.done(op, err)
}

// askAgain records a request and has the mailbox asked to confirm it.
func (p *Preferences) askAgain(tx Tx, w setting, person Subscriber, a Act, history []Event, now time.Time) error {
	if requestsSince(history, now.Add(-24*time.Hour)) >= MaxRequestsADay {
		return nil
	}
	e, err := w.event(tx, Requested, person, a, now)
	if err != nil {
		return err
	}
	events := []Event{e}
	if err := tx.Append(events); err != nil {
		return err
	}
	return p.askToConfirm(tx, person.ID, w.list.ID, events[0].Seq, now)
}

// knows reports whether a person has had to do with a programme.
func knows(history []Event, programmeID int64) bool {
	for _, e := range history {
		if e.Scope.ProgrammeID == programmeID {
			return true
		}
	}
	return false
}
