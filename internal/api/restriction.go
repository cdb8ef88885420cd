package api

import (
	"context"
	"net/http"

	"assent/internal/audit"
	"assent/internal/auth"
)

type newRestriction struct {
	Reason string `json:"reason" maxLength:"100" pattern:"^[a-z][a-z0-9 -]*$" patternDescription:"words in small letters, which stay for ever and so must name nobody" doc:"Why, in words that name nobody: they stay for ever." example:"accuracy contested"`
}

func (a *api) restrictionRoutes() {
	add(a, operation{
		id: "restrict", method: http.MethodPost, path: base + "/subscribers/{id}/restriction", tag: "People", scope: auth.SubscribersWrite, status: http.StatusNoContent,
		summary: "Restrict processing", about: "Limits a person's data to storage (Article 18 UK GDPR): on record, and not mailed.",
	}, a.restrict)
	add(a, operation{
		id: "release", method: http.MethodDelete, path: base + "/subscribers/{id}/restriction", tag: "People", scope: auth.SubscribersWrite, status: http.StatusNoContent,
		summary: "Lift a restriction", about: "The person must have been told before (Article 18(3)): say how and when. Whoever was given the data is told as well.",
	}, a.release)
}

func (a *api) restrict(ctx context.Context, in *struct {
	InID
	Body newRestriction
}) (*done, error) {
	return &done{}, a.People.Restrict(ctx, in.ID, actor(ctx).String(), in.Body.Reason)
}

func (a *api) release(ctx context.Context, in *struct {
	InID
	Told string `query:"told" required:"true" minLength:"1" maxLength:"300" doc:"How and when the person was told that it is lifted. It goes on the audit trail." example:"by letter of 3 May"`
}) (*done, error) {
	return &done{}, a.People.Release(audit.For(ctx, "told before: "+in.Told), in.ID, actor(ctx).String(), "person told before")
}
