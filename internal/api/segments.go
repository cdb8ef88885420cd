package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/web"
	"assent/subscriptions/segment"
)

// Written is a segment as people or programs write it: in one of two forms.
type Written struct {
	Text string          `json:"text,omitempty" maxLength:"65536" doc:"As people write it." example:"region is \"South West\" and not bounced any campaign"`
	Rule json.RawMessage `json:"rule,omitempty" doc:"As programs write it: {\"version\": 1, \"where\": …}. Instead of text." example:"{\"version\":1,\"where\":{\"attribute\":\"region\",\"is\":\"South West\"}}"`
}

// read returns the segment; the zero one when nothing was written.
func (w Written) read() (segment.Segment, error) {
	if w.Text != "" && len(w.Rule) > 0 {
		return segment.Segment{}, web.At("body.text", errs.E("api: read segment", errs.Invalid, "Write the segment as text or as a rule, not both.", nil))
	}
	if w.Text != "" {
		s, err := segment.Parse(w.Text)
		return s, web.At("body.text", err)
	}
	if len(w.Rule) == 0 {
		return segment.Segment{}, nil
	}
	s, err := segment.Decode(w.Rule)
	return s, web.At("body.rule", err)
}

type savedSegment struct {
	ID          int64           `json:"id" example:"1"`
	ProgrammeID int64           `json:"programme_id" example:"1"`
	Slug        string          `json:"slug" example:"south-west"`
	Name        string          `json:"name" example:"South West"`
	Version     int             `json:"version" doc:"Counts changes, from 1." example:"1"`
	Text        string          `json:"text" doc:"As people write it." example:"region is \"South West\""`
	Rule        json.RawMessage `json:"rule" doc:"As it is stored."`
	CreatedBy   string          `json:"created_by" example:"key:5"`
	ChangedBy   string          `json:"changed_by" example:"key:5"`
	CreatedAt   time.Time       `json:"created_at"`
	ChangedAt   time.Time       `json:"changed_at"`
}

type newSegment struct {
	Slug string `json:"slug" maxLength:"60" doc:"Short name in addresses, for life." example:"south-west"`
	Name string `json:"name" maxLength:"200" example:"South West"`
	Written
}

type changedSegment struct {
	Version int    `json:"version" minimum:"1" doc:"The version that you read. When somebody has changed it meanwhile, nothing is changed." example:"1"`
	Name    string `json:"name" maxLength:"200" example:"South West and Wales"`
	Written
}

// InSegment names a programme's segment.
type InSegment struct {
	InProgramme
	Segment string `path:"segment" maxLength:"60" doc:"The segment's slug." example:"south-west"`
}

func (a *api) segmentRoutes() {
	add(a, operation{
		id: "create-segment", method: http.MethodPost, path: base + "/programmes/{programme}/segments", tag: "Targeting", scope: auth.CampaignsWrite, status: http.StatusCreated,
		summary: "Save a segment", about: "Says who of an audience is meant, by declared attributes, lists, consent and what was sent. It is checked against the programme's declarations.",
	}, a.createSegment)
	add(a, operation{
		id: "list-segments", method: http.MethodGet, path: base + "/programmes/{programme}/segments", tag: "Targeting", scope: auth.CampaignsRead,
		summary: "List a programme's segments",
	}, a.listSegments)
	add(a, operation{
		id: "get-segment", method: http.MethodGet, path: base + "/programmes/{programme}/segments/{segment}", tag: "Targeting", scope: auth.CampaignsRead,
		summary: "Get a segment",
	}, a.getSegment)
	add(a, operation{
		id: "change-segment", method: http.MethodPost, path: base + "/programmes/{programme}/segments/{segment}/versions", tag: "Targeting", scope: auth.CampaignsWrite,
		summary: "Change a segment", about: "Writes its next version. Campaigns that were approved keep the one that they were approved with; drafts take the new one.",
	}, a.changeSegment)
}

func (a *api) createSegment(ctx context.Context, in *struct {
	InProgramme
	Body newSegment
}) (*reply[savedSegment], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	s, err := in.Body.read()
	if err != nil {
		return nil, err
	}
	return showSegmentReply(a.Segments.Create(ctx, segment.Saved{ProgrammeID: p.ID, Slug: in.Body.Slug, Name: in.Body.Name, Segment: s}, actor(ctx).String()))
}

func (a *api) changeSegment(ctx context.Context, in *struct {
	InSegment
	Body changedSegment
}) (*reply[savedSegment], error) {
	was, err := a.segmentOf(ctx, in.InSegment)
	if err != nil {
		return nil, err
	}
	s, err := in.Body.read()
	if err != nil {
		return nil, err
	}
	return showSegmentReply(a.Segments.Change(ctx, was.ID, in.Body.Version, in.Body.Name, s, actor(ctx).String()))
}

func (a *api) listSegments(ctx context.Context, in *struct {
	InProgramme
	Paging
}) (*reply[page[savedSegment]], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	all, err := a.Segments.Store.Segments(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return pageIn(all, in.Paging, func(s segment.Saved) int64 { return s.ID }, showSegment), nil
}

func (a *api) getSegment(ctx context.Context, in *InSegment) (*reply[savedSegment], error) {
	return showSegmentReply(a.segmentOf(ctx, *in))
}

func (a *api) segmentOf(ctx context.Context, in InSegment) (segment.Saved, error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return segment.Saved{}, err
	}
	return a.Segments.Store.SegmentBySlug(ctx, p.ID, in.Segment)
}

func showSegmentReply(s segment.Saved, err error) (*reply[savedSegment], error) {
	if err != nil {
		return nil, err
	}
	return &reply[savedSegment]{Body: showSegment(s)}, nil
}

func showSegment(s segment.Saved) savedSegment {
	return savedSegment{
		ID: s.ID, ProgrammeID: s.ProgrammeID, Slug: s.Slug, Name: s.Name, Version: s.Version, Text: s.Segment.String(), Rule: showRule(s.Segment),
		CreatedBy: s.CreatedBy, ChangedBy: s.ChangedBy, CreatedAt: utc(s.CreatedAt), ChangedAt: utc(s.ChangedAt),
	}
}

// showRule is a segment as it is stored; null for none.
func showRule(s segment.Segment) json.RawMessage {
	b, err := json.Marshal(s)
	if err != nil { // a segment that was checked always marshals
		return json.RawMessage("null")
	}
	return b
}
