package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/subscriptions"
	rules "assent/subscriptions/notice"
)

type notice struct {
	ID          int64     `json:"id" example:"1"`
	ProgrammeID int64     `json:"programme_id" example:"1"`
	Version     int       `json:"version" doc:"From 1." example:"1"`
	Text        string    `json:"text" doc:"In its main language: English where there is any." example:"## Who we are"`
	TextCy      string    `json:"text_cy,omitempty" doc:"In Welsh."`
	Purposes    []int64   `json:"purposes" nullable:"false" doc:"The purposes that it tells of." example:"[1]"`
	Digest      string    `json:"digest" doc:"SHA-256 of the text, in hex, or of its texts one after the other: what the ledger refers to."`
	Overridden  string    `json:"overridden,omitempty" doc:"Why it was published although incomplete."`
	PublishedBy string    `json:"published_by,omitempty" example:"key:1"`
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

// publication is a notice with what publishing it means.
type publication struct {
	ID          int64                      `json:"id" example:"1"`
	ProgrammeID int64                      `json:"programme_id" example:"1"`
	Version     int                        `json:"version" doc:"From 1." example:"1"`
	Text        string                     `json:"text" doc:"In its main language: English where there is any." example:"## Who we are"`
	TextCy      string                     `json:"text_cy,omitempty" doc:"In Welsh."`
	Purposes    []int64                    `json:"purposes" nullable:"false" doc:"The purposes that it tells of." example:"[1]"`
	Digest      string                     `json:"digest" doc:"SHA-256 of the text, in hex, or of its texts one after the other: what the ledger refers to."`
	Overridden  string                     `json:"overridden,omitempty" doc:"Why it was published although incomplete."`
	PublishedBy string                     `json:"published_by,omitempty" example:"key:1"`
	PublishedAt time.Time                  `json:"published_at"`
	Preview     bool                       `json:"preview,omitempty" doc:"Nothing was published."`
	Complete    bool                       `json:"complete" doc:"It says all that Articles 13 and 14 ask for."`
	Findings    map[string][]rules.Finding `json:"findings" doc:"Each item of the list, judged, by language."`
	Difference  rules.Difference           `json:"difference" doc:"What it changes against the version before."`
	Untold      []int64                    `json:"untold" nullable:"false" doc:"Purposes that people on record have not been told of: mail for them waits for a notice run." example:"[2]"`
}

func (a *api) noticeRoutes() {
	add(a, operation{
		id: "publish-notice", method: http.MethodPost, path: base + "/programmes/{programme}/notices", tag: "Declarations", scope: auth.ListsWrite, status: http.StatusCreated,
		summary: "Publish a privacy notice", about: "Publishes the next version and puts the programme's lists under it. A version never changes afterwards, for what people were told must stay provable. " +
			"One that lacks something of Articles 13 and 14 is refused, unless `override` says why. With `preview=true` nothing is published: the answer, 200, shows what is missing and what would change.",
	}, a.publishNotice)
	add(a, operation{
		id: "list-notices", method: http.MethodGet, path: base + "/programmes/{programme}/notices", tag: "Declarations", scope: auth.ListsRead,
		summary: "List a programme's notices",
	}, a.listNotices)
	add(a, operation{
		id: "draft-notice", method: http.MethodGet, path: base + "/programmes/{programme}/notice-draft", tag: "Declarations", scope: auth.ListsRead,
		summary: "Draft a privacy notice", about: "Writes a first text out of what is declared now, with the periods for which data is kept. Read it before you publish it.",
	}, a.draftNotice)
	add(a, operation{
		id: "get-notice", method: http.MethodGet, path: base + "/notices/{id}", tag: "Declarations", scope: auth.ListsRead,
		summary: "Get a notice",
	}, a.getNotice)
	a.noticeRunRoutes()
}

func (a *api) publishNotice(ctx context.Context, in *struct {
	InProgramme
	Preview bool `query:"preview" doc:"Only show what publishing would mean."`
	Body    newNotice
}) (*struct {
	Status int
	Body   publication
}, error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	draft := in.Body.draft(p.ID, actor(ctx).String())
	x, err := a.People.ExamineNotice(ctx, draft)
	if err != nil {
		return nil, err
	}
	status := http.StatusOK
	if !in.Preview {
		status = http.StatusCreated
		if x.Notice, err = a.People.PublishNotice(audit.For(ctx, draft.Override), draft); err != nil {
			return nil, err
		}
	}
	n := showNotice(x.Notice)
	out := publication{
		ID: n.ID, ProgrammeID: n.ProgrammeID, Version: n.Version, Text: n.Text, TextCy: n.TextCy, Purposes: n.Purposes, Digest: n.Digest,
		Overridden: n.Overridden, PublishedBy: n.PublishedBy, PublishedAt: n.PublishedAt,
		Preview: in.Preview, Complete: x.Complete(), Findings: x.Findings, Difference: x.Difference, Untold: []int64{},
	}
	for _, u := range x.Untold {
		out.Untold = append(out.Untold, u.ID)
	}
	return &struct {
		Status int
		Body   publication
	}{status, out}, nil
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

// draftedNotice is a first text.
type draftedNotice struct {
	Language string `json:"language" example:"en"`
	Text     string `json:"text" doc:"Markdown."`
}

func (a *api) draftNotice(ctx context.Context, in *struct {
	InProgramme
	Language string `query:"language" enum:"en,cy" default:"en" doc:"English or Welsh." example:"en"`
}) (*reply[draftedNotice], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	text, err := a.People.DraftNotice(ctx, p.ID, in.Language)
	if err != nil {
		return nil, err
	}
	return &reply[draftedNotice]{Body: draftedNotice{Language: in.Language, Text: text}}, nil
}

func (a *api) getNotice(ctx context.Context, in *InID) (*reply[notice], error) {
	n, err := a.People.Store.Notice(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &reply[notice]{Body: showNotice(n)}, nil
}

func showNotice(n subscriptions.Notice) notice {
	return notice{
		ID: n.ID, ProgrammeID: n.ProgrammeID, Version: n.Version, Text: n.Text, TextCy: n.Texts["cy"], Purposes: append([]int64{}, n.Purposes...), Digest: n.Digest,
		Overridden: n.Overridden, PublishedBy: n.PublishedBy, PublishedAt: utc(n.PublishedAt),
	}
}
