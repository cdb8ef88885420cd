package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/subscriptions"
)

type newEnd struct {
	At time.Time `json:"at,omitempty" doc:"When it ends; now unless told." example:"2027-12-31T23:59:59Z"`
}

type programmeEnd struct {
	Programme string    `json:"programme" example:"harbour-news"`
	EndsAt    time.Time `json:"ends_at" doc:"From this second on nobody is mailed."`
}

// question is one time that a person was asked whether they still want a list.
type question struct {
	Permission int64      `json:"permission" doc:"The ledger event that it is about." example:"812"`
	Kind       string     `json:"kind" enum:"renewal,annual" doc:"Before the end of a term, or at a regular interval." example:"renewal"`
	Number     int        `json:"number" doc:"Days before the end, or which interval." example:"30"`
	ListID     int64      `json:"list_id" example:"1"`
	AskedAt    time.Time  `json:"asked_at"`
	Answer     string     `json:"answer,omitempty" enum:"yes,no,none" doc:"What came of it; not there while it is open." example:"yes"`
	AnswerSeq  int64      `json:"answer_event,omitempty" doc:"The ledger event of the answer." example:"940"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
}

func (a *api) termRoutes() {
	add(a, operation{
		id: "end-programme", method: http.MethodPost, path: base + "/programmes/{programme}/end", tag: "Declarations", scope: auth.ListsWrite,
		summary: "End a programme", about: "From that second on nobody is mailed, nobody can join, and every permission lapses. A date that lies ahead can be moved; an end that has come cannot.",
	}, a.endProgramme)
	add(a, operation{
		id: "list-questions", method: http.MethodGet, path: base + "/subscribers/{id}/questions", tag: "People", scope: auth.SubscribersRead,
		summary: "List when a person was asked whether they still want a list", about: "The newest first, at most 200.",
	}, a.listQuestions)
}

func (a *api) endProgramme(ctx context.Context, in *struct {
	InProgramme
	Body newEnd
}) (*reply[programmeEnd], error) {
	p, err := a.People.Store.ProgrammeBySlug(ctx, in.Programme)
	if err != nil {
		return nil, err
	}
	if p, err = a.Editor.EndProgramme(ctx, p.ID, in.Body.At); err != nil {
		return nil, err
	}
	return &reply[programmeEnd]{Body: programmeEnd{Programme: p.Slug, EndsAt: utc(p.EndsAt)}}, nil
}

func (a *api) listQuestions(ctx context.Context, in *InID) (*reply[page[question]], error) {
	s, err := a.People.Store.Subscriber(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := a.record(ctx, audit.Note{Action: audit.ReadPerson, Object: audit.About("subscriber", s.ID)}); err != nil {
		return nil, err
	}
	asks, err := a.Reads.AsksOf(ctx, s.ID, 200)
	if err != nil {
		return nil, err
	}
	out := page[question]{Items: make([]question, len(asks))}
	for i, q := range asks {
		out.Items[i] = showQuestion(q)
	}
	return &reply[page[question]]{Body: out}, nil
}

func showQuestion(q subscriptions.Ask) question {
	return question{
		Permission: q.Permission, Kind: string(q.Kind), Number: q.Number, ListID: q.ListID, AskedAt: utc(q.AskedAt),
		Answer: string(q.Answer), AnswerSeq: q.AnswerSeq, AnsweredAt: moment(q.AnsweredAt),
	}
}
