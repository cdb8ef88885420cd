package inbox

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"assent/inbox/cases"
	"assent/inbox/identity"
	"assent/inbox/sorting"
	"assent/internal/errs"
	"assent/internal/message"
	"assent/mailer"
	"assent/subscriptions"
)

// handling is one message on its way to its disposition.
type handling struct {
	*Service
	kept    Kept
	box     Mailbox
	mail    *message.Parsed
	verdict sorting.Verdict

	small []byte // the raw message, where it is in memory
	batch *batch // what it is settled with, in one transaction in which nothing may take long; nil alone

	proof     identity.Result // who wrote, once it was looked at
	relatedTo int64           // the closed case that it answers, when it opens another
	stopped   bool            // mail to the writer has stopped by what they asked
}

// act carries out what the verdict calls for and returns the disposition to keep. Effects come first and are safe to
// repeat, so that a crash in between only repeats them.
func (h *handling) act(ctx context.Context) (Settlement, error) {
	switch h.verdict.Kind {
	case sorting.KindBounce:
		return h.report(ctx)
	case sorting.KindARF:
		return h.complaint(ctx)
	}
	if own, err := h.isOurs(ctx); own || err != nil {
		return h.leaveOurs(), err
	}
	if s, done, err := h.answersCase(ctx); done || err != nil {
		return s, err
	}
	switch h.verdict.Kind {
	case sorting.KindRights:
		return h.rights(ctx)
	case sorting.KindUnsubscribe:
		if h.signed() || !h.guessed() {
			return h.optOut(ctx)
		}
	}
	switch {
	case h.signed(): // whatever else it says: the address itself is the request (RFC 2369, mailto without a body)
		return h.optOut(ctx)
	case h.verdict.Kind == sorting.KindAutoReply:
		return Settlement{Disposition: Automatic}, nil
	case h.box.Role == OptOutRole && h.saysNothing() && !h.toReplyAddress():
		return h.optOut(ctx)
	}
	if s, done, err := h.answerToLetter(ctx); done || err != nil {
		return s, err
	}
	if h.verdict.Kind == sorting.KindUnsubscribe { // a guess: a person decides, with the clock running
		return h.openCase(ctx, []string{sorting.LabelWithdrawConsent})
	}
	return h.openDefault(ctx)
}

// guessed reports whether no rule, but the likeness of its words alone tells what the message asks for. A guess stops no mail and answers no question of ours:
// whoever was taken off by mistake cannot be put back without asking.
func (h *handling) guessed() bool { return h.verdict.Flagged(sorting.FlagLikeness) }

// saysNothing reports whether the message has neither subject nor text.
func (h *handling) saysNothing() bool {
	return strings.TrimSpace(h.mail.Subject) == "" && strings.TrimSpace(h.mail.Text) == ""
}

// leaveToPerson opens a case for a message that cannot be acted on, as one about a person who is not on record.
func (h *handling) leaveToPerson(ctx context.Context, why error) (Settlement, error) {
	h.verdict.Grounds = append(h.verdict.Grounds, sorting.Ground{Where: "message", Words: errs.Message(why), Rule: "could not be acted on"})
	if h.verdict.Kind == sorting.KindRights {
		return h.openCase(ctx, h.verdict.Labels)
	}
	return h.openDefault(ctx)
}

// openDefault opens a case for what the mailbox makes of a message.
func (h *handling) openDefault(ctx context.Context) (Settlement, error) {
	labels, err := h.defaultLabels(ctx)
	if err != nil {
		return Settlement{}, err
	}
	return h.openCase(ctx, labels)
}

// defaultLabels settles what a message means that says nothing we know, by the mailbox that it was sent to: by what a programme declares of it (E0-30), else by its
// role. Unsure means that a person decides, with the clock running.
func (h *handling) defaultLabels(ctx context.Context) ([]string, error) {
	all, err := h.Records.Programmes(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		for _, m := range p.Mailboxes {
			if m.Name == h.box.Name && len(cases.KindsOf([]string{m.Kind})) > 0 {
				return []string{m.Kind}, nil
			}
		}
	}
	switch h.box.Role {
	case RightsRole:
		return []string{sorting.LabelOther}, nil
	case ComplaintRole:
		return []string{sorting.LabelComplaint}, nil
	}
	return nil, nil
}

// rights opens a case for a request about data-protection rights. What stops mail acts at once.
func (h *handling) rights(ctx context.Context) (Settlement, error) {
	if err := h.stopIfAsked(ctx); err != nil {
		return Settlement{}, err
	}
	labels := slices.Clone(h.verdict.Labels)
	if len(labels) == 0 {
		labels = []string{sorting.LabelOther}
	}
	return h.openCase(ctx, labels)
}

// openCase prepares a case and, for a request about rights, its acknowledgement.
func (h *handling) openCase(ctx context.Context, labels []string) (Settlement, error) {
	programme, err := h.programme(ctx)
	if err != nil {
		return Settlement{}, err
	}
	person, err := h.writer(ctx)
	if err != nil {
		return Settlement{}, err
	}
	o, err := h.prepared(programme, labels, person)
	if err != nil {
		return Settlement{}, err
	}
	ask, err := h.establish(ctx, &o, programme, person)
	if err != nil {
		return Settlement{}, err
	}
	s := Settlement{Disposition: OpenedCase, Opening: &o}
	answer, err := h.mayAnswer(ctx)
	if err != nil || programme.ID == 0 {
		return s, err
	}
	ours, err := h.ours(ctx)
	if err != nil {
		return s, err
	}
	s.Letters = func(opened cases.Case) []*mailer.Letter {
		var letters []*mailer.Letter
		if !ours || !h.automatic() { // an alert that came back under another Message-ID is told of by no alert
			letters = h.alerts(opened, programme)
		}
		if answer && ask != nil {
			letters = append(letters, h.linkLetter(opened, *ask)...)
		} else if l := h.acknowledgement(opened, programme.ID); answer && opened.Kind != cases.Correspondence && l != nil {
			letters = append(letters, l)
		}
		return letters
	}
	return s, nil
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
	key := h.Keys.AddressKey(h.mail.From)
	people, err := h.writers(ctx, key)
	if person, ok := people[string(key)]; ok {
		return &person, err
	}
	return nil, err
}

// evidence names the message, and holds nothing of it.
func (h *handling) evidence() subscriptions.Evidence {
	return subscriptions.Evidence{"inbound": strconv.FormatInt(h.kept.ID, 10), "received_at": h.kept.ReceivedAt.UTC().Format(time.RFC3339)}
}
