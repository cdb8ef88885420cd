package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/auth"
	"assent/subscriptions"
)

type recipient struct {
	ID        int64      `json:"id" example:"1"`
	Name      string     `json:"name" example:"Example Mail Ltd"`
	Category  string     `json:"category" example:"mail service"`
	Purpose   string     `json:"purpose" example:"sends our newsletters"`
	Country   string     `json:"country" example:"GB"`
	Safeguard string     `json:"safeguard,omitempty"`
	Agreement string     `json:"agreement,omitempty" example:"ISA-2026-4"`
	Address   string     `json:"address,omitempty" doc:"Where it is told of corrections, erasures and restrictions." example:"data@printers.example"`
	Language  string     `json:"language,omitempty" doc:"Of those letters." example:"en"`
	KeepsNone bool       `json:"keeps_none,omitempty" doc:"It keeps no copy, so it need not be told." example:"false"`
	AddedAt   time.Time  `json:"added_at"`
	EndedAt   *time.Time `json:"ended_at,omitempty" doc:"Since then it gets no data."`
}

type newRecipient struct {
	Name      string `json:"name" maxLength:"200" example:"Example Mail Ltd"`
	Category  string `json:"category" maxLength:"200" doc:"What sort of recipient it is." example:"mail service"`
	Purpose   string `json:"purpose" maxLength:"200" doc:"What it gets the data for." example:"sends our newsletters"`
	Country   string `json:"country" pattern:"^[A-Z]{2}$" patternDescription:"a code of two capitals (ISO 3166-1)" doc:"Where it handles the data." example:"GB"`
	Safeguard string `json:"safeguard,omitempty" maxLength:"200" doc:"What protects the data there; needed outside the United Kingdom (Articles 45 and 46)." example:"adequacy regulations"`
	Agreement string `json:"agreement,omitempty" maxLength:"200" doc:"Reference of the agreement with it." example:"ISA-2026-4"`
	Address   string `json:"address,omitempty" maxLength:"254" doc:"Where it is told of corrections, erasures and restrictions (Article 19). Without one, a person has to tell it." example:"data@printers.example"`
	Language  string `json:"language,omitempty" enum:"en,cy" doc:"Of those letters; en unless told." example:"en"`
	KeepsNone bool   `json:"keeps_none,omitempty" doc:"It keeps no copy, such as a relay that sends and forgets: there is nothing to tell it." example:"false"`
}

// read puts what is declared into a recipient.
func (b newRecipient) read(into *subscriptions.Recipient) (err error) {
	into.Name, into.Category, into.Purpose, into.Country, into.Safeguard, into.Agreement = b.Name, b.Category, b.Purpose, b.Country, b.Safeguard, b.Agreement
	into.Language, into.KeepsNone = b.Language, b.KeepsNone
	into.Address, err = optionalAddress("body.address", b.Address)
	return err
}

func (a *api) recipientRoutes() {
	add(a, operation{
		id: "add-recipient", method: http.MethodPost, path: base + "/programmes/{programme}/recipients", tag: "Declarations", scope: auth.ListsWrite, status: http.StatusCreated,
		summary: "Declare a recipient of personal data", about: "Who gets a programme's data, what for and where. The notice names them, and so does the answer to a request for access.",
	}, a.addRecipient)
	add(a, operation{
		id: "list-recipients", method: http.MethodGet, path: base + "/programmes/{programme}/recipients", tag: "Declarations", scope: auth.ListsRead,
		summary: "List the recipients of a programme's data",
	}, a.listRecipients)
	add(a, operation{
		id: "change-recipient", method: http.MethodPut, path: base + "/programmes/{programme}/recipients/{id}", tag: "Declarations", scope: auth.ListsWrite,
		summary: "Change what is declared of a recipient", about: "All fields are written. Since when it got data stays.",
	}, a.changeRecipient)
	add(a, operation{
		id: "end-recipient", method: http.MethodPost, path: base + "/programmes/{programme}/recipients/{id}/end", tag: "Declarations", scope: auth.ListsWrite,
		summary: "Declare that a recipient gets no more data", about: "It stays on record, for people may ask who had their data.",
	}, a.endRecipient)
}

func (a *api) addRecipient(ctx context.Context, in *struct {
	InProgramme
	Body newRecipient
}) (*reply[recipient], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	r := subscriptions.Recipient{ProgrammeID: p.ID}
	if err := in.Body.read(&r); err != nil {
		return nil, err
	}
	if r, err = a.Editor.AddRecipient(ctx, r); err != nil {
		return nil, err
	}
	return &reply[recipient]{Body: showRecipient(r)}, nil
}

func (a *api) changeRecipient(ctx context.Context, in *struct {
	InProgramme
	InID
	Body newRecipient
}) (*reply[recipient], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	var read subscriptions.Recipient
	if err := in.Body.read(&read); err != nil {
		return nil, err
	}
	r, err := a.Editor.Recipient(ctx, p.ID, in.ID, func(r *subscriptions.Recipient) { *r = read })
	if err != nil {
		return nil, err
	}
	return &reply[recipient]{Body: showRecipient(r)}, nil
}

func (a *api) listRecipients(ctx context.Context, in *struct {
	InProgramme
	Paging
}) (*reply[page[recipient]], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	all, err := a.People.Store.Recipients(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return pageIn(all, in.Paging, func(r subscriptions.Recipient) int64 { return r.ID }, showRecipient), nil
}

func (a *api) endRecipient(ctx context.Context, in *struct {
	InProgramme
	InID
}) (*reply[recipient], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	r, err := a.Editor.EndRecipient(ctx, p.ID, in.ID)
	if err != nil {
		return nil, err
	}
	return &reply[recipient]{Body: showRecipient(r)}, nil
}

func showRecipient(r subscriptions.Recipient) recipient {
	return recipient{
		ID: r.ID, Name: r.Name, Category: r.Category, Purpose: r.Purpose, Country: r.Country, Safeguard: r.Safeguard, Agreement: r.Agreement,
		Address: r.Address.String(), Language: r.Language, KeepsNone: r.KeepsNone, AddedAt: utc(r.AddedAt), EndedAt: moment(r.EndedAt),
	}
}
