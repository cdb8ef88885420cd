package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/auth"
	"assent/subscriptions"
)

type programme struct {
	ID            int64                 `json:"id" example:"1"`
	Slug          string                `json:"slug" example:"harbour-news"`
	Name          string                `json:"name" example:"Harbour News"`
	Owner         string                `json:"owner" example:"Harbour Board"`
	Controller    string                `json:"controller" example:"Harbour Board"`
	PostalAddress string                `json:"postal_address" example:"1 Quay Street, Port Example"`
	DPO           contact               `json:"dpo" doc:"The data protection officer."`
	Contact       contact               `json:"contact" doc:"The Point of Contact: mail to it unsubscribes."`
	From          contact               `json:"from" doc:"In whose name mail is sent."`
	TimeZone      string                `json:"time_zone" example:"Europe/London"`
	Division      string                `json:"division" doc:"Whose bank holidays count." example:"england-and-wales"`
	EndsAt        *time.Time            `json:"ends_at,omitempty" doc:"From then on nobody is mailed."`
	GuardianAge   int                   `json:"guardian_age" doc:"Below it, in years, a parent or guardian agrees." example:"13"`
	RegionLock    bool                  `json:"region_lock" doc:"Promises that no data leaves the United Kingdom."`
	AsksByLink    bool                  `json:"asks_by_link" doc:"Asks by a link at the address on record, at once, who wrote a request that its mail does not prove."`
	HouseClocks   []houseClock          `json:"house_clocks" nullable:"false" doc:"Its own promises of when it answers."`
	Mailboxes     []mailboxUse          `json:"mailboxes" nullable:"false" doc:"Which of the watched mailboxes are its own."`
	Statements    map[string]statements `json:"statements" doc:"What its notice says beyond the declarations, by language (en, cy)."`
	CreatedAt     time.Time             `json:"created_at"`
	ChangedAt     *time.Time            `json:"changed_at,omitempty"`
}

// houseClock is an organisation's own promise for one kind of case.
type houseClock struct {
	Kind                   string `json:"kind" maxLength:"60" doc:"Of cases; empty for all kinds without a line of their own." example:"complaint"`
	AcknowledgeWorkingDays int    `json:"acknowledge_working_days,omitempty" minimum:"0" maximum:"250" doc:"0 promises nothing." example:"5"`
	AnswerWorkingDays      int    `json:"answer_working_days,omitempty" minimum:"0" maximum:"250" example:"20"`
}

// mailboxUse says that a watched mailbox belongs to a programme.
type mailboxUse struct {
	Name string `json:"name" maxLength:"200" doc:"As in the settings." example:"privacy"`
	Kind string `json:"kind,omitempty" maxLength:"60" doc:"What most of its mail is." example:"rights"`
}

// statements is what a notice says and no declaration holds.
type statements struct {
	Source      string `json:"source,omitempty" maxLength:"2000" doc:"Where the data comes from." example:"You gave it to us."`
	Requirement string `json:"requirement,omitempty" maxLength:"2000" doc:"Whether people must give it." example:"You need give us nothing."`
	Automated   string `json:"automated,omitempty" maxLength:"2000" doc:"Automated decisions, or that there are none." example:"We take no automated decisions."`
	Retention   string `json:"retention,omitempty" maxLength:"2000" doc:"How long data is kept, where no rule says so."`
}

type newProgramme struct {
	Slug          string                `json:"slug" maxLength:"60" doc:"Short name in addresses and settings. For life." example:"harbour-news"`
	Name          string                `json:"name" maxLength:"200" example:"Harbour News"`
	Owner         string                `json:"owner" maxLength:"200" doc:"The organisation or unit that decides what is sent." example:"Harbour Board"`
	Controller    string                `json:"controller" maxLength:"200" doc:"The data controller, as the notice names it." example:"Harbour Board"`
	PostalAddress string                `json:"postal_address" minLength:"1" maxLength:"500" doc:"Stands at the foot of every mail (PECR regulation 23)." example:"1 Quay Street, Port Example"`
	DPO           contact               `json:"dpo,omitempty" doc:"The data protection officer."`
	Contact       contact               `json:"contact" doc:"The Point of Contact: mail to it unsubscribes."`
	From          contact               `json:"from" doc:"In whose name mail is sent."`
	TimeZone      string                `json:"time_zone,omitempty" maxLength:"60" doc:"IANA name; Europe/London unless told." example:"Europe/London"`
	Division      string                `json:"division,omitempty" enum:"england-and-wales,scotland,northern-ireland" doc:"Whose bank holidays count; england-and-wales unless told." example:"england-and-wales"`
	EndsAt        time.Time             `json:"ends_at,omitempty" doc:"From then on nobody is mailed; without end unless told." example:"2027-12-31T23:59:59Z"`
	GuardianAge   int                   `json:"guardian_age,omitempty" minimum:"1" maximum:"18" doc:"Below it, in years, a parent or guardian agrees; 13 unless told." example:"13"`
	RegionLock    bool                  `json:"region_lock,omitempty" doc:"Promises that no data leaves the United Kingdom."`
	AsksByLink    bool                  `json:"asks_by_link,omitempty" doc:"Asks by a link at the address on record, at once, who wrote a request that its mail does not prove."`
	HouseClocks   []houseClock          `json:"house_clocks,omitempty" maxItems:"20" nullable:"false"`
	Mailboxes     []mailboxUse          `json:"mailboxes,omitempty" maxItems:"50" nullable:"false"`
	Statements    map[string]statements `json:"statements,omitempty" doc:"By language: en, cy."`
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
	add(a, operation{
		id: "change-programme", method: http.MethodPatch, path: base + "/programmes/{programme}", tag: "Declarations", scope: auth.ListsWrite,
		summary: "Change a programme", about: "What is left out stays as it is; its slug is for life. The change is noted in the audit trail.",
	}, a.changeProgramme)
	add(a, operation{
		id: "list-clashes", method: http.MethodGet, path: base + "/programmes/{programme}/clashes", tag: "Declarations", scope: auth.ListsRead,
		summary: "Find contradictions in a programme", about: "Tells what a programme declares that contradicts itself or the law: an end that is past, a review that is overdue, an age below 13, a notice that speaks of tracking. Nothing of it blocks; people must decide.",
	}, a.listClashes)
	add(a, operation{
		id: "get-processing-record", method: http.MethodGet, path: base + "/programmes/{programme}/processing-record", tag: "Declarations", scope: auth.ListsRead,
		summary: "Get the record of processing", about: "The record of processing activities (Article 30), out of what is declared now.",
	}, a.processingRecord)
}

func (a *api) createProgramme(ctx context.Context, in *struct{ Body newProgramme }) (*reply[programme], error) {
	b := in.Body
	p := subscriptions.Programme{
		Slug: b.Slug, Name: b.Name, Owner: b.Owner, Controller: b.Controller, PostalAddress: b.PostalAddress,
		DPOName: b.DPO.Name, FromName: b.From.Name, TimeZone: b.TimeZone, Division: b.Division, EndsAt: b.EndsAt, GuardianAge: b.GuardianAge, RegionLock: b.RegionLock, AsksByLink: b.AsksByLink,
		HouseClocks: readHouseClocks(b.HouseClocks), Mailboxes: readMailboxes(b.Mailboxes), Statements: readStatements(b.Statements),
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
		TimeZone: p.TimeZone, Division: p.Division, EndsAt: moment(p.EndsAt), GuardianAge: p.GuardianAge, RegionLock: p.RegionLock, AsksByLink: p.AsksByLink,
		HouseClocks: showHouseClocks(p.HouseClocks), Mailboxes: showMailboxes(p.Mailboxes), Statements: showStatements(p.Statements),
		CreatedAt: utc(p.CreatedAt), ChangedAt: moment(p.ChangedAt),
	}
}
