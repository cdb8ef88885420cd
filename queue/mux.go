package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"

	"assent/internal/errs"
)

// Mux finds the handler of a task by its kind. Fill it with Handle before the first Run; the zero value is
// ready for use.
type Mux struct {
	handlers map[string]func(ctx context.Context, payload []byte) error
}

// Handle registers fn for the kind of A. Two handlers of one kind are a mistake in the
// wiring and panic.
func Handle[A Args](m *Mux, fn func(ctx context.Context, args A) error) {
	var zero A
	kind := zero.TaskKind()
	if _, twice := m.handlers[kind]; twice {
		panic("queue: two handlers for " + kind)
	}
	if m.handlers == nil {
		m.handlers = map[string]func(context.Context, []byte) error{}
	}
	m.handlers[kind] = func(ctx context.Context, payload []byte) error {
		var args A
		if err := json.Unmarshal(payload, &args); err != nil {
			return fmt.Errorf("queue: the args of a %s task do not decode (%w): %w", kind, err, ErrDrop)
		}
		return fn(ctx, args)
	}
}

// Run decodes the args of t and calls their handler. A panic in the handler comes back as an
// error with a *Panic in its chain. A kind without a handler is an error but not
// ErrDrop: during an upgrade a newer worker may know it.
func (m *Mux) Run(ctx context.Context, t Task) (err error) {
	handler, ok := m.handlers[t.Kind]
	if !ok {
		return errs.E("queue: run", errs.Internal, "", errors.New("no handler for tasks of kind "+t.Kind))
	}
	defer func() {
		if v := recover(); v != nil {
			err = errs.E("queue: run "+t.Kind, errs.Internal, "", &Panic{Value: v, Stack: debug.Stack()})
		}
	}()
	return handler(ctx, t.Payload)
}

// Panic is a panic of a handler as an error.
type Panic struct {
	Value any    // what was passed to panic
	Stack []byte // of the goroutine that panicked
}

// Error returns the value without the stack.
func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }
