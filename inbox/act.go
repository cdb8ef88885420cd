package inbox

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/message"
	"assent/internal/token"
	"assent/mailer"
	"assent/subscriptions"
)

// handling is one message on its way to its disposition.
type handling struct {
	*Service
	kept    Kept
	box     Mailbox
	mail    *message.Parsed
	verdict Verdict
}

// act carries out what the verdict calls for and returns the disposition to keep. Effects come first and are safe to
// repeat, so that a crash in between only repeats them.
func (h *handling) act(ctx context.Context) (Settlement, error) {
	switch h.verdict.Kind {
	case KindBounce:
		return h.report(ctx)
	case KindARF:
		return h.complaint(ctx)
	case KindRights:
		return h.rights(ctx)
	case KindUnsubscribe:
		return h.optOut(ctx)
	}
	switch {
	case h.signed(): // whatever else it says: the address itself is the request (RFC 2369, mailto without a body)
		return h.optOut(ctx)
	case h.verdict.Kind == KindAutoReply:
		return Settlement{Disposition: Automatic}, nil
	case h.box.Role == OptOutRole && h.saysNothing():
		return h.optOut(ctx)
	}
	return h.openCase(ctx, h.defaultLabels())
}

// saysNothing reports whether the message has neither subject nor text.
func (h *handling) saysNothing() bool {
	return strings.TrimSpace(h.mail.Subject) == "" && strings.TrimSpace(h.mail.Text) == ""
}

// leaveToPerson opens a case for a message that cannot be acted on, as one about a person who is not on record.
func (h *handling) leaveToPerson(ctx context.Context, why error) (Settlement, error) {
	h.verdict.Grounds = append(h.verdict.Grounds, Ground{Where: "message", Words: errs.Message(why), Rule: "could not be acted on"})
	if h.verdict.Kind == KindRights {
		return h.openCase(ctx, h.verdict.Labels)
	}
	return h.openCase(ctx, h.defaultLabels())
}

// defaultLabels settles what a message means that says nothing we know, by the mailbox that it was sent to. Unsure means that a person decides, with
// the clock running.
func (h *handling) defaultLabels() []string {
	switch h.box.Role {
	case RightsRole:
		return []string{LabelOther}
	case ComplaintRole:
		return []string{LabelComplaint}
	}
	return nil
}

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
		if h.toLetter() {
			return Settlement{Disposition: Reported}, nil
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
	if h.verdict.Flagged(FlagDeadAddress) {
		_, err = h.People.Suppress(ctx, subscriptions.Withdrawal{
			SubscriberID: back.SubscriberID, Scope: subscriptions.Everything(), Channel: subscriptions.ByReport, Actor: "system", Evidence: h.evidence(),
		}, "dead address")
	}
	return Settlement{Disposition: Reported}, err
}

// reported is what a delivery report says of its delivery, "" when it does not say.
func (h *handling) reported() string {
	switch {
	case h.verdict.Has(LabelDelivered):
		return "delivered"
	case h.verdict.Has(LabelTemporary):
		return "delayed"
	case h.verdict.Has(LabelPermanent):
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

// toLetter reports whether the message came back to the envelope sender of a letter of ours.
func (h *handling) toLetter() bool {
	for _, to := range h.mail.To {
		_, tag, _ := strings.Cut(to.Local(), "+")
		if tag == "" || tag[0]|0x20 != 'l' {
			continue
		}
		if _, err := h.Keys.Open(token.Letter, tag[1:], 1); err == nil {
			return true
		}
	}
	return false
}

// complaint acts on a feedback-loop report: the address is never mailed again (RFC 5965).
func (h *handling) complaint(ctx context.Context) (Settlement, error) {
	back, known := h.reportedDelivery()
	w := subscriptions.Withdrawal{Scope: subscriptions.Everything(), Channel: subscriptions.ByReport, Actor: "system", Evidence: h.evidence()}
	switch {
	case known:
		w.SubscriberID = back.SubscriberID
	case len(h.verdict.Recipients) > 0 && !h.verdict.Recipients[0].Address.IsZero():
		w.Address = h.verdict.Recipients[0].Address
	default:
		return h.openCase(ctx, nil) // redacted beyond our own token: a person must look
	}
	_, err := h.People.Suppress(ctx, w, "complaint")
	return Settlement{Disposition: Complained}, err
}

// rights opens a case for a request about data-protection rights. What stops mail acts at once, without a
// check of identity and beside the case (Article 21(3); E2-24).
func (h *handling) rights(ctx context.Context) (Settlement, error) {
	stops := h.verdict.Has(LabelObjection) || h.verdict.Has(LabelWithdrawConsent) || h.verdict.Flagged(FlagUnsubscribe)
	// Who forwards another's request does not ask for themselves (E2-33).
	if h.signed() || stops && !h.verdict.Flagged(FlagForwarded) {
		if _, _, err := h.withdraw(ctx); err != nil {
			return Settlement{}, err
		}
	}
	labels := slices.Clone(h.verdict.Labels)
	if len(labels) == 0 {
		labels = []string{LabelOther}
	}
	return h.openCase(ctx, labels)
}

// openCase prepares a case and, for a request about rights, its acknowledgement.
func (h *handling) openCase(ctx context.Context, labels []string) (Settlement, error) {
	programme, err := h.programme(ctx)
	if err != nil {
		return Settlement{}, err
	}
	c, err := openCase(h.Reckoner, h.kept, h.box, programme.Division, labels)
	if err != nil {
		return Settlement{}, err
	}
	if person, err := h.writer(ctx); err != nil {
		return Settlement{}, err
	} else if person != nil {
		c.SubscriberID = person.ID
	}
	s := Settlement{Disposition: OpenedCase, Case: &c}
	answer, err := h.mayAnswer(ctx)
	if err != nil {
		return Settlement{}, err
	}
	if answer && len(c.Clocks) > 0 && programme.ID != 0 {
		s.Letter = func(opened Case) *mailer.Letter { return h.acknowledgement(opened, programme.ID) }
	}
	return s, nil
}

func (h *handling) acknowledgement(c Case, programmeID int64) *mailer.Letter {
	data, err := json.Marshal(mailer.About{
		Reference: c.Reference, Complaint: c.Kind == LabelComplaint, ReceivedAt: c.ReceivedAt, DueOn: c.DueOn,
	})
	if err != nil {
		return nil
	}
	return &mailer.Letter{
		Key: h.oncePerDay("case-received"), Kind: mailer.CaseReceivedLetter, ProgrammeID: programmeID, SubscriberID: c.SubscriberID,
		To: h.mail.From.String(), Language: h.language(), Data: data, InReplyTo: h.answered(), State: mailer.LetterWaiting, CreatedAt: h.Now(),
	}
}

// oncePerDay keys a letter so that one sender gets one of its kind a day, and no two robots write to each other for ever.
func (h *handling) oncePerDay(kind string) string {
	return kind + ":" + hex.EncodeToString(h.Keys.AddressKey(h.mail.From)) + ":" + h.Reckoner.UKDate(h.kept.ReceivedAt).String()
}

// mayAnswer reports whether an automatic answer may be sent (RFC 3834 section 2): never to automatic mail, to lists, to the null sender,
// or to ourselves.
func (h *handling) mayAnswer(ctx context.Context) (bool, error) {
	if h.automatic() {
		return false, nil
	}
	ours, err := h.ours(ctx)
	return !ours, err
}

// ours reports whether the message comes from an address of our own, as when staff pass a request on.
func (h *handling) ours(ctx context.Context) (bool, error) {
	all, err := h.Records.Programmes(ctx)
	from := h.mail.From.Normal()
	return slices.ContainsFunc(all, func(p subscriptions.Programme) bool {
		return from == p.FromAddress.Normal() || from == p.Contact.Address.Normal()
	}), err
}

// automatic reports whether no person wrote the message, or nobody can be answered.
func (h *handling) automatic() bool {
	m := h.mail
	switch {
	case m.From.IsZero(),
		m.AutoSubmitted != "" && !strings.EqualFold(m.AutoSubmitted, "no"),
		m.ListID != "",
		strings.EqualFold(m.Precedence, "bulk") || strings.EqualFold(m.Precedence, "list") || strings.EqualFold(m.Precedence, "junk"),
		m.ReturnPath == "<>",
		h.verdict.Flagged(FlagBulk), h.verdict.Flagged(FlagAutoHeader):
		return true
	}
	local := strings.ToLower(m.From.Local())
	for _, robot := range []string{"mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply", "bounces", "listserv", "majordomo"} {
		if local == robot || strings.HasPrefix(local, "owner-") {
			return true
		}
	}
	return false
}

// answered is the Message-ID that an answer refers to, "" when it is not one that can stand in a header.
func (h *handling) answered() string {
	id := "<" + strings.Trim(h.mail.MessageID, "<> ") + ">"
	if len(id) < 5 || len(id) > 250 || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return id
}

// language is that of the answer: the writer's, where there are letters in it.
func (h *handling) language() string {
	if h.verdict.Language == "cy" {
		return "cy"
	}
	return "en"
}

// programme is whose mailbox it is, or whose message was answered; where neither tells, the first programme answers in the name of all.
func (h *handling) programme(ctx context.Context) (subscriptions.Programme, error) {
	if h.box.ProgrammeID != 0 {
		return h.Records.Programme(ctx, h.box.ProgrammeID)
	}
	if list, ok, err := h.answeredList(ctx); err != nil || ok {
		if err != nil {
			return subscriptions.Programme{}, err
		}
		return h.Records.Programme(ctx, list.ProgrammeID)
	}
	all, err := h.Records.Programmes(ctx)
	if err != nil || len(all) == 0 {
		return subscriptions.Programme{Division: "england-and-wales"}, err
	}
	return all[0], nil
}

// writer returns who wrote, when they are on record under that address.
func (h *handling) writer(ctx context.Context) (*subscriptions.Subscriber, error) {
	if h.mail.From.IsZero() {
		return nil, nil
	}
	person, err := h.Records.SubscriberByKey(ctx, h.Keys.AddressKey(h.mail.From))
	switch {
	case errs.KindOf(err) == errs.NotFound:
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &person, nil
}

// evidence names the message, and holds nothing of it.
func (h *handling) evidence() subscriptions.Evidence {
	return subscriptions.Evidence{"inbound": strconv.FormatInt(h.kept.ID, 10), "received_at": h.kept.ReceivedAt.UTC().Format(time.RFC3339)}
}
