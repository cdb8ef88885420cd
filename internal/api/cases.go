package api

import (
	"context"
	"net/http"
	"time"

	"assent/inbox/cases"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/internal/errs"
)

// Case is work for a person, without its clocks' working.
type Case struct {
	ID             int64      `json:"id" example:"12"`
	Reference      string     `json:"reference" example:"R-2026-000012"`
	ParentID       int64      `json:"parent_id,omitempty" doc:"Of a sub-case: the case that it belongs to." example:"11"`
	Kind           string     `json:"kind" doc:"A right, complaint, breach, disclosure, other, or correspondence." example:"access"`
	Labels         []string   `json:"labels" nullable:"false" doc:"Every right that was recognised in what opened it." example:"[\"access\"]"`
	Flags          []string   `json:"flags" nullable:"false" doc:"What the sorter saw beside." example:"[\"agent\"]"`
	State          string     `json:"state" enum:"new,acknowledged,waiting,in-progress,decided,closed" example:"new"`
	WaitsFor       []string   `json:"waits_for" nullable:"false" doc:"identity, authority, fee or clarification." example:"[]"`
	Channel        string     `json:"channel" enum:"mail,web-form,post,phone,in-person" example:"mail"`
	ProgrammeID    int64      `json:"programme_id,omitempty" example:"1"`
	Mailbox        string     `json:"mailbox,omitempty" example:"privacy"`
	InboundID      int64      `json:"inbound_id,omitempty" doc:"The message that opened it." example:"41"`
	SubscriberID   int64      `json:"subscriber_id,omitempty" doc:"The subject, where they are on record." example:"17"`
	From           string     `json:"from,omitempty" example:"ann@example.org"`
	Subject        string     `json:"subject" example:"Request for my data"`
	Asked          string     `json:"asked,omitempty" doc:"What was asked, as entered by hand."`
	Language       string     `json:"language" example:"en"`
	ReceivedAt     time.Time  `json:"received_at" doc:"When it reached us: the clocks start here."`
	EnteredAt      time.Time  `json:"entered_at" doc:"When it was entered here."`
	DueOn          string     `json:"due_on,omitempty" doc:"UK date to work to, of the leading clock; not there without one." example:"2026-12-22"`
	AcknowledgedOn string     `json:"acknowledged_on,omitempty" example:"2026-11-23"`
	AnsweredOn     string     `json:"answered_on,omitempty" doc:"When the person was told the outcome." example:"2026-12-20"`
	OwnerID        int64      `json:"owner_id,omitempty" doc:"The operator whose case it is." example:"3"`
	Urgent         bool       `json:"urgent" example:"false"`
	Unread         int        `json:"unread" doc:"Messages that came in and that nobody has marked as read." example:"0"`
	Alarm          string     `json:"alarm,omitempty" doc:"Such as a letter that did not arrive, until somebody sees to it."`
	Division       string     `json:"division" doc:"Whose bank holidays count." example:"england-and-wales"`
	ClosedAt       *time.Time `json:"closed_at,omitempty"`
}

// caseFile is a case with all that belongs to it.
type caseFile struct {
	Case
	Decision *cases.Decision `json:"decision,omitempty" doc:"What a person decided."`
	Facts    cases.Facts     `json:"facts" doc:"What the clocks are computed from."`
	Clocks   []caseClock     `json:"clocks" nullable:"false" doc:"The nearest first, each with every step of its working."`
	Notes    []clock.Step    `json:"notes" nullable:"false" doc:"What the law wants without setting a date."`
	Duties   []caseDuty      `json:"duties" nullable:"false" doc:"What must be done before it is closed."`
	Parties  []caseParty     `json:"parties" nullable:"false" doc:"Who asks, and whom it is about."`
	SubCases []Case          `json:"sub_cases" nullable:"false"`
	Links    []caseLink      `json:"links" nullable:"false" doc:"Cases of the same people: nothing is merged."`
	Messages []caseMessage   `json:"messages" nullable:"false" doc:"The correspondence, oldest first."`
	Files    []caseFileRow   `json:"files" nullable:"false"`
	Events   []caseEvent     `json:"events" nullable:"false" doc:"What was done, oldest first."`
}

type caseClock struct {
	Name       string       `json:"name" example:"answer"`
	Starts     string       `json:"starts" example:"2026-11-23"`
	Due        string       `json:"due" doc:"Empty while it waits." example:"2026-12-22"`
	Target     string       `json:"target" doc:"An earlier day to work to, where the law leaves a doubt."`
	WaitingFor string       `json:"waiting_for"`
	Rule       string       `json:"rule"`
	Calendar   string       `json:"calendar" doc:"The hash of the table of bank holidays."`
	MetOn      string       `json:"met_on,omitempty" doc:"When what it asks for was done."`
	Late       bool         `json:"late" doc:"The due date was missed."`
	Steps      []clock.Step `json:"steps" nullable:"false"`
}

type caseDuty struct {
	Code  string `json:"code" example:"decide"`
	Words string `json:"words" example:"Decide"`
	Done  bool   `json:"done" example:"false"`
}

type caseLink struct {
	CaseID   int64  `json:"case_id" example:"9"`
	Relation string `json:"relation" enum:"duplicate,repeat,related" example:"repeat"`
	Earlier  bool   `json:"earlier" doc:"The other case came first."`
}

type caseMessage struct {
	ID          int64      `json:"id" example:"3"`
	Direction   string     `json:"direction" enum:"in,out" example:"in"`
	At          time.Time  `json:"at"`
	InboundID   int64      `json:"inbound_id,omitempty" doc:"Of one that came in: download it as /inbound/{id}/raw." example:"41"`
	LetterID    int64      `json:"letter_id,omitempty" example:"7"`
	LetterState string     `json:"letter_state,omitempty" example:"sent"`
	From        string     `json:"address" doc:"Whom it came from or went to." example:"ann@example.org"`
	Subject     string     `json:"subject" example:"Re: your request"`
	Filed       string     `json:"filed,omitempty" doc:"By what it was found to belong here: opening, address or reference." example:"address"`
	Stranger    bool       `json:"stranger" doc:"It came from an address that is no party's."`
	ReadAt      *time.Time `json:"read_at,omitempty"`
	Identity    *whoWrote  `json:"identity,omitempty" doc:"Of one that came in: who wrote it, where somebody looked."`
}

type caseFileRow struct {
	ID      int64     `json:"id" example:"2"`
	Name    string    `json:"name" example:"letter.pdf"`
	Type    string    `json:"type" doc:"As its first bytes tell." example:"application/pdf"`
	Size    int64     `json:"size" example:"48211"`
	Digest  string    `json:"digest" doc:"SHA-256, in hex."`
	AddedBy string    `json:"added_by" example:"user:3"`
	AddedAt time.Time `json:"added_at"`
}

type caseEvent struct {
	ID     int64        `json:"id" example:"1"`
	Kind   string       `json:"kind" example:"opened"`
	At     time.Time    `json:"at"`
	On     string       `json:"on,omitempty" doc:"When it happened, a UK date." example:"2026-11-23"`
	Actor  string       `json:"actor" example:"system"`
	What   string       `json:"what" example:"Opened from a message to privacy."`
	Note   string       `json:"note,omitempty"`
	Detail cases.Detail `json:"detail"`
}

type caseQuery struct {
	Paging
	State       string `query:"state" enum:"open,new,acknowledged,waiting,in-progress,decided,closed" doc:"open is every state but closed, and a closed case to which something came."`
	Kind        string `query:"kind" maxLength:"40"`
	ProgrammeID int64  `query:"programme_id" minimum:"0"`
	OwnerID     int64  `query:"owner_id" minimum:"0"`
	Unassigned  bool   `query:"unassigned"`
	Overdue     bool   `query:"overdue" doc:"With a day to work to that has passed."`
	Reference   string `query:"reference" maxLength:"40" doc:"A reference, or part of one."`
}

func (a *api) caseRoutes() {
	add(a, operation{
		id: "list-cases", method: http.MethodGet, path: base + "/cases", tag: "Cases", scope: auth.CasesRead,
		summary: "List cases, the nearest day to work to first", about: "Open cases come before closed ones, urgent ones before the rest. A case whose day changes between two pages may be missed or come twice.",
	}, a.listCases)
	add(a, operation{
		id: "get-case", method: http.MethodGet, path: base + "/cases/{id}", tag: "Cases", scope: auth.CasesRead,
		summary: "Get a case with its clocks and every step of their working, its correspondence and its timeline",
	}, a.getCase)
	a.caseActRoutes()
}

func (a *api) listCases(ctx context.Context, in *caseQuery) (*reply[page[Case]], error) {
	if err := a.record(ctx, audit.Note{Action: audit.ListCases}); err != nil {
		return nil, err
	}
	f := cases.Filter{
		State: cases.State(in.State), Kind: cases.Kind(in.Kind), ProgrammeID: in.ProgrammeID, OwnerID: in.OwnerID, Unassigned: in.Unassigned, Search: in.Reference,
	}
	if in.Overdue {
		f.OverdueOn = a.Cases.Reckoner.UKDate(a.Now()).String()
	}
	rows, err := a.Reads.CasesAfter(ctx, f, in.After, in.more())
	if err != nil {
		return nil, err
	}
	return pageOf(rows, in.Limit, func(c cases.Case) int64 { return c.ID }, showCase), nil
}

func (a *api) getCase(ctx context.Context, in *struct{ InID }) (*reply[caseFile], error) {
	return a.caseReply(ctx, in.ID)
}

// caseReply shows a case as it is, once its reading is on record.
func (a *api) caseReply(ctx context.Context, id int64) (*reply[caseFile], error) {
	c, err := a.Cases.Store.Case(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := a.record(ctx, audit.Note{Action: audit.ReadCase, Object: audit.About("case", c.ID), PersonID: c.SubjectID}); err != nil {
		return nil, err
	}
	out := caseFile{Case: showCase(c), Decision: c.Decision, Facts: c.Facts, Clocks: []caseClock{}, Notes: append([]clock.Step{}, c.Notes...)}
	today := a.Cases.Reckoner.UKDate(a.Now())
	for _, k := range c.Clocks {
		out.Clocks = append(out.Clocks, showClock(k, today))
	}
	for _, part := range []func(context.Context, cases.Case, *caseFile) error{a.showWork, a.showPeople, a.showPapers} {
		if err := part(ctx, c, &out); err != nil {
			return nil, errs.Wrap("api: case", err)
		}
	}
	return &reply[caseFile]{Body: out}, nil
}

func (a *api) showWork(ctx context.Context, c cases.Case, out *caseFile) error {
	out.Duties, out.Events = []caseDuty{}, []caseEvent{}
	duties, err := a.Cases.Duties(ctx, c)
	if err != nil {
		return err
	}
	for _, d := range duties {
		out.Duties = append(out.Duties, caseDuty{Code: d.Code, Words: d.Words, Done: d.Done})
	}
	events, err := a.Cases.Store.CaseEvents(ctx, c.ID)
	for _, e := range events {
		out.Events = append(out.Events, caseEvent{ID: e.ID, Kind: string(e.Kind), At: utc(e.At), On: e.On.String(), Actor: e.Actor, What: e.What, Note: e.Note, Detail: e.Detail})
	}
	return err
}

func (a *api) showPeople(ctx context.Context, c cases.Case, out *caseFile) error {
	out.Parties, out.SubCases, out.Links = []caseParty{}, []Case{}, []caseLink{}
	parties, err := a.Cases.Store.CaseParties(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, p := range parties {
		out.Parties = append(out.Parties, caseParty{ID: p.ID, Role: string(p.Role), Name: p.Name, Address: p.Address.String(), Contact: p.Contact, SubscriberID: p.SubscriberID})
	}
	subs, err := a.Cases.Store.SubCases(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, s := range subs {
		out.SubCases = append(out.SubCases, showCase(s))
	}
	links, err := a.Cases.Store.CaseLinks(ctx, c.ID)
	for _, l := range links {
		out.Links = append(out.Links, caseLink{CaseID: l.EarlierID + l.LaterID - c.ID, Relation: string(l.Relation), Earlier: l.LaterID == c.ID})
	}
	return err
}

func (a *api) showPapers(ctx context.Context, c cases.Case, out *caseFile) error {
	out.Messages, out.Files = []caseMessage{}, []caseFileRow{}
	messages, err := a.Cases.Store.CaseMessages(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, m := range messages {
		out.Messages = append(out.Messages, caseMessage{
			ID: m.ID, Direction: string(m.Direction), At: utc(m.At), InboundID: m.InboundID, LetterID: m.LetterID, LetterState: m.LetterState, From: m.From, Subject: m.Subject,
			Filed: string(m.Filed), Stranger: m.Stranger, ReadAt: moment(m.ReadAt), Identity: showIdentity(m.Identity),
		})
	}
	files, err := a.Cases.Store.CaseFiles(ctx, c.ID)
	for _, f := range files {
		out.Files = append(out.Files, showFile(f))
	}
	return err
}

func showFile(f cases.File) caseFileRow {
	return caseFileRow{ID: f.ID, Name: f.Name, Type: f.Type, Size: f.Size, Digest: f.Digest, AddedBy: f.Actor, AddedAt: utc(f.AddedAt)}
}

func showCase(c cases.Case) Case {
	out := Case{
		ID: c.ID, Reference: c.Reference, ParentID: c.ParentID, Kind: string(c.Kind), Labels: append([]string{}, c.Labels...), Flags: append([]string{}, c.Flags...),
		State: string(c.State), WaitsFor: []string{}, Channel: string(c.Channel), ProgrammeID: c.ProgrammeID, Mailbox: c.Mailbox, InboundID: c.InboundID,
		SubscriberID: c.SubjectID, From: c.From, Subject: c.Subject, Asked: c.Asked, Language: c.Language, ReceivedAt: utc(c.ReceivedAt), EnteredAt: utc(c.CreatedAt),
		DueOn: c.DueOn, AcknowledgedOn: c.Facts.AcknowledgedOn.String(), AnsweredOn: c.Facts.AnsweredOn.String(), OwnerID: c.OwnerID, Urgent: c.Urgent, Unread: c.Unread,
		Alarm: c.Alarm, Division: c.Division, ClosedAt: moment(c.ClosedAt),
	}
	for _, w := range c.Facts.WaitsFor() {
		out.WaitsFor = append(out.WaitsFor, string(w))
	}
	return out
}

func showClock(k cases.Clock, today clock.Date) caseClock {
	return caseClock{
		Name: k.Name, Starts: k.Starts, Due: k.Due, Target: k.Target, WaitingFor: k.WaitingFor, Rule: k.Rule, Calendar: k.Calendar, MetOn: k.MetOn, Late: k.LateOn(today),
		Steps: append([]clock.Step{}, k.Steps...),
	}
}
