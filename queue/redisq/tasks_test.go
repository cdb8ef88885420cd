package redisq

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"assent/queue"
)

func TestEveryTaskRuns(t *testing.T) {
	t.Parallel()
	onEach(t, sharedDB, func(t *testing.T, url string) {
		g := newRig(t, url)
		g.serve(4)
		g.add(100)
		g.finish(100)
	})
}

func TestTwoWorkersShareTheTasks(t *testing.T) {
	t.Parallel()
	onEach(t, sharedDB, func(t *testing.T, url string) {
		g := newRig(t, url)
		g.serve(2)
		g.serve(2)
		g.add(200)
		g.finish(200)
	})
}

func TestAPanicHarmsNoOtherTask(t *testing.T) {
	t.Parallel()
	g := newRig(t, "")
	var runs atomic.Int32
	g.handle = func(_ context.Context, n int) error {
		if n == 3 && runs.Add(1) == 1 {
			panic("boom")
		}
		return nil
	}
	g.serve(2)
	g.add(10)
	g.finish(10) // the third is tried again after 1 to 2 s
	if !strings.Contains(g.log.String(), "boom") {
		t.Error("the panic is not in the log")
	}
}

func TestABusyTaskRunsWhenTheOtherLetsGo(t *testing.T) {
	t.Parallel()
	g := newRig(t, "")
	var busy atomic.Int32
	g.handle = func(context.Context, int) error {
		if busy.Add(1) < 3 {
			return queue.ErrBusy
		}
		return nil
	}
	g.serve(1)
	g.add(1)
	g.finish(1)
	if task, _, _ := g.outbox.Load(t.Context(), taskID(0)); task.Fails != 0 || task.Sends != 3 {
		t.Errorf("%d fails, %d hand-overs; want 0 and 3", task.Fails, task.Sends)
	}
}

func TestALongCampaignKeepsNoConfirmationWaiting(t *testing.T) {
	t.Parallel()
	r, err := Open(t.Context(), Config{QueueOf: map[string]string{"chunk": Send, "confirm": Mail}, Now: time.Now, Log: discard()})
	if err != nil {
		t.Fatal(err)
	}
	release, confirmed := make(chan struct{}), make(chan struct{})
	s, err := r.Start(t.Context(), Work{
		Slots: map[string]int{Send: 2, Mail: 1}, Check: 10 * time.Millisecond,
		Run: func(_ context.Context, id string, _ int) {
			if id == "confirm" {
				close(confirmed)
				return
			}
			<-release
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"chunk:1", "chunk:2", "chunk:3", "confirm"} {
		kind, _, _ := strings.Cut(id, ":")
		if err := r.Enqueue(t.Context(), queue.Task{ID: id, Kind: kind, Sends: 1}); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-confirmed:
	case <-time.After(30 * time.Second):
		t.Error("the confirmation waits for the campaign")
	}
	close(release)
	if err := errors.Join(s.Shutdown(t.Context()), r.Close()); err != nil {
		t.Error(err)
	}
}

func TestShutdownWaitsForRunningTasksAndTakesNoMore(t *testing.T) {
	t.Parallel()
	onEach(t, sharedDB, func(t *testing.T, url string) {
		g := newRig(t, url)
		release, started := make(chan struct{}), make(chan struct{}, 10)
		g.handle = func(context.Context, int) error { started <- struct{}{}; <-release; return nil }
		s := g.serve(2)
		g.add(10)
		<-started
		<-started
		ended := make(chan error)
		go func() { ended <- s.Shutdown(context.Background()) }()
		select {
		case err := <-ended:
			t.Fatalf("Shutdown did not wait (%v)", err)
		case <-time.After(100 * time.Millisecond):
		}
		close(release)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if n := g.done(); n != 2 {
			t.Errorf("%d tasks ran, want the 2 that had begun", n)
		}
		g.handle = nil
		g.serve(2)
		g.finish(10)
	})
}

func TestShutdownThatMayNotWaitPutsTasksBack(t *testing.T) {
	t.Parallel()
	onEach(t, sharedDB, func(t *testing.T, url string) {
		g := newRig(t, url)
		started := make(chan struct{}, 1)
		g.handle = func(ctx context.Context, _ int) error { started <- struct{}{}; <-ctx.Done(); return ctx.Err() }
		s := g.serve(1)
		g.add(1)
		<-started
		g.stopLoops()
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Fatal(err)
		}
		task, closed, _ := g.outbox.Load(t.Context(), taskID(0))
		if closed || task.Fails != 0 || !task.SentAt.IsZero() {
			t.Errorf("the task is not put back: closed %v, %+v", closed, task)
		}
		g.handle = nil
		g.restartLoops()
		g.serve(1)
		g.finish(1)
	})
}

func TestATaskOfALongKindMayRunLonger(t *testing.T) {
	t.Parallel()
	r, err := Open(t.Context(), Config{Long: map[string]time.Duration{"survey": 12 * time.Hour}, Now: time.Now, Log: discard()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	for kind, want := range map[string]time.Duration{"survey": 12 * time.Hour, "letter": 30 * time.Minute} {
		task := queue.Task{ID: kind + ":1", Kind: kind, Sends: 1}
		if err := r.Enqueue(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		info, err := asynq.NewInspectorFromRedisClient(r.client).GetTaskInfo(Default, copyID(task))
		if err != nil || info.Timeout != want {
			t.Errorf("a %s may run for %v (%v), want %v", kind, info.Timeout, err, want)
		}
	}
}
