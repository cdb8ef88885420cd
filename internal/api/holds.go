package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/auth"
	"assent/subscriptions"
)

type newHold struct {
	Reason string `json:"reason" minLength:"1" maxLength:"300" doc:"Why, such as a complaint or the prospect of litigation. It goes with the person when they are erased." example:"letter before action of 3 May"`
}

type liftedHold struct {
	Reason string `json:"reason" minLength:"1" maxLength:"300" doc:"Why it ends." example:"settled"`
}

type hold struct {
	ID           int64     `json:"id,omitempty" doc:"Not there for the hold of a case, which ends with the case." example:"1"`
	SubscriberID int64     `json:"subscriber_id,omitempty"`
	Kind         string    `json:"kind" enum:"access case,legal,evidence" example:"legal"`
	Case         string    `json:"case,omitempty" doc:"The access case that holds." example:"R-2026-000123"`
	Reason       string    `json:"reason,omitempty" example:"letter before action of 3 May"`
	PlacedBy     string    `json:"placed_by" example:"user:3"`
	PlacedAt     time.Time `json:"placed_at"`
}

func showHold(h subscriptions.Hold) hold {
	return hold{ID: h.ID, SubscriberID: h.SubscriberID, Kind: string(h.Kind), Case: h.Reference, Reason: h.Reason, PlacedBy: h.PlacedBy, PlacedAt: h.PlacedAt}
}

func (a *api) holdRoutes() {
	add(a, operation{
		id: "place-hold", method: http.MethodPost, path: base + "/subscribers/{id}/holds", tag: "Keeping", scope: auth.KeepingWrite,
		summary: "Hold a person's data", about: "Until it is lifted the data is neither changed by staff, nor erased, nor disposed of by retention; each attempt goes on the audit trail. What the person does themself goes on. " +
			"An open access case holds by itself.",
	}, a.placeHold)
	add(a, operation{
		id: "list-holds", method: http.MethodGet, path: base + "/holds", tag: "Keeping", scope: auth.KeepingRead,
		summary: "List the holds in force", about: "Those of access cases first.",
	}, a.listHolds)
	add(a, operation{
		id: "lift-hold", method: http.MethodPost, path: base + "/holds/{id}/lift", tag: "Keeping", scope: auth.KeepingWrite, status: http.StatusNoContent,
		summary: "Lift a hold", about: "Lifting it again changes nothing.",
	}, a.liftHold)
}

func (a *api) placeHold(ctx context.Context, in *struct {
	InID
	Body newHold
}) (*reply[hold], error) {
	h, err := a.Keeper.PlaceHold(ctx, in.ID, actor(ctx).String(), in.Body.Reason)
	return &reply[hold]{Body: showHold(h)}, err
}

func (a *api) listHolds(ctx context.Context, in *struct{ Paging }) (*reply[page[hold]], error) {
	rows, err := a.Keeper.Store.Holds(ctx, 0)
	if err != nil {
		return nil, err
	}
	place := map[subscriptions.Hold]int64{}
	for i, h := range rows {
		place[h] = int64(i + 1)
	}
	return pageIn(rows, in.Paging, func(h subscriptions.Hold) int64 { return place[h] }, showHold), nil
}

func (a *api) liftHold(ctx context.Context, in *struct {
	InID
	Body liftedHold
}) (*done, error) {
	return &done{}, a.Keeper.LiftHold(ctx, in.ID, actor(ctx).String(), in.Body.Reason)
}
