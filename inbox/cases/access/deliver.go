package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"assent/inbox/cases"
	"assent/internal/errs"
	"assent/internal/token"
)

// How long a link lives, in days.
const (
	UsualDays = 30
	MostDays  = 90
)

// Delivery is how an operator hands a pack over.
type Delivery struct {
	To   string // the address that gets the link
	Way  Way    // by which the code is told
	Days int    // that the link lives; 0 for UsualDays
	Key  string // of the caller's making, so that the letter goes out once
}

// Deliver writes a letter with a link to the approved pack, and returns the code, which is shown once: the operator tells it in another way than by that mail. It needs a decision to
// give, and identity established. Kinds of error: NotFound, Invalid, Conflict.
func (s *Service) Deliver(ctx context.Context, caseID int64, actor string, d Delivery) (Link, string, error) {
	const op = "access: deliver"
	k, pack, err := s.ready(ctx, caseID)
	if err != nil {
		return Link{}, "", errs.Wrap(op, err)
	}
	if d.Days == 0 {
		d.Days = UsualDays
	}
	if !slices.Contains(Ways(), d.Way) || d.Days < 1 || d.Days > MostDays {
		return Link{}, "", errs.Wrap(op, invalid("Say how the code is told (by phone, post, text message or in person), and for how many days the link lives: at most %d.", MostDays))
	}
	now := s.Now()
	l := Link{PackID: pack.ID, CaseID: k.ID, Way: d.Way, Actor: actor, MadeAt: now, ExpiresAt: now.Add(time.Duration(d.Days) * 24 * time.Hour)}
	if err := s.Store.AddLink(ctx, &l); err != nil {
		return Link{}, "", errs.Wrap(op, err)
	}
	code, l, err := s.giveCode(ctx, l.ID)
	if err == nil {
		err = s.writeLink(ctx, k, pack, l, actor, d)
	}
	if err != nil { // a link that nobody was sent leads nowhere
		s.withdrawLink(ctx, l.ID, actor)
		return Link{}, "", errs.Wrap(op, err)
	}
	what := fmt.Sprintf("A link to the pack was sent, good until %s; its code is told by %s.", s.Cases.Reckoner.UKDate(l.ExpiresAt).Long(), strings.ReplaceAll(string(l.Way), "-", " "))
	_, err = s.Cases.Did(ctx, k.ID, actor, DutyDeliver, what, "")
	return l, code, errs.Wrap(op, err)
}

// ready refuses to hand over what may not be handed over yet.
func (s *Service) ready(ctx context.Context, caseID int64) (cases.Case, Bundle, error) {
	k, _, err := s.open(ctx, caseID)
	if err != nil {
		return k, Bundle{}, err
	}
	conflict := func(says string) error { return errs.E("access: ready", errs.Conflict, says, nil) }
	held := s.Cases.MayAct(ctx, k)
	pack, err := s.Store.PackOf(ctx, k.ID)
	switch {
	case errs.KindOf(err) == errs.NotFound:
		return k, pack, conflict("No pack has been approved, or it is no longer kept. Approve it first.")
	case err != nil:
		return k, pack, err
	case !established(k):
		return k, pack, conflict("Who asks is not established yet. Record what shows it, or have it proved, before anything is handed over.")
	case held != nil:
		return k, pack, held
	case k.Decision == nil || k.Decision.Outcome != cases.Granted && k.Decision.Outcome != cases.Partly:
		return k, pack, conflict("Nothing is decided yet that could be handed over. Decide first: grant it, in whole or in part.")
	case pack.Withheld > 0 && k.Decision.Outcome == cases.Granted:
		return k, pack, conflict("Items are withheld, so this is granted in part. Decide so, with the reasons: the person must be told (Article 12(4)).")
	}
	return k, pack, nil
}

// established reports whether it is known who asks: proof came, or a person recorded what shows it. Nothing that was asked for may be open.
func established(k cases.Case) bool {
	for _, a := range k.Facts.WaitsFor() {
		if a == cases.Identity || a == cases.Authority {
			return false
		}
	}
	return k.Facts.Established() || k.Facts.DisownedOn.IsZero() && !k.Facts.DoneOn(DutyIdentity).IsZero()
}

// Establish records, in a person's words, what shows who asks (E2-27, E2-43). Kinds of error: NotFound, Invalid, Conflict.
func (s *Service) Establish(ctx context.Context, caseID int64, actor, shows string) error {
	const op = "access: establish identity"
	k, _, err := s.open(ctx, caseID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if strings.TrimSpace(shows) == "" {
		return errs.Wrap(op, invalid("Say what shows who asks, such as: she wrote from the address on record, and the message was signed by its domain."))
	}
	_, err = s.Cases.Did(ctx, k.ID, actor, DutyIdentity, "Who asks was established.", shows)
	return errs.Wrap(op, err)
}

func (s *Service) giveCode(ctx context.Context, linkID int64) (code string, l Link, err error) {
	l, err = s.Store.TryLink(ctx, linkID, func(l Link) (Link, Opening, error) {
		code, err = l.GiveCode(s.Keys)
		return l, Opening{s.Now(), GotNewCode}, err
	})
	return code, l, err
}

// withdrawLink ends a link that could not be sent.
func (s *Service) withdrawLink(ctx context.Context, id int64, actor string) {
	_, err := s.Store.TryLink(ctx, id, func(l Link) (Link, Opening, error) {
		l.RevokedAt, l.RevokedBy, l.RevokedWhy = s.Now(), actor, "The letter could not be written."
		return l, Opening{}, nil
	})
	if err != nil {
		s.Log.Error("a link that was not sent could not be revoked", "link", id, "cause", err.Error())
	}
}

// writeLink writes the letter with the link, which tells the decision where the person was not told it yet.
func (s *Service) writeLink(ctx context.Context, k cases.Case, pack Bundle, l Link, actor string, d Delivery) error {
	values, err := s.linkFields(ctx, k, l, pack.Language)
	if err != nil {
		return err
	}
	return s.writeText(ctx, k, actor, "link:"+d.Key, textFor(k), values, cases.Letter{To: d.To, Language: pack.Language, Answers: k.Facts.AnsweredOn.IsZero()})
}

// URL is where a link leads.
func (s *Service) URL(l Link) string {
	return s.BaseURL + "/h/" + s.Keys.Sign(token.Handover, l.ID)
}

// NewCode gives a link another code, shown once: the former one opens nothing any more. Kinds of error: NotFound, Conflict for a link that is over.
func (s *Service) NewCode(ctx context.Context, caseID, linkID int64, actor string) (string, error) {
	const op = "access: new code"
	if _, err := s.linkOf(ctx, caseID, linkID); err != nil {
		return "", errs.Wrap(op, err)
	}
	code := ""
	_, err := s.Store.TryLink(ctx, linkID, func(l Link) (Link, Opening, error) {
		if st := l.State(s.Now()); st == "revoked" || st == "expired" {
			return l, Opening{}, errs.E(op, errs.Conflict, "This link is over. Send another.", nil)
		}
		var err error
		code, err = l.GiveCode(s.Keys)
		return l, Opening{s.Now(), GotNewCode}, err
	})
	if err != nil {
		return "", errs.Wrap(op, err)
	}
	_, err = s.Cases.Did(ctx, caseID, actor, "new-code", "A new code was made for the link.", "")
	return code, errs.Wrap(op, err)
}

// Revoke ends a link at once, with the reason. Kinds of error: NotFound, Invalid.
func (s *Service) Revoke(ctx context.Context, caseID, linkID int64, actor, why string) error {
	const op = "access: revoke"
	if strings.TrimSpace(why) == "" || len(why) > maxWords {
		return errs.Wrap(op, invalid("Say why the link is revoked."))
	}
	if _, err := s.linkOf(ctx, caseID, linkID); err != nil {
		return errs.Wrap(op, err)
	}
	_, err := s.Store.TryLink(ctx, linkID, func(l Link) (Link, Opening, error) {
		if l.RevokedAt.IsZero() {
			l.RevokedAt, l.RevokedBy, l.RevokedWhy = s.Now(), actor, why
		}
		return l, Opening{}, nil
	})
	if err != nil {
		return errs.Wrap(op, err)
	}
	_, err = s.Cases.Did(ctx, caseID, actor, "revoke", "A link to the pack was revoked.", why)
	return errs.Wrap(op, err)
}

func (s *Service) linkOf(ctx context.Context, caseID, linkID int64) (Link, error) {
	l, err := s.Store.Link(ctx, linkID)
	if err == nil && l.CaseID != caseID {
		err = errs.E("access: link", errs.NotFound, "There is no such link in this case.", nil)
	}
	return l, err
}

// HandedOver records that the pack was handed over in print, by post or in person (E1-13), or in another way than by a link. Kinds of error: as for Deliver.
func (s *Service) HandedOver(ctx context.Context, caseID int64, actor, how string) error {
	const op = "access: handed over"
	k, _, err := s.ready(ctx, caseID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if strings.TrimSpace(how) == "" {
		return errs.Wrap(op, invalid("Say how and to whom it was handed over, such as: by recorded post to the address that she gave."))
	}
	if _, err := s.Cases.Did(ctx, k.ID, actor, DutyDeliver, "The pack was handed over in print or in person.", how); err != nil {
		return errs.Wrap(op, err)
	}
	_, err = s.Cases.Did(ctx, k.ID, actor, DutyOpened, "It was handed over directly.", "")
	return errs.Wrap(op, err)
}
