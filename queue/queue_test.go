package queue_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"assent/internal/errs"
	"assent/queue"
)

type chunk struct {
	Campaign int64  `json:"campaign"`
	Chunk    int    `json:"chunk"`
	Pad      string `json:"pad,omitempty"`
}

func (chunk) TaskKind() string { return "send-chunk" }

type nameless struct{}

func (nameless) TaskKind() string { return "" }

type unencodable struct{ C chan int }

func (unencodable) TaskKind() string { return "unencodable" }

// noon is the instant at which these tests begin.
var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

func TestNewTask(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		id   string
		args queue.Args
		ok   bool
	}{
		{"a usual id and args make a task", "chunk:12:1", chunk{Campaign: 12, Chunk: 1}, true},
		{"the longest id makes a task", strings.Repeat("x", 200), chunk{}, true},
		{"an empty id is refused", "", chunk{}, false},
		{"an id that is too long is refused", strings.Repeat("x", 201), chunk{}, false},
		{"an id with a space is refused", "chunk 12", chunk{}, false},
		{"an id with a line break is refused", "chunk\n12", chunk{}, false},
		{"an id beyond ASCII is refused", "größe", chunk{}, false},
		{"args without a kind are refused", "a", nameless{}, false},
		{"args that are no JSON are refused", "a", unencodable{}, false},
		{"args that hold facts instead of ids are refused", "a", chunk{Pad: strings.Repeat("x", 5000)}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			task, err := queue.New(tt.id, tt.args, noon.In(time.FixedZone("", 3600)))
			if tt.ok != (err == nil) {
				t.Fatalf("err = %v", err)
			}
			if err != nil {
				if errs.KindOf(err) != errs.Internal {
					t.Errorf("kind = %v, want internal", errs.KindOf(err))
				}
				return
			}
			if task.ID != tt.id || task.Kind != "send-chunk" || task.RunAt != noon {
				t.Errorf("got %+v", task)
			}
		})
	}
}

func TestMuxCallsTheHandlerOfTheKindWithItsArgs(t *testing.T) {
	t.Parallel()
	var m queue.Mux
	var got chunk
	queue.Handle(&m, func(_ context.Context, a chunk) error { got = a; return nil })
	task, _ := queue.New("a", chunk{Campaign: 12, Chunk: 3}, noon)
	if err := m.Run(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	if got != (chunk{Campaign: 12, Chunk: 3}) {
		t.Errorf("got %+v", got)
	}
}

func TestMuxTurnsAPanicIntoAnError(t *testing.T) {
	t.Parallel()
	var m queue.Mux
	queue.Handle(&m, func(context.Context, chunk) error { panic("the table is gone") })
	task, _ := queue.New("a", chunk{}, noon)
	err := m.Run(t.Context(), task)
	var p *queue.Panic
	if !errors.As(err, &p) || p.Value != "the table is gone" || !strings.Contains(string(p.Stack), "queue_test.go") {
		t.Errorf("err = %v", err)
	}
	if errors.Is(err, queue.ErrDrop) {
		t.Error("a panic must not drop the task")
	}
}

func TestMuxDropsArgsThatDoNotDecode(t *testing.T) {
	t.Parallel()
	var m queue.Mux
	queue.Handle(&m, func(context.Context, chunk) error { return nil })
	err := m.Run(t.Context(), queue.Task{ID: "a", Kind: "send-chunk", Payload: []byte(`{"campaign":"twelve"}`)})
	if !errors.Is(err, queue.ErrDrop) {
		t.Errorf("err = %v, want ErrDrop", err)
	}
}

func TestMuxKeepsATaskWhoseKindItDoesNotKnow(t *testing.T) {
	t.Parallel()
	var m queue.Mux
	err := m.Run(t.Context(), queue.Task{ID: "a", Kind: "from-the-future"})
	if err == nil || errors.Is(err, queue.ErrDrop) {
		t.Errorf("err = %v, want an error that is tried again", err)
	}
}

func TestTwoHandlersOfOneKindAreAMistake(t *testing.T) {
	t.Parallel()
	var m queue.Mux
	h := func(context.Context, chunk) error { return nil }
	queue.Handle(&m, h)
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	queue.Handle(&m, h)
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		fails  int
		jitter float64
		want   time.Duration
	}{
		{"the first retry comes after two seconds", 1, 0, 2 * time.Second},
		{"it doubles", 4, 0, 16 * time.Second},
		{"it stays below a quarter of an hour", 10, 0, 15 * time.Minute},
		{"a thousand failures do not overflow", 1000, 0, 15 * time.Minute},
		{"jitter takes off at most half", 1, 1, time.Second},
		{"no failure counts as one", 0, 0, 2 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := queue.Backoff(tt.fails, tt.jitter); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
