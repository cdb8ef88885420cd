package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/auth"
	"assent/subscriptions"
)

type programme struct {
	ID            int64     `json:"id" example:"1"`
	Slug          string    `json:"slug" example:"harbour-news"`
	Name          string    `json:"name" example:"Harbour News"`
	Owner         string    `json:"owner" example:"Harbour Board"`
	Controller    string    `json:"controller" example:"Harbour Board"`
	PostalAddress string    `json:"postal_address" example:"1 Quay Street, Port Example"`
	DPO           contact   `json:"dpo" doc:"The data protection officer."`
	Contact       contact   `json:"contact" doc:"The Point of Contact: mail to it unsubscribes."`
	From          contact   `json:"from" doc:"In whose name mail is sent."`
	TimeZone      string    `json:"time_zone" example:"Europe/London"`
	Division      string    `json:"division" doc:"Whose bank holidays count." example:"england-and-wales"`
	CreatedAt     time.Time `json:"created_at"`
}

type newProgramme struct {
	Slug          string  `json:"slug" maxLength:"60" doc:"Short name in addresses and settings. For life." example:"harbour-news"`
	Name          string  `json:"name" maxLength:"200" example:"Harbour News"`
	Owner         string  `json:"owner" maxLength:"200" doc:"The organisation or unit that decides what is sent." example:"Harbour Board"`
	Controller    string  `json:"controller" maxLength:"200" doc:"The data controller, as the notice names it." example:"Harbour Board"`
	PostalAddress string  `json:"postal_address" minLength:"1" maxLength:"500" doc:"Stands at the foot of every mail (PECR regulation 23)." example:"1 Quay Street, Port Example"`
	DPO           contact `json:"dpo,omitempty" doc:"The data protection officer."`
	Contact       contact `json:"contact" doc:"The Point of Contact: mail to it unsubscribes."`
	From          contact `json:"from" doc:"In whose name mail is sent."`
	TimeZone      string  `json:"time_zone,omitempty" maxLength:"60" doc:"IANA name; Europe/London unless told." example:"Europe/London"`
	Division      string  `json:"division,omitempty" enum:"england-and-wales,scotland,northern-ireland" doc:"Whose bank holidays count; england-and-wales unless told." example:"england-and-wales"`
}

// InProgramme names a programme.
type InProgramme struct {
	Programme string `path:"programme" maxLength:"60" doc:"The programme's slug." example:"harbour-news"`
}

func (a *api) programmeRoutes() {
	add(a, operation{
		id: "create-programme", method: http.MethodPost, path: base + "/programmes", tag: "Declarations", scope: auth.ListsWrite, status: http.StatusCreated,
		summary: "Declare a programme", about: "A programme is an organisation's stream of communication: in whose name mail is sent, who answers for it, where people write to.",
	}, a.createProgramme)
	add(a, operation{
		id: "list-programmes", method: http.MethodGet, path: base + "/programmes", tag: "Declarations", scope: auth.ListsRead,
		summary: "List programmes",
	}, a.listProgrammes)
	add(a, operation{
		id: "get-programme", method: http.MethodGet, path: base + "/programmes/{programme}", tag: "Declarations", scope: auth.ListsRead,
		summary: "Get a programme",
	}, a.getProgramme)
}

func (a *api) createProgramme(ctx context.Context, in *struct{ Body newProgramme }) (*reply[programme], error) {
	b := in.Body
	p := subscriptions.Programme{
		Slug: b.Slug, Name: b.Name, Owner: b.Owner, Controller: b.Controller, PostalAddress: b.PostalAddress,
		DPOName: b.DPO.Name, FromName: b.From.Name, TimeZone: b.TimeZone, Division: b.Division,
	}
	var err error
	if p.DPOAddress, err = optionalAddress("body.dpo.address", b.DPO.Address); err != nil {
		return nil, err
	}
	if p.FromAddress, err = parseAddress("body.from.address", b.From.Address); err != nil {
		return nil, err
	}
	if p.Contact, err = readContact("body.contact", b.Contact); err != nil {
		return nil, err
	}
	if p, err = a.People.CreateProgramme(ctx, p); err != nil {
		return nil, err
	}
	return &reply[programme]{Body: showProgramme(p)}, nil
}

func (a *api) listProgrammes(ctx context.Context, in *struct{ Paging }) (*reply[page[programme]], error) {
	all, err := a.People.Store.Programmes(ctx)
	if err != nil {
		return nil, err
	}
	return pageIn(all, in.Paging, func(p subscriptions.Programme) int64 { return p.ID }, showProgramme), nil
}

func (a *api) getProgramme(ctx context.Context, in *InProgramme) (*reply[programme], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	return &reply[programme]{Body: showProgramme(p)}, nil
}

func showProgramme(p subscriptions.Programme) programme {
	return programme{
		ID: p.ID, Slug: p.Slug, Name: p.Name, Owner: p.Owner, Controller: p.Controller, PostalAddress: p.PostalAddress,
		DPO:     contact{Name: p.DPOName, Address: p.DPOAddress.String()},
		Contact: showContact(p.Contact), From: contact{Name: p.FromName, Address: p.FromAddress.String()},
		TimeZone: p.TimeZone, Division: p.Division, CreatedAt: utc(p.CreatedAt),
	}
}
