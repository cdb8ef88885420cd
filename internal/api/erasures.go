package api

import (
	"context"
	"net/http"
	"time"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/subscriptions"
)

type newErasure struct {
	SubscriberID int64  `json:"subscriber_id,omitempty" minimum:"1" doc:"Whom; or give address."`
	Address      string `json:"address,omitempty" maxLength:"254" doc:"Whom, also where they are on no list; or give subscriber_id." example:"ann@example.org"`
	Ground       string `json:"ground" enum:"request,consent withdrawn,consent expired,no longer necessary,objection,unlawful processing,legal obligation" doc:"Why (Article 17(1))." example:"request"`
	Untold       string `json:"untold,omitempty" maxLength:"300" doc:"Why the person is not told first. Then they are erased at once; else when the letter that tells them has left." example:"they were told by phone"`
}

type erasure struct {
	ID           int64            `json:"id" example:"1"`
	SubscriberID int64            `json:"subscriber_id,omitempty" doc:"Not there where nobody was on record."`
	Ground       string           `json:"ground" example:"request"`
	State        string           `json:"state" enum:"telling,done,refused" doc:"telling: it waits for the letter." example:"telling"`
	AskedBy      string           `json:"asked_by" example:"key:5"`
	AskedAt      time.Time        `json:"asked_at"`
	DoneAt       *time.Time       `json:"done_at,omitempty"`
	Event        int64            `json:"event,omitempty" doc:"The ledger event that keeps the address away."`
	Emptied      map[string]int64 `json:"emptied,omitempty" doc:"Rows emptied, by table."`
	Trouble      string           `json:"trouble,omitempty" doc:"Why it was refused."`
}

func showErasure(e subscriptions.Erasure) erasure {
	return erasure{
		ID: e.ID, SubscriberID: e.SubscriberID, Ground: string(e.Ground), State: string(e.State), AskedBy: e.AskedBy, AskedAt: e.AskedAt,
		DoneAt: someTime(e.DoneAt), Event: e.EventSeq, Emptied: e.Emptied, Trouble: e.Trouble,
	}
}

// someTime is a time that may not be there.
func someTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (a *api) erasureRoutes() {
	add(a, operation{
		id: "erase", method: http.MethodPost, path: base + "/erasures", tag: "Keeping", scope: auth.KeepingWrite,
		summary: "Erase a person", about: "Takes away everything about a person in one transaction, and leaves a keyed hash that keeps the address away for ever, across imports and restored backups. " +
			"The person is told first. Refused while an access case is open, a hold stands, or processing is restricted; the attempt goes on the audit trail.",
	}, a.erase)
	add(a, operation{
		id: "list-erasures", method: http.MethodGet, path: base + "/erasures", tag: "Keeping", scope: auth.KeepingRead,
		summary: "List erasures", about: "The newest first.",
	}, a.listErasures)
	add(a, operation{
		id: "get-erasure", method: http.MethodGet, path: base + "/erasures/{id}", tag: "Keeping", scope: auth.KeepingRead,
		summary: "Get an erasure",
	}, a.getErasure)
}

func (a *api) erase(ctx context.Context, in *struct{ Body newErasure }) (*reply[erasure], error) {
	if (in.Body.Address == "") == (in.Body.SubscriberID == 0) {
		return nil, errs.E("api: erase", errs.Invalid, "Give either address or subscriber_id.", nil)
	}
	addr, err := optionalAddress("body.address", in.Body.Address)
	if err != nil {
		return nil, err
	}
	e, err := a.Keeper.Erase(ctx, subscriptions.ErasureRequest{
		SubscriberID: in.Body.SubscriberID, Address: addr, Ground: subscriptions.Ground(in.Body.Ground), Actor: actor(ctx).String(), Untold: in.Body.Untold,
	})
	if err != nil {
		return nil, missing("body.subscriber_id", "subscriber", err)
	}
	return &reply[erasure]{Body: showErasure(e)}, nil
}

func (a *api) listErasures(ctx context.Context, in *struct{ Paging }) (*reply[page[erasure]], error) {
	rows, err := a.Keeper.Store.Erasures(ctx, in.After, in.more())
	if err != nil {
		return nil, err
	}
	return pageOf(rows, in.Limit, func(e subscriptions.Erasure) int64 { return e.ID }, showErasure), nil
}

func (a *api) getErasure(ctx context.Context, in *InID) (*reply[erasure], error) {
	e, err := a.Keeper.Store.Erasure(ctx, in.ID)
	return &reply[erasure]{Body: showErasure(e)}, err
}
