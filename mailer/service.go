package mailer

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"assent/internal/errs"
	"assent/queue"
	"assent/subscriptions"
)

// Service runs campaigns and letters. All of it is safe to run in several processes at once.
type Service struct {
	Store     Store
	People    subscriptions.Store
	Gate      subscriptions.Gate
	Targeting Targeting // makes rules of campaigns' segments
	Transport Transport
	Confirm   Confirm // makes confirmation links
	Personal  Personal
	Told      RecipientNotices
	Composer  Composer
	Now       func() time.Time
	Log       *slog.Logger
	Kick      func() // wakes the relay after a commit that enqueued tasks; may be nil
	Pace      Pace
}

// Pace is how campaigns are sent. The zero value is not usable; see DefaultPace.
type Pace struct {
	Window      int             // people whose intent is written down at a time: what a crash leaves uncertain is no more
	Connections int             // messages of one window in flight at once
	Lease       time.Duration   // how long a claim lasts without a sign of life
	Retry       []time.Duration // how long to wait after each time that the relay put somebody off; past the last they fail
	StopLoss    int             // refusals (5xx) in a row after which a campaign pauses itself; 0 never
	Claims      int             // how often a chunk may find the connection broken before the message on it is put off
}

// DefaultPace suits a relay of one's own.
func DefaultPace() Pace {
	return Pace{
		Window: 32, Connections: 16, Lease: 30 * time.Second, StopLoss: 25, Claims: 5,
		Retry: []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour, 12 * time.Hour},
	}
}

const (
	maxSubject = 300     // characters
	maxBody    = 200_000 // characters
)

// Create keeps a campaign as a draft. What cannot be composed is refused at once, and not on the day that it should go out.
func (s *Service) Create(ctx context.Context, c Campaign, actor string) (Campaign, error) {
	const op = "mailer: create campaign"
	c.State, c.CreatedBy, c.CreatedAt = Draft, actor, s.Now()
	c, err := s.prepare(ctx, c)
	if err != nil {
		return c, errs.Wrap(op, err)
	}
	return c, errs.Wrap(op, s.Store.CreateCampaign(ctx, &c))
}

func checkWords(c Campaign) error {
	const op = "mailer: check campaign"
	switch {
	case strings.TrimSpace(c.Name) == "" || utf8.RuneCountInString(c.Name) > maxSubject:
		return errs.E(op, errs.Invalid, "Give the campaign a name of at most 300 characters.", nil)
	case strings.TrimSpace(c.Subject) == "" || utf8.RuneCountInString(c.Subject) > maxSubject:
		return errs.E(op, errs.Invalid, "Give the message a subject of at most 300 characters.", nil)
	case utf8.RuneCountInString(c.Preheader) > maxSubject:
		return errs.E(op, errs.Invalid, "The preheader has at most 300 characters.", nil)
	case notText(c.Name + c.Subject + c.Preheader):
		return errs.E(op, errs.Invalid, "Name, subject and preheader stand in one line each and hold no control characters.", nil)
	case notText(strings.NewReplacer("\n", "", "\r", "", "\t", "").Replace(c.Body)):
		return errs.E(op, errs.Invalid, "The body holds characters that are no text.", nil)
	case strings.TrimSpace(c.Body) == "" || utf8.RuneCountInString(c.Body) > maxBody:
		return errs.E(op, errs.Invalid, "Give the message a body of at most 200,000 characters.", nil)
	case len(c.Lists) == 0:
		return errs.E(op, errs.Invalid, "Name at least one list.", nil)
	}
	return nil
}

func notText(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl)
}

// occasion gathers what a campaign's message needs.
func (s *Service) occasion(ctx context.Context, c Campaign) (Occasion, error) {
	o := Occasion{Campaign: c}
	var err error
	if o.Programme, err = s.People.Programme(ctx, c.ProgrammeID); err != nil {
		return o, err
	}
	for _, id := range c.Lists {
		l, err := s.People.List(ctx, id)
		if err != nil {
			return o, err
		}
		if l.ProgrammeID != c.ProgrammeID {
			return o, errs.E("mailer: occasion", errs.Invalid, "A campaign goes to lists of its own programme.", nil)
		}
		o.Lists = append(o.Lists, l)
	}
	if o.Notice, err = s.People.Notice(ctx, o.Lists[0].NoticeID); err != nil {
		return o, err
	}
	o.Attributes, err = s.People.AttributesOf(ctx, c.ProgrammeID)
	return o, err
}

// question is what the gate is asked for a campaign.
func (s *Service) question(ctx context.Context, c Campaign) (subscriptions.Question, error) {
	programme, err := s.People.Programme(ctx, c.ProgrammeID)
	q := subscriptions.Question{Ends: programme.EndsAt}
	if err != nil {
		return q, err
	}
	for _, id := range c.Lists {
		l, err := s.People.List(ctx, id)
		if err != nil {
			return q, err
		}
		q.Lists = append(q.Lists, subscriptions.ListScope(l))
	}
	for _, id := range c.Purposes {
		p, err := s.People.Purpose(ctx, id)
		if err != nil {
			return q, err
		}
		if p.ProgrammeID != c.ProgrammeID {
			return q, errs.E("mailer: question", errs.Invalid, "A campaign declares purposes of its own programme.", nil)
		}
		q.Purposes = append(q.Purposes, subscriptions.PurposeScope(p))
	}
	return q, nil
}

// Schedule approves a draft and has it begin at a moment; a zero moment is now.
func (s *Service) Schedule(ctx context.Context, id int64, at time.Time, actor string) (Campaign, error) {
	if at.IsZero() {
		at = s.Now()
	}
	if err := s.beforeTheEnd(ctx, id, at); err != nil {
		return Campaign{}, errs.Wrap("mailer: schedule", err)
	}
	approved, err := s.freeze(ctx, id, at)
	if err != nil {
		return Campaign{}, errs.Wrap("mailer: schedule", err)
	}
	return s.change(ctx, "mailer: schedule", id, false, func(c Campaign) (Campaign, []queue.Task, error) {
		c.Segment, c.SegmentVersion = approved.Segment, approved.SegmentVersion
		c, err := c.Schedule(at, s.Now(), actor)
		if err != nil {
			return c, nil, err
		}
		t, err := PlanTask(c, at)
		return c, []queue.Task{t}, err
	})
}

// beforeTheEnd refuses a campaign that would begin when its programme has ended (E3-09).
func (s *Service) beforeTheEnd(ctx context.Context, id int64, at time.Time) error {
	c, err := s.Store.Campaign(ctx, id)
	if err != nil {
		return err
	}
	programme, err := s.People.Programme(ctx, c.ProgrammeID)
	if err == nil && programme.Ended(at) {
		zone, zoneErr := time.LoadLocation(programme.TimeZone)
		if zoneErr != nil {
			zone = time.UTC
		}
		err = errs.E("mailer: schedule", errs.Conflict, fmt.Sprintf("The programme ends on %s, and nobody may be mailed for it from then on. Nothing was scheduled.",
			programme.EndsAt.In(zone).Format("2 January 2006 at 15:04")), nil)
	}
	return err
}

// Pause stops a campaign before its next message.
func (s *Service) Pause(ctx context.Context, id int64) (Campaign, error) {
	return s.change(ctx, "mailer: pause", id, false, func(c Campaign) (Campaign, []queue.Task, error) {
		c, err := c.Pause()
		return c, nil, err
	})
}

// Resume lets a paused campaign go on.
func (s *Service) Resume(ctx context.Context, id int64) (Campaign, error) {
	return s.change(ctx, "mailer: resume", id, true, func(c Campaign) (Campaign, []queue.Task, error) {
		c, err := c.Resume()
		if err != nil || c.State == Sending {
			return c, nil, err
		}
		at := c.ScheduledAt
		if now := s.Now(); at.Before(now) {
			at = now
		}
		t, err := PlanTask(c, at)
		return c, []queue.Task{t}, err
	})
}

// Cancel ends a campaign; whoever has not been mailed will not be.
func (s *Service) Cancel(ctx context.Context, id int64) (Campaign, error) {
	return s.change(ctx, "mailer: cancel", id, false, func(c Campaign) (Campaign, []queue.Task, error) {
		c, err := c.Cancel()
		return c, nil, err
	})
}

func (s *Service) change(ctx context.Context, op string, id int64, requeue bool, change func(Campaign) (Campaign, []queue.Task, error)) (Campaign, error) {
	c, err := s.Store.ChangeCampaign(ctx, id, requeue, change)
	if err == nil && s.Kick != nil {
		s.Kick()
	}
	return c, errs.Wrap(op, err)
}

// Progress returns a campaign in numbers, and whom planning left out and why.
func (s *Service) Progress(ctx context.Context, id int64) (Counts, map[subscriptions.Reason]int64, error) {
	counts, left, err := s.Store.Counts(ctx, id)
	return counts, left, errs.Wrap("mailer: progress", err)
}
