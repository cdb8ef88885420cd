package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/auth"
	"assent/subscriptions/retention"
)

type disposal struct {
	ID           int64      `json:"id" example:"1"`
	Rule         int64      `json:"rule" example:"1"`
	SubscriberID int64      `json:"subscriber_id,omitempty" doc:"Whom it is about; not there where it is about nobody on record."`
	ObjectID     int64      `json:"object_id" doc:"The number of the person, message, letter or import that is due."`
	DueAt        time.Time  `json:"due_at"`
	State        string     `json:"state" enum:"waiting,approved,delayed,held,done,void" example:"waiting"`
	NotBefore    *time.Time `json:"not_before,omitempty" doc:"Of one that was put off."`
	DecidedBy    string     `json:"decided_by,omitempty" example:"user:2"`
	Why          string     `json:"why,omitempty"`
	Certificate  int64      `json:"certificate,omitempty"`
}

func showDisposal(d retention.Disposal) disposal {
	return disposal{
		ID: d.ID, Rule: d.RuleID, SubscriberID: d.SubscriberID, ObjectID: d.ObjectID, DueAt: d.DueAt, State: string(d.State), NotBefore: someTime(d.NotBefore),
		DecidedBy: d.DecidedBy, Why: d.Why, Certificate: d.CertificateID,
	}
}

type newDecision struct {
	Decision string     `json:"decision" enum:"approve,delay,hold" doc:"approve: it goes with the next run. delay: it waits again from a day on. hold: a legal hold on the person." example:"approve"`
	Why      string     `json:"why,omitempty" maxLength:"300" doc:"Needed to put off or to hold."`
	Until    *time.Time `json:"until,omitempty" doc:"Until when it is put off."`
}

type certificate struct {
	ID          int64            `json:"id" example:"1"`
	At          time.Time        `json:"at"`
	Rule        int64            `json:"rule" example:"1"`
	ProgrammeID int64            `json:"programme_id,omitempty"`
	What        string           `json:"what" example:"people"`
	Action      string           `json:"action" example:"delete"`
	Reason      string           `json:"reason" example:"disputes come within a year"`
	Objects     int64            `json:"objects" doc:"How many were disposed of." example:"12"`
	Emptied     map[string]int64 `json:"emptied" doc:"Rows emptied, by table."`
	ApprovedBy  string           `json:"approved_by" doc:"The operator, or rule where the rule needs no review." example:"user:2"`
	OldestDue   time.Time        `json:"oldest_due"`
	NewestDue   time.Time        `json:"newest_due"`
	Digest      string           `json:"digest" doc:"SHA-256 over the numbers of what was disposed of, in order."`
}

func showCertificate(c retention.Certificate) certificate {
	return certificate{
		ID: c.ID, At: c.At, Rule: c.RuleID, ProgrammeID: c.ProgrammeID, What: string(c.What), Action: string(c.Action), Reason: c.Reason, Objects: c.Objects,
		Emptied: c.Emptied, ApprovedBy: c.ApprovedBy, OldestDue: c.OldestDue, NewestDue: c.NewestDue, Digest: c.Digest,
	}
}

func (a *api) disposalRoutes() {
	add(a, operation{
		id: "list-disposals", method: http.MethodGet, path: base + "/retention/queue", tag: "Keeping", scope: auth.KeepingRead,
		summary: "List what is due", about: "What the rules have found due and not yet disposed of: the review queue.",
	}, a.listDisposals)
	add(a, operation{
		id: "decide-disposal", method: http.MethodPost, path: base + "/retention/queue/{id}/decision", tag: "Keeping", scope: auth.KeepingWrite,
		summary: "Decide what becomes of something due", about: "Before anything is destroyed a person looks whether it should wait (E2-16).",
	}, a.decide)
	add(a, operation{
		id: "list-certificates", method: http.MethodGet, path: base + "/retention/certificates", tag: "Keeping", scope: auth.KeepingRead,
		summary: "List the records of destruction", about: "The newest first. They name nobody, and stay.",
	}, a.listCertificates)
}

func (a *api) listDisposals(ctx context.Context, in *struct {
	Paging
	Rule int64 `query:"rule" minimum:"0" doc:"Only what is due under this rule."`
}) (*reply[page[disposal]], error) {
	rows, err := a.Schedule.Store.Disposals(ctx, in.Rule, in.After, in.more(), retention.Waiting, retention.Approved, retention.Delayed, retention.Held)
	if err != nil {
		return nil, err
	}
	return pageOf(rows, in.Limit, func(d retention.Disposal) int64 { return d.ID }, showDisposal), nil
}

func (a *api) decide(ctx context.Context, in *struct {
	InID
	Body newDecision
}) (*reply[disposal], error) {
	var until time.Time
	if in.Body.Until != nil {
		until = *in.Body.Until
	}
	d, err := a.Schedule.Decide(ctx, in.ID, retention.Decision(in.Body.Decision), actor(ctx).String(), in.Body.Why, until)
	return &reply[disposal]{Body: showDisposal(d)}, err
}

func (a *api) listCertificates(ctx context.Context, in *struct{ Paging }) (*reply[page[certificate]], error) {
	rows, err := a.Schedule.Store.Certificates(ctx, in.After, in.more())
	if err != nil {
		return nil, err
	}
	return pageOf(rows, in.Limit, func(c retention.Certificate) int64 { return c.ID }, showCertificate), nil
}
