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
		return s.haltPlanning(ctx, c.ID, troubleDigest)
	}
	a, err := s.audience(ctx, c, c.ScheduledAt)
	if kind := errs.KindOf(err); err != nil && (kind == errs.Refused || kind == errs.Invalid) { // as when profiling was switched off since
		return s.haltPlanning(ctx, c.ID, errs.Message(err))
	}
	if err != nil {
		return errs.Wrap(op, err)
	}
	for more := true; more; {
		more, err = s.Store.PlanPage(ctx, c.ID, a, s.Now())
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

// haltPlanning pauses a campaign whose planning cannot go on. One that does not run needs no pausing.
func (s *Service) haltPlanning(ctx context.Context, id int64, trouble string) error {
	err := s.halt(ctx, id, trouble)
	if errors.Is(err, ErrNotRunning) {
		return nil
	}
	return errs.Wrap("mailer: plan", err)
}
