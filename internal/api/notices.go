package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/auth"
	"assent/subscriptions"
)

type notice struct {
	ID          int64     `json:"id" example:"1"`
	ProgrammeID int64     `json:"programme_id" example:"1"`
	Version     int       `json:"version" doc:"From 1." example:"1"`
	Text        string    `json:"text" example:"We use your email address to send you the news that you asked for."`
	Digest      string    `json:"digest" doc:"SHA-256 of the text, in hex: what the ledger refers to."`
	PublishedAt time.Time `json:"published_at"`
}

type newNotice struct {
	Text     string  `json:"text" maxLength:"20000" doc:"The privacy notice in English, in Markdown." example:"## Who we are\n\nThe controller is Harbour Board."`
	TextCy   string  `json:"text_cy,omitempty" maxLength:"20000" doc:"The same in Welsh." example:"## Pwy ydym ni\n\nY rheolydd yw Harbour Board."`
	Purposes []int64 `json:"purposes,omitempty" maxItems:"200" nullable:"false" doc:"The purposes that it tells of; all of the programme unless told." example:"[1]"`
	Override string  `json:"override,omitempty" maxLength:"200" doc:"Why it is published although incomplete. Without a reason that is refused." example:"The full text follows on Monday."`
}

func (n newNotice) draft(programmeID int64, by string) subscriptions.NoticeDraft {
	d := subscriptions.NoticeDraft{ProgrammeID: programmeID, Texts: map[string]string{"en": n.Text}, Purposes: n.Purposes, Override: n.Override, By: by}
	if n.TextCy != "" {
		d.Texts["cy"] = n.TextCy
	}
	return d
}

func (a *api) noticeRoutes() {
	add(a, operation{
		id: "publish-notice", method: http.MethodPost, path: base + "/programmes/{programme}/notices", tag: "Declarations", scope: auth.ListsWrite, status: http.StatusCreated,
		summary: "Publish a privacy notice", about: "Publishes the next version. A version never changes afterwards, for what people were told must stay provable.",
	}, a.publishNotice)
	add(a, operation{
		id: "list-notices", method: http.MethodGet, path: base + "/programmes/{programme}/notices", tag: "Declarations", scope: auth.ListsRead,
		summary: "List a programme's notices",
	}, a.listNotices)
	add(a, operation{
		id: "get-notice", method: http.MethodGet, path: base + "/notices/{id}", tag: "Declarations", scope: auth.ListsRead,
		summary: "Get a notice",
	}, a.getNotice)
}

func (a *api) publishNotice(ctx context.Context, in *struct {
	InProgramme
	Body newNotice
}) (*reply[notice], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	n, err := a.People.PublishNotice(ctx, in.Body.draft(p.ID, actor(ctx).String()))
	if err != nil {
		return nil, err
	}
	return &reply[notice]{Body: showNotice(n)}, nil
}

func (a *api) listNotices(ctx context.Context, in *struct {
	InProgramme
	Paging
}) (*reply[page[notice]], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	all, err := a.People.Store.Notices(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return pageIn(all, in.Paging, func(n subscriptions.Notice) int64 { return n.ID }, showNotice), nil
}

func (a *api) getNotice(ctx context.Context, in *InID) (*reply[notice], error) {
	n, err := a.People.Store.Notice(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &reply[notice]{Body: showNotice(n)}, nil
}

func showNotice(n subscriptions.Notice) notice {
	return notice{ID: n.ID, ProgrammeID: n.ProgrammeID, Version: n.Version, Text: n.Text, Digest: n.Digest, PublishedAt: utc(n.PublishedAt)}
}
