package api

import (
	"context"

	"assent/subscriptions"
)

// clash is a contradiction in what a programme declares.
type clash struct {
	Rule string `json:"rule" doc:"Its short name." example:"review overdue"`
	Says string `json:"says" example:"The assessment LIA-3 behind “Warnings of works” was to be reviewed by 1 March 2026."`
}

type clashes struct {
	Items []clash `json:"items" nullable:"false"`
}

func (a *api) listClashes(ctx context.Context, in *InProgramme) (*reply[clashes], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	found, err := a.People.Clashes(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	out := clashes{Items: []clash{}}
	for _, c := range found {
		out.Items = append(out.Items, clash{Rule: c.Rule, Says: c.Says})
	}
	return &reply[clashes]{Body: out}, nil
}

// processingRecord is the record of processing activities of one programme (Article 30(1)).
type processingRecord struct {
	Programme  programme   `json:"programme"`
	Purposes   []purpose   `json:"purposes" nullable:"false" doc:"Each with its lawful basis and what that rests on."`
	Categories []string    `json:"categories" nullable:"false" doc:"Of personal data." example:"[\"Region\"]"`
	Recipients []recipient `json:"recipients" nullable:"false" doc:"Who gets the data, or got it, with transfers abroad and their safeguards."`
	Retention  []string    `json:"retention" nullable:"false" doc:"Time limits for erasure, out of the rules in force."`
	Notice     int         `json:"notice,omitempty" doc:"Version of the notice in force."`
}

func (a *api) processingRecord(ctx context.Context, in *InProgramme) (*reply[processingRecord], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	r, err := a.People.ProcessingRecord(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return &reply[processingRecord]{Body: showRecord(r)}, nil
}

func showRecord(r subscriptions.ProcessingRecord) processingRecord {
	out := processingRecord{
		Programme: showProgramme(r.Programme), Purposes: []purpose{}, Categories: append([]string{}, r.Categories...), Recipients: []recipient{},
		Retention: append([]string{}, r.Retention...), Notice: r.NoticeVersion,
	}
	for _, u := range r.Purposes {
		out.Purposes = append(out.Purposes, showPurpose(u))
	}
	for _, x := range r.Recipients {
		out.Recipients = append(out.Recipients, showRecipient(x))
	}
	return out
}
