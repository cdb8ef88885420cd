package redisq

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// watchEvery is the pause between two looks at whether Redis is there.
const watchEvery = 2 * time.Second

// Health is how Redis does at one moment.
type Health struct {
	Latency time.Duration    // of one write
	Waiting map[string]int64 // tasks per queue that no worker has taken yet
	Active  map[string]int64 // tasks per queue that a worker has taken
}

// Check writes to Redis and counts what waits there. Errors are of kind Unavailable.
func (r *Redis) Check(ctx context.Context) (Health, error) {
	start := r.cfg.Now()
	if err := r.publish(ctx); err != nil {
		return Health{}, err
	}
	h := Health{Latency: r.cfg.Now().Sub(start), Waiting: map[string]int64{}, Active: map[string]int64{}}
	for _, q := range r.queues() {
		var waiting, active *redis.IntCmd
		_, err := r.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			waiting = p.LLen(ctx, "asynq:{"+q+"}:pending")
			active = p.LLen(ctx, "asynq:{"+q+"}:active")
			return nil
		})
		if err != nil {
			return Health{}, unavailable("redisq: check", err)
		}
		h.Waiting[q], h.Active[q] = waiting.Val(), active.Val()
	}
	return h, nil
}

// publish writes the names of the queues to where Asynq's tools look for them. Asynq does so
// once per process, and never again after Redis was emptied. It also shows whether Redis takes writes: a full or read-only
// one answers a PING as if all were well.
func (r *Redis) publish(ctx context.Context) error {
	if err := r.client.SAdd(ctx, "asynq:queues", r.queues()).Err(); err != nil {
		return unavailable("redisq: check", err)
	}
	return nil
}

// watch tells the log once when Redis goes and once when it is back, until ctx ends. Asynq and
// go-redis would tell it at every attempt.
func (r *Redis) watch(ctx context.Context) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	away := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := r.publish(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !away:
			r.cfg.Log.Error("Redis is away: no tasks are taken; nothing is lost", "redis", r.where, "err", err)
		case err == nil && away:
			r.cfg.Log.Info("Redis is back", "redis", r.where)
		}
		away = err != nil
	}
}
