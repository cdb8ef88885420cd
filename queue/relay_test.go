package queue_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"assent/internal/errs"
	"assent/queue"
	"assent/queue/queuetest"
)

// broker is a queue.Broker in memory that tests can break.
type broker struct {
	mu     sync.Mutex
	copies map[string]queue.State // by id and generation
	order  []string
	down   error
	refuse string // an id that it will not take
}

func newBroker() *broker { return &broker{copies: map[string]queue.State{}} }

func key(t queue.Task) string { return fmt.Sprintf("%s.%d", t.ID, t.Sends) }

func (b *broker) Enqueue(_ context.Context, t queue.Task) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down != nil {
		return b.down
	}
	if t.ID == b.refuse {
		return errs.E("broker: enqueue", errs.Internal, "", errors.New("not this one"))
	}
	if _, twice := b.copies[key(t)]; !twice {
		b.copies[key(t)] = queue.Waiting
		b.order = append(b.order, key(t))
	}
	return nil
}

func (b *broker) State(_ context.Context, t queue.Task) (queue.State, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.copies[key(t)], b.down
}

func (b *broker) set(key string, s queue.State) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.copies[key] = s
}

func (b *broker) breakDown(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down = err
}

func (b *broker) got() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.Join(b.order, " ")
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func unavailable() error {
	return errs.E("broker", errs.Unavailable, "", errors.New("connection refused"))
}

func addTasks(t *testing.T, o *queuetest.Outbox, runAt time.Time, ids ...string) {
	t.Helper()
	for _, id := range ids {
		task, err := queue.New(id, chunk{}, runAt)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Add(t.Context(), task); err != nil {
			t.Fatal(err)
		}
	}
}

// running starts a relay inside a synctest bubble, where time moves when everybody waits.
func running(t *testing.T, o queue.Outbox, b queue.Broker, log *slog.Logger) *queue.Relay {
	t.Helper()
	r := &queue.Relay{Outbox: o, Broker: b, Now: time.Now, Every: time.Second, Log: log}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	synctest.Wait()
	return r
}

func TestRelayHandsOverWhatIsDueOldestFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, b := queuetest.NewOutbox(time.Now), newBroker()
		addTasks(t, o, time.Now(), "second")
		addTasks(t, o, time.Now().Add(-time.Minute), "first")
		addTasks(t, o, time.Now().Add(10*time.Second), "later")
		running(t, o, b, discard())
		if got := b.got(); got != "first.1 second.1" {
			t.Errorf("handed over %q", got)
		}
		time.Sleep(11 * time.Second)
		if got := b.got(); got != "first.1 second.1 later.1" {
			t.Errorf("handed over %q", got)
		}
	})
}

func TestRelayHandsOverMoreThanOnePage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, b := queuetest.NewOutbox(time.Now), newBroker()
		for i := range 1234 {
			addTasks(t, o, time.Now(), fmt.Sprint("task:", i))
		}
		running(t, o, b, discard())
		if n := len(b.order); n != 1234 {
			t.Errorf("handed over %d tasks", n)
		}
	})
}

func TestKickWakesTheRelayAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, b := queuetest.NewOutbox(time.Now), newBroker()
		r := running(t, o, b, discard())
		start := time.Now()
		addTasks(t, o, time.Now(), "a")
		for range 100 {
			r.Kick()
		}
		synctest.Wait()
		if b.got() != "a.1" || !time.Now().Equal(start) {
			t.Errorf("handed over %q after %v", b.got(), time.Since(start))
		}
	})
}

func TestRelayGoesOnWhenTheBrokerComesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		o, b := queuetest.NewOutbox(time.Now), newBroker()
		b.breakDown(unavailable())
		addTasks(t, o, time.Now(), "a", "b")
		running(t, o, b, slog.New(slog.NewTextHandler(&log, nil)))
		time.Sleep(time.Minute)
		synctest.Wait()
		b.breakDown(nil)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if b.got() != "a.1 b.1" {
			t.Errorf("handed over %q", b.got())
		}
		if lines := strings.Count(log.String(), "\n"); lines != 2 {
			t.Errorf("an outage of a minute gives %d log lines, want 2 (lost, back):\n%s", lines, log.String())
		}
	})
}

func TestRelayGoesOnWhenTheDatabaseComesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, b := queuetest.NewOutbox(time.Now), newBroker()
		addTasks(t, o, time.Now(), "a")
		o.Break(errors.New("connection refused"))
		running(t, o, b, discard())
		time.Sleep(time.Minute)
		o.Break(nil)
		time.Sleep(2 * time.Second)
		if b.got() != "a.1" {
			t.Errorf("handed over %q", b.got())
		}
	})
}

func TestATaskThatTheBrokerRefusesHoldsUpNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, b := queuetest.NewOutbox(time.Now), newBroker()
		b.refuse = "bad"
		addTasks(t, o, time.Now().Add(-time.Minute), "bad")
		addTasks(t, o, time.Now(), "good")
		running(t, o, b, discard())
		if b.got() != "good.1" {
			t.Errorf("handed over %q", b.got())
		}
	})
}

func TestACrashBetweenHandOverAndItsRecordMakesNoSecondCopy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, b := queuetest.NewOutbox(time.Now), newBroker()
		addTasks(t, o, time.Now(), "a")
		task, _, _ := o.Load(t.Context(), "a")
		task.Sends++
		if err := b.Enqueue(t.Context(), task); err != nil { // and then the process died
			t.Fatal(err)
		}
		running(t, o, b, discard())
		if b.got() != "a.1" {
			t.Errorf("handed over %q", b.got())
		}
	})
}

func TestTwoRelaysMakeOneCopyOfEachTask(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, b := queuetest.NewOutbox(time.Now), newBroker()
		for i := range 500 {
			addTasks(t, o, time.Now(), fmt.Sprint("task:", i))
		}
		second := &queue.Relay{Outbox: o, Broker: b, Now: time.Now, Log: discard()}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() { _ = second.Run(ctx) }()
		running(t, o, b, discard())
		if n := len(b.order); n != 500 {
			t.Errorf("%d copies of 500 tasks", n)
		}
	})
}
