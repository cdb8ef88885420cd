package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/web"
	"assent/mailer"
)

type campaign struct {
	ID          int64      `json:"id" example:"1"`
	ProgrammeID int64      `json:"programme_id" example:"1"`
	Name        string     `json:"name" example:"December issue"`
	Subject     string     `json:"subject" example:"Harbour Monthly: the lights are on"`
	Preheader   string     `json:"preheader" example:"And the ferry runs on Sundays"`
	Body        string     `json:"body" doc:"Markdown." example:"Dear {{name|reader}},\n\nthe lights are on."`
	Language    string     `json:"language" example:"en"`
	Class       string     `json:"class" example:"newsletter"`
	Lists       []int64    `json:"lists" nullable:"false" example:"[1]"`
	Purposes    []int64    `json:"purposes" nullable:"false" example:"[]"`
	Audience    target     `json:"audience" doc:"Who of the lists is meant."`
	State       string     `json:"state" enum:"draft,scheduled,planning,sending,finished,cancelled" example:"scheduled"`
	Paused      bool       `json:"paused" doc:"Keeps its state, and starts no message."`
	ScheduledAt *time.Time `json:"scheduled_at,omitempty" doc:"When sending begins."`
	TimeZone    string     `json:"time_zone" example:"Europe/London"`
	CreatedBy   string     `json:"created_by" example:"key:5"`
	ApprovedBy  string     `json:"approved_by,omitempty" example:"key:5"`
	CreatedAt   time.Time  `json:"created_at"`
	PlannedAt   *time.Time `json:"planned_at,omitempty" doc:"When the whole audience had been planned."`
	FinishedAt  *time.Time `json:"finished_at,omitempty"`
}

type newCampaign struct {
	ProgrammeID int64   `json:"programme_id" minimum:"1" example:"1"`
	Name        string  `json:"name" maxLength:"200" doc:"For operators." example:"December issue"`
	Subject     string  `json:"subject" maxLength:"300" doc:"May hold fields such as {{name}}, or {{name|reader}} with what stands there when nothing is known." example:"Harbour Monthly: the lights are on"`
	Preheader   string  `json:"preheader,omitempty" maxLength:"300" example:"And the ferry runs on Sundays"`
	Body        string  `json:"body" maxLength:"200000" doc:"Markdown; may hold fields." example:"Dear {{name|reader}},\n\nthe lights are on."`
	Language    string  `json:"language,omitempty" maxLength:"35" pattern:"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$" patternDescription:"a language tag such as en or cy" doc:"BCP 47; en unless told." example:"en"`
	Lists       []int64 `json:"lists" minItems:"1" maxItems:"100" nullable:"false" doc:"Lists of the programme; being on one is enough." example:"[1]"`
	Purposes    []int64 `json:"purposes,omitempty" maxItems:"100" nullable:"false" doc:"Purposes that the message serves besides those of the lists. Nobody gets it who is not permitted for every one of them: promotion inside a newsletter, for example, is marketing, and needs a yes of its own." example:"[]"`
	Segment     string  `json:"segment,omitempty" maxLength:"60" doc:"The slug of a saved segment: who of the lists is meant. Everybody unless told." example:"south-west"`
	Written
	Excluded []int64 `json:"excluded,omitempty" maxItems:"100" nullable:"false" doc:"Lists whose people are left out." example:"[]"`
}

// target is who of a campaign's lists is meant.
type target struct {
	SegmentID int64           `json:"segment_id,omitempty" doc:"The saved segment." example:"1"`
	Version   int             `json:"segment_version,omitempty" doc:"Its version. A draft takes the latest when it is approved." example:"1"`
	Text      string          `json:"text,omitempty" doc:"The segment as people write it; once approved, with every day worked out." example:"region is \"South West\""`
	Rule      json.RawMessage `json:"rule,omitempty" doc:"The segment as it is stored and approved."`
	Excluded  []int64         `json:"excluded" nullable:"false" doc:"Lists whose people are left out." example:"[]"`
}

func (a *api) campaignRoutes() {
	add(a, operation{
		id: "create-campaign", method: http.MethodPost, path: base + "/campaigns", tag: "Campaigns", scope: auth.CampaignsWrite, status: http.StatusCreated,
		summary: "Write a campaign", about: "Keeps it as a draft. What cannot be composed, or lacks a way out, is refused at once.",
	}, a.createCampaign)
	add(a, operation{
		id: "revise-campaign", method: http.MethodPut, path: base + "/campaigns/{id}", tag: "Campaigns", scope: auth.CampaignsWrite,
		summary: "Write a draft anew", about: "All of it: what is left out is empty after. Only a draft can be changed: what was approved is what is sent.",
	}, a.reviseCampaign)
	add(a, operation{
		id: "list-campaigns", method: http.MethodGet, path: base + "/campaigns", tag: "Campaigns", scope: auth.CampaignsRead,
		summary: "List campaigns, the newest first",
	}, a.listCampaigns)
	add(a, operation{
		id: "get-campaign", method: http.MethodGet, path: base + "/campaigns/{id}", tag: "Campaigns", scope: auth.CampaignsRead,
		summary: "Get a campaign",
	}, a.getCampaign)
}

func (a *api) createCampaign(ctx context.Context, in *struct{ Body newCampaign }) (*reply[campaign], error) {
	c, err := a.written(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	return showChanged(a.Mailer.Create(ctx, c, actor(ctx).String()))
}

func (a *api) reviseCampaign(ctx context.Context, in *struct {
	InID
	Body newCampaign
}) (*reply[campaign], error) {
	was, err := a.Mailer.Store.Campaign(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Body.ProgrammeID != was.ProgrammeID {
		return nil, web.At("body.programme_id", errs.E("api: revise campaign", errs.Invalid, "A campaign stays with its programme.", nil))
	}
	c, err := a.written(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	return showChanged(a.Mailer.Revise(ctx, in.ID, "", c))
}

func (a *api) written(ctx context.Context, b newCampaign) (mailer.Campaign, error) {
	saved, own, err := a.targeted(ctx, b.ProgrammeID, b.Segment, b.Written)
	return mailer.Campaign{
		ProgrammeID: b.ProgrammeID, Name: b.Name, Subject: b.Subject, Preheader: b.Preheader, Body: b.Body, Language: b.Language,
		Lists: b.Lists, Purposes: b.Purposes, SegmentID: saved, Segment: own, Excluded: b.Excluded,
	}, err
}

func (a *api) listCampaigns(ctx context.Context, in *struct{ Paging }) (*reply[page[campaign]], error) {
	rows, err := a.Mailer.Store.Campaigns(ctx, in.After, in.more())
	if err != nil {
		return nil, err
	}
	return pageOf(rows, in.Limit, func(c mailer.Campaign) int64 { return c.ID }, showCampaign), nil
}

func (a *api) getCampaign(ctx context.Context, in *InID) (*reply[campaign], error) {
	return showChanged(a.Mailer.Store.Campaign(ctx, in.ID))
}

func showChanged(c mailer.Campaign, err error) (*reply[campaign], error) {
	if err != nil {
		return nil, err
	}
	return &reply[campaign]{Body: showCampaign(c)}, nil
}

func showCampaign(c mailer.Campaign) campaign {
	return campaign{
		ID: c.ID, ProgrammeID: c.ProgrammeID, Name: c.Name, Subject: c.Subject, Preheader: c.Preheader, Body: c.Body, Language: c.Language,
		Class: string(c.Class), Lists: numbers(c.Lists), Purposes: numbers(c.Purposes), State: string(c.State), Paused: c.Paused,
		ScheduledAt: moment(c.ScheduledAt), TimeZone: c.TimeZone, CreatedBy: c.CreatedBy, ApprovedBy: c.ApprovedBy,
		CreatedAt: utc(c.CreatedAt), PlannedAt: moment(c.PlannedAt), FinishedAt: moment(c.FinishedAt), Audience: showTarget(c),
	}
}

func showTarget(c mailer.Campaign) target {
	t := target{SegmentID: c.SegmentID, Version: c.SegmentVersion, Text: c.Segment.String(), Excluded: numbers(c.Excluded)}
	if !c.Segment.IsZero() {
		t.Rule = showRule(c.Segment)
	}
	return t
}

// numbers is never null in JSON.
func numbers(ids []int64) []int64 {
	if ids == nil {
		return []int64{}
	}
	return ids
}
