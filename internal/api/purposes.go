package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/auth"
	"assent/subscriptions"
)

type purpose struct {
	ID          int64     `json:"id" example:"1"`
	ProgrammeID int64     `json:"programme_id" example:"1"`
	Slug        string    `json:"slug" example:"monthly-news"`
	Name        string    `json:"name" example:"Monthly news about the harbour"`
	Basis       string    `json:"basis" doc:"The lawful basis (Article 6 UK GDPR; PECR regulation 22)." example:"consent"`
	Class       string    `json:"class" example:"newsletter"`
	TermDays    int64     `json:"term_days,omitempty" doc:"How long a permission lasts; without end where it is not there." example:"730"`
	CreatedAt   time.Time `json:"created_at"`
}

type newPurpose struct {
	Slug     string `json:"slug" maxLength:"60" example:"monthly-news"`
	Name     string `json:"name" maxLength:"500" doc:"In the words of the notice." example:"Monthly news about the harbour"`
	Basis    string `json:"basis" enum:"consent,explicit-consent,soft-opt-in,legitimate-interests,public-task,contract,legal-obligation" doc:"The one lawful basis (Article 6 UK GDPR; PECR regulation 22)." example:"consent"`
	Class    string `json:"class" enum:"newsletter,targeted,marketing" doc:"What sort of message serves it." example:"newsletter"`
	TermDays int64  `json:"term_days,omitempty" minimum:"0" maximum:"36500" doc:"How long a permission lasts; 0 without end." example:"730"`
}

const day = 24 * time.Hour

func (a *api) purposeRoutes() {
	add(a, operation{
		id: "create-purpose", method: http.MethodPost, path: base + "/programmes/{programme}/purposes", tag: "Declarations", scope: auth.ListsWrite, status: http.StatusCreated,
		summary: "Declare a purpose", about: "A purpose is one thing that personal data is used for, with its one lawful basis.",
	}, a.createPurpose)
	add(a, operation{
		id: "list-purposes", method: http.MethodGet, path: base + "/programmes/{programme}/purposes", tag: "Declarations", scope: auth.ListsRead,
		summary: "List a programme's purposes",
	}, a.listPurposes)
	add(a, operation{
		id: "get-purpose", method: http.MethodGet, path: base + "/purposes/{id}", tag: "Declarations", scope: auth.ListsRead,
		summary: "Get a purpose",
	}, a.getPurpose)
}

func (a *api) createPurpose(ctx context.Context, in *struct {
	InProgramme
	Body newPurpose
}) (*reply[purpose], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	made, err := a.People.CreatePurpose(ctx, subscriptions.Purpose{
		ProgrammeID: p.ID, Slug: in.Body.Slug, Name: in.Body.Name, Basis: subscriptions.Basis(in.Body.Basis), Class: subscriptions.Class(in.Body.Class),
		Term: time.Duration(in.Body.TermDays) * day,
	})
	if err != nil {
		return nil, err
	}
	return &reply[purpose]{Body: showPurpose(made)}, nil
}

func (a *api) listPurposes(ctx context.Context, in *struct {
	InProgramme
	Paging
}) (*reply[page[purpose]], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	all, err := a.People.Store.Purposes(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return pageIn(all, in.Paging, func(p subscriptions.Purpose) int64 { return p.ID }, showPurpose), nil
}

func (a *api) getPurpose(ctx context.Context, in *InID) (*reply[purpose], error) {
	p, err := a.People.Store.Purpose(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &reply[purpose]{Body: showPurpose(p)}, nil
}

func showPurpose(p subscriptions.Purpose) purpose {
	return purpose{
		ID: p.ID, ProgrammeID: p.ProgrammeID, Slug: p.Slug, Name: p.Name, Basis: string(p.Basis), Class: string(p.Class),
		TermDays: int64(p.Term / day), CreatedAt: utc(p.CreatedAt),
	}
}
