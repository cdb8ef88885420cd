package mailer

import (
	"context"
	"slices"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
	"assent/subscriptions/segment"
)

// Targeting makes rules of segments. *segment.Service is one.
type Targeting interface {
	// Saved returns a saved segment; kind NotFound.
	Saved(ctx context.Context, id int64) (segment.Saved, error)
	// Bind makes a segment the rule of a message; kind Invalid or Refused.
	Bind(ctx context.Context, programmeID int64, s segment.Segment, q subscriptions.Question, at time.Time) (segment.Rule, error)
	// Look counts an audience as it is now, and draws a sample of it.
	Look(ctx context.Context, a segment.Audience) (segment.Look, error)
}

// target checks whom a new campaign is meant for: its segment, by the saved one that it names, and its exclusion lists.
func (s *Service) target(ctx context.Context, c Campaign) (Campaign, error) {
	const op = "mailer: target"
	slices.Sort(c.Excluded)
	c.Excluded = slices.Compact(c.Excluded)
	for _, id := range c.Excluded {
		l, err := s.People.List(ctx, id)
		if err != nil {
			return c, errs.Wrap(op, err)
		}
		if l.ProgrammeID != c.ProgrammeID {
			return c, errs.E(op, errs.Invalid, "A campaign leaves out people of lists of its own programme.", nil)
		}
		if slices.Contains(c.Lists, id) {
			return c, errs.E(op, errs.Invalid, "The list “"+l.Name+"” is both mailed and left out. Take it out of one of the two.", nil)
		}
	}
	if c.SegmentID != 0 && !c.Segment.IsZero() {
		return c, errs.E(op, errs.Invalid, "A campaign takes one segment: a saved one or one of its own.", nil)
	}
	c, err := s.current(ctx, c)
	if err != nil {
		return c, err
	}
	_, err = s.audience(ctx, c, s.Now())
	return c, err
}

// current returns a draft with the saved segment that it names as that is now. What was approved stays as it was approved.
func (s *Service) current(ctx context.Context, c Campaign) (Campaign, error) {
	const op = "mailer: segment"
	if c.State != Draft || c.SegmentID == 0 {
		return c, nil
	}
	saved, err := s.Targeting.Saved(ctx, c.SegmentID)
	if err != nil {
		return c, errs.Wrap(op, err)
	}
	if saved.ProgrammeID != c.ProgrammeID {
		return c, errs.E(op, errs.Invalid, "A campaign takes a segment of its own programme.", nil)
	}
	c.Segment, c.SegmentVersion = saved.Segment, saved.Version
	return c, nil
}

// audience is whom a campaign is for, its segment's days as seen from a moment.
func (s *Service) audience(ctx context.Context, c Campaign, at time.Time) (segment.Audience, error) {
	q, err := s.question(ctx, c)
	if err != nil {
		return segment.Audience{}, err
	}
	a := segment.Audience{Question: q, Excluded: c.Excluded}
	if c.Segment.IsZero() {
		return a, nil
	}
	rule, err := s.Targeting.Bind(ctx, c.ProgrammeID, c.Segment, q, at)
	a.Rule = &rule
	return a, err
}

// freeze returns a draft with its segment as it is approved: every day counted back from when sending begins, so that
// what is approved means the same people however often it is asked.
func (s *Service) freeze(ctx context.Context, id int64, at time.Time) (Campaign, error) {
	c, err := s.Store.Campaign(ctx, id)
	if err != nil || c.State != Draft {
		return c, err
	}
	if c, err = s.current(ctx, c); err != nil || c.Segment.IsZero() {
		return c, err
	}
	a, err := s.audience(ctx, c, at)
	if err != nil {
		return c, err
	}
	zone, err := time.LoadLocation(a.Rule.Programme.TimeZone)
	if err != nil {
		return c, errs.E("mailer: freeze segment", errs.Internal, "", err)
	}
	c.Segment = c.Segment.Resolve(at, zone)
	return c, nil
}

// Look is a campaign's audience: as it was planned, or as it would be now, with a sample of it.
type Look struct {
	segment.Look
	Segment segment.Segment
	Rule    *segment.Rule // nil for everybody on the lists
	Planned bool          // the funnel is the one of planning
}

// Look tells whom a campaign goes to, and whom it leaves out and why.
func (s *Service) Look(ctx context.Context, id int64) (Look, error) {
	const op = "mailer: look at audience"
	c, err := s.Store.Campaign(ctx, id)
	if err != nil {
		return Look{}, errs.Wrap(op, err)
	}
	if c.PlannedAt.IsZero() {
		return s.look(ctx, c)
	}
	a, err := s.audience(ctx, c, c.ScheduledAt)
	if err != nil {
		return Look{}, errs.Wrap(op, err)
	}
	planned, left, err := s.Store.Counts(ctx, id)
	if err != nil {
		return Look{}, errs.Wrap(op, err)
	}
	counts := segment.Counts(left)
	counts[subscriptions.Allowed] = planned.Planned
	return Look{Look: segment.Look{Funnel: counts.Funnel(a.Rule, 0)}, Segment: c.Segment, Rule: a.Rule, Planned: true}, nil
}

// LookAhead tells whom a campaign would go to that is not yet written; without lists, to all of its programme.
func (s *Service) LookAhead(ctx context.Context, c Campaign) (Look, error) {
	const op = "mailer: look ahead"
	if len(c.Lists) == 0 {
		lists, err := s.People.Lists(ctx)
		if err != nil {
			return Look{}, errs.Wrap(op, err)
		}
		for _, l := range lists {
			if l.ProgrammeID == c.ProgrammeID && !slices.Contains(c.Excluded, l.ID) {
				c.Lists = append(c.Lists, l.ID)
			}
		}
	}
	c.State = Draft
	for _, id := range c.Lists {
		l, err := s.People.List(ctx, id)
		if err != nil {
			return Look{}, errs.Wrap(op, err)
		}
		if l.ProgrammeID != c.ProgrammeID {
			return Look{}, errs.E(op, errs.Invalid, "A campaign goes to lists of its own programme.", nil)
		}
	}
	c, err := s.target(ctx, c)
	if err != nil {
		return Look{}, errs.Wrap(op, err)
	}
	look, err := s.look(ctx, c)
	return look, errs.Wrap(op, err)
}

func (s *Service) look(ctx context.Context, c Campaign) (Look, error) {
	c, err := s.current(ctx, c)
	if err != nil {
		return Look{}, err
	}
	at := c.ScheduledAt
	if c.State == Draft {
		at = s.Now()
	}
	a, err := s.audience(ctx, c, at)
	if err != nil {
		return Look{}, err
	}
	seen, err := s.Targeting.Look(ctx, a)
	return Look{Look: seen, Segment: c.Segment, Rule: a.Rule}, err
}
