package redisq

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"assent/internal/errs"
	"assent/queue"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// slowly makes tasks long enough that something can happen in the midst of them.
func slowly(context.Context, int) error { time.Sleep(2 * time.Millisecond); return nil }

func TestNothingIsLostWhenRedisIsEmptied(t *testing.T) {
	t.Parallel()
	onEach(t, flushDB, func(t *testing.T, url string) {
		g := newRig(t, url)
		g.handle = slowly
		g.serve(4)
		g.add(500)
		for _, mark := range []int{50, 200, 350} {
			wait(t, "some tasks ran", func() bool { return g.done() >= mark })
			if g.redis.server != nil || strings.HasPrefix(url, "redis://") {
				if err := g.redis.client.FlushDB(t.Context()).Err(); err != nil {
					t.Fatal(err)
				}
			} else { // shared with other tests; not at one instant, so that some of it is lost only in part
				g.loseQueue()
			}
		}
		g.finish(500)
		if !strings.Contains(g.log.String(), "handed over again") {
			t.Error("the test lost nothing: it shows nothing")
		}
	})
}

func TestNothingIsLostWhenEverythingRestarts(t *testing.T) {
	t.Parallel()
	g := newRig(t, "")
	g.handle = slowly
	s := g.serve(2)
	g.add(200)
	wait(t, "some tasks ran", func() bool { return g.done() >= 20 })
	g.stopLoops()
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := g.redis.Close(); err != nil {
		t.Fatal(err)
	}
	g.open("") // a new, empty Redis
	g.restartLoops()
	g.serve(4)
	g.finish(200)
}

// remote starts a Redis that can be taken away, and returns it with its URL.
func remote(t *testing.T) (*miniredis.Miniredis, string) {
	t.Helper()
	m := miniredis.RunT(t)
	return m, "redis://" + m.Addr()
}

func TestWorkGoesOnWhenRedisComesBackEmpty(t *testing.T) {
	t.Parallel()
	m, url := remote(t)
	g := newRig(t, url)
	g.handle = slowly
	g.serve(4)
	g.add(300)
	wait(t, "some tasks ran", func() bool { return g.done() >= 30 })
	m.Close()
	m.FlushAll()
	wait(t, "the log tells of it", func() bool { return strings.Contains(g.log.String(), "Redis is away") })
	if err := m.Restart(); err != nil {
		t.Fatal(err)
	}
	g.finish(300)
	wait(t, "the log tells of its return", func() bool { return strings.Contains(g.log.String(), "Redis is back") })
	for _, line := range []string{"Redis is away", "Redis is back"} {
		if n := strings.Count(g.log.String(), line); n != 1 {
			t.Errorf("%q is logged %d times", line, n)
		}
	}
	if n := strings.Count(g.log.String(), "level=ERROR"); n > 3 { // server, relay, sweeper: one each
		t.Errorf("one outage gives %d errors in the log:\n%s", n, g.log)
	}
}

func TestShutdownEndsWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	m, url := remote(t)
	g := newRig(t, url)
	s := g.serve(2)
	m.Close()
	ended := make(chan error, 1)
	go func() { ended <- s.Shutdown(t.Context()) }()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Error("Shutdown hangs")
	}
	if err := m.Restart(); err != nil {
		t.Fatal(err)
	}
}

func TestATaskOfAKilledWorkerRunsAgain(t *testing.T) {
	t.Parallel()
	onEach(t, sharedDB, func(t *testing.T, url string) {
		g := newRig(t, url)
		g.add(1)
		wait(t, "the task is in Redis", func() bool {
			task, _, _ := g.outbox.Load(t.Context(), taskID(0))
			return !task.SentAt.IsZero()
		})
		// What Asynq's dequeue leaves behind when the worker dies at once, after its lease ran out.
		ctx, prefix := t.Context(), "asynq:{"+g.queue+"}:"
		task, _, _ := g.outbox.Load(ctx, taskID(0))
		die := g.redis.client.TxPipeline()
		die.RPopLPush(ctx, prefix+"pending", prefix+"active")
		die.HSet(ctx, prefix+"t:"+copyID(task), "state", "active")
		die.ZAdd(ctx, prefix+"lease", score(copyID(task), time.Now().Add(-10*time.Second)))
		if _, err := die.Exec(ctx); err != nil {
			t.Fatal(err)
		}
		g.serve(1)
		g.finish(1)
	})
}

func TestStateOfACopy(t *testing.T) {
	t.Parallel()
	onEach(t, sharedDB, func(t *testing.T, url string) {
		g := newRig(t, url)
		g.stopLoops()
		ctx, prefix := t.Context(), "asynq:{"+g.queue+"}:"
		task := queue.Task{ID: "item:0", Kind: "item", Sends: 1}
		expect := func(when string, want queue.State) {
			t.Helper()
			if got, err := g.redis.State(ctx, task); got != want || err != nil {
				t.Errorf("%s: %v (%v), want %v", when, got, err, want)
			}
		}
		set := func(state string, lease time.Time) {
			t.Helper()
			p := g.redis.client.Pipeline()
			p.HSet(ctx, prefix+"t:"+copyID(task), "state", state)
			p.ZAdd(ctx, prefix+"lease", score(copyID(task), lease))
			if _, err := p.Exec(ctx); err != nil {
				t.Fatal(err)
			}
		}
		t.Cleanup(func() { g.redis.client.Del(context.Background(), prefix+"t:"+copyID(task)) })
		expect("before the hand-over", queue.Missing)
		for range 2 {
			if err := g.redis.Enqueue(ctx, task); err != nil {
				t.Fatal(err)
			}
		}
		expect("after two hand-overs of one generation", queue.Waiting)
		if n := g.redis.client.LLen(ctx, prefix+"pending").Val(); n != 1 {
			t.Errorf("%d copies wait, want 1", n)
		}
		g.redis.client.Del(ctx, prefix+"pending")
		expect("when only the list of waiting tasks was lost", queue.Stuck)
		set("active", time.Now().Add(30*time.Second))
		expect("while a worker has it", queue.Active)
		set("active", time.Now().Add(-3*time.Second))
		expect("when the worker's clock is a little behind", queue.Active)
		set("active", time.Now().Add(-10*time.Second))
		expect("when the worker is dead", queue.Stuck)
		set("archived", time.Now())
		expect("when Asynq gave it up", queue.Stuck)
	})
}

func TestRunningTaskKeepsItsLease(t *testing.T) {
	t.Parallel()
	g := newRig(t, "")
	release, started := make(chan struct{}), make(chan struct{}, 5)
	g.handle = func(context.Context, int) error { started <- struct{}{}; <-release; return nil }
	g.serve(2)
	g.add(1)
	<-started
	time.Sleep(time.Second) // several sweeps
	if len(started) > 0 {
		t.Error("a task ran twice at a time although its worker is alive")
	}
	close(release)
	g.finish(1)
}

func TestTheNamesOfTheQueuesComeBack(t *testing.T) {
	t.Parallel()
	g := newRig(t, "")
	g.serve(1)
	g.add(1)
	g.finish(1)
	g.redis.client.FlushDB(t.Context())
	wait(t, "asynq:queues is there again", func() bool {
		return g.redis.client.SIsMember(t.Context(), "asynq:queues", g.queue).Val()
	})
}

func TestAFullRedisIsNotHammered(t *testing.T) {
	t.Parallel()
	m, url := remote(t)
	g := newRig(t, url)
	g.stopLoops()
	g.serve(2)
	var count counter
	g.redis.client.AddHook(&count)
	m.SetError("OOM command not allowed when used memory > 'maxmemory'.")
	count.Store(0)
	time.Sleep(time.Second)
	if n := count.Load(); n > 60 {
		t.Errorf("%d commands in a second", n)
	}
	wait(t, "the log tells of it", func() bool { return strings.Contains(g.log.String(), "Redis is away") })
	m.SetError("")
	g.restartLoops()
	g.add(5)
	g.finish(5)
}

// counter is a hook of go-redis that counts commands.
type counter struct{ atomic.Int64 }

func (c *counter) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (c *counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { c.Add(1); return next(ctx, cmd) }
}

func TestEnqueueSaysThatRedisIsUnavailable(t *testing.T) {
	t.Parallel()
	m, url := remote(t)
	g := newRig(t, url)
	m.Close()
	task := queue.Task{ID: "a", Kind: "item", Sends: 1}
	if err := g.redis.Enqueue(t.Context(), task); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("Enqueue: %v", err)
	}
	if _, err := g.redis.State(t.Context(), task); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("State: %v", err)
	}
	if _, err := g.redis.Check(t.Context()); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("Check: %v", err)
	}
	if _, err := g.redis.Start(t.Context(), Work{Slots: map[string]int{Send: 1}, Run: g.worker.Do}); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("Start: %v", err)
	}
	if err := m.Restart(); err != nil {
		t.Fatal(err)
	}
}

func TestATaskMayOutliveItsRedis(t *testing.T) {
	t.Parallel()
	g := newRig(t, "")
	var runs atomic.Int32
	g.handle = func(context.Context, int) error {
		if runs.Add(1) == 1 {
			g.redis.client.FlushDB(context.Background()) // while it runs
		}
		return nil
	}
	g.serve(2)
	g.add(20)
	g.finish(20)
}
