package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"assent/inbox"
	"assent/inbox/sorting"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
)

type inboundMessage struct {
	ID          int64            `json:"id" example:"41"`
	Mailbox     string           `json:"mailbox" example:"privacy"`
	ReceivedAt  time.Time        `json:"received_at" doc:"When the mail server took it in: the statutory time of receipt."`
	FetchedAt   time.Time        `json:"fetched_at"`
	Size        int64            `json:"size" doc:"Bytes." example:"5120"`
	From        string           `json:"from" example:"ann@example.org"`
	Subject     string           `json:"subject" example:"Unsubscribe me"`
	MessageID   string           `json:"message_id" example:"4711@mail.example.org"`
	Disposition string           `json:"disposition" doc:"What became of it; empty until it is sorted." example:"opt-out"`
	Kind        string           `json:"kind" example:"unsubscribe"`
	Confidence  float64          `json:"confidence" doc:"0 to 1." example:"0.98"`
	Grounds     []sorting.Ground `json:"grounds" nullable:"false" doc:"The words that led to it."`
	CaseID      int64            `json:"case_id,omitempty" doc:"The case that it opened."`
	DuplicateOf int64            `json:"duplicate_of,omitempty" doc:"The message with the same bytes that came before."`
	Unreadable  string           `json:"unreadable,omitempty" doc:"Why the mail server would not give the message."`
	SettledAt   *time.Time       `json:"settled_at,omitempty"`
}

func (a *api) inboundRoutes() {
	add(a, operation{
		id: "list-inbound", method: http.MethodGet, path: base + "/inbound", tag: "Mail that came in", scope: auth.InboundRead,
		summary: "List messages that came in, the newest first",
	}, a.listInbound)
	add(a, operation{
		id: "get-inbound", method: http.MethodGet, path: base + "/inbound/{id}", tag: "Mail that came in", scope: auth.InboundRead,
		summary: "Get what is known of a message",
	}, a.getInbound)
	add(a, operation{
		id: "download-inbound", method: http.MethodGet, path: base + "/inbound/{id}/raw", tag: "Mail that came in", scope: auth.CasesRead,
		summary: "Download a message as it came in", about: "The bytes as the mail server gave them, as message/rfc822.",
	}, a.downloadInbound)
	a.documentDownload()
}

func (a *api) listInbound(ctx context.Context, in *struct{ Paging }) (*reply[page[inboundMessage]], error) {
	if err := a.record(ctx, audit.Note{Action: audit.ListInbound}); err != nil {
		return nil, err
	}
	rows, err := a.Inbox.KeptBefore(ctx, in.After, in.more())
	if err != nil {
		return nil, err
	}
	return pageOf(rows, in.Limit, func(m inbox.Kept) int64 { return m.ID }, showInbound), nil
}

func (a *api) getInbound(ctx context.Context, in *struct{ InID }) (*reply[inboundMessage], error) {
	m, err := a.kept(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := a.record(ctx, audit.Note{Action: audit.ReadInbound, Object: audit.About("inbound", m.ID)}); err != nil {
		return nil, err
	}
	return &reply[inboundMessage]{Body: showInbound(m)}, nil
}

// stream is an answer that is written piece by piece.
type stream struct{ Body func(huma.Context) }

func (a *api) downloadInbound(ctx context.Context, in *struct{ InID }) (*stream, error) {
	m, err := a.kept(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if m.Digest == "" {
		return nil, errs.E("api: download message", errs.NotFound, "The mail server would not give this message. It is still in the mailbox.", nil)
	}
	if err := a.record(ctx, audit.Note{Action: audit.ReadRaw, Object: audit.About("inbound", m.ID)}); err != nil {
		return nil, err
	}
	return &stream{Body: func(hc huma.Context) {
		raw := a.Inbox.Raw(ctx, m.Digest)
		defer raw.Close()
		w := humagin.Unwrap(hc).Writer
		// A large message takes as long as the client's line needs.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
		hc.SetHeader("Content-Type", "message/rfc822")
		hc.SetHeader("Content-Disposition", fmt.Sprintf(`attachment; filename="inbound-%d.eml"`, m.ID))
		hc.SetHeader("Content-Length", fmt.Sprint(m.Size))
		hc.SetStatus(http.StatusOK)
		if _, err := io.Copy(w, raw); err != nil {
			a.Log.WarnContext(ctx, "a download broke off", "inbound", m.ID, "cause", err.Error())
			panic(http.ErrAbortHandler) // half a message must not look whole
		}
	}}, nil
}

// kept returns one message; kind NotFound.
func (a *api) kept(ctx context.Context, id int64) (inbox.Kept, error) {
	found, err := a.Inbox.Kept(ctx, id)
	if err == nil && len(found) == 0 {
		err = errs.E("api: inbound message", errs.NotFound, "There is no such message.", nil)
	}
	if err != nil {
		return inbox.Kept{}, err
	}
	return found[0], nil
}

// documentDownload says what Huma cannot know of a streamed answer.
func (a *api) documentDownload() {
	op := a.huma.OpenAPI().Paths[base+"/inbound/{id}/raw"].Get
	op.Responses["200"] = &huma.Response{
		Description: "The message",
		Content:     map[string]*huma.MediaType{"message/rfc822": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}
}

func showInbound(m inbox.Kept) inboundMessage {
	grounds := m.Grounds
	if grounds == nil {
		grounds = []sorting.Ground{}
	}
	return inboundMessage{
		ID: m.ID, Mailbox: m.Mailbox, ReceivedAt: utc(m.ReceivedAt), FetchedAt: utc(m.FetchedAt), Size: m.Size, From: m.From, Subject: m.Subject,
		MessageID: m.MessageID, Disposition: string(m.Disposition), Kind: string(m.Kind), Confidence: m.Confidence, Grounds: grounds,
		CaseID: m.CaseID, DuplicateOf: m.DuplicateOf, Unreadable: m.Unreadable, SettledAt: moment(m.SettledAt),
	}
}
