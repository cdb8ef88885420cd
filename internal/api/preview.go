package api

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/message"
	"assent/mailer"
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
	o, err := a.occasion(ctx, c)
	if err != nil {
		return nil, err
	}
	return a.compose(o, person)
}

// occasion gathers what a campaign's message needs, under numbers that no link of it leads anywhere with.
func (a *api) occasion(ctx context.Context, c mailer.Campaign) (mailer.Occasion, error) {
	const op = "api: preview"
	if len(c.Lists) == 0 {
		return mailer.Occasion{}, errs.E(op, errs.Internal, "", nil)
	}
	c.ID = 0
	o := mailer.Occasion{Campaign: c}
	var err error
	if o.Programme, err = a.People.Store.Programme(ctx, c.ProgrammeID); err != nil {
		return o, err
	}
	for _, id := range c.Lists {
		l, err := a.People.Store.List(ctx, id)
		if err != nil {
			return o, err
		}
		o.Lists = append(o.Lists, l)
	}
	o.Lists[0].ID = 0 // the list of a Permit that names none
	if o.Notice, err = a.People.Store.Notice(ctx, o.Lists[0].NoticeID); err != nil {
		return o, err
	}
	o.Attributes, err = a.People.Store.AttributesOf(ctx, c.ProgrammeID)
	return o, err
}

// compose renders the message under a Permit that permits nothing.
func (a *api) compose(o mailer.Occasion, person subscriptions.Subscriber) (*reply[preview], error) {
	compiled, err := a.Mailer.Composer.Campaign(o)
	if err != nil {
		return nil, err
	}
	to := person.Address
	if to.IsZero() {
		to = o.Programme.Contact.Address
	}
	raw, _, err := compiled.Append(nil, subscriptions.Admitted{Person: person, Permit: voidPermit(to)}, a.Now())
	if err != nil {
		return nil, err
	}
	m, err := message.Parse(bytes.NewReader(raw), message.DefaultLimits())
	if err != nil {
		return nil, err
	}
	return &reply[preview]{Body: preview{Subject: m.Subject, Text: m.Text, HTML: m.HTML}}, nil
}

// voidPermit has an address to show, and was asked at no moment: Permit.Valid refuses it for ever.
func voidPermit(to address.Address) subscriptions.Permit {
	never := subscriptions.Gate{Now: func() time.Time { return time.Time{} }}
	return never.AdmitLetter(to, 0)
}
