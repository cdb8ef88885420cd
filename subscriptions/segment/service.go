package segment

import (
	"context"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
)

// Store keeps segments and looks over audiences. All errors are of the kinds of package errs.
type Store interface {
	subscriptions.Catalogue
	// CreateSegment keeps a segment and sets its ID; kind Conflict for a slug that the programme has.
	CreateSegment(ctx context.Context, s *Saved) error
	// ChangeSegment writes name, rule and who changed it over the version before s.Version; kind Conflict when it has another.
	ChangeSegment(ctx context.Context, s Saved) error
	// Segment returns a saved segment; kind NotFound.
	Segment(ctx context.Context, id int64) (Saved, error)
	// SegmentBySlug returns a saved segment of a programme; kind NotFound.
	SegmentBySlug(ctx context.Context, programmeID int64, slug string) (Saved, error)
	// Segments returns a programme's segments, by id.
	Segments(ctx context.Context, programmeID int64) ([]Saved, error)
	// CampaignNames returns the names of those of some campaigns that are a programme's.
	CampaignNames(ctx context.Context, programmeID int64, ids []int64) (map[int64]string, error)
	// Profiling reports whether a programme profiles.
	Profiling(ctx context.Context, programmeID int64) (bool, error)
	// SetProfiling switches a programme's profiling on or off.
	SetProfiling(ctx context.Context, programmeID int64, on bool) error
	// Survey counts an audience, and draws up to sample people of those who may be mailed: the same ones each time.
	Survey(ctx context.Context, a Audience, now time.Time, sample int) (Counts, []subscriptions.Subscriber, error)
}

// Service keeps segments and shows whom they mean.
type Service struct {
	Store  Store
	Fewest int64 // how many people a segment on declared attributes must mean for its counts to be told
	Now    func() time.Time
}

// SampleSize is how many people are shown of an audience.
const SampleSize = 10

// Create keeps a new segment of a programme. It is checked against the declarations, but for which purpose it may be used
// shows only when it is.
func (s *Service) Create(ctx context.Context, x Saved, actor string) (Saved, error) {
	const op = "segment: create"
	if err := x.check(); err != nil {
		return x, err
	}
	x.Version, x.CreatedBy, x.ChangedBy, x.CreatedAt = 1, actor, actor, s.Now()
	x.ChangedAt = x.CreatedAt
	if _, err := s.bind(ctx, x.ProgrammeID, x.Segment, x.CreatedAt); err != nil {
		return x, errs.Wrap(op, err)
	}
	return x, errs.Wrap(op, s.Store.CreateSegment(ctx, &x))
}

// Change writes a new version of a saved segment. Campaigns that were approved with an earlier one keep it. version is the one that was
// read: kind Conflict when somebody else changed it meanwhile.
func (s *Service) Change(ctx context.Context, id int64, version int, name string, to Segment, actor string) (Saved, error) {
	const op = "segment: change"
	x, err := s.Store.Segment(ctx, id)
	if err != nil {
		return x, errs.Wrap(op, err)
	}
	if x.Version != version {
		return x, errs.E(op, errs.Conflict, "Somebody changed this segment meanwhile. Nothing of yours was kept: read it again, and change what it is now.", nil)
	}
	x.Name, x.Segment, x.Version, x.ChangedBy, x.ChangedAt = name, to, version+1, actor, s.Now()
	if err := x.check(); err != nil {
		return x, err
	}
	if _, err := s.bind(ctx, x.ProgrammeID, to, x.ChangedAt); err != nil {
		return x, errs.Wrap(op, err)
	}
	return x, errs.Wrap(op, s.Store.ChangeSegment(ctx, x))
}

// Saved returns a saved segment; kind NotFound.
func (s *Service) Saved(ctx context.Context, id int64) (Saved, error) {
	x, err := s.Store.Segment(ctx, id)
	return x, errs.Wrap("segment: saved", err)
}

// Declarations returns what a programme has declared, as far as a segment needs it.
func (s *Service) Declarations(ctx context.Context, programmeID int64, of Segment) (Declarations, error) {
	const op = "segment: declarations"
	var d Declarations
	var err error
	if d.Programme, err = s.Store.Programme(ctx, programmeID); err != nil {
		return d, errs.Wrap(op, err)
	}
	if d.Attributes, err = s.Store.AttributesOf(ctx, programmeID); err != nil {
		return d, errs.Wrap(op, err)
	}
	if d.Purposes, err = s.Store.Purposes(ctx, programmeID); err != nil {
		return d, errs.Wrap(op, err)
	}
	lists, err := s.Store.Lists(ctx)
	if err != nil {
		return d, errs.Wrap(op, err)
	}
	for _, l := range lists {
		if l.ProgrammeID == programmeID {
			d.Lists = append(d.Lists, l)
		}
	}
	if d.Campaigns, err = s.Store.CampaignNames(ctx, programmeID, of.Campaigns()); err != nil {
		return d, errs.Wrap(op, err)
	}
	on, err := s.Store.Profiling(ctx, programmeID)
	d.ProfilingOff = !on
	return d, errs.Wrap(op, err)
}

func (s *Service) bind(ctx context.Context, programmeID int64, x Segment, at time.Time) (Rule, error) {
	d, err := s.Declarations(ctx, programmeID, x)
	if err != nil {
		return Rule{}, err
	}
	return Bind(x, d, at)
}

// Bind makes a segment the rule of a message that goes to lists and declares further purposes. Special-category data is refused where
// one of all these purposes rests on anything but explicit consent (Article 9(2)(a) UK GDPR; E1-02, E4-07).
func (s *Service) Bind(ctx context.Context, programmeID int64, x Segment, q subscriptions.Question, at time.Time) (Rule, error) {
	const op = "segment: bind"
	d, err := s.Declarations(ctx, programmeID, x)
	if err != nil {
		return Rule{}, errs.Wrap(op, err)
	}
	r, err := Bind(x, d, at)
	if err != nil || !r.Special {
		return r, errs.Wrap(op, err)
	}
	served := map[int64]bool{}
	for _, scope := range append(append([]subscriptions.Scope(nil), q.Lists...), q.Purposes...) {
		served[scope.PurposeID] = true
	}
	for _, p := range d.Purposes {
		if served[p.ID] && p.Basis != subscriptions.ExplicitConsent {
			return r, errs.E(op, errs.Refused, "The segment chooses people by special-category data, and the purpose “"+p.Name+
				"” does not rest on explicit consent. Leave the condition out, or send for a purpose that does.", nil)
		}
	}
	return r, nil
}

// Look is what an audience looks like now.
type Look struct {
	Funnel Funnel
	Sample []subscriptions.Subscriber // of those who may be mailed; none while the funnel is hidden
}

// Look counts an audience as it is now, and draws a sample of it.
func (s *Service) Look(ctx context.Context, a Audience) (Look, error) {
	counts, sample, err := s.Store.Survey(ctx, a, s.Now(), SampleSize)
	if err != nil {
		return Look{}, errs.Wrap("segment: look", err)
	}
	out := Look{Funnel: counts.Funnel(a.Rule, s.Fewest), Sample: sample}
	if out.Funnel.Below != 0 {
		out.Sample = nil
	}
	return out, nil
}
