package mailer

import (
	"context"
	"errors"

	"assent/internal/errs"
)

// HandlePlan plans a campaign's audience, page by page, into chunks that workers send. It may be cut off anywhere and run again.
func (s *Service) HandlePlan(ctx context.Context, p Plan) error {
	const op = "mailer: plan"
	c, err := s.Store.Campaign(ctx, p.CampaignID)
	if err != nil {
		return errs.Wrap(op, err)
	}
	if c.ContentDigest() != c.Digest {
		err := s.halt(ctx, c.ID, troubleDigest)
		if errors.Is(err, ErrNotRunning) {
			return nil
		}
		return errs.Wrap(op, err)
	}
	q, err := s.question(ctx, c)
	if err != nil {
		return errs.Wrap(op, err)
	}
	for more := true; more; {
		more, err = s.Store.PlanPage(ctx, c.ID, q, s.Now())
		if errors.Is(err, ErrNotRunning) { // paused or cancelled: resuming writes a task of its own
			return nil
		}
		if err != nil {
			return errs.Wrap(op, err)
		}
		if s.Kick != nil {
			s.Kick()
		}
	}
	s.Log.Info("campaign planned", "campaign", c.ID)
	return nil
}
