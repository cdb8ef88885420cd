package api

import (
	"context"
	"net/http"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/subscriptions"
)

type newWithdrawal struct {
	Address      string            `json:"address,omitempty" maxLength:"254" doc:"Whose; or give subscriber_id." example:"ann@example.org"`
	SubscriberID int64             `json:"subscriber_id,omitempty" minimum:"1" doc:"Whose; or give address."`
	Scope        scope             `json:"scope" doc:"What it ends."`
	Evidence     map[string]string `json:"evidence,omitempty" maxProperties:"50" doc:"What shows the opt-out. No reason is needed." example:"{\"ticket\":\"4711\"}"`
}

// withdrawn is what an opt-out or a suppression did.
type withdrawn struct {
	Event   int64 `json:"event,omitempty" doc:"Its place in the ledger; not there where nothing changed." example:"813"`
	Already bool  `json:"already" doc:"It had been so before, and nothing changed." example:"false"`
}

func (a *api) withdrawalRoutes() {
	add(a, operation{
		id: "withdraw", method: http.MethodPost, path: base + "/withdrawals", tag: "Consent", scope: auth.ConsentWrite,
		summary: "Record that a person opted out", about: "Ends every permission within the scope, for good. By the time of the answer the gate refuses. " +
			"An address that is not on record is barred all the same, so that no later import brings it in.",
	}, a.withdraw)
}

func (a *api) withdraw(ctx context.Context, in *struct{ Body newWithdrawal }) (*reply[withdrawn], error) {
	w := subscriptions.Withdrawal{SubscriberID: in.Body.SubscriberID, Channel: subscriptions.ByAPI, Actor: actor(ctx).String(), Evidence: in.Body.Evidence}
	if (in.Body.Address == "") == (in.Body.SubscriberID == 0) {
		return nil, errs.E("api: withdraw", errs.Invalid, "Give either address or subscriber_id.", nil)
	}
	var err error
	if w.Address, err = optionalAddress("body.address", in.Body.Address); err != nil {
		return nil, err
	}
	if w.Scope, err = a.scopeOf(ctx, in.Body.Scope); err != nil {
		return nil, err
	}
	out, err := a.People.Withdraw(ctx, w)
	if err != nil {
		return nil, missing("body.subscriber_id", "subscriber", err)
	}
	return &reply[withdrawn]{Body: withdrawn{Event: out.Seq, Already: out.Already}}, nil
}
