package inbox

import (
	"context"
	"slices"

	"assent/inbox/cases"
	"assent/inbox/identity"
	"assent/inbox/sorting"
	"assent/internal/address"
	"assent/internal/errs"
	"assent/mailer"
	"assent/subscriptions"
)

// Casework finds the case that a message belongs to and files it there. *cases.Service does.
type Casework interface {
	Thread(ctx context.Context, m cases.Incoming) (c cases.Case, by cases.Filed, ok bool, err error)
	File(ctx context.Context, c cases.Case, by cases.Filed, m cases.Incoming) (cases.Filing, error)
	LinkLetter(c cases.Case, person subscriptions.Subscriber) (*mailer.Letter, error)
	ProvedLater(ctx context.Context, caseID int64, from address.Address, r identity.Result) error
}

// answersCase files a message in the case that it belongs to, whatever else it says: an opt-out in it acts all the same, and a further right opens
// a sub-case. Where the case is closed, a right opens a case of its own that is linked to it. done is false for a message of no case.
func (h *handling) answersCase(ctx context.Context) (s Settlement, done bool, err error) {
	in := h.incoming()
	c, by, ok, err := h.Cases.Thread(ctx, in)
	if err != nil || !ok {
		return Settlement{}, false, err
	}
	if err := h.stopIfAsked(ctx); err != nil {
		return Settlement{}, true, err
	}
	if !c.Open() && len(in.Kinds) > 0 {
		h.relatedTo = c.ID
		s, err := h.openCase(ctx, h.verdict.Labels)
		return s, true, err
	}
	if in.Identity, err = h.whoWrote(ctx); err != nil {
		return Settlement{}, true, err
	}
	in.Stopped = h.stopped
	filing, err := h.Cases.File(ctx, c, by, in)
	return Settlement{Disposition: FiledInCase, Filing: &filing}, true, err
}

// incoming is what tells which case a message belongs to, and what it asks for.
func (h *handling) incoming() cases.Incoming {
	m := cases.Incoming{
		InboundID: h.kept.ID, ReceivedAt: h.kept.ReceivedAt, From: h.mail.From, Subject: h.kept.Subject, MessageID: h.kept.MessageID,
		Quiet: h.verdict.Kind == sorting.KindAutoReply && (h.verdict.Has(sorting.LabelVacation) || h.verdict.Has(sorting.LabelAck)),
	}
	for _, to := range h.mail.To {
		if id, ok := mailer.FromCaseAddress(h.Keys, to); ok {
			m.Token = id
			break
		}
	}
	for _, id := range slices.Concat(h.mail.InReplyTo, h.mail.References) {
		if letter, ok := mailer.FromLetterID(h.Keys, id); ok {
			m.Letter = letter
		} else if _, newsletter := mailer.FromMessageID(h.Keys, id); !newsletter && len(m.InReplyTo) < 50 { // a newsletter is in no case
			m.InReplyTo = append(m.InReplyTo, id)
		}
	}
	if h.verdict.Kind == sorting.KindRights && !h.guessed() { // whoever has the case reads it
		m.Kinds = h.kinds(h.verdict.Labels)
	}
	return m
}

// stopIfAsked carries out what stops mail, at once, without a check of identity and beside the case (Article 21(3); E2-24). Who forwards another's
// request does not ask for themselves (E2-33).
func (h *handling) stopIfAsked(ctx context.Context) error {
	if !h.signed() && !h.asksToStop() {
		return nil
	}
	_, err := h.withdraw(ctx)
	if kind := errs.KindOf(err); err != nil && (kind == errs.NotFound || kind == errs.Invalid) {
		return nil // nobody can be told by it: the person who reads the case sees it
	}
	h.stopped = err == nil
	return err
}

func (h *handling) asksToStop() bool {
	stops := h.verdict.Kind == sorting.KindUnsubscribe || h.verdict.Flagged(sorting.FlagUnsubscribe) ||
		h.verdict.Kind == sorting.KindRights && (h.verdict.Has(sorting.LabelObjection) || h.verdict.Has(sorting.LabelWithdrawConsent))
	return stops && !h.verdict.Flagged(sorting.FlagForwarded) && !h.guessed()
}

// kinds returns the kinds of cases that labels stand for, and that of a breach that is reported with them (E0-13): in doubt the 72 hours run. Where an authority asks for a
// person's data it is that (E1-11). A right that is a guess stands beside either, for its month may run as well; what nobody could name is that alone.
func (h *handling) kinds(labels []string) []cases.Kind {
	out := cases.KindsOf(labels)
	if h.verdict.Flagged(sorting.FlagBreach) && !h.verdict.Flagged(sorting.FlagBulk) {
		out = append(slices.DeleteFunc(out, unnamed), cases.Breach)
	}
	if h.verdict.Flagged(sorting.FlagThirdParty) && !h.verdict.Flagged(sorting.FlagBulk) {
		if named := slices.DeleteFunc(slices.Clone(out), unnamed); len(named) == 0 || h.guessed() {
			return append(named, cases.Disclosure)
		}
	}
	return out
}

// unnamed reports whether a kind says that nobody could say what a message asks for.
func unnamed(k cases.Kind) bool { return k == cases.Other || k == cases.Correspondence }

// prepared makes the case that a message opens, with its sub-cases and people.
func (h *handling) prepared(p subscriptions.Programme, labels []string, writer *subscriptions.Subscriber) (cases.Opening, error) {
	var subscriber int64
	if writer != nil {
		subscriber = writer.ID
	}
	parties := cases.Parties(cut(h.mail.FromName, 200), h.mail.From, subscriber)
	o, err := cases.Prepare(h.Reckoner, cases.Case{
		Labels: labels, Flags: h.verdict.Flags, ProgrammeID: h.box.ProgrammeID, Division: p.Division, Channel: cases.ByMail, Mailbox: h.kept.Mailbox,
		InboundID: h.kept.ID, Language: h.language(), From: h.kept.From, Subject: h.kept.Subject, ReceivedAt: h.kept.ReceivedAt, SubjectID: subscriber,
		Urgent: h.verdict.Flagged(sorting.FlagUrgent),
	}, h.kinds(labels), cases.PromisesOf(p))
	if err != nil {
		return o, err
	}
	o.Parties, o.RelatedTo = parties, h.relatedTo
	o.Message = &cases.Message{
		Direction: cases.In, At: h.kept.ReceivedAt, InboundID: h.kept.ID, MessageID: h.kept.MessageID, From: h.kept.From, Subject: h.kept.Subject, Filed: cases.ByOpening,
	}
	now := h.Now()
	o.Events = []cases.Event{cases.OpenedBy(o.Case, "system", now, h.Reckoner.UKDate(now))}
	if h.stopped {
		o.Events = append(o.Events, cases.MailStopped(now, h.Reckoner.UKDate(now)))
	}
	for _, route := range []struct{ flag, what string }{
		{sorting.FlagCompensation, "Compensation is asked for. The Senior Information Risk Officer deals with that."},
		{sorting.FlagFOI, "This may ask for information under the Freedom of Information Act, which is not dealt with here. Pass that part on."},
		{sorting.FlagThirdParty, "This may ask for the data of somebody else. Nothing is disclosed by default: a law, the formal written request, and a person's decision come first."},
		{sorting.FlagAgent, "Somebody may act for somebody else here: see to authority before anything is disclosed."},
		{sorting.FlagChild, "A child may have written this, or it may be about one: then name the child as whom the case is about, for of a mail that is the sender. A child has the same rights: answer in words that they understand, and ask a parent or guardian only where the child cannot act alone. What a child below the programme's age gave without a parent's agreement is erased."},
	} {
		if h.verdict.Flagged(route.flag) {
			o.Events = append(o.Events, cases.Event{Kind: cases.Noted, At: now, On: h.Reckoner.UKDate(now), Actor: "system", What: route.what})
		}
	}
	return o, nil
}
