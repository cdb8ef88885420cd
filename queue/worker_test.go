package queue_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"assent/queue"
	"assent/queue/queuetest"
)

// bench is one worker over an outbox that holds the task "a", handed over once.
type bench struct {
	*queuetest.Outbox
	worker queue.Worker
	runs   int
	kicks  int
	log    bytes.Buffer
}

func newBench(t *testing.T, handler func(context.Context) error) *bench {
	t.Helper()
	now := func() time.Time { return noon }
	b := &bench{Outbox: queuetest.NewOutbox(now)}
	mux := &queue.Mux{}
	queue.Handle(mux, func(ctx context.Context, _ chunk) error { b.runs++; return handler(ctx) })
	b.worker = queue.Worker{
		Outbox: b.Outbox, Mux: mux, Now: now, Kick: func() { b.kicks++ },
		Log: slog.New(slog.NewTextHandler(&b.log, nil)), Jitter: func() float64 { return 0 },
	}
	task, err := queue.New("a", chunk{}, noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.Add(t.Context(), task), b.Sent(t.Context(), noon, "a")); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) load(t *testing.T) (queue.Task, bool) {
	t.Helper()
	task, closed, err := b.Load(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	return task, closed
}

func TestWorkerWritesTheOutcome(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		result  error
		closed  bool
		dropped bool
		fails   int
		sent    bool // still handed over afterwards
		runAt   time.Time
	}{
		{"success closes the task", nil, true, false, 0, true, noon},
		{"an error makes it due again later", errors.New("the server was down"), false, false, 1, false, noon.Add(2 * time.Second)},
		{"ErrDrop closes it for a person to see", fmt.Errorf("the campaign is gone: %w", queue.ErrDrop), true, true, 0, true, noon},
		{"ErrBusy leaves it to the sweeper", fmt.Errorf("chunk 1: %w", queue.ErrBusy), false, false, 0, true, noon},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, func(context.Context) error { return tt.result })
			b.worker.Do(t.Context(), "a", 1)
			got, closed := b.load(t)
			_, dropped := b.Why("a")
			if closed != tt.closed || dropped != tt.dropped || got.Fails != tt.fails || got.SentAt.IsZero() == tt.sent || !got.RunAt.Equal(tt.runAt) {
				t.Errorf("closed %v, dropped %v, %+v", closed, dropped, got)
			}
		})
	}
}

func TestWorkerRunsNoTaskTwiceThatIsClosed(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(context.Context) error { return nil })
	b.worker.Do(t.Context(), "a", 1)
	b.worker.Do(t.Context(), "a", 1)
	b.worker.Do(t.Context(), "a", 2)
	if b.runs != 1 {
		t.Errorf("ran %d times, want 1", b.runs)
	}
}

func TestWorkerLeavesAStaleCopyAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(context.Context) error { return nil })
	if err := errors.Join(b.Resend(t.Context(), "a"), b.Sent(t.Context(), noon, "a")); err != nil {
		t.Fatal(err)
	}
	if b.worker.Do(t.Context(), "a", 1); b.runs != 0 {
		t.Error("the first generation ran although the second is out")
	}
	if b.worker.Do(t.Context(), "a", 2); b.runs != 1 {
		t.Error("the second generation did not run")
	}
}

func TestWorkerRunsACopyThatIsFasterThanItsRelay(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(context.Context) error { return nil })
	if b.worker.Do(t.Context(), "a", 2); b.runs != 1 {
		t.Error("a copy that the outbox does not yet count as sent did not run")
	}
}

func TestWorkerSurvivesAPanic(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(context.Context) error { panic("boom") })
	b.worker.Do(t.Context(), "a", 1)
	if got, closed := b.load(t); closed || got.Fails != 1 {
		t.Errorf("closed %v, fails %d", closed, got.Fails)
	}
	if !strings.Contains(b.log.String(), "worker_test.go") {
		t.Error("the log does not show where it panicked")
	}
}

func TestWorkerPutsBackATaskThatShutdownInterrupted(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b.worker.Do(ctx, "a", 1)
	got, closed := b.load(t)
	if closed || got.Fails != 0 || !got.SentAt.IsZero() || b.kicks != 1 {
		t.Errorf("closed %v, %+v, %d kicks", closed, got, b.kicks)
	}
}

func TestWorkerKeepsASuccessThatCameDuringShutdown(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(context.Context) error { return nil })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b.worker.Do(ctx, "a", 1)
	if _, closed := b.load(t); !closed {
		t.Error("the outcome is lost")
	}
}

func TestWorkerCountsATimeoutAsAFailure(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	ctx, cancel := context.WithDeadline(t.Context(), noon.Add(-time.Hour))
	defer cancel()
	b.worker.Do(ctx, "a", 1)
	if got, _ := b.load(t); got.Fails != 1 {
		t.Errorf("fails %d, want 1", got.Fails)
	}
}

func TestWorkerLeavesTheTaskToTheSweeperWhenTheDatabaseIsDown(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	down := errors.New("connection refused")
	mux := &queue.Mux{}
	queue.Handle(mux, func(context.Context, chunk) error { b.Break(down); return nil })
	b.worker.Mux = mux
	b.worker.Do(t.Context(), "a", 1)
	b.Break(nil)
	if got, closed := b.load(t); closed || got.SentAt.IsZero() {
		t.Errorf("closed %v, %+v", closed, got)
	}
	if !strings.Contains(b.log.String(), "could not be written") {
		t.Errorf("the log says %q", b.log.String())
	}
}

func TestWorkerLeavesAnUnknownTaskAlone(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(context.Context) error { return nil })
	b.worker.Do(t.Context(), "another-database:1", 1)
	if b.runs != 0 {
		t.Error("something ran")
	}
}

func TestWhyATaskFailedNamesNobody(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, err, want string }{
		{"an address in brackets", "550 5.1.1 <ann.lee@example.org>: no such user", "550 5.1.1 <(address)>: no such user"},
		{"two addresses", "a@example.org and b@example.org", "(address) and (address)"},
		{"a NUL byte, which PostgreSQL refuses", "a\x00b", "a?b"},
		{"bytes that are no UTF-8", "a\xffb", "a?b"},
		{"a long text", strings.Repeat("é", 400), strings.Repeat("é", 250) + "…"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, func(context.Context) error { return errors.New(tt.err) })
			b.worker.Do(t.Context(), "a", 1)
			if why, _ := b.Why("a"); why != tt.want {
				t.Errorf("why = %q, want %q", why, tt.want)
			}
			if strings.Contains(b.log.String(), "@example") {
				t.Errorf("the log names an address: %s", b.log.String())
			}
		})
	}
}
