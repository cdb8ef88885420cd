package redisq

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"assent/queue"
)

// leaseSkew is how far the clocks of two machines may be apart before a living worker's task is
// taken for an orphan. Workers renew their leases every 5 s for 30 s.
const leaseSkew = 5 * time.Second

// Enqueue hands over one copy of a task. That the same copy is there already is fine. Errors are of kind Unavailable.
func (r *Redis) Enqueue(ctx context.Context, t queue.Task) error {
	_, err := r.tasks.EnqueueContext(ctx, asynq.NewTask(t.Kind, nil),
		asynq.TaskID(copyID(t)),
		asynq.Queue(r.queueOf(t.Kind)),
		asynq.MaxRetry(0), // the outbox decides when to try again
		asynq.Timeout(max(r.cfg.Timeout, r.cfg.Long[t.Kind])),
	)
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		return unavailable("redisq: enqueue", err)
	}
	return nil
}

// State tells what became of one copy of a task. Errors are of kind Unavailable.
//
// It reads Asynq's keys itself. Asynq's Inspector takes two round trips, hides the lease, and denies a queue whose
// name was lost with asynq:queues, although its tasks are there.
func (r *Redis) State(ctx context.Context, t queue.Task) (queue.State, error) {
	id, prefix := copyID(t), "asynq:{"+r.queueOf(t.Kind)+"}:"
	var state *redis.StringCmd
	var lease *redis.FloatCmd
	var pending *redis.IntCmd
	_, err := r.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		state = p.HGet(ctx, prefix+"t:"+id, "state")
		lease = p.ZScore(ctx, prefix+"lease", id)
		pending = p.LLen(ctx, prefix+"pending")
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return queue.Missing, unavailable("redisq: state", err)
	}
	if errors.Is(state.Err(), redis.Nil) {
		return queue.Missing, nil
	}
	switch state.Val() {
	case "pending":
		if pending.Val() == 0 { // Redis lost the list and not the task
			return queue.Stuck, nil
		}
		return queue.Waiting, nil
	case "active":
		until := time.Unix(int64(lease.Val()), 0) // the epoch when there is no lease
		if until.Add(leaseSkew).Before(r.cfg.Now()) {
			return queue.Stuck, nil
		}
		return queue.Active, nil
	}
	return queue.Stuck, nil // "archived" above all; we use no other state of Asynq
}

// copyID names one copy of a task: "chunk:12:1.3" is the third hand-over of "chunk:12:1". A copy that Asynq has
// archived blocks its own id for 90 days, but not the next one's.
func copyID(t queue.Task) string { return t.ID + "." + strconv.Itoa(t.Sends) }

// parseCopyID is the inverse of copyID.
func parseCopyID(s string) (id string, generation int, ok bool) {
	dot := strings.LastIndexByte(s, '.')
	if dot <= 0 {
		return "", 0, false
	}
	generation, err := strconv.Atoi(s[dot+1:])
	return s[:dot], generation, err == nil && generation > 0
}
