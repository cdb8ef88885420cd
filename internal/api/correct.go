package api

import (
	"context"
	"net/http"

	"assent/internal/auth"
	"assent/subscriptions"
)

type correction struct {
	Why        string                    `json:"why" maxLength:"300" doc:"What the change rests on. It goes on the audit trail." example:"she rang on 3 May, call 4711"`
	Name       *string                   `json:"name,omitempty" maxLength:"200" example:"Ann Lee"`
	Language   *string                   `json:"language,omitempty" maxLength:"35" example:"cy"`
	Attributes map[string]map[string]any `json:"attributes,omitempty" doc:"By the slug of the programme and the name of the attribute. null takes one away; what is not there stays."`
}

type fieldChange struct {
	Field  string `json:"field" example:"name"`
	Before string `json:"before" example:"Ann Lea"`
	After  string `json:"after" example:"Ann Lee"`
}

type corrected struct {
	Changes []fieldChange `json:"changes" nullable:"false" doc:"What changed; none where all was so already."`
}

func (a *api) correctRoutes() {
	add(a, operation{
		id: "correct-subscriber", method: http.MethodPatch, path: base + "/subscribers/{id}", tag: "People", scope: auth.SubscribersWrite,
		summary: "Correct a person's data",
		about: "Name, language and declared attributes, as staff correct them: with the reason, and with what it was before, on the audit trail. Whoever was given the data is told. Refused while a hold keeps the data as it is " +
			"or processing is restricted; the attempt goes on record. An address changes only by a move, which is agreed to by mail.",
	}, a.correct)
}

func (a *api) correct(ctx context.Context, in *struct {
	InID
	Body correction
}) (*reply[corrected], error) {
	b := in.Body
	changes, err := a.Keeper.Correct(ctx, subscriptions.Correction{
		SubscriberID: in.ID, Actor: actor(ctx).String(), Why: b.Why, Name: b.Name, Language: b.Language, Attributes: b.Attributes,
	})
	if err != nil {
		return nil, err
	}
	out := corrected{Changes: []fieldChange{}}
	for _, c := range changes {
		out.Changes = append(out.Changes, fieldChange(c))
	}
	return &reply[corrected]{Body: out}, nil
}
