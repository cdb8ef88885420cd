package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/auth"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

// RetentionTerms is what a retention rule says. It is exported for the document, which shows the fields of what is embedded only then.
type RetentionTerms struct {
	ProgrammeID int64    `json:"programme_id,omitempty" minimum:"0" doc:"Left out for a rule of the whole house." example:"1"`
	Name        string   `json:"name" maxLength:"300" example:"Leavers"`
	What        string   `json:"what" enum:"people,unconfirmed requests,mail of cases,other mail,letters,quarantine" doc:"What it disposes of." example:"people"`
	Since       string   `json:"since" enum:"last permission ended,consent expired,programme ended,last activity,requested,case closed,received,sent,imported" doc:"What the time counts from." example:"last permission ended"`
	Length      int      `json:"length" minimum:"0" example:"1"`
	Unit        string   `json:"unit" enum:"days,months,years" example:"years"`
	LongerFor   int64    `json:"longer_for,omitempty" minimum:"0" doc:"The purpose whose permission keeps people longer. Left out where nothing does." example:"3"`
	Longer      int      `json:"longer_length,omitempty" minimum:"0" doc:"For how long that is at most, from the same day as the other. It ends with the permission, if that is sooner." example:"12"`
	LongerUnit  string   `json:"longer_unit,omitempty" enum:"days,months,years" example:"months"`
	Action      string   `json:"action" enum:"thin,anonymise,delete" doc:"thin takes away some categories; anonymise counts what statistics need and erases; delete erases." example:"delete"`
	Categories  []string `json:"categories,omitempty" enum:"identity,contact,profile,preferences,usage" nullable:"false" doc:"What thinning takes away."`
	Review      bool     `json:"review" doc:"A person approves first." example:"true"`
	Reason      string   `json:"reason" maxLength:"300" doc:"Why this long. It stands in notices and certificates." example:"disputes come within a year"`
}

type retentionRule struct {
	ID int64 `json:"id" example:"1"`
	RetentionTerms
	Statement string     `json:"statement" doc:"What a notice says of it."`
	CreatedBy string     `json:"created_by" example:"user:1"`
	CreatedAt time.Time  `json:"created_at"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
}

func showRetentionRule(r retention.Rule) retentionRule {
	out := retentionRule{ID: r.ID, Statement: r.Statement(), CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt, EndedAt: someTime(r.EndedAt), RetentionTerms: RetentionTerms{
		ProgrammeID: r.ProgrammeID, Name: r.Name, What: string(r.What), Since: string(r.Since), Length: r.Period.Length, Unit: string(r.Period.Unit),
		LongerFor: r.Longer.PurposeID, Longer: r.Longer.Period.Length, LongerUnit: string(r.Longer.Period.Unit), Action: string(r.Action), Review: r.Review, Reason: r.Reason,
	}}
	for _, c := range r.Categories {
		out.Categories = append(out.Categories, string(c))
	}
	return out
}

type disposalDate struct {
	Rule      int64     `json:"rule" example:"1"`
	Name      string    `json:"name" example:"Leavers"`
	Action    string    `json:"action" example:"delete"`
	DueAt     time.Time `json:"due_at"`
	Statement string    `json:"statement"`
}

type disposalDates struct {
	Dates []disposalDate `json:"dates" nullable:"false" doc:"The soonest first."`
	Holds []hold         `json:"holds" nullable:"false" doc:"What keeps the data although a date has come."`
}

func (a *api) retentionRoutes() {
	add(a, operation{
		id: "create-retention-rule", method: http.MethodPost, path: base + "/retention/rules", tag: "Keeping", scope: auth.KeepingWrite,
		summary: "Put a retention rule in force", about: "It says what is disposed of, how long after what, and why. A rule is not changed: end it, and put another in force.",
	}, a.createRetentionRule)
	add(a, operation{
		id: "list-retention-rules", method: http.MethodGet, path: base + "/retention/rules", tag: "Keeping", scope: auth.KeepingRead,
		summary: "List the retention schedule", about: "The rules in force.",
	}, a.listRetentionRules)
	add(a, operation{
		id: "end-retention-rule", method: http.MethodDelete, path: base + "/retention/rules/{id}", tag: "Keeping", scope: auth.KeepingWrite, status: http.StatusNoContent,
		summary: "Take a rule out of force", about: "What is due under it and not yet disposed of stays.",
	}, a.endRetentionRule)
	add(a, operation{
		id: "categorise-attribute", method: http.MethodPost, path: base + "/attributes/{id}/category", tag: "Keeping", scope: auth.KeepingWrite, status: http.StatusNoContent,
		summary: "Say of what category an attribute is", about: "Rules that thin take away whole categories.",
	}, a.categorise)
	add(a, operation{
		id: "disposal-dates", method: http.MethodGet, path: base + "/subscribers/{id}/retention", tag: "Keeping", scope: auth.KeepingRead,
		summary: "Tell when a person's data is disposed of", about: "If nothing changes until then.",
	}, a.disposalDates)
}

func (a *api) createRetentionRule(ctx context.Context, in *struct{ Body RetentionTerms }) (*reply[retentionRule], error) {
	b := in.Body
	r := retention.Rule{
		ProgrammeID: b.ProgrammeID, Name: b.Name, What: retention.What(b.What), Since: retention.Since(b.Since), Period: retention.Period{Length: b.Length, Unit: retention.Unit(b.Unit)},
		Longer: retention.Longer{PurposeID: b.LongerFor, Period: retention.Period{Length: b.Longer, Unit: retention.Unit(b.LongerUnit)}},
		Action: retention.Action(b.Action), Review: b.Review, Reason: b.Reason, CreatedBy: actor(ctx).String(),
	}
	for _, c := range b.Categories {
		r.Categories = append(r.Categories, subscriptions.Category(c))
	}
	r, err := a.Schedule.Declare(ctx, r)
	if err != nil {
		return nil, missing("body.programme_id", "programme", err)
	}
	return &reply[retentionRule]{Body: showRetentionRule(r)}, nil
}

func (a *api) listRetentionRules(ctx context.Context, in *struct{ Paging }) (*reply[page[retentionRule]], error) {
	rules, err := a.Schedule.Store.Rules(ctx, false)
	if err != nil {
		return nil, err
	}
	return pageIn(rules, in.Paging, func(r retention.Rule) int64 { return r.ID }, showRetentionRule), nil
}

func (a *api) endRetentionRule(ctx context.Context, in *InID) (*done, error) {
	return &done{}, a.Schedule.End(ctx, in.ID, actor(ctx).String())
}

func (a *api) categorise(ctx context.Context, in *struct {
	InID
	Body struct {
		Category string `json:"category" enum:"identity,contact,profile,preferences,usage" example:"contact"`
	}
}) (*done, error) {
	return &done{}, a.Schedule.Store.SetCategory(ctx, in.ID, subscriptions.Category(in.Body.Category))
}

func (a *api) disposalDates(ctx context.Context, in *InID) (*reply[disposalDates], error) {
	p, err := a.People.Store.Subscriber(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	events, err := a.People.Store.EventsByKey(ctx, p.Key)
	if err != nil {
		return nil, err
	}
	dates, err := a.Schedule.DisposalDates(ctx, events)
	if err != nil {
		return nil, err
	}
	holds, err := a.Keeper.Store.Holds(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := disposalDates{Dates: []disposalDate{}, Holds: []hold{}}
	for _, d := range dates {
		out.Dates = append(out.Dates, disposalDate{Rule: d.Rule.ID, Name: d.Rule.Name, Action: string(d.Rule.Action), DueAt: d.DueAt, Statement: d.Rule.Statement()})
	}
	for _, h := range holds {
		out.Holds = append(out.Holds, showHold(h))
	}
	return &reply[disposalDates]{Body: out}, nil
}
