package api

import (
	"cmp"
	"context"
	"net/http"

	"assent/internal/auth"
	"assent/subscriptions"
)

// Person is what an act says about whoever acted.
type Person struct {
	Address    string         `json:"address" maxLength:"254" example:"ann@example.org"`
	Name       string         `json:"name,omitempty" maxLength:"200" example:"Ann Lee"`
	Language   string         `json:"language,omitempty" maxLength:"35" pattern:"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$" patternDescription:"a language tag such as en or cy" doc:"BCP 47." example:"en"`
	Attributes map[string]any `json:"attributes,omitempty" maxProperties:"100" doc:"Values of the attributes that the list's programme declares."`
	Source     string         `json:"source,omitempty" maxLength:"200" doc:"Where the data came from." example:"sign-up form of the visitor centre"`
}

type newRequest struct {
	Person
	Wording  string            `json:"wording,omitempty" maxLength:"20000" doc:"What the person was shown; the list's wording unless told."`
	Evidence map[string]string `json:"evidence,omitempty" maxProperties:"50" doc:"What shows the request, such as the form's address."`
}

type accepted struct {
	State string `json:"state" doc:"Always the same, whether or not the address was known." example:"accepted"`
}

func (a *api) requestRoutes() {
	add(a, operation{
		id: "request-subscription", method: http.MethodPost, path: base + "/lists/{list}/requests", tag: "Consent", scope: auth.ConsentWrite, status: http.StatusAccepted,
		summary: "Ask for a subscription", about: "Begins double opt-in: the mailbox is sent a link, and nothing else until its holder has confirmed. The answer does not tell whether the address was known.",
	}, a.requestSubscription)
}

func (a *api) requestSubscription(ctx context.Context, in *struct {
	InList
	Body newRequest
}) (*reply[accepted], error) {
	act, err := a.act(ctx, in.List, in.Body.Person)
	if err != nil {
		return nil, err
	}
	act.Wording, act.Evidence = in.Body.Wording, in.Body.Evidence
	act.Source = cmp.Or(act.Source, "API")
	if err := a.People.Subscribe(ctx, act); err != nil {
		return nil, err
	}
	return &reply[accepted]{Body: accepted{State: "accepted"}}, nil
}

// act reads who did something towards a list.
func (a *api) act(ctx context.Context, slug string, p Person) (subscriptions.Act, error) {
	l, err := a.People.Store.ListBySlug(ctx, slug)
	if err != nil {
		return subscriptions.Act{}, err
	}
	addr, err := parseAddress("body.address", p.Address)
	return subscriptions.Act{
		ListID: l.ID, Address: addr, Name: p.Name, Language: p.Language, Attributes: p.Attributes,
		Channel: subscriptions.ByAPI, Actor: actor(ctx).String(), Source: p.Source,
	}, err
}
