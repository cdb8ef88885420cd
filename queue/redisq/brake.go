package redisq

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// brakeTime is the pause after a script that failed.
const brakeTime = 100 * time.Millisecond

// brake is a hook of go-redis that holds up the caller of a failed script. Asynq asks for the next task again at once
// after an error, and a Redis that is full ("OOM") or cannot save ("MISCONF") answers within microseconds: without the
// brake both would spin at full speed.
type brake struct{}

func (brake) DialHook(next redis.DialHook) redis.DialHook { return next }

func (brake) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (brake) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if err == nil || !strings.HasPrefix(cmd.Name(), "eval") || harmless(err) {
			return err
		}
		select {
		case <-time.After(brakeTime):
		case <-ctx.Done():
		}
		return err
	}
}

// harmless reports whether an error is an ordinary answer: nothing there, a script to be sent first, or
// Asynq's own "NOT FOUND".
func harmless(err error) bool {
	return errors.Is(err, redis.Nil) || redis.HasErrorPrefix(err, "NOSCRIPT") || strings.Contains(err.Error(), "NOT FOUND")
}
