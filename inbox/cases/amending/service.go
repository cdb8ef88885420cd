package amending

import (
	"context"
	"slices"
	"strings"
	"time"

	"assent/inbox/cases"
	"assent/internal/audit"
	"assent/internal/errs"
	"assent/subscriptions"
)

// Service carries out what was decided, or what the law wants at once. Each act leaves an event on the case's timeline. All of it is safe to repeat.
type Service struct {
	Cases       *cases.Service
	Store       Store
	People      *subscriptions.Service
	Preferences *subscriptions.Preferences
	Keeper      *subscriptions.Keeper
	Now         func() time.Time
}

const maxWords = 8000 // octets of what an operator writes down

// granted are the outcomes on which something is carried out.
func granted(o cases.Outcome) bool { return o == cases.Granted || o == cases.Partly }

// open returns a case that something may be carried out of, with the person that it is about.
func (s *Service) open(ctx context.Context, caseID int64, kinds ...cases.Kind) (cases.Case, subscriptions.Subscriber, error) {
	const op = "amending: open case"
	c, err := s.Cases.Store.Case(ctx, caseID)
	switch {
	case err != nil:
		return c, subscriptions.Subscriber{}, errs.Wrap(op, err)
	case !slices.Contains(kinds, c.Kind):
		return c, subscriptions.Subscriber{}, errs.E(op, errs.Conflict, "This is not what the case is about. Take it as something else first, or work on the sub-case.", nil)
	case c.SubjectID == 0:
		return c, subscriptions.Subscriber{}, errs.E(op, errs.Conflict, "Nobody is on record whom this case is about. Name the person with the address under which they are on record, or decide that nothing is held.", nil)
	}
	p, err := s.Store.Subscriber(ctx, c.SubjectID)
	return c, p, errs.Wrap(op, err)
}

// decided returns a case of which a person decided that something is done, and in which nobody waits for proof of who asks.
func (s *Service) decided(ctx context.Context, caseID int64, kinds ...cases.Kind) (cases.Case, subscriptions.Subscriber, error) {
	const op = "amending: carry out"
	c, p, err := s.open(ctx, caseID, kinds...)
	if err != nil {
		return c, p, err
	}
	if err := established(c); err != nil {
		return c, p, errs.Wrap(op, err)
	}
	if err := s.Cases.MayAct(ctx, c); err != nil {
		return c, p, errs.Wrap(op, err)
	}
	switch {
	case !c.Open():
		return c, p, errs.E(op, errs.Conflict, "This case is closed. Reopen it first.", nil)
	case !c.Trusted(): // E1-07, E2-43; Article 12(6)
		return c, p, errs.E(op, errs.Conflict, "Nothing proves who asks. Record on the case, under “It is known who asks”, what you saw, or why nothing gives reason to doubt it. Until then nothing is corrected or erased.", nil)
	case c.Decision == nil || !granted(c.Decision.Outcome):
		return c, p, errs.E(op, errs.Conflict, "Decide first. Only what a person decided is carried out.", nil)
	}
	return c, p, nil
}

// established refuses while proof of identity or authority is waited for: what cannot be undone is not done for somebody who may be somebody else (E2-43).
func established(c cases.Case) error {
	for _, w := range c.Facts.WaitsFor() {
		if w == cases.Identity || w == cases.Authority {
			return errs.E("amending: established", errs.Conflict, "The case waits for proof of "+string(w)+". Nothing is changed until it has come, or you record that it is needed no more.", nil)
		}
	}
	return nil
}

// did records what was done, and returns the case.
func (s *Service) did(ctx context.Context, c cases.Case, actor, code, what, note string) (cases.Case, error) {
	return s.Cases.Did(ctx, c.ID, actor, code, what, note)
}

// acting puts on the audit trail who changes data and in which case.
func acting(ctx context.Context, actor string, c cases.Case) context.Context {
	return audit.For(audit.As(ctx, actor), "case "+c.Reference)
}

func checkWords(words string, needed bool, says string) error {
	switch {
	case needed && strings.TrimSpace(words) == "":
		return errs.E("amending: check", errs.Invalid, says, nil)
	case len(words) > maxWords:
		return errs.E("amending: check", errs.Invalid, "The words are longer than 8,000 characters.", nil)
	}
	return nil
}
