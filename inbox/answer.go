package inbox

import (
	"context"
	"slices"
	"strings"

	"assent/inbox/cases"
	"assent/inbox/identity"
	"assent/inbox/sorting"
	"assent/internal/address"
	"assent/mailer"
	"assent/subscriptions"
)

// acknowledgement is the letter that tells the writer of a case that it is open, and by when they will hear.
func (h *handling) acknowledgement(c cases.Case, programmeID int64) *mailer.Letter {
	l := cases.Acknowledgement(h.Keys, c, h.Reckoner.UKDate(h.kept.ReceivedAt).String(), h.understood(), h.Now())
	if l == nil {
		return nil
	}
	l.ProgrammeID, l.To, l.Language, l.InReplyTo = programmeID, h.mail.From.String(), h.language(), h.answered()
	return l
}

// understood says what we take the writer to ask for, so that they can put us right at once. What only the mailbox stands for is not said: they did not write it.
func (h *handling) understood() []string {
	if h.verdict.Kind != sorting.KindRights || h.guessed() {
		return cases.Understood(h.kinds(nil), false, h.language()) // what a flag alone tells: a breach, or an authority that asks for somebody's data
	}
	return cases.Understood(h.kinds(h.verdict.Labels), h.stopped, h.language())
}

// alerts returns the letter that tells the data protection officer of a complaint or a breach at once, however sure the sorting was (E1-30).
func (h *handling) alerts(c cases.Case, p subscriptions.Programme) []*mailer.Letter {
	l := cases.Alert(c, p, h.Now())
	if l == nil || !h.needsOfficer(c) {
		return nil
	}
	return []*mailer.Letter{l}
}

// needsOfficer reports whether the officer is to know at once.
func (h *handling) needsOfficer(c cases.Case) bool {
	return h.verdict.Has(sorting.LabelComplaint) || h.verdict.Flagged(sorting.FlagCompensation) || c.Kind == cases.Complaint || slices.Contains(h.kinds(nil), cases.Breach)
}

// oncePerDay keys a letter so that one sender gets one of its kind a day, and no two robots write to each other for ever.
func (h *handling) oncePerDay(kind string) string {
	return cases.OncePerDay(h.Keys, kind, h.mail.From, h.Reckoner.UKDate(h.kept.ReceivedAt).String())
}

// mayAnswer reports whether an automatic answer may be sent (RFC 3834 section 2): never to automatic mail, to lists, to the null sender,
// or to ourselves.
func (h *handling) mayAnswer(ctx context.Context) (bool, error) {
	if h.automatic() || h.proof.Standing == identity.Contradicted { // whoever is named there did not write
		return false, nil
	}
	ours, err := h.ours(ctx)
	return !ours, err
}

// ours reports whether the message comes from an address of our own, as when staff pass a request on.
func (h *handling) ours(ctx context.Context) (bool, error) {
	all, err := h.Records.Programmes(ctx)
	return isProgrammes(all, h.mail.From), err
}

// isProgrammes reports whether a programme writes, or is written to, at an address.
func isProgrammes(all []subscriptions.Programme, a address.Address) bool {
	return slices.ContainsFunc(all, func(p subscriptions.Programme) bool {
		return a.Normal() == p.FromAddress.Normal() || a.Normal() == p.Contact.Address.Normal()
	})
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
		h.verdict.Flagged(sorting.FlagBulk), h.verdict.Flagged(sorting.FlagAutoHeader):
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
