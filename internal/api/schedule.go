package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/web"
	"assent/mailer"
)

type newSchedule struct {
	At    time.Time `json:"at,omitempty" doc:"When to begin. Or give local; or neither, to begin now." example:"2026-12-01T09:00:00Z"`
	Local string    `json:"local,omitempty" maxLength:"19" pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$" patternDescription:"a local time such as 2026-12-01T09:00" doc:"When to begin, as a clock in the time zone shows it."`
	Zone  string    `json:"zone,omitempty" maxLength:"60" doc:"IANA name of the time zone of local; the campaign's unless told."`
}

func (a *api) scheduleRoutes() {
	add(a, operation{
		id: "schedule-campaign", method: http.MethodPost, path: base + "/campaigns/{id}/schedule", tag: "Campaigns", scope: auth.CampaignsSend,
		summary: "Approve a campaign and set its time", about: "What is approved is what is sent: content and audience are fixed from here. " +
			"A local time that the clocks skip, or that comes twice, is refused.",
	}, a.schedule)
	for _, o := range []struct {
		name, summary, about string
		do                   func(context.Context, *InID) (*reply[campaign], error)
	}{
		{"pause", "Pause a campaign", "No further message starts; those in flight end.", a.pause},
		{"resume", "Let a paused campaign go on", "Whoever was mailed is not mailed again.", a.resume},
		{"cancel", "End a campaign", "Whoever has not been mailed will not be.", a.cancel},
	} {
		add(a, operation{
			id: o.name + "-campaign", method: http.MethodPost, path: base + "/campaigns/{id}/" + o.name, tag: "Campaigns", scope: auth.CampaignsSend,
			summary: o.summary, about: o.about,
		}, o.do)
	}
}

func (a *api) schedule(ctx context.Context, in *struct {
	InID
	Body newSchedule
}) (*reply[campaign], error) {
	at := in.Body.At
	if in.Body.Local != "" {
		c, err := a.Mailer.Store.Campaign(ctx, in.ID)
		if err != nil {
			return nil, err
		}
		if at, err = mailer.LocalTime(in.Body.Local, cmp.Or(in.Body.Zone, c.TimeZone)); err != nil {
			return nil, web.At("body.local", err)
		}
		if !in.Body.At.IsZero() {
			return nil, errs.E("api: schedule", errs.Invalid, "Give either at or local.", nil)
		}
	}
	return showChanged(a.Mailer.Schedule(ctx, in.ID, at, actor(ctx).String()))
}

func (a *api) pause(ctx context.Context, in *InID) (*reply[campaign], error) {
	return showChanged(a.Mailer.Pause(ctx, in.ID))
}

func (a *api) resume(ctx context.Context, in *InID) (*reply[campaign], error) {
	return showChanged(a.Mailer.Resume(ctx, in.ID))
}

func (a *api) cancel(ctx context.Context, in *InID) (*reply[campaign], error) {
	return showChanged(a.Mailer.Cancel(ctx, in.ID))
}
