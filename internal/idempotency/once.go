package idempotency

import (
	"context"
	"log/slog"
	"time"

	"assent/internal/errs"
)

// How long a repetition waits for the first of two that came at one time, and how often it looks.
const (
	patience = 20 * time.Second
	look     = 100 * time.Millisecond
)

const form = "form" // the digest under which the keys of forms stand: what was typed is in the key

// Once lets the form that a person sends twice, by a double click or by loading the answer again, have its effect once.
type Once struct {
	Store Store
	Now   func() time.Time
	Log   *slog.Logger
}

// Do does something under a key, unless it was done before, and returns what the first time came to. The second of two that come at one time waits for the first; where the
// first fails, it does it. What was begun goes on when the caller hangs up, as a browser does on the second click. An empty key names nothing: it is done each time. See FormKey.
// Kinds of error: Conflict while the first is still at it, and those of do.
func (o Once) Do(ctx context.Context, owner, key string, do func(context.Context) ([]byte, error)) ([]byte, error) {
	const op = "idempotency: do once"
	if key == "" {
		return do(ctx)
	}
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticks := time.NewTicker(look)
	defer ticks.Stop()
	for {
		state, before, err := o.Store.Begin(context.WithoutCancel(ctx), owner, key, form, o.Now())
		switch {
		case err != nil:
			return nil, errs.Wrap(op, err)
		case state == Done:
			return before.Body, nil
		case state == Fresh:
			return o.first(context.WithoutCancel(ctx), owner, key, do)
		}
		select {
		case <-ticks.C:
		case <-wait.Done():
			return nil, errs.E(op, errs.Conflict, "What you sent is being taken in at this moment. Wait a minute, and look whether it has arrived before you send it again.", nil)
		}
	}
}

// first does it and keeps what it came to; what failed may be tried again under its key.
func (o Once) first(ctx context.Context, owner, key string, do func(context.Context) ([]byte, error)) ([]byte, error) {
	kept := false
	defer func() {
		if kept { // else it failed, or a panic goes through here
			return
		}
		if err := o.Store.Forget(ctx, owner, key); err != nil {
			o.Log.WarnContext(ctx, "a key stays taken until its lease ends", "cause", err.Error())
		}
	}()
	out, err := do(ctx)
	if err != nil {
		return nil, err
	}
	kept = true // done: it must not be done again, whether the answer can be kept or not
	if err := o.Store.Finish(ctx, owner, key, Answer{Status: 200, Body: out}); err != nil {
		o.Log.ErrorContext(ctx, "what was done could not be kept for repetition", "cause", err.Error())
	}
	return out, nil
}
