package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/subscriptions"
)

// Event is one entry of the ledger, without anything that names a person.
type Event struct {
	Seq           int64      `json:"seq" doc:"Its place in the ledger, from 1, without gaps." example:"812"`
	At            time.Time  `json:"at"`
	Kind          string     `json:"kind" enum:"requested,confirmed,granted,enrolled,withdrawn,suppressed,lapsed,restricted,released,erased" example:"granted"`
	Scope         scope      `json:"scope" doc:"What it is about."`
	SubscriberID  int64      `json:"subscriber_id,omitempty" doc:"Not there where nobody was on record under the address." example:"17"`
	Channel       string     `json:"channel" doc:"How it came about." example:"api"`
	Actor         string     `json:"actor" doc:"subscriber, user:3, key:5 or system." example:"key:5"`
	Source        string     `json:"source" example:"sign-up form of the visitor centre"`
	WordingDigest string     `json:"wording_digest,omitempty" doc:"SHA-256 of the exact words shown; GET /api/v1/texts has them."`
	NoticeDigest  string     `json:"notice_digest,omitempty" doc:"SHA-256 of the notice shown; GET /api/v1/texts has it."`
	Reason        string     `json:"reason,omitempty" example:"complaint"`
	ExpiresAt     *time.Time `json:"expires_at,omitempty" doc:"When the permission ends."`
	EvidenceHash  string     `json:"evidence_hash" doc:"Binds the evidence to the chain, also once it is erased."`
	Prev          string     `json:"prev" doc:"The hash of the event before."`
	Hash          string     `json:"hash" doc:"SHA-256 over all of the event but the evidence itself."`
}

// eventWithWords is an event with what the person was shown and what shows the act.
type eventWithWords struct {
	Event
	Wording  string            `json:"wording,omitempty" doc:"The exact words that the person was shown." example:"Send me Harbour Monthly by email."`
	Evidence map[string]string `json:"evidence,omitempty" doc:"What shows the act; not there once erased." example:"{\"act\":\"ticked the box on paper form 1204\"}"`
}

type words struct {
	Digest string `json:"digest" doc:"SHA-256 of the text, in hex."`
	Text   string `json:"text" example:"Send me Harbour Monthly by email."`
}

func (a *api) eventRoutes() {
	add(a, operation{
		id: "list-subscriber-events", method: http.MethodGet, path: base + "/subscribers/{id}/events", tag: "People", scope: auth.SubscribersRead,
		summary: "Tell what a person was told, and what they did", about: "All of the ledger about one person, oldest first, with the exact words shown and the evidence (Article 7(1) UK GDPR).",
	}, a.listSubscriberEvents)
	add(a, operation{
		id: "list-events", method: http.MethodGet, path: base + "/events", tag: "Ledger", scope: auth.SubscribersRead,
		summary: "Follow the ledger", about: "Every event in order, without evidence. Keep the last seq that you have seen and ask for what comes after it.",
	}, a.listEvents)
	add(a, operation{
		id: "get-text", method: http.MethodGet, path: base + "/texts/{digest}", tag: "Ledger", scope: auth.ListsRead,
		summary: "Get the words that people were shown",
	}, a.getText)
}

func (a *api) listSubscriberEvents(ctx context.Context, in *struct {
	InID
	Paging
}) (*reply[page[eventWithWords]], error) {
	s, err := a.People.Store.Subscriber(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := a.record(ctx, audit.Note{Action: audit.ReadPerson, Object: audit.About("subscriber", s.ID)}); err != nil {
		return nil, err
	}
	events, err := a.People.Store.EventsByKey(ctx, s.Key)
	if err != nil {
		return nil, err
	}
	out := pageIn(events, in.Paging, eventSeq, showEventWithEvidence)
	known := map[string]string{}
	for i := range out.Body.Items {
		e := &out.Body.Items[i]
		if e.Wording, err = a.wording(ctx, e.WordingDigest, known); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// wording reads a text once for each page.
func (a *api) wording(ctx context.Context, digest string, known map[string]string) (string, error) {
	if text, ok := known[digest]; ok || digest == "" {
		return text, nil
	}
	text, err := a.People.Store.Text(ctx, digest)
	known[digest] = text
	return text, err
}

func (a *api) listEvents(ctx context.Context, in *struct{ Paging }) (*reply[page[Event]], error) {
	rows, err := a.People.Store.Events(ctx, in.After, in.more())
	if err != nil {
		return nil, err
	}
	return pageOf(rows, in.Limit, eventSeq, showEvent), nil
}

func (a *api) getText(ctx context.Context, in *struct {
	Digest string `path:"digest" pattern:"^[0-9a-f]{64}$" patternDescription:"a SHA-256 in hex" example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
}) (*reply[words], error) {
	text, err := a.People.Store.Text(ctx, in.Digest)
	if err != nil {
		return nil, err
	}
	return &reply[words]{Body: words{Digest: in.Digest, Text: text}}, nil
}

func eventSeq(e subscriptions.Event) int64 { return e.Seq }

func showEvent(e subscriptions.Event) Event {
	return Event{
		Seq: e.Seq, At: utc(e.At), Kind: string(e.Kind), Scope: showScope(e.Scope), SubscriberID: e.SubscriberID,
		Channel: string(e.Channel), Actor: e.Actor, Source: e.Source, WordingDigest: e.WordingDigest, NoticeDigest: e.NoticeDigest,
		Reason: e.Reason, ExpiresAt: moment(e.ExpiresAt), EvidenceHash: hexOf(e.EvidenceHash), Prev: hexOf(e.Prev), Hash: hexOf(e.Hash),
	}
}

func showEventWithEvidence(e subscriptions.Event) eventWithWords {
	out := eventWithWords{Event: showEvent(e)}
	if len(e.Evidence) > 0 {
		_ = json.Unmarshal(e.Evidence, &out.Evidence) // what is not an object of texts is not shown
	}
	return out
}
