package auth

import (
	"slices"
	"strconv"

	"assent/internal/errs"
)

// ActorKind is what sort of caller acts.
type ActorKind string

const (
	UserActor   ActorKind = "user"
	KeyActor    ActorKind = "key"
	SystemActor ActorKind = "system" // Assent itself, or somebody at the machine's own command line
)

// Actor is whoever acts. The zero Actor is nobody and may do nothing.
type Actor struct {
	Kind   ActorKind
	ID     int64
	Name   string  // for screens; never for the ledger or a log
	Role   Role    // of a user
	Scopes []Scope // of a key
}

// String returns "user:3", "key:5" or "system": what the ledger and the audit trail keep. It names nobody.
func (a Actor) String() string {
	if a.Kind == SystemActor {
		return string(a.Kind)
	}
	if a.ID == 0 {
		return "nobody"
	}
	return string(a.Kind) + ":" + strconv.FormatInt(a.ID, 10)
}

// May reports whether the actor has a scope: a user by the role, a key by its own scopes.
func (a Actor) May(s Scope) bool {
	switch a.Kind {
	case SystemActor:
		return true
	case UserActor:
		return Can(a.Role, s)
	case KeyActor:
		return slices.Contains(a.Scopes, s)
	}
	return false
}

// Need returns nil when the actor has a scope, else an error of kind Unauthenticated for nobody, Forbidden for
// somebody.
func (a Actor) Need(s Scope) error {
	const op = "auth: need scope"
	switch {
	case a.May(s):
		return nil
	case a.Kind == KeyActor:
		return errs.E(op, errs.Forbidden, "This API key does not have the scope "+string(s)+".", nil)
	case a.Kind == UserActor:
		return errs.E(op, errs.Forbidden, "Your role does not allow this.", nil)
	}
	return errs.E(op, errs.Unauthenticated, "Sign in, or send an API key.", nil)
}
