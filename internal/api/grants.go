package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/auth"
)

type newGrant struct {
	Person
	Wording  string            `json:"wording,omitempty" maxLength:"20000" doc:"What the person was shown; the list's wording unless told." example:"Send me Harbour Monthly by email."`
	ActedAt  time.Time         `json:"acted_at,omitempty" doc:"When the person acted; now unless told." example:"2026-11-20T09:30:00Z"`
	Evidence map[string]string `json:"evidence" maxProperties:"50" doc:"What shows the act. Under act stands what the person did; a list on consent refuses a grant without it." example:"{\"act\":\"ticked the box on paper form 1204\"}"`
}

// recorded is the event that an act left in the ledger.
type recorded struct {
	Event    int64    `json:"event" doc:"Its place in the ledger." example:"812"`
	Warnings []string `json:"warnings,omitempty" doc:"What to look at, although it was recorded."`
}

func (a *api) grantRoutes() {
	add(a, operation{
		id: "record-grant", method: http.MethodPost, path: base + "/lists/{list}/grants", tag: "Consent", scope: auth.ConsentWrite, status: http.StatusCreated,
		summary: "Record that a person agreed", about: "Records an affirmative act with its evidence, or an enrolment where the purpose rests on another basis than consent. " +
			"It is refused while an opt-out stands: only a fresh act of the person's own undoes that, such as confirming by mail.",
	}, a.recordGrant)
}

func (a *api) recordGrant(ctx context.Context, in *struct {
	InList
	Body newGrant
}) (*reply[recorded], error) {
	act, err := a.act(ctx, in.List, in.Body.Person)
	if err != nil {
		return nil, err
	}
	act.Wording, act.ActedAt, act.Evidence = in.Body.Wording, in.Body.ActedAt, in.Body.evidence(in.Body.Evidence)
	warnings, err := a.warnings(ctx, act)
	if err != nil {
		return nil, err
	}
	seq, err := a.People.Grant(ctx, act)
	if err != nil {
		return nil, err
	}
	return &reply[recorded]{Body: recorded{Event: seq, Warnings: warnings}}, nil
}
