package audit

import "context"

// acting is whoever a context works for.
type acting struct{ actor, why string }

type actingKey struct{}

// System is the actor of what happens by itself.
const System = "system"

// As returns a context in which an actor acts: "user:3", "key:5", "cli:1000" or "subscriber". It is set once where a request, a form or a command comes
// in, so that no writer below can forget to say who it was.
func As(ctx context.Context, actor string) context.Context {
	now := from(ctx)
	now.actor = actor
	return context.WithValue(ctx, actingKey{}, now)
}

// For returns a context with the reason of what is done in it, in the actor's words. CheckWhy must have passed it.
func For(ctx context.Context, why string) context.Context {
	now := from(ctx)
	now.why = why
	return context.WithValue(ctx, actingKey{}, now)
}

// Actor returns who acts in a context, System when nobody was named.
func Actor(ctx context.Context) string {
	if a := from(ctx).actor; a != "" {
		return a
	}
	return System
}

// Why returns the reason of what is done in a context, "" for none.
func Why(ctx context.Context) string { return from(ctx).why }

func from(ctx context.Context) acting {
	a, _ := ctx.Value(actingKey{}).(acting)
	return a
}
