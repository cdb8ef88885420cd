package api

import (
	"context"

	"assent/internal/errs"
	"assent/internal/web"
	"assent/subscriptions"
)

// scope is how far an opt-out or a suppression goes.
type scope struct {
	Reach string `json:"reach" enum:"list,purpose,programme,everything" doc:"How far it goes." example:"list"`
	ID    int64  `json:"id,omitempty" minimum:"0" doc:"The number of the list, purpose or programme; left out for everything." example:"1"`
}

func showScope(s subscriptions.Scope) scope {
	switch s.Reach {
	case subscriptions.OneList:
		return scope{Reach: string(s.Reach), ID: s.ListID}
	case subscriptions.OnePurpose:
		return scope{Reach: string(s.Reach), ID: s.PurposeID}
	case subscriptions.WholeProgramme:
		return scope{Reach: string(s.Reach), ID: s.ProgrammeID}
	}
	return scope{Reach: string(s.Reach)}
}

// scopeOf looks up what a scope in a body is about.
func (a *api) scopeOf(ctx context.Context, in scope) (subscriptions.Scope, error) {
	const at = "body.scope.id"
	switch subscriptions.Reach(in.Reach) {
	case subscriptions.OneList:
		l, err := a.People.Store.List(ctx, in.ID)
		return subscriptions.ListScope(l), missing(at, "list", err)
	case subscriptions.OnePurpose:
		p, err := a.People.Store.Purpose(ctx, in.ID)
		return subscriptions.PurposeScope(p), missing(at, "purpose", err)
	case subscriptions.WholeProgramme:
		p, err := a.People.Store.Programme(ctx, in.ID)
		return subscriptions.ProgrammeScope(p.ID), missing(at, "programme", err)
	}
	if in.ID != 0 {
		return subscriptions.Scope{}, web.At(at, errs.E("api: read scope", errs.Invalid, "Everything has no number: leave id out, or say what it is about.", nil))
	}
	return subscriptions.Everything(), nil
}
