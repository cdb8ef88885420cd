package redisq

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"assent/internal/errs"
)

// Work says which tasks a Server takes and what it does with them.
type Work struct {
	// Slots is how many tasks of each queue run at a time; a queue that is not named is left to others.
	Slots map[string]int
	// Check is the pause between two looks at an empty queue: it bounds how late a task starts. 0 means 200 ms.
	Check time.Duration
	// Run does one task, as queue.Worker.Do.
	Run func(ctx context.Context, id string, generation int)
}

// Server takes tasks from Redis and runs them. While Redis is away it waits, and goes on by itself afterwards.
type Server struct {
	redis   *Redis
	run     func(ctx context.Context, id string, generation int)
	servers []*asynq.Server // one per queue
	running sync.WaitGroup  // tasks
	watch   sync.WaitGroup
	halted  context.Context // ends when running tasks must stop
	halt    context.CancelFunc
}

const (
	// haltTime is how long tasks may take to stop when Shutdown's time is up.
	haltTime = 15 * time.Second
	// never is a timeout that Asynq must have and that must not come: Shutdown has its own.
	never = 24 * time.Hour
)

// Start starts to take tasks. Redis must answer at that moment; otherwise the error is of kind
// Unavailable (Asynq itself would start in silence). Slots that make no sense give Invalid.
func (r *Redis) Start(ctx context.Context, w Work) (*Server, error) {
	const op = "redisq: start"
	if w.Check == 0 {
		w.Check = 200 * time.Millisecond
	}
	s := &Server{redis: r, run: w.Run}
	for q, n := range w.Slots {
		if n < 1 {
			return nil, errs.E(op, errs.Invalid, fmt.Sprintf("The queue %s needs at least one slot.", q), nil)
		}
		s.servers = append(s.servers, asynq.NewServerFromRedisClient(r.client, asynq.Config{
			Queues:            map[string]int{q: 1},
			Concurrency:       n,
			TaskCheckInterval: w.Check,
			ShutdownTimeout:   never,
			Logger:            asynqLog{r.cfg.Log},
			LogLevel:          asynq.WarnLevel,
		}))
	}
	if err := r.publish(ctx); err != nil {
		return nil, err
	}
	s.halted, s.halt = context.WithCancel(context.Background())
	for i, server := range s.servers {
		if err := server.Start(asynq.HandlerFunc(s.process)); err != nil {
			s.halt()
			shutdown(s.servers[:i])
			return nil, errs.E(op, errs.Internal, "", err)
		}
	}
	s.watch.Go(func() { r.watch(s.halted) })
	return s, nil
}

// process runs one copy of a task. It never fails for Asynq: the outcome stands in the outbox.
func (s *Server) process(ctx context.Context, _ *asynq.Task) error {
	s.running.Add(1)
	defer s.running.Done()
	name, _ := asynq.GetTaskID(ctx)
	id, generation, ok := parseCopyID(name)
	if !ok {
		s.redis.cfg.Log.Warn("Redis holds a task that is not ours: left alone")
		return nil
	}
	// The context of Asynq ends when the task's time is up or its lease is lost. Shutdown must not end that one,
	// or Asynq would not wait for the outcome to be written.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.halted, cancel)()
	s.run(ctx, id, generation)
	return nil
}

// Shutdown stops taking tasks and waits for those that run. When ctx ends first, their contexts are cancelled,
// so that they put themselves back. Tasks that do not stop even then give an error of kind Unavailable.
func (s *Server) Shutdown(ctx context.Context) error {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		shutdown(s.servers)
		s.running.Wait() // also for tasks whose lease was lost: Asynq does not wait for these
		s.halt()
		s.watch.Wait()
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	s.halt()
	select {
	case <-ended:
		return nil
	case <-time.After(haltTime):
		return errs.E("redisq: shut down", errs.Unavailable, "Some tasks did not stop in time; they will run again.", errors.New("tasks ignore their contexts"))
	}
}

func shutdown(servers []*asynq.Server) {
	var all sync.WaitGroup
	for _, s := range servers {
		all.Go(s.Shutdown)
	}
	all.Wait()
}
