package api

import (
	"context"
	"net/http"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/web"
	"assent/mailer"
	"assent/subscriptions"
	"assent/subscriptions/segment"
)

// newAudience is an audience to look at before there is a campaign.
type newAudience struct {
	Lists    []int64 `json:"lists,omitempty" maxItems:"100" nullable:"false" doc:"Lists of the programme; all of them unless told." example:"[1]"`
	Purposes []int64 `json:"purposes,omitempty" maxItems:"100" nullable:"false" doc:"Purposes besides those of the lists." example:"[]"`
	Segment  string  `json:"segment,omitempty" maxLength:"60" doc:"The slug of a saved segment; instead of text or rule." example:"south-west"`
	Written
	Excluded []int64 `json:"excluded,omitempty" maxItems:"100" nullable:"false" doc:"Lists whose people are left out." example:"[]"`
}

// audienceLook is how an audience narrows down. A pointer is not there where the number is hidden.
type audienceLook struct {
	InLists   int64          `json:"in_lists" doc:"Everybody on the lists." example:"1914"`
	InSegment *int64         `json:"in_segment,omitempty" doc:"Of these, whoever is in the segment." example:"212"`
	Eligible  *int64         `json:"eligible,omitempty" doc:"Of these, whoever may be mailed." example:"198"`
	LeftOut   []leftOut      `json:"left_out" nullable:"false" doc:"Whoever is left out, by the first reason that applies."`
	Below     int64          `json:"fewer_than,omitempty" doc:"The segment is on declared attributes and means fewer people than this, so its numbers are not told (ASSENT_SMALL_COUNT)." example:"5"`
	Planned   bool           `json:"planned" doc:"The numbers are those of planning; else they are of now."`
	Text      string         `json:"text,omitempty" doc:"The segment as people write it."`
	Sentences []segment.Line `json:"sentences" nullable:"false" doc:"The segment in English, with every date worked out."`
	Sample    []sampled      `json:"sample" nullable:"false" doc:"Up to ten of those who may be mailed: the same ones each time. Needs the scope subscribers:read too; else it is empty."`
}

// sampled is a person of a sample. The whole address is on their own record, and reading that is noted.
type sampled struct {
	SubscriberID int64  `json:"subscriber_id" example:"17"`
	Address      string `json:"address" doc:"Masked." example:"a***@e***.org"`
}

type profilingSwitch struct {
	On bool `json:"on" doc:"Segments may choose people by what they were sent and what became of it." example:"true"`
}

func (a *api) audienceRoutes() {
	add(a, operation{
		id: "explain-audience", method: http.MethodPost, path: base + "/programmes/{programme}/audience/explain", tag: "Targeting", scope: auth.CampaignsRead,
		summary: "Tell whom a message would go to", about: "Counts an audience as it is now: in the lists, in the segment, and each reason for which people are left out. Changes nothing.",
	}, a.explainAudience)
	add(a, operation{
		id: "get-campaign-audience", method: http.MethodGet, path: base + "/campaigns/{id}/audience", tag: "Targeting", scope: auth.CampaignsRead,
		summary: "Tell whom a campaign goes to", about: "As it was planned, or before that as it would be now.",
	}, a.campaignAudience)
	add(a, operation{
		id: "get-profiling", method: http.MethodGet, path: base + "/programmes/{programme}/profiling", tag: "Targeting", scope: auth.ListsRead,
		summary: "Tell whether a programme profiles",
	}, a.getProfiling)
	add(a, operation{
		id: "set-profiling", method: http.MethodPost, path: base + "/programmes/{programme}/profiling", tag: "Targeting", scope: auth.ListsWrite,
		summary: "Switch profiling on or off", about: "While it is off, every condition on what people were sent is refused, and an approved campaign with such a segment pauses itself before it is planned.",
	}, a.setProfiling)
}

func (a *api) explainAudience(ctx context.Context, in *struct {
	InProgramme
	Body newAudience
}) (*reply[audienceLook], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	c := mailer.Campaign{ProgrammeID: p.ID, Lists: in.Body.Lists, Purposes: in.Body.Purposes, Excluded: in.Body.Excluded}
	if c.SegmentID, c.Segment, err = a.targeted(ctx, p.ID, in.Body.Segment, in.Body.Written); err != nil {
		return nil, err
	}
	look, err := a.Mailer.LookAhead(ctx, c)
	return a.showLook(ctx, look, err)
}

// targeted reads the segment of a body: a saved one or one of its own.
func (a *api) targeted(ctx context.Context, programmeID int64, slug string, w Written) (id int64, s segment.Segment, err error) {
	if s, err = w.read(); err != nil || slug == "" {
		return 0, s, err
	}
	if !s.IsZero() {
		return 0, s, web.At("body.segment", errs.E("api: audience", errs.Invalid, "Name a saved segment or write one, not both.", nil))
	}
	saved, err := a.Segments.Store.SegmentBySlug(ctx, programmeID, slug)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		err = web.At("body.segment", errs.E("api: audience", errs.Invalid, "The programme has no segment of this slug.", err))
	}
	return saved.ID, s, err
}

func (a *api) campaignAudience(ctx context.Context, in *InID) (*reply[audienceLook], error) {
	look, err := a.Mailer.Look(ctx, in.ID)
	return a.showLook(ctx, look, err)
}

func (a *api) showLook(ctx context.Context, l mailer.Look, err error) (*reply[audienceLook], error) {
	if err != nil {
		return nil, err
	}
	f := l.Funnel
	out := audienceLook{InLists: f.InLists, Below: f.Below, Planned: l.Planned, Text: l.Segment.String(), LeftOut: []leftOut{}, Sentences: []segment.Line{}, Sample: []sampled{}}
	if l.Rule != nil {
		out.Sentences = l.Rule.Description()
	}
	if f.Below == 0 {
		out.InSegment, out.Eligible = &f.InSegment, &f.Eligible
	}
	for _, x := range f.LeftOut {
		out.LeftOut = append(out.LeftOut, leftOut{Reason: string(x.Reason), Explanation: segment.Sentence(x.Reason), People: x.People})
	}
	if actor(ctx).May(auth.SubscribersRead) {
		for _, p := range l.Sample {
			out.Sample = append(out.Sample, sampled{SubscriberID: p.ID, Address: p.Address.Masked()})
		}
	}
	return &reply[audienceLook]{Body: out}, nil
}

func (a *api) getProfiling(ctx context.Context, in *InProgramme) (*reply[profilingSwitch], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	return a.profilingOf(ctx, p)
}

func (a *api) setProfiling(ctx context.Context, in *struct {
	InProgramme
	Body profilingSwitch
}) (*reply[profilingSwitch], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	if err := a.Segments.Store.SetProfiling(ctx, p.ID, in.Body.On); err != nil {
		return nil, err
	}
	return a.profilingOf(ctx, p)
}

func (a *api) profilingOf(ctx context.Context, p subscriptions.Programme) (*reply[profilingSwitch], error) {
	on, err := a.Segments.Store.Profiling(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return &reply[profilingSwitch]{Body: profilingSwitch{On: on}}, nil
}
