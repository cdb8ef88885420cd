package api

import (
	"context"
	"net/http"
	"strings"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/web"
	"assent/subscriptions"
)

// explanation is the gate's answer for one person and one list or purpose, with the events behind it.
type explanation struct {
	Allowed     bool      `json:"allowed" doc:"A message for this list or purpose may go to this person now." example:"false"`
	Reason      string    `json:"reason,omitempty" doc:"Why not; not there where it may." example:"withdrawn"`
	Explanation string    `json:"explanation" doc:"The same, as a sentence." example:"This person opted out."`
	Event       *Event    `json:"event,omitempty" doc:"The ledger event that allows it or stands against it."`
	Steps       []bearing `json:"steps" nullable:"false" doc:"Every event that bears on it, oldest first."`
}

// bearing is an event that bears on an answer, told in words.
type bearing struct {
	Event
	Sentence string `json:"sentence" doc:"What happened, in English." example:"The person opted out with the unsubscribe button of a mail program, from one list."`
	Decides  bool   `json:"decides" doc:"The answer rests on this event."`
	Wording  string `json:"wording,omitempty" doc:"The exact words that the person was shown." example:"Send me Harbour Monthly by email."`
}

func (a *api) explainRoutes() {
	add(a, operation{
		id: "explain", method: http.MethodGet, path: base + "/subscribers/{id}/explain", tag: "People", scope: auth.SubscribersRead,
		summary: "Tell why a person may or may not be mailed", about: "For a list or for a purpose. Asks the rule that the gate asks before each message, names the ledger event that decides, " +
			"and tells every event that bears on it, with the words that the person was shown.",
	}, a.explain)
}

func (a *api) explain(ctx context.Context, in *struct {
	InID
	List    string `query:"list" maxLength:"60" doc:"The list's slug." example:"harbour-monthly"`
	Purpose string `query:"purpose" maxLength:"121" doc:"The slugs of programme and purpose." example:"harbour-news/monthly-news"`
}) (*reply[explanation], error) {
	if (in.List == "") == (in.Purpose == "") {
		return nil, web.At("query.list", errs.E("api: explain", errs.Invalid, "Name a list or a purpose.", nil))
	}
	if err := a.record(ctx, audit.Note{Action: audit.ReadPerson, Object: audit.About("subscriber", in.ID)}); err != nil {
		return nil, err
	}
	e, err := a.explained(ctx, in.ID, in.List, in.Purpose)
	if err != nil {
		return nil, err
	}
	out := explanation{Allowed: e.Allowed(), Reason: string(e.Decision.Reason), Explanation: e.Decision.Reason.Sentence(), Steps: []bearing{}}
	for _, s := range e.Steps {
		shown := bearing{Event: showEvent(s.Event), Sentence: s.Event.Sentence(), Decides: s.Decides, Wording: s.Wording}
		if s.Decides {
			out.Event = &shown.Event
		}
		out.Steps = append(out.Steps, shown)
	}
	return &reply[explanation]{Body: out}, nil
}

func (a *api) explained(ctx context.Context, id int64, list, purpose string) (subscriptions.Explanation, error) {
	if list != "" {
		l, err := a.People.Store.ListBySlug(ctx, list)
		if err != nil {
			return subscriptions.Explanation{}, err
		}
		return a.People.ExplainList(ctx, id, l)
	}
	programme, slug, _ := strings.Cut(purpose, "/")
	p, err := a.People.PurposeBySlug(ctx, programme, slug)
	if err != nil {
		return subscriptions.Explanation{}, err
	}
	return a.People.ExplainPurpose(ctx, id, p)
}
