package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/subscriptions"
)

// Subscriber is a person on record.
type Subscriber struct {
	ID         int64                     `json:"id" example:"17"`
	Address    string                    `json:"address" doc:"Empty once the person's data was erased." example:"ann@example.org"`
	Name       string                    `json:"name" example:"Ann Lee"`
	Language   string                    `json:"language" example:"en"`
	Attributes map[string]map[string]any `json:"attributes" doc:"By the slug of the programme and the name of the attribute."`
	Source     string                    `json:"source" doc:"Where the record came from." example:"sign-up form of the visitor centre"`
	CreatedAt  time.Time                 `json:"created_at"`
	UpdatedAt  time.Time                 `json:"updated_at"`
}

// subscriberWithStandings is a person with how they stand.
type subscriberWithStandings struct {
	Subscriber
	Restricted bool       `json:"restricted" doc:"Processing is limited to storage (Article 18): on record, and not mailed."`
	Erased     bool       `json:"erased" doc:"The data was erased; the number and a keyed hash are left."`
	Lists      []standing `json:"lists" nullable:"false" doc:"How the person stands towards each list that they ever touched."`
}

type standing struct {
	ListID    int64      `json:"list_id" example:"1"`
	Status    string     `json:"status" enum:"pending,active,withdrawn,lapsed" example:"active"`
	Event     int64      `json:"event" doc:"The ledger event that decides." example:"812"`
	ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"When the permission ends."`
}

type lookup struct {
	Address string `json:"address" maxLength:"254" example:"ann@example.org"`
}

func (a *api) subscriberRoutes() {
	add(a, operation{
		id: "list-subscribers", method: http.MethodGet, path: base + "/subscribers", tag: "People", scope: auth.SubscribersRead,
		summary: "List people on record",
	}, a.listSubscribers)
	add(a, operation{
		id: "look-up-subscriber", method: http.MethodPost, path: base + "/subscribers/lookup", tag: "People", scope: auth.SubscribersRead,
		summary: "Find a person by address", about: "A POST, so that no address stands in a URL. It changes nothing.",
	}, a.lookUpSubscriber)
	add(a, operation{
		id: "get-subscriber", method: http.MethodGet, path: base + "/subscribers/{id}", tag: "People", scope: auth.SubscribersRead,
		summary: "Get a person",
	}, a.getSubscriber)
}

func (a *api) listSubscribers(ctx context.Context, in *struct{ Paging }) (*reply[page[Subscriber]], error) {
	if err := a.record(ctx, audit.Note{Action: audit.ListPeople}); err != nil {
		return nil, err
	}
	rows, err := a.People.Store.Subscribers(ctx, in.After, in.more())
	if err != nil {
		return nil, err
	}
	return pageOf(rows, in.Limit, func(s subscriptions.Subscriber) int64 { return s.ID }, showSubscriber), nil
}

func (a *api) lookUpSubscriber(ctx context.Context, in *struct{ Body lookup }) (*reply[subscriberWithStandings], error) {
	addr, err := parseAddress("body.address", in.Body.Address)
	if err != nil {
		return nil, err
	}
	s, err := a.People.Store.SubscriberByKey(ctx, a.People.Keys.AddressKey(addr))
	if err != nil {
		return nil, err
	}
	return a.withStandings(ctx, audit.FindPerson, s)
}

func (a *api) getSubscriber(ctx context.Context, in *InID) (*reply[subscriberWithStandings], error) {
	s, err := a.People.Store.Subscriber(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return a.withStandings(ctx, audit.ReadPerson, s)
}

func (a *api) withStandings(ctx context.Context, as audit.Action, s subscriptions.Subscriber) (*reply[subscriberWithStandings], error) {
	if err := a.record(ctx, audit.Note{Action: as, Object: audit.About("subscriber", s.ID)}); err != nil {
		return nil, err
	}
	events, err := a.People.Store.EventsByKey(ctx, s.Key)
	if err != nil {
		return nil, err
	}
	state := subscriptions.Fold(events)
	out := subscriberWithStandings{
		Subscriber: showSubscriber(s), Restricted: state.RestrictedBy != 0, Erased: s.Address.IsZero(), Lists: []standing{},
	}
	for id, st := range state.Lists {
		out.Lists = append(out.Lists, standing{ListID: id, Status: string(st.Status), Event: st.Seq, ExpiresAt: moment(st.ExpiresAt)})
	}
	slices.SortFunc(out.Lists, func(x, y standing) int { return cmp.Compare(x.ListID, y.ListID) })
	return &reply[subscriberWithStandings]{Body: out}, nil
}

func showSubscriber(s subscriptions.Subscriber) Subscriber {
	attributes := map[string]map[string]any(s.Attributes)
	if attributes == nil {
		attributes = map[string]map[string]any{}
	}
	return Subscriber{
		ID: s.ID, Address: s.Address.String(), Name: s.Name, Language: s.Language, Attributes: attributes, Source: s.Source,
		CreatedAt: utc(s.CreatedAt), UpdatedAt: utc(s.UpdatedAt),
	}
}
