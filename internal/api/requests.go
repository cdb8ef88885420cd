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
	Age        int            `json:"age,omitempty" minimum:"1" maximum:"130" doc:"In years, where it was asked for. Of somebody old enough, no more than that is kept." example:"34"`
	Guardian   *guardian      `json:"guardian,omitempty" doc:"Who agrees for a child below the programme's guardian_age; refused without."`
	IP         string         `json:"ip,omitempty" format:"ip" maxLength:"45" doc:"Where the act came from. Kept apart and for a short while, and only where the purpose says so." example:"192.0.2.7"`
	Source     string         `json:"source,omitempty" maxLength:"200" doc:"Where the data came from." example:"sign-up form of the visitor centre"`
}

// guardian is who agrees for a child.
type guardian struct {
	Name     string `json:"name" maxLength:"200" example:"Carys Lee"`
	Relation string `json:"relation" maxLength:"200" example:"mother"`
	Address  string `json:"address,omitempty" maxLength:"254" doc:"Where the guardian is asked to confirm; needed for a request." example:"carys@example.org"`
	Evidence string `json:"evidence,omitempty" maxLength:"500" doc:"What shows that the guardian agreed, where they are not asked by mail." example:"signed form 1204"`
}

// evidence puts the IP address beside an act's evidence, from where it is kept apart.
func (p Person) evidence(given map[string]string) subscriptions.Evidence {
	ev := subscriptions.Evidence{}
	for name, value := range given {
		ev[name] = value
	}
	if p.IP != "" {
		ev["ip"] = p.IP
	}
	return ev
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
	act.Wording, act.Evidence = in.Body.Wording, in.Body.evidence(in.Body.Evidence)
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
	if err != nil {
		return subscriptions.Act{}, err
	}
	act := subscriptions.Act{
		ListID: l.ID, Address: addr, Name: p.Name, Language: p.Language, Attributes: p.Attributes,
		Channel: subscriptions.ByAPI, Actor: actor(ctx).String(), Source: p.Source, Age: p.Age,
	}
	if g := p.Guardian; g != nil {
		act.Guardian = subscriptions.Guardian{Name: g.Name, Relation: g.Relation, Evidence: g.Evidence}
		act.Guardian.Address, err = optionalAddress("body.guardian.address", g.Address)
	}
	return act, err
}
