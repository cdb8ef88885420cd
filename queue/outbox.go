package queue

import (
	"context"
	"time"
)

// Outbox is the table of tasks. Adding a task is not part of it: that happens inside the
// transaction that makes the task true. queuetest.Conformance holds every implementation to this contract.
//
// A task is in one of three states. It *waits* from the start and after Resend or Failed;
// it is *handed over* after Sent; it is *closed* after Done or Dropped, for good: nothing
// changes a closed task. Each method skips tasks that are not in a state it applies to, and
// ids that do not exist, without an error. Errors are of kind Unavailable or Internal.
type Outbox interface {
	// Due returns at most limit waiting tasks with RunAt <= now, the oldest RunAt first.
	Due(ctx context.Context, now time.Time, limit int) ([]Task, error)
	// Sent marks those of the tasks that are still waiting with RunAt <= now as handed over at now, with
	// Sends one higher. The condition matters: a fast worker may have written its
	// outcome already, and a second relay may have been first.
	Sent(ctx context.Context, now time.Time, ids ...string) error
	// Unfinished returns at most limit tasks that were handed over before sentBefore, in the
	// database's own order of ids, from after afterID on; "" comes before every id.
	Unfinished(ctx context.Context, sentBefore time.Time, afterID string, limit int) ([]Task, error)
	// Resend makes handed-over tasks wait again, RunAt and Sends unchanged.
	Resend(ctx context.Context, ids ...string) error
	// Load returns a task and whether it is closed. An unknown id gives an error of kind NotFound.
	Load(ctx context.Context, id string) (t Task, closed bool, err error)
	// Done closes a task that succeeded.
	Done(ctx context.Context, id string, now time.Time) error
	// Dropped closes a task that will never succeed, and keeps why for a person to see.
	Dropped(ctx context.Context, id string, now time.Time, why string) error
	// Failed makes a task wait until retryAt (its new RunAt), with Fails one higher, and keeps why.
	Failed(ctx context.Context, id string, now time.Time, why string, retryAt time.Time) error
}

// Broker carries the ids of tasks to workers. It may lose everything at any time.
type Broker interface {
	// Enqueue hands over the copy of t with generation t.Sends. Handing the same
	// generation over twice is fine. Errors are of kind Unavailable when the broker cannot be reached.
	Enqueue(ctx context.Context, t Task) error
	// State tells what became of the copy of t with generation t.Sends.
	State(ctx context.Context, t Task) (State, error)
}

// State is what a broker knows of one copy of a task.
type State uint8

const (
	// Missing: the broker does not know it. It ran to its end, or was lost.
	Missing State = iota
	// Waiting: a worker will take it.
	Waiting
	// Active: a worker that is alive has it.
	Active
	// Stuck: nobody will run it, as when the worker that had it died.
	Stuck
)

// String returns the state's name in lower case.
func (s State) String() string {
	switch s {
	case Missing:
		return "missing"
	case Waiting:
		return "waiting"
	case Active:
		return "active"
	case Stuck:
		return "stuck"
	}
	return "unknown"
}
