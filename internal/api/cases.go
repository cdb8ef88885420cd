package api

import (
	"context"
	"net/http"
	"time"

	"assent/inbox/cases"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/clock"
)

// Case is work for a person, without its clocks' working.
type Case struct {
	ID           int64      `json:"id" example:"12"`
	Reference    string     `json:"reference" example:"DP-2026-0012"`
	Kind         string     `json:"kind" doc:"The right with the nearest clock, breach, or correspondence." example:"access"`
	Labels       []string   `json:"labels" nullable:"false" doc:"Every right that was recognised." example:"[\"access\"]"`
	State        string     `json:"state" enum:"open,closed" example:"open"`
	ProgrammeID  int64      `json:"programme_id,omitempty" example:"1"`
	Mailbox      string     `json:"mailbox" example:"privacy"`
	InboundID    int64      `json:"inbound_id" doc:"The message that opened it." example:"41"`
	SubscriberID int64      `json:"subscriber_id,omitempty" doc:"Not there where the sender is not on record." example:"17"`
	From         string     `json:"from" example:"ann@example.org"`
	Subject      string     `json:"subject" example:"Request for my data"`
	ReceivedAt   time.Time  `json:"received_at"`
	DueOn        string     `json:"due_on,omitempty" doc:"UK date; not there without a clock." example:"2026-12-22"`
	Division     string     `json:"division" doc:"Whose bank holidays count." example:"england-and-wales"`
	CreatedAt    time.Time  `json:"created_at"`
	ClosedAt     *time.Time `json:"closed_at,omitempty"`
}

// caseFile is a case with its clocks and its timeline.
type caseFile struct {
	Case
	Clocks []caseClock `json:"clocks" nullable:"false" doc:"The nearest first, each with every step of its working."`
	Events []caseEvent `json:"events" nullable:"false" doc:"What was done, oldest first."`
}

type caseClock struct {
	Name       string       `json:"name" example:"answer"`
	Starts     string       `json:"starts" example:"2026-11-23"`
	Due        string       `json:"due" doc:"Empty while it waits." example:"2026-12-22"`
	Target     string       `json:"target" doc:"The house's own, earlier date."`
	WaitingFor string       `json:"waiting_for"`
	Rule       string       `json:"rule"`
	Calendar   string       `json:"calendar" doc:"The hash of the table of bank holidays."`
	Steps      []clock.Step `json:"steps" nullable:"false"`
}

type caseEvent struct {
	ID    int64     `json:"id" example:"1"`
	At    time.Time `json:"at"`
	Actor string    `json:"actor" example:"system"`
	What  string    `json:"what" example:"opened"`
}

func (a *api) caseRoutes() {
	add(a, operation{
		id: "list-cases", method: http.MethodGet, path: base + "/cases", tag: "Cases", scope: auth.CasesRead,
		summary: "List cases, the nearest due date first", about: "Open cases come before closed ones. A case whose due date changes between two pages may be missed or come twice.",
	}, a.listCases)
	add(a, operation{
		id: "get-case", method: http.MethodGet, path: base + "/cases/{id}", tag: "Cases", scope: auth.CasesRead,
		summary: "Get a case with its clocks and every step of their working",
	}, a.getCase)
}

func (a *api) listCases(ctx context.Context, in *struct{ Paging }) (*reply[page[Case]], error) {
	if err := a.record(ctx, audit.Note{Action: audit.ListCases}); err != nil {
		return nil, err
	}
	rows, err := a.Reads.CasesAfter(ctx, cases.Filter{}, in.After, in.more())
	if err != nil {
		return nil, err
	}
	return pageOf(rows, in.Limit, func(c cases.Case) int64 { return c.ID }, showCase), nil
}

func (a *api) getCase(ctx context.Context, in *struct{ InID }) (*reply[caseFile], error) {
	c, err := a.Cases.Store.Case(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := a.record(ctx, audit.Note{Action: audit.ReadCase, Object: audit.About("case", c.ID), PersonID: c.SubjectID}); err != nil {
		return nil, err
	}
	events, err := a.Cases.Store.CaseEvents(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	out := caseFile{Case: showCase(c), Clocks: []caseClock{}, Events: []caseEvent{}}
	for _, k := range c.Clocks {
		out.Clocks = append(out.Clocks, showClock(k))
	}
	for _, e := range events {
		out.Events = append(out.Events, caseEvent{ID: e.ID, At: utc(e.At), Actor: e.Actor, What: e.What})
	}
	return &reply[caseFile]{Body: out}, nil
}

func showCase(c cases.Case) Case {
	labels := c.Labels
	if labels == nil {
		labels = []string{}
	}
	return Case{
		ID: c.ID, Reference: c.Reference, Kind: string(c.Kind), Labels: labels, State: string(c.State), ProgrammeID: c.ProgrammeID, Mailbox: c.Mailbox,
		InboundID: c.InboundID, SubscriberID: c.SubjectID, From: c.From, Subject: c.Subject, ReceivedAt: utc(c.ReceivedAt), DueOn: c.DueOn,
		Division: c.Division, CreatedAt: utc(c.CreatedAt), ClosedAt: moment(c.ClosedAt),
	}
}

func showClock(k cases.Clock) caseClock {
	steps := k.Steps
	if steps == nil {
		steps = []clock.Step{}
	}
	return caseClock{
		Name: k.Name, Starts: k.Starts, Due: k.Due, Target: k.Target, WaitingFor: k.WaitingFor, Rule: k.Rule, Calendar: k.Calendar, Steps: steps,
	}
}
