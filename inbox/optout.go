package inbox

import (
	"context"
	"encoding/json"

	"assent/inbox/sorting"
	"assent/internal/errs"
	"assent/mailer"
	"assent/subscriptions"
)

// ended is what an opt-out by mail ended.
type ended struct {
	scope  subscriptions.Scope
	known  bool  // the address was on record, or the message named a delivery of ours
	writer int64 // the subscriber who wrote, 0 where the writer's address is not on record
}

// optOut acts on a request to stop: with the signed address that it was sent to, else with the delivery that it replies to, else with
// the sender's address. It acts at once, and asks for nothing (E3-11, E0-17).
func (h *handling) optOut(ctx context.Context) (Settlement, error) {
	what, err := h.withdraw(ctx)
	if err != nil {
		return Settlement{}, err
	}
	s := Settlement{Disposition: OptedOut}
	if h.signed() || h.forAnother() {
		return s, nil // a mail program's unsubscribe button wants no answer, and who asks for another gets mail as before
	}
	if answer, err := h.mayAnswer(ctx); err != nil || !answer {
		return s, err
	}
	s.Answer, err = h.confirmation(ctx, what)
	return s, err
}

// withdraw ends what the message stands for: by its signed address one list; else everything of the programme for whoever wrote (E3-11:
// "any of our communications"). Only where the writer is on no list does the delivery that they answered tell whose mail it
// was: many people write from another address than they are mailed at. So it does where a colleague writes of somebody who left. A forwarded newsletter opts out whoever writes, not whoever forwarded it.
func (h *handling) withdraw(ctx context.Context) (ended, error) {
	w := subscriptions.Withdrawal{Channel: subscriptions.ByMail, Actor: "subscriber", Evidence: h.evidence(), Address: h.mail.From, Scope: h.ownScope()}
	person, err := h.writer(ctx)
	if err != nil {
		return ended{}, err
	}
	known := person != nil
	if back, ok := h.signedDelivery(); ok {
		list, err := h.Records.List(ctx, back.ListID)
		if err != nil {
			return ended{}, err
		}
		known, w.SubscriberID, w.Scope = true, back.SubscriberID, subscriptions.ListScope(list)
	} else if list, ok, err := h.answeredList(ctx); err != nil {
		return ended{}, err
	} else if ok {
		w.Scope = subscriptions.ProgrammeScope(list.ProgrammeID)
		if back, _ := h.answeredDelivery(); !known || h.forAnother() && back.SubscriberID != person.ID {
			known, w.SubscriberID = true, back.SubscriberID
		}
	}
	if h.forAnother() && w.SubscriberID == 0 {
		return ended{}, errs.E("inbox: opt out", errs.NotFound, "The message asks for somebody who left, and does not answer mail to them. Nobody's mail has stopped: see whose is meant.", nil)
	}
	if w.SubscriberID == 0 && w.Address.IsZero() {
		return ended{}, errs.E("inbox: opt out", errs.NotFound, "The message does not tell whom it stands for.", nil)
	}
	done := ended{scope: w.Scope, known: known}
	if person != nil {
		done.writer = person.ID
	}
	return done, h.stop(ctx, subscriptions.Barring{Withdrawal: w, Kind: subscriptions.Withdrawn})
}

// forAnother reports whether the message asks that somebody else be written to no more, who left: "Bob has left, please take him off".
func (h *handling) forAnother() bool { return h.verdict.Flagged(sorting.FlagAnother) }

// ownScope is everything of the mailbox's programme, or everything where it serves all.
func (h *handling) ownScope() subscriptions.Scope {
	if h.box.ProgrammeID != 0 {
		return subscriptions.ProgrammeScope(h.box.ProgrammeID)
	}
	return subscriptions.Everything()
}

// signed reports whether the message was sent to a signed opt-out address.
func (h *handling) signed() bool {
	_, ok := h.signedDelivery()
	return ok
}

// signedDelivery is the delivery whose signed opt-out address the message was sent to.
func (h *handling) signedDelivery() (mailer.Back, bool) {
	for _, to := range h.mail.To {
		if b, ok := mailer.FromOptOutAddress(h.Keys, to); ok {
			return b, true
		}
	}
	return mailer.Back{}, false
}

// answeredDelivery is the delivery that the message answers.
func (h *handling) answeredDelivery() (mailer.Back, bool) {
	for _, id := range h.mail.InReplyTo {
		if b, ok := mailer.FromMessageID(h.Keys, id); ok {
			return b, true
		}
	}
	return mailer.Back{}, false
}

// answeredList is the list of the delivery that the message answers, if that is on record.
func (h *handling) answeredList(ctx context.Context) (l subscriptions.List, ok bool, err error) {
	back, ok := h.answeredDelivery()
	if !ok {
		return l, false, nil
	}
	l, err = h.Records.List(ctx, back.ListID)
	if errs.KindOf(err) == errs.NotFound {
		return l, false, nil
	}
	return l, err == nil, err
}

// confirmation is the letter that answers, once a day at most: that it is done, or, to an address that is not on record, how to find the right one; nil where nobody is there to sign it.
func (h *handling) confirmation(ctx context.Context, what ended) (*mailer.Letter, error) {
	programme, err := h.programme(ctx)
	if err != nil || programme.ID == 0 {
		return nil, err
	}
	data, err := json.Marshal(mailer.About{ReceivedAt: h.kept.ReceivedAt, Everything: true})
	if err != nil {
		return nil, errs.E("inbox: confirm opt-out", errs.Internal, "", err)
	}
	kind := mailer.UnsubscribedLetter
	if !what.known {
		kind = mailer.WhichAddressLetter
	}
	return &mailer.Letter{
		Key: h.oncePerDay(string(kind)), Kind: kind, ProgrammeID: programme.ID, SubscriberID: what.writer, To: h.mail.From.String(),
		Language: h.language(), InReplyTo: h.answered(), Data: data, State: mailer.LetterWaiting, CreatedAt: h.Now(),
	}, nil
}
