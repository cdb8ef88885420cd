package api

import (
	"context"
	"net/http"

	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/subscriptions"
)

type preview struct {
	Subject string `json:"subject" example:"Harbour Monthly: the lights are on"`
	Text    string `json:"text"`
	HTML    string `json:"html"`
}

func (a *api) previewRoutes() {
	add(a, operation{
		id: "preview-campaign", method: http.MethodGet, path: base + "/campaigns/{id}/preview", tag: "Campaigns", scope: auth.CampaignsRead,
		summary: "Show a campaign's message as a person would get it", about: "With a subscriber, for that person (which needs the scope `subscribers:read` too); else for somebody of whom nothing is known. " +
			"Its links lead nowhere, so that nobody is unsubscribed by trying them.",
	}, a.preview)
	add(a, operation{
		id: "mail-trial", method: http.MethodPost, path: base + "/campaigns/{id}/trials", tag: "Campaigns", scope: auth.CampaignsWrite, status: http.StatusAccepted,
		summary: "Send a campaign to an operator, to look at", about: "It is what readers get, as somebody of whom nothing is known, but for \"[Trial]\" before its subject, and for its links, which lead nowhere. " +
			"It goes to operators of this service and to nobody else, and counts in none of the campaign's figures.",
	}, a.mailTrial)
}

func (a *api) mailTrial(ctx context.Context, in *struct {
	InID
	Body struct {
		To string `json:"to" maxLength:"320" doc:"The address with which an operator signs in." example:"lee@harbour.example"`
	}
}) (*done, error) {
	to, err := address.Parse(in.Body.To)
	if err != nil {
		return nil, errs.E("api: mail trial", errs.Invalid, errs.Message(err), err)
	}
	return &done{}, a.Mailer.MailTrial(ctx, in.ID, to)
}

func (a *api) preview(ctx context.Context, in *struct {
	InID
	Subscriber int64 `query:"subscriber" minimum:"1" doc:"The number of the person." example:"17"`
}) (*reply[preview], error) {
	c, err := a.Mailer.Store.Campaign(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var person subscriptions.Subscriber
	if in.Subscriber != 0 {
		if err := actor(ctx).Need(auth.SubscribersRead); err != nil {
			return nil, err
		}
		if person, err = a.People.Store.Subscriber(ctx, in.Subscriber); err != nil {
			return nil, err
		}
	}
	p, err := a.Mailer.Preview(ctx, c, person)
	if err != nil {
		return nil, err
	}
	return &reply[preview]{Body: preview(p)}, nil
}
