package redisq

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/queue"
	"assent/queue/queuetest"
)

// The tests of this package use the databases 1 to 3 of a real Redis; other packages use others, so that
// nobody flushes what somebody else is testing. In a Cluster, which has no databases, queue names differ instead.
const (
	sharedDB = 1
	flushDB  = 2 // for the one test that empties it
)

// onEach runs a test on the embedded Redis, and on each real one that the environment names.
func onEach(t *testing.T, db int, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { t.Parallel(); test(t, "") })
	for name, variable := range map[string]string{
		"single":   "ASSENT_TEST_REDIS_URL",
		"sentinel": "ASSENT_TEST_REDIS_SENTINEL_URL",
		"cluster":  "ASSENT_TEST_REDIS_CLUSTER_URL",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := os.Getenv(variable)
			if url == "" {
				t.Skip("set " + variable + " to run this")
			}
			if name != "cluster" {
				url = withDB(url, db)
			}
			test(t, url)
		})
	}
}

// withDB returns url with another number of the database.
func withDB(url string, db int) string {
	rest, query, ok := strings.Cut(url, "?")
	scheme, rest, _ := strings.Cut(rest, "://")
	hosts, _, _ := strings.Cut(rest, "/")
	url = fmt.Sprintf("%s://%s/%d", scheme, hosts, db)
	if ok {
		url += "?" + query
	}
	return url
}

type item struct {
	N int `json:"n"`
}

func (item) TaskKind() string { return "item" }

// rig is the whole way of tasks: an outbox, a relay, a sweeper, and workers on one Redis.
type rig struct {
	t      *testing.T
	redis  *Redis
	queue  string // a name that no other test uses
	outbox *queuetest.Outbox
	relay  *queue.Relay
	sweep  *queue.Sweeper
	worker *queue.Worker
	log    *logBook
	handle func(ctx context.Context, n int) error // what a task does before its effect; may be nil

	mu      sync.Mutex
	effects map[int]int // how often each task had its effect
	stop    context.CancelFunc
	loops   sync.WaitGroup
}

func newRig(t *testing.T, url string) *rig {
	t.Helper()
	g := &rig{
		t: t, queue: "test-" + strings.ToLower(rand.Text()[:8]), outbox: queuetest.NewOutbox(time.Now),
		effects: map[int]int{}, log: &logBook{},
	}
	g.open(url)
	mux := &queue.Mux{}
	queue.Handle(mux, g.do)
	log := slog.New(slog.NewTextHandler(g.log, nil))
	g.worker = &queue.Worker{Outbox: g.outbox, Mux: mux, Now: time.Now, Log: log}
	g.restartLoops()
	t.Cleanup(func() {
		g.stopLoops()
		g.loseQueue()
		_ = g.redis.Close()
	})
	return g
}

// open connects to another Redis, or again to the same.
func (g *rig) open(url string) {
	g.t.Helper()
	r, err := Open(g.t.Context(), Config{
		URL: url, QueueOf: map[string]string{"item": g.queue}, Now: time.Now,
		Log: slog.New(slog.NewTextHandler(g.log, nil)),
	})
	if err != nil {
		g.t.Fatal(err)
	}
	g.redis = r
}

func (g *rig) stopLoops() {
	if g.stop != nil {
		g.stop()
		g.loops.Wait()
	}
}

func (g *rig) restartLoops() {
	g.stopLoops()
	log := slog.New(slog.NewTextHandler(g.log, nil))
	g.relay = &queue.Relay{Outbox: g.outbox, Broker: g.redis, Now: time.Now, Every: 20 * time.Millisecond, Log: log}
	g.sweep = &queue.Sweeper{
		Outbox: g.outbox, Broker: g.redis, Kick: g.relay.Kick, Now: time.Now,
		Every: 100 * time.Millisecond, Patience: 200 * time.Millisecond, Log: log,
	}
	g.worker.Kick = g.relay.Kick
	var ctx context.Context
	ctx, g.stop = context.WithCancel(context.Background())
	g.loops.Go(func() { _ = g.relay.Run(ctx) })
	g.loops.Go(func() { _ = g.sweep.Run(ctx) })
}

// do is the handler. Its effect is guarded by a claim, as that of every handler must be.
func (g *rig) do(ctx context.Context, it item) error {
	if g.handle != nil {
		if err := g.handle(ctx, it.N); err != nil {
			return err
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, closed, _ := g.outbox.Load(ctx, taskID(it.N)); !closed && g.effects[it.N] == 0 {
		g.effects[it.N]++
	}
	return nil
}

func taskID(n int) string { return fmt.Sprint("item:", n) }

// add writes n tasks.
func (g *rig) add(n int) {
	g.t.Helper()
	for i := range n {
		task, err := queue.New(taskID(i), item{N: i}, time.Now())
		if err == nil {
			err = g.outbox.Add(g.t.Context(), task)
		}
		if err != nil {
			g.t.Fatal(err)
		}
	}
	g.relay.Kick()
}

// serve starts workers, and stops them with the test.
func (g *rig) serve(slots int) *Server {
	g.t.Helper()
	s, err := g.redis.Start(g.t.Context(), Work{
		Slots: map[string]int{g.queue: slots}, Check: 10 * time.Millisecond, Run: g.worker.Do,
	})
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() {
		if err := s.Shutdown(context.Background()); err != nil {
			g.t.Error(err)
		}
	})
	return s
}

func (g *rig) done() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.effects)
}

// finish waits until all n tasks are closed, and checks that each had its effect once.
func (g *rig) finish(n int) {
	g.t.Helper()
	wait(g.t, "every task is closed", func() bool { return g.outbox.Open() == 0 && g.done() == n })
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, times := range maps.All(g.effects) {
		if times != 1 {
			g.t.Errorf("task %d had its effect %d times", i, times)
		}
	}
}

// loseQueue takes every trace of this test's queue out of Redis, also where others share it.
func (g *rig) loseQueue() {
	g.t.Helper()
	lose := func(ctx context.Context, c *redis.Client) error {
		keys, err := c.Keys(ctx, "asynq:{"+g.queue+"}:*").Result()
		for _, k := range keys {
			err = errors.Join(err, c.Del(ctx, k).Err())
		}
		return err
	}
	ctx, err := context.Background(), error(nil)
	switch c := g.redis.client.(type) {
	case *redis.ClusterClient:
		err = c.ForEachMaster(ctx, lose)
	case *redis.Client:
		err = lose(ctx, c)
	}
	if err = errors.Join(err, g.redis.client.SRem(ctx, "asynq:queues", g.queue).Err()); err != nil {
		g.t.Error(err)
	}
}

// wait polls until ok, for at most a minute.
func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after a minute it is still not so that %s", what)
		}
	}
}

// logBook keeps log lines.
type logBook struct {
	mu    sync.Mutex
	lines strings.Builder
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.Write(p)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.String()
}

func score(member string, at time.Time) redis.Z {
	return redis.Z{Score: float64(at.Unix()), Member: member}
}
