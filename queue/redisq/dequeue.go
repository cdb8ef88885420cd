package redisq

import (
	"context"
	"strings"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// emptyQueue is a hook of go-redis that answers for the Redis inside this process when Asynq asks an empty queue for its next task, several times a second
// for each queue. Asynq asks by a script, and miniredis makes a Lua for each run of one: that was most of what an idle Assent did.
type emptyQueue struct{ server *miniredis.Miniredis }

func (emptyQueue) DialHook(next redis.DialHook) redis.DialHook { return next }

func (emptyQueue) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (e emptyQueue) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if pending := dequeuedFrom(cmd); pending != "" && !e.server.Exists(pending) {
			cmd.SetErr(redis.Nil)
			return redis.Nil
		}
		return next(ctx, cmd)
	}
}

// dequeuedFrom returns the key of the tasks that wait, when a command is Asynq's question for the next of them (dequeueCmd of its
// internal/rdb: EVALSHA, the script, 4, and the keys of the tasks that wait, of the pause, of those at work and of their leases), and "" for any other.
func dequeuedFrom(cmd redis.Cmder) string {
	args := cmd.Args()
	if len(args) < 7 || !strings.HasPrefix(cmd.Name(), "eval") {
		return ""
	}
	for i, end := range []string{":pending", ":paused", ":active", ":lease"} {
		if key, ok := args[3+i].(string); !ok || !strings.HasSuffix(key, end) {
			return ""
		}
	}
	return args[3].(string)
}
