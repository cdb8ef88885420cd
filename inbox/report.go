package inbox

import (
	"context"
	"slices"
	"strings"
	"time"

	"assent/inbox/sorting"
	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/token"
	"assent/mailer"
	"assent/subscriptions"
)

// waitForDelivery is how long a report may come before its delivery is on record: the row is written a moment after the relay's answer.
const waitForDelivery = 10 * time.Minute

// report notes a delivery report on its delivery, and suppresses an address that does not exist.
func (h *handling) report(ctx context.Context) (Settlement, error) {
	action := h.reported()
	if action == "" || !h.fromMailSystem() {
		return h.openCase(ctx, nil)
	}
	back, known := h.reportedDelivery()
	if !known {
		if letter, ours := h.toLetter(); ours {
			return Settlement{Disposition: Reported}, h.Reports.ReportedLetter(ctx, letter, action, h.verdict.Status)
		}
		return h.openCase(ctx, nil)
	}
	err := h.Reports.Reported(ctx, back.CampaignID, back.SubscriberID, action, h.verdict.Status)
	if errs.KindOf(err) == errs.NotFound {
		if h.Now().Sub(h.kept.ReceivedAt) <= waitForDelivery {
			return Settlement{}, errs.E("inbox: note report", errs.Unavailable, "The delivery that this report is about is not on record yet.", err)
		}
		err = nil // it was never written: its worker died
	}
	if err != nil {
		return Settlement{}, err
	}
	if h.verdict.Flagged(sorting.FlagDeadAddress) && !h.reachesSomebody() {
		err = h.suppress(ctx, subscriptions.Withdrawal{SubscriberID: back.SubscriberID}, subscriptions.DeadAddress)
	}
	return Settlement{Disposition: Reported}, err
}

// reachesSomebody reports whether the message, sent to one address, was expanded there to several of which one is alive.
func (h *handling) reachesSomebody() bool {
	return slices.ContainsFunc(h.verdict.Recipients, func(r sorting.Recipient) bool { return !r.Dead })
}

// reported is what a delivery report says of its delivery, "" when it does not say.
func (h *handling) reported() string {
	switch {
	case h.verdict.Has(sorting.LabelDelivered):
		return "delivered"
	case h.verdict.Has(sorting.LabelTemporary):
		return "delayed"
	case h.verdict.Has(sorting.LabelPermanent):
		return "failed"
	}
	return ""
}

// fromMailSystem reports whether the message has the null sender of a report, as far as the server tells: whatever has another is none,
// for anybody can write one (RFC 5321 section 4.5.5).
func (h *handling) fromMailSystem() bool { return h.mail.ReturnPath == "" || h.mail.ReturnPath == "<>" }

// reportedDelivery finds the delivery by the envelope sender that the report came back to or names, else by the returned message's id.
func (h *handling) reportedDelivery() (mailer.Back, bool) {
	for _, to := range h.mail.To {
		if b, ok := mailer.FromBounceAddress(h.Keys, to); ok {
			return b, true
		}
	}
	if h.mail.Feedback != nil {
		if from, err := address.Parse(h.mail.Feedback.OriginalMailFrom); err == nil {
			if b, ok := mailer.FromBounceAddress(h.Keys, from); ok {
				return b, true
			}
		}
	}
	if h.mail.Returned != nil {
		return mailer.FromMessageID(h.Keys, h.mail.Returned.MessageID)
	}
	return mailer.Back{}, false
}

// toLetter returns the letter of ours to whose envelope sender the message came back.
func (h *handling) toLetter() (letterID int64, ours bool) {
	for _, to := range h.mail.To {
		_, tag, _ := strings.Cut(to.Local(), "+")
		if tag == "" || tag[0]|0x20 != 'l' {
			continue
		}
		if ids, err := h.Keys.Open(token.Letter, tag[1:], 1); err == nil {
			return ids[0], true
		}
	}
	return 0, false
}

// complaint acts on a feedback-loop report: the address is never mailed again (RFC 5965).
func (h *handling) complaint(ctx context.Context) (Settlement, error) {
	back, known := h.reportedDelivery()
	var w subscriptions.Withdrawal
	switch {
	case known:
		w.SubscriberID = back.SubscriberID
	case len(h.verdict.Recipients) > 0 && !h.verdict.Recipients[0].Address.IsZero():
		w.Address = h.verdict.Recipients[0].Address
	default:
		return h.openCase(ctx, nil) // redacted beyond our own token: a person must look
	}
	return Settlement{Disposition: Complained}, h.suppress(ctx, w, "complaint")
}

// suppress keeps somebody from being mailed at all.
func (h *handling) suppress(ctx context.Context, who subscriptions.Withdrawal, reason string) error {
	who.Scope, who.Channel, who.Actor, who.Evidence = subscriptions.Everything(), subscriptions.ByReport, "system", h.evidence()
	return h.stop(ctx, subscriptions.Barring{Withdrawal: who, Kind: subscriptions.Suppressed, Reason: reason})
}
