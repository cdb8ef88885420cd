package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/auth"
	"assent/mailer"
	"assent/subscriptions/segment"
)

// progress is a campaign in numbers.
type progress struct {
	State    string        `json:"state" example:"sending"`
	Paused   bool          `json:"paused"`
	Counts   mailer.Counts `json:"counts" doc:"The people who were planned, by what became of their message."`
	Audience int64         `json:"audience" doc:"Everybody on the lists, as far as planned." example:"1914"`
	LeftOut  []leftOut     `json:"left_out" nullable:"false" doc:"Whom planning left out, and why."`
}

type leftOut struct {
	Reason      string `json:"reason" example:"withdrawn"`
	Explanation string `json:"explanation" example:"This person opted out, or the address is suppressed."`
	People      int64  `json:"people" example:"95"`
}

type delivery struct {
	SubscriberID int64      `json:"subscriber_id" example:"17"`
	ListID       int64      `json:"list_id" example:"1"`
	State        string     `json:"state" enum:"sent,failed,refused,uncertain" doc:"uncertain: in flight when a worker or connection died, and not sent again." example:"sent"`
	Reason       string     `json:"reason,omitempty" doc:"Of a refusal or failure."`
	Event        int64      `json:"event" doc:"The ledger event that allowed it." example:"812"`
	AskedAt      *time.Time `json:"asked_at,omitempty" doc:"When the gate was asked."`
	StartedAt    *time.Time `json:"started_at,omitempty" doc:"When SMTP began."`
	FinishedAt   *time.Time `json:"finished_at,omitempty"`
	Code         int        `json:"code,omitempty" doc:"Of the relay's last answer." example:"250"`
	Reply        string     `json:"reply,omitempty" doc:"The relay's last answer, shortened." example:"2.0.0 Ok: queued as 4F1A2"`
	Report       string     `json:"report,omitempty" enum:"failed,delayed,delivered" doc:"What a delivery report said later."`
	ReportStatus string     `json:"report_status,omitempty" doc:"RFC 3463." example:"5.1.1"`
}

func (a *api) progressRoutes() {
	add(a, operation{
		id: "get-campaign-progress", method: http.MethodGet, path: base + "/campaigns/{id}/progress", tag: "Campaigns", scope: auth.CampaignsRead,
		summary: "Tell how far a campaign is", about: "Counts and the funnel: whom it goes to, whom it does not and why.",
	}, a.getProgress)
	add(a, operation{
		id: "list-deliveries", method: http.MethodGet, path: base + "/campaigns/{id}/deliveries", tag: "Campaigns", scope: auth.CampaignsRead,
		summary: "List what became of each message", about: "By the number of the person. Whoever waits is not in it.",
	}, a.listDeliveries)
}

func (a *api) getProgress(ctx context.Context, in *InID) (*reply[progress], error) {
	c, err := a.Mailer.Store.Campaign(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	counts, left, err := a.Mailer.Progress(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := progress{State: string(c.State), Paused: c.Paused, Counts: counts, Audience: counts.Planned, LeftOut: []leftOut{}}
	for _, r := range segment.Reasons() {
		if n := left[r]; n > 0 {
			out.LeftOut = append(out.LeftOut, leftOut{Reason: string(r), Explanation: segment.Sentence(r), People: n})
			out.Audience += n
		}
	}
	return &reply[progress]{Body: out}, nil
}

func (a *api) listDeliveries(ctx context.Context, in *struct {
	InID
	Paging
}) (*reply[page[delivery]], error) {
	if _, err := a.Mailer.Store.Campaign(ctx, in.ID); err != nil {
		return nil, err
	}
	rows, err := a.Mailer.Store.Deliveries(ctx, in.ID, in.After, in.more())
	if err != nil {
		return nil, err
	}
	return pageOf(rows, in.Limit, func(d mailer.Delivery) int64 { return d.SubscriberID }, showDelivery), nil
}

func showDelivery(d mailer.Delivery) delivery {
	return delivery{
		SubscriberID: d.SubscriberID, ListID: d.ListID, State: string(d.State), Reason: d.Reason, Event: d.EventSeq,
		AskedAt: moment(d.AskedAt), StartedAt: moment(d.StartedAt), FinishedAt: moment(d.FinishedAt),
		Code: d.Code, Reply: d.Reply, Report: d.Report, ReportStatus: d.ReportStatus,
	}
}
