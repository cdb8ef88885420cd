package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/auth"
	"assent/subscriptions"
)

type disclosure struct {
	ID          int64     `json:"id" example:"4"`
	RecipientID int64     `json:"recipient_id,omitempty" doc:"Where it is declared." example:"2"`
	Name        string    `json:"name" example:"Porthaven Printers"`
	Address     string    `json:"address,omitempty" doc:"Where it is told of corrections and erasures." example:"data@printers.example"`
	What        string    `json:"what" example:"name and address"`
	Why         string    `json:"why" example:"printing the yearbook"`
	How         string    `json:"how" enum:"export,staff,case" example:"staff"`
	CaseID      int64     `json:"case_id,omitempty" example:"9"`
	Actor       string    `json:"actor" example:"user:1"`
	At          time.Time `json:"at" doc:"When it was given."`
}

func showGiven(g subscriptions.Given) disclosure {
	return disclosure{ID: g.ID, RecipientID: g.RecipientID, Name: g.Name, Address: g.Address.String(), What: g.What, Why: g.Why, How: string(g.How), CaseID: g.CaseID, Actor: g.Actor, At: utc(g.At)}
}

type newDisclosure struct {
	Programme   string     `json:"programme,omitempty" maxLength:"100" doc:"Slug of the programme that gave it. A recipient's is known." example:"harbour-news"`
	RecipientID int64      `json:"recipient_id,omitempty" minimum:"1" doc:"A declared recipient; or give name." example:"2"`
	Name        string     `json:"name,omitempty" maxLength:"200" doc:"Of whoever got it, where they are not declared." example:"Porthaven Police"`
	Address     string     `json:"address,omitempty" maxLength:"254" doc:"Where they are told of corrections and erasures." example:"data@police.example"`
	What        string     `json:"what" maxLength:"200" doc:"In words that name nobody." example:"name and address"`
	Why         string     `json:"why" maxLength:"200" doc:"In words that name nobody." example:"a request by form of 3 May"`
	At          *time.Time `json:"at,omitempty" doc:"When it was given; now unless told."`
}

func (a *api) disclosureRoutes() {
	add(a, operation{
		id: "record-disclosure", method: http.MethodPost, path: base + "/subscribers/{id}/disclosures", tag: "People", scope: auth.SubscribersWrite, status: http.StatusCreated,
		summary: "Record that somebody was given a person's data",
		about:   "Besides what each recipient of a programme gets all the time, and what exports give by themselves. Whoever is on record here is told when the data is corrected, erased or restricted (Article 19).",
	}, a.recordDisclosure)
	add(a, operation{
		id: "list-disclosures", method: http.MethodGet, path: base + "/subscribers/{id}/disclosures", tag: "People", scope: auth.SubscribersRead,
		summary: "List who was given a person's data", about: "The newest first.",
	}, a.listDisclosures)
}

func (a *api) recordDisclosure(ctx context.Context, in *struct {
	InID
	Body newDisclosure
}) (*reply[disclosure], error) {
	b := in.Body
	g := subscriptions.Given{RecipientID: b.RecipientID, Name: b.Name, What: b.What, Why: b.Why, How: subscriptions.GivenByStaff, Actor: actor(ctx).String()}
	var err error
	if g.Address, err = optionalAddress("body.address", b.Address); err != nil {
		return nil, err
	}
	if b.Programme != "" {
		p, err := a.People.Store.ProgrammeBySlug(ctx, b.Programme)
		if err != nil {
			return nil, missing("body.programme", "programme", err)
		}
		g.ProgrammeID = p.ID
	}
	if b.At != nil {
		g.At = *b.At
	}
	g, err = a.Disclosures.Record(ctx, g, in.ID)
	if err != nil {
		return nil, err
	}
	return &reply[disclosure]{Body: showGiven(g)}, nil
}

func (a *api) listDisclosures(ctx context.Context, in *struct {
	InID
	Paging
}) (*reply[page[disclosure]], error) {
	rows, err := a.Disclosures.Store.GivenTo(ctx, in.ID, in.After, in.more())
	if err != nil {
		return nil, err
	}
	return pageOf(rows, in.Limit, func(g subscriptions.Given) int64 { return g.ID }, showGiven), nil
}
