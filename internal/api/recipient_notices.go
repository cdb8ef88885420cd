package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/subscriptions"
)

type recipientNotice struct {
	ID           int64      `json:"id" example:"6"`
	RecipientID  int64      `json:"recipient_id,omitempty" example:"2"`
	Name         string     `json:"name" example:"Porthaven Printers"`
	Address      string     `json:"address,omitempty" doc:"Not there where it has to be told in another way." example:"data@printers.example"`
	Change       string     `json:"change" enum:"rectification,erasure,restriction,release" example:"erasure"`
	CaseID       int64      `json:"case_id,omitempty" example:"9"`
	SubscriberID int64      `json:"subscriber_id,omitempty" doc:"Not there where it is about several people." example:"17"`
	People       int        `json:"people" doc:"How many it is about." example:"1"`
	State        string     `json:"state" enum:"open,answered,superseded" example:"open"`
	Answer       string     `json:"answer,omitempty" enum:"done,impossible,disproportionate" example:"done"`
	Words        string     `json:"words,omitempty" example:"Taken off the print file of May."`
	AnsweredBy   string     `json:"answered_by,omitempty" doc:"recipient, or who recorded it." example:"recipient"`
	AnsweredAt   *time.Time `json:"answered_at,omitempty"`
	CreatedAt    time.Time  `json:"created_at"`
	ToldAt       *time.Time `json:"told_at,omitempty" doc:"When the first letter went out."`
	Letters      int        `json:"letters" doc:"How many were written." example:"1"`
	NextOn       string     `json:"next_on,omitempty" doc:"UK date of the next letter; not there where a person has to see to it." example:"2026-12-07"`
}

// toldOf is whom a notice is about, and what became of their data.
type toldOf struct {
	recipientNotice
	Whom []toldPerson `json:"whom" nullable:"false" doc:"Kept until the recipient answered, and nowhere else once a person was erased."`
}

type toldPerson struct {
	Name    string       `json:"name,omitempty" example:"Ann Lea"`
	Address string       `json:"address" example:"ann@reader.example"`
	Changes []toldChange `json:"changes,omitempty" nullable:"false" doc:"Of a rectification."`
}

type toldChange struct {
	Field  string `json:"field" example:"name"`
	Before string `json:"before" example:"Ann Lea"`
	After  string `json:"after" example:"Ann Lee"`
}

func showRecipientNotice(n subscriptions.RecipientNotice) recipientNotice {
	return recipientNotice{
		ID: n.ID, RecipientID: n.RecipientID, Name: n.Name, Address: n.Address.String(), Change: string(n.Change), CaseID: n.CaseID, SubscriberID: n.SubscriberID, People: n.People, State: string(n.State),
		Answer: string(n.Answer), Words: n.Words, AnsweredBy: n.AnsweredBy, AnsweredAt: moment(n.AnsweredAt), CreatedAt: utc(n.CreatedAt), ToldAt: moment(n.ToldAt), Letters: n.Letters, NextOn: n.NextOn,
	}
}

type newRecipientAnswer struct {
	Answer string `json:"answer" enum:"done,impossible,disproportionate" example:"impossible"`
	Words  string `json:"words" maxLength:"2000" doc:"How you know; or why it is impossible or takes disproportionate effort." example:"The firm no longer exists, and nobody has its files."`
	Person string `json:"person,omitempty" maxLength:"200" doc:"Who says so. A program must name the person." example:"Ann Lee"`
}

func (a *api) recipientNoticeRoutes() {
	add(a, operation{
		id: "list-recipient-notices", method: http.MethodGet, path: base + "/recipient-notices", tag: "Keeping", scope: auth.KeepingRead,
		summary: "List what recipients of data were told", about: "Each recipient of a person's data is told when it is rectified, erased or restricted, whatever led to it, and answers by a link (Article 19). The newest first.",
	}, a.listRecipientNotices)
	add(a, operation{
		id: "get-recipient-notice", method: http.MethodGet, path: base + "/recipient-notices/{id}", tag: "Keeping", scope: auth.KeepingRead,
		summary: "See what a recipient is to be told, and of whom", about: "For whoever tells a recipient that has no address here. Reading it is put on the audit trail. Whom it is about is destroyed when the answer is recorded.",
	}, a.recipientNotice)
	add(a, operation{
		id: "list-case-recipient-notices", method: http.MethodGet, path: base + "/cases/{id}/recipient-notices", tag: "Cases", scope: auth.CasesRead,
		summary: "List what recipients were told in a case", about: "The case is not complete while one is open.",
	}, a.listCaseNotices)
	add(a, operation{
		id: "answer-recipient-notice", method: http.MethodPost, path: base + "/recipient-notices/{id}/answer", tag: "Keeping", scope: auth.KeepingWrite,
		summary: "Record what a recipient answered", about: "Where it told you in another way than by its link; or that to tell it is impossible or would take disproportionate effort, and why. The first answer stands.",
	}, a.answerRecipientNotice)
}

func (a *api) listRecipientNotices(ctx context.Context, in *struct {
	Paging
	Open bool `query:"open" doc:"Only those without an answer."`
}) (*reply[page[recipientNotice]], error) {
	rows, err := a.Reads.RecipientNotices(ctx, in.Open, in.After, in.more())
	if err != nil {
		return nil, err
	}
	return pageOf(rows, in.Limit, func(n subscriptions.RecipientNotice) int64 { return n.ID }, showRecipientNotice), nil
}

func (a *api) recipientNotice(ctx context.Context, in *InID) (*reply[toldOf], error) {
	n, err := a.Telling.Store.RecipientNotice(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := a.record(ctx, audit.Note{Action: audit.ReadPerson, Object: audit.About("notice to recipient", n.ID), PersonID: n.SubscriberID}); err != nil {
		return nil, err
	}
	out := toldOf{recipientNotice: showRecipientNotice(n), Whom: []toldPerson{}}
	for _, p := range n.Whom {
		shown := toldPerson{Name: p.Name, Address: p.Address}
		for _, f := range p.Changes {
			shown.Changes = append(shown.Changes, toldChange(f))
		}
		out.Whom = append(out.Whom, shown)
	}
	return &reply[toldOf]{Body: out}, nil
}

func (a *api) listCaseNotices(ctx context.Context, in *struct {
	InID
	Paging
}) (*reply[page[recipientNotice]], error) {
	rows, err := a.Reads.NoticesOfCase(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return pageIn(rows, in.Paging, func(n subscriptions.RecipientNotice) int64 { return n.ID }, showRecipientNotice), nil
}

func (a *api) answerRecipientNotice(ctx context.Context, in *struct {
	InID
	Body newRecipientAnswer
}) (*reply[recipientNotice], error) {
	n, err := a.Telling.Record(ctx, in.ID, actor(ctx).String(), in.Body.Person, subscriptions.RecipientAnswer(in.Body.Answer), in.Body.Words)
	if err != nil {
		return nil, err
	}
	return &reply[recipientNotice]{Body: showRecipientNotice(n)}, nil
}
