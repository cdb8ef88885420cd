package inbox

import (
	"context"
	"io"
	"slices"
	"time"

	"assent/inbox/cases"
	"assent/inbox/identity"
	"assent/inbox/sorting"
	"assent/internal/address"
	"assent/internal/errs"
	"assent/mailer"
	"assent/subscriptions"
)

// Prover finds out whether a message is from whom it says. *identity.Prover does.
type Prover interface {
	Prove(ctx context.Context, raw io.Reader, from address.Address, received time.Time) (identity.Result, error)
}

// whoWrote finds out, once, whether the message is from whom it says. Only what opens a case, is filed in one or agrees to something is looked at: an opt-out
// is never asked who it is from (Article 21(3); E2-35), and nothing depends on it for reports.
func (h *handling) whoWrote(ctx context.Context) (identity.Result, error) {
	if h.proof.Standing != identity.Unknown || h.Prover == nil || h.kept.Digest == "" || h.mail.From.IsZero() {
		return h.proof, nil
	}
	if h.batch != nil {
		return h.proof, errAlone
	}
	var err error
	h.proof, err = h.prove(ctx, h.raw(ctx, h.kept, h.small), h.mail.From, h.kept.ReceivedAt)
	return h.proof, err
}

func (s *Service) prove(ctx context.Context, raw io.ReadCloser, from address.Address, received time.Time) (identity.Result, error) {
	defer raw.Close()
	r, err := s.Prover.Prove(ctx, raw, from, received)
	return r, errs.Wrap("inbox: who wrote", err)
}

// establish records on a case that is about to be opened what its mail proves of who asks. Where it proves nothing, and the programme asks by itself, it returns
// whom to ask by a link; nil for nobody. Whoever forwards, or writes for somebody else, is not whom the case is about.
func (h *handling) establish(ctx context.Context, o *cases.Opening, p subscriptions.Programme, writer *subscriptions.Subscriber) (ask *subscriptions.Subscriber, err error) {
	if o.Case.Kind == cases.Correspondence && h.automatic() {
		return nil, nil
	}
	r, err := h.whoWrote(ctx)
	if err != nil {
		return nil, err
	}
	if r.Standing == identity.Contradicted {
		err := o.Happened(h.Reckoner, h.Now(), cases.Event{
			Kind: cases.Noted, Actor: "system", What: "Our own mail server found that this mail is not from whom it says. Nothing was sent to the address that it names.",
		})
		return nil, err
	}
	if writer == nil || o.Case.Kind == cases.Correspondence || h.verdict.Flagged(sorting.FlagForwarded) || h.verdict.Flagged(sorting.FlagAgent) {
		return nil, nil
	}
	if r.Standing == identity.Proved {
		return nil, o.Happened(h.Reckoner, h.Now(), cases.ProvedByMail(r))
	}
	if !p.AsksByLink || !asksWho(*o) {
		return nil, nil
	}
	doubt := "The mail does not prove who wrote it."
	if len(r.Grounds) > 0 {
		doubt += " " + r.Grounds[0]
	}
	return writer, o.Happened(h.Reckoner, h.Now(), cases.Event{Kind: cases.Asked, Actor: "system", Note: doubt, Detail: cases.Detail{For: cases.Identity}})
}

// asksWho reports whether somebody could come to harm if what is asked for were done for another person: data would go out, or be changed. Nothing else is asked about by
// itself (Article 12(6): reasonable doubts), and where one of several requests must not be held up, none is.
func asksWho(o cases.Opening) bool {
	harmful := []cases.Kind{cases.Access, cases.Portability, cases.Erasure, cases.Rectification, cases.Restriction, cases.AutomatedDecision, cases.Other}
	for _, k := range append([]cases.Case{o.Case}, o.Subs...) {
		if !slices.Contains(harmful, k.Kind) {
			return false
		}
	}
	return o.Case.Kind != cases.Other
}

// linkLetter is the letter that asks at the address on record, in the place of an acknowledgement.
func (h *handling) linkLetter(opened cases.Case, person subscriptions.Subscriber) []*mailer.Letter {
	l, err := h.Cases.LinkLetter(opened, person)
	if err != nil {
		return nil
	}
	l.InReplyTo = h.answered()
	return []*mailer.Letter{l}
}

// ProveAgain looks once more at who wrote a message of a case, such as when DNS did not answer, and keeps what it finds. Kinds of error: NotFound, Unavailable.
func (s *Service) ProveAgain(ctx context.Context, caseID, inboundID int64) (identity.Result, error) {
	const op = "inbox: look again"
	kept, err := s.Store.Kept(ctx, inboundID)
	if err != nil {
		return identity.Result{}, errs.Wrap(op, err)
	}
	if len(kept) == 0 || kept[0].CaseID != caseID || kept[0].Digest == "" || s.Prover == nil {
		return identity.Result{}, errs.E(op, errs.NotFound, "There is no such message in this case, or it is not kept any more.", nil)
	}
	from, err := address.Parse(kept[0].From)
	if err != nil {
		return identity.Result{}, errs.E(op, errs.NotFound, "The message names nobody who wrote it.", err)
	}
	r, err := s.prove(ctx, s.Store.Raw(ctx, kept[0].Digest), from, kept[0].ReceivedAt)
	if err != nil {
		return r, errs.Wrap(op, err)
	}
	if err := s.Store.KeepIdentity(ctx, inboundID, r); err != nil {
		return r, errs.Wrap(op, err)
	}
	return r, errs.Wrap(op, s.Cases.ProvedLater(ctx, caseID, from, r))
}
