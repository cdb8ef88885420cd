package api

import (
	"context"
	"net/http"

	"assent/internal/address"
	"assent/internal/auth"
	"assent/subscriptions"
)

type newSuppression struct {
	Address string `json:"address" maxLength:"254" example:"ann@example.org"`
	Scope   scope  `json:"scope" doc:"What is barred."`
	Reason  string `json:"reason" maxLength:"100" pattern:"^[a-z][a-z0-9 -]*$" patternDescription:"words in small letters, which stay for ever and so must name nobody" doc:"Why, in words that name nobody: they stay for ever." example:"complaint"`
}

type newSuppressions struct {
	Addresses []string `json:"addresses" minItems:"1" maxItems:"10000" nullable:"false" doc:"At most 10,000." example:"[\"ann@example.org\"]"`
	Scope     scope    `json:"scope" doc:"What is barred."`
	Reason    string   `json:"reason" maxLength:"100" pattern:"^[a-z][a-z0-9 -]*$" patternDescription:"words in small letters, which stay for ever and so must name nobody" doc:"Why, in words that name nobody: they stay for ever." example:"external list"`
}

type manySuppressed struct {
	Suppressed int64 `json:"suppressed" doc:"Barred now." example:"812"`
	Already    int64 `json:"already" doc:"Were barred before." example:"3"`
	Invalid    []int `json:"invalid" nullable:"false" doc:"Places in the list, from 0, that hold no address."`
}

type suppression struct {
	Event      int64  `json:"event" doc:"The ledger event that stands for it." example:"814"`
	AddressKey string `json:"address_key" doc:"The keyed hash of the address, in hex. The address itself is not kept here."`
	Scope      scope  `json:"scope"`
	Reason     string `json:"reason" example:"complaint"`
}

func (a *api) suppressionRoutes() {
	add(a, operation{
		id: "suppress", method: http.MethodPost, path: base + "/suppressions", tag: "Consent", scope: auth.SuppressionsWrite,
		summary: "Keep an address from being mailed", about: "For a reason other than an opt-out: a complaint, a dead address, an external list of those who want no mail. The address need not be on record.",
	}, a.suppress)
	add(a, operation{
		id: "suppress-many", method: http.MethodPost, path: base + "/suppressions/import", tag: "Consent", scope: auth.SuppressionsWrite,
		summary: "Bar a list of addresses", about: "Such as those whom another system must not mail. They need not be on record. Send a longer list in parts; what was barred before stays so.",
	}, a.suppressMany)
	add(a, operation{
		id: "list-suppressions", method: http.MethodGet, path: base + "/suppressions", tag: "Consent", scope: auth.SuppressionsRead,
		summary: "List bars, opt-outs included", about: "In the order of the ledger. A bar stays on record when a fresh act of the person has since permitted something again.",
	}, a.listSuppressions)
}

func (a *api) suppress(ctx context.Context, in *struct{ Body newSuppression }) (*reply[withdrawn], error) {
	addr, err := parseAddress("body.address", in.Body.Address)
	if err != nil {
		return nil, err
	}
	what, err := a.scopeOf(ctx, in.Body.Scope)
	if err != nil {
		return nil, err
	}
	out, err := a.People.Suppress(ctx, subscriptions.Withdrawal{
		Address: addr, Scope: what, Channel: subscriptions.ByAPI, Actor: actor(ctx).String(),
	}, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &reply[withdrawn]{Body: withdrawn{Event: out.Seq, Already: out.Already}}, nil
}

func (a *api) suppressMany(ctx context.Context, in *struct{ Body newSuppressions }) (*reply[manySuppressed], error) {
	what, err := a.scopeOf(ctx, in.Body.Scope)
	if err != nil {
		return nil, err
	}
	rest, line := in.Body.Addresses, 0
	out := manySuppressed{Invalid: []int{}}
	counts, err := a.Keeper.SuppressMany(ctx, subscriptions.ManySuppressions{
		Scope: what, Reason: in.Body.Reason, Channel: subscriptions.ByAPI, Actor: actor(ctx).String(), Source: "api",
		Next: func() (address.Address, bool, error) {
			if len(rest) == 0 {
				return address.Address{}, false, nil
			}
			found, err := address.Parse(rest[0])
			if err != nil {
				out.Invalid = append(out.Invalid, line)
			}
			rest, line = rest[1:], line+1
			return found, true, nil
		},
	})
	out.Suppressed, out.Already = counts.Suppressed, counts.Already
	return &reply[manySuppressed]{Body: out}, err
}

func (a *api) listSuppressions(ctx context.Context, in *struct{ Paging }) (*reply[page[suppression]], error) {
	rows, err := a.People.Store.Suppressions(ctx, in.After, in.more())
	if err != nil {
		return nil, err
	}
	return pageOf(rows, in.Limit, func(s subscriptions.Suppression) int64 { return s.Seq }, func(s subscriptions.Suppression) suppression {
		return suppression{Event: s.Seq, AddressKey: hexOf(s.Key), Scope: showScope(s.Scope), Reason: s.Reason}
	}), nil
}
