// Package queue says what a task is and how it travels from the transaction that makes it
// true to the handler that does it.
//
// The SQL database is the truth. A task is a row of the outbox, written in the same
// transaction as the fact that calls for it. The Relay hands due rows to a Broker (Redis),
// which carries ids and never facts; a Worker loads the row, runs its handler and
// writes the outcome back to the row. The Sweeper compares the outbox with the broker and
// hands over again what the broker lost. So losing all of Redis loses nothing.
//
// A task may run more than once: after a crash between its effect and its outcome, or
// when a copy thought lost was only slow. Handlers are therefore idempotent, and take a claim in
// the database where two must not work at once (see ErrBusy).
package queue

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode"

	"assent/internal/errs"
)

// Limits of a task. Both hold row numbers and never personal data: ids are logged.
const (
	maxID      = 200  // bytes
	maxPayload = 4096 // bytes of JSON
)

var (
	// ErrDrop says that a task will never succeed: wrap it with %w. The task is kept for a person to see
	// and is not tried again.
	ErrDrop = errors.New("will never succeed")
	// ErrBusy says that somebody else holds the work: wrap it with %w. The task is neither done
	// nor failed; the Sweeper looks again later.
	ErrBusy = errors.New("somebody else is at work on it")
)

// Args is what a handler needs to know: a small JSON struct of ids. TaskKind is called on the zero
// value too and must not depend on it.
type Args interface{ TaskKind() string }

// Task is a row of the outbox. Times are UTC; a zero time means "not yet".
type Task struct {
	ID      string          // one per thing to do, as "chunk:12:1"
	Kind    string          // names the handler, as "send-chunk"
	Payload json.RawMessage // the Args
	RunAt   time.Time       // not before
	// Sends counts how often the task was handed to the broker. It is also the generation of
	// the newest copy there: each hand-over makes a copy of its own.
	Sends     int
	Fails     int       // how often an attempt failed
	CreatedAt time.Time // set by the outbox
	SentAt    time.Time // of the hand-over that is under way; zero when the task waits for one
}

// New makes the task to run args at runAt or soon after. id is unique per thing to do:
// adding the same id to the outbox twice is a no-op. An unusable id, kind or payload gives an error of kind Internal.
func New(id string, args Args, runAt time.Time) (Task, error) {
	const op = "queue: new task"
	if id == "" || len(id) > maxID || strings.ContainsFunc(id, notPrintable) {
		return Task{}, errs.E(op, errs.Internal, "", errors.New("the id is empty, too long or not printable"))
	}
	kind := args.TaskKind()
	if kind == "" {
		return Task{}, errs.E(op, errs.Internal, "", errors.New("the args name no kind"))
	}
	payload, err := json.Marshal(args)
	if err != nil {
		return Task{}, errs.E(op, errs.Internal, "", err)
	}
	if len(payload) > maxPayload {
		return Task{}, errs.E(op, errs.Internal, "", errors.New("the args of a "+kind+" task are too large: pass ids, not facts"))
	}
	return Task{ID: id, Kind: kind, Payload: payload, RunAt: runAt.UTC()}, nil
}

func notPrintable(r rune) bool { return r == ' ' || r > unicode.MaxASCII || !unicode.IsPrint(r) }
