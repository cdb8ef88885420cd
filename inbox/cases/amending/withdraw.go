package amending

import (
	"context"

	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
)

// withdrawing is the practice of Article 7(3). Nobody can refuse it, and nothing stands before it; what was done before stays lawful (E2-42).
type withdrawing struct{ store Store }

// Outcomes implements cases.Practice.
func (withdrawing) Outcomes(cases.Case) []cases.Outcome {
	return []cases.Outcome{cases.Granted, cases.NoData, cases.Withdrawn}
}

// Reasons implements cases.Practice.
func (withdrawing) Reasons(cases.Case, cases.Outcome) []cases.Reason { return nil }

// Duties implements cases.Practice.
func (withdrawing) Duties(_ context.Context, c cases.Case) ([]cases.Duty, error) {
	if !acts(c) {
		return nil, nil
	}
	return []cases.Duty{done(c, cases.Preparing, withdrawn, "End what the consent that was withdrawn permitted")}, nil
}

// Withdraw ends what a person no longer agrees to, at once: nothing is decided before, and nobody's identity is asked for (Article 7(3)). Kinds of error: Invalid,
// Conflict.
func (s *Service) Withdraw(ctx context.Context, caseID int64, actor string, scopes []subscriptions.Scope) (cases.Case, error) {
	const op = "amending: withdraw"
	c, err := s.Cases.Store.Case(ctx, caseID)
	if err != nil || c.Kind != cases.WithdrawConsent {
		return c, errs.Wrap(op, firstError(err, errs.E(op, errs.Conflict, "This is not a case of withdrawn consent.", nil)))
	}
	p := subscriptions.Subscriber{ID: c.SubjectID}
	if p.ID == 0 {
		if p.Address, err = s.subjectAddress(ctx, c); err != nil {
			return c, errs.Wrap(op, err)
		}
	}
	if err := s.end(ctx, c, p, actor, scopes, "Withdrew consent."); err != nil {
		return c, errs.Wrap(op, err)
	}
	c, err = s.did(ctx, c, actor, withdrawn, "Ended what the consent that was withdrawn permitted.", "")
	return c, errs.Wrap(op, err)
}

// subjectAddress returns the address of whom a case is about, where nobody is on record under it: it is barred all the same.
func (s *Service) subjectAddress(ctx context.Context, c cases.Case) (address.Address, error) {
	parties, err := s.Cases.Store.CaseParties(ctx, c.ID)
	if err != nil {
		return address.Address{}, err
	}
	for _, p := range parties {
		if p.Role == cases.Subject && !p.Address.IsZero() {
			return p.Address, nil
		}
	}
	return address.Address{}, errs.E("amending: subject", errs.Conflict, "No address is known of whom this case is about. Name it under “People”.", nil)
}
