package cases

import (
	"context"
	"fmt"

	"assent/internal/errs"
	"assent/mailer"
)

// HandlePosted sees to what became of a letter about a case: the first one that went out, an acknowledgement or what a person wrote, acknowledges the case and the
// sub-cases that the same message opened; a letter that did not arrive raises an alarm. It is safe to repeat.
func (s *Service) HandlePosted(ctx context.Context, t Posted) error {
	const op = "cases: see to letter"
	l, report, err := s.Store.PostedLetter(ctx, t.LetterID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	c, err := s.Store.CaseOfLetter(ctx, l.ID)
	if err != nil && errs.KindOf(err) == errs.NotFound {
		return nil
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	if trouble := troubleOf(l, report); trouble != "" {
		return errs.Wrap(op, s.alarm(ctx, c, l, trouble))
	}
	if l.State == mailer.LetterSent && (l.Kind == mailer.CaseReceivedLetter || l.Kind == mailer.CaseLetter || l.Kind == mailer.IdentityLetter) {
		return errs.Wrap(op, s.acknowledged(ctx, c, l))
	}
	return nil
}

// troubleOf says how a letter failed, "" while it did not.
func troubleOf(l mailer.Letter, report string) string {
	switch {
	case l.State == mailer.LetterFailed, l.State == mailer.LetterRefused:
		return "A letter was not taken by the mail relay"
	case l.State == mailer.LetterUncertain:
		return "A letter may or may not have gone out: the connection was lost. It is not sent again by itself"
	case report == "failed":
		return "A letter could not be delivered: the other mail system returned it"
	}
	return ""
}

// alarm raises an alarm once for each letter.
func (s *Service) alarm(ctx context.Context, c Case, l mailer.Letter, trouble string) error {
	events, err := s.Store.CaseEvents(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.Kind == LetterFailed && e.Detail.LetterID == l.ID {
			return nil
		}
	}
	what := fmt.Sprintf("%s. Reach the person in another way.", trouble)
	if l.Code != 0 {
		what = fmt.Sprintf("%s (%d). Reach the person in another way.", trouble, l.Code)
	}
	_, err = s.Store.ChangeCase(ctx, c.ID, func(c Case, _ []Case) (Change, error) {
		return s.change(c, Change{Events: []Event{{Kind: LetterFailed, Actor: "system", What: what, Detail: Detail{LetterID: l.ID}}}})
	})
	return err
}

// acknowledged marks the case and its sub-cases of the same message.
func (s *Service) acknowledged(ctx context.Context, c Case, l mailer.Letter) error {
	subs, err := s.Store.SubCases(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, k := range append([]Case{c}, subs...) {
		if k.InboundID != c.InboundID || !k.Facts.AcknowledgedOn.IsZero() {
			continue
		}
		_, err := s.Store.ChangeCase(ctx, k.ID, func(k Case, _ []Case) (Change, error) {
			return s.change(k, Change{Events: []Event{{
				Kind: Acknowledged, On: s.Reckoner.UKDate(l.FinishedAt), Actor: "system", What: "Acknowledged by a letter.", Detail: Detail{LetterID: l.ID},
			}}})
		})
		if err != nil && errs.KindOf(err) != errs.Conflict { // somebody acknowledged it meanwhile
			return err
		}
	}
	return nil
}

const recomputeAtOnce = 100

// Recompute computes the clocks of open cases anew that were computed with another bank-holiday table, and logs each date that moved. It returns how many cases
// it looked at. It runs when Assent starts, and does nothing where the table is the same.
func (s *Service) Recompute(ctx context.Context) (looked int, err error) {
	const op = "cases: recompute"
	calendar := s.Reckoner.Calendar().Hash()
	for after := int64(0); ; {
		ids, err := s.Store.ReckonedOtherwise(ctx, calendar, after, recomputeAtOnce)
		if err != nil || len(ids) == 0 {
			return looked, errs.Wrap(op, err)
		}
		for _, id := range ids {
			_, err := s.Store.ChangeCase(ctx, id, func(c Case, _ []Case) (Change, error) { return s.change(c, Change{}) })
			if err != nil && errs.KindOf(err) != errs.Invalid {
				return looked, errs.Wrap(op, err)
			}
			if err != nil { // its facts cannot be: a person must look
				s.Log.Error("the clocks of a case cannot be computed", "case", id, "cause", errs.Message(err))
			}
			looked++
		}
		after = ids[len(ids)-1]
	}
}
