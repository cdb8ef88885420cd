package mailer

import (
	"context"
	"slices"

	"assent/internal/errs"
	"assent/queue"
)

// prepare checks a campaign's words and whom it is meant for, and composes its message once.
func (s *Service) prepare(ctx context.Context, c Campaign) (Campaign, error) {
	slices.Sort(c.Lists)
	c.Lists = slices.Compact(c.Lists)
	slices.Sort(c.Purposes)
	c.Purposes = slices.Compact(c.Purposes)
	if c.Language == "" {
		c.Language = "en"
	}
	if err := checkWords(c); err != nil {
		return c, err
	}
	o, err := s.occasion(ctx, c)
	if err != nil {
		return c, err
	}
	if c.TimeZone == "" {
		c.TimeZone = o.Programme.TimeZone
	}
	if c.Class, err = s.classOf(ctx, o); err != nil {
		return c, err
	}
	o.Campaign = c
	if c, err = s.target(ctx, c); err != nil {
		return c, err
	}
	_, err = s.Composer.Campaign(o)
	return c, err
}

// Draft returns a campaign as Create would keep it, and keeps nothing.
func (s *Service) Draft(ctx context.Context, c Campaign) (Campaign, error) {
	c.State = Draft
	c, err := s.prepare(ctx, c)
	return c, errs.Wrap("mailer: draft campaign", err)
}

// Revise writes a draft anew: its words and whom it is meant for. seen is the ContentDigest of the draft that the writer had before them; when somebody else
// has changed it since, nothing is kept (kind Conflict). "" takes the draft as it is. Kind Conflict too for what is no draft any more: what was approved is what is sent.
func (s *Service) Revise(ctx context.Context, id int64, seen string, words Campaign) (Campaign, error) {
	const op = "mailer: revise campaign"
	was, err := s.Store.Campaign(ctx, id)
	if err != nil {
		return Campaign{}, errs.Wrap(op, err)
	}
	words.ID, words.ProgrammeID, words.State, words.TimeZone = was.ID, was.ProgrammeID, Draft, was.TimeZone
	if words, err = s.prepare(ctx, words); err != nil {
		return words, errs.Wrap(op, err)
	}
	return s.change(ctx, op, id, false, func(c Campaign) (Campaign, []queue.Task, error) {
		switch {
		case c.State != Draft:
			return c, nil, errs.E(op, errs.Conflict, "Only a draft can be changed; this campaign is "+string(c.State)+". Nothing was changed.", nil)
		case seen != "" && seen != c.ContentDigest():
			return c, nil, errs.E(op, errs.Conflict, "Somebody else has changed this draft meanwhile. Nothing of yours was kept: look at theirs, and change that.", nil)
		}
		c.Name, c.Subject, c.Preheader, c.Body, c.Language, c.Class = words.Name, words.Subject, words.Preheader, words.Body, words.Language, words.Class
		c.Lists, c.Purposes, c.Excluded = words.Lists, words.Purposes, words.Excluded
		c.Segment, c.SegmentID, c.SegmentVersion = words.Segment, words.SegmentID, words.SegmentVersion
		return c, nil, nil
	})
}
