package redisq

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/redis/go-redis/v9"
)

// LogTo sends what go-redis says by itself (it writes to stderr otherwise) to log, at debug level: what matters of it is
// told once by this package. The setting belongs to the whole process, which is why Open does not touch it: call it
// once, from cmd.
func LogTo(log *slog.Logger) { redis.SetLogger(redisLog{log}) }

type redisLog struct{ *slog.Logger }

// Printf takes a line of go-redis.
func (l redisLog) Printf(ctx context.Context, format string, v ...any) {
	l.DebugContext(ctx, "go-redis: "+fmt.Sprintf(format, v...))
}

// asynqLog takes the lines of Asynq, at debug level: each error of Redis gives several, every few seconds. The
// outcomes of tasks are logged by queue.Worker, and the absence of Redis by watch.
type asynqLog struct{ log *slog.Logger }

func (l asynqLog) line(args []any)   { l.log.Debug("asynq: " + fmt.Sprint(args...)) }
func (l asynqLog) Debug(args ...any) { l.line(args) }
func (l asynqLog) Info(args ...any)  { l.line(args) }
func (l asynqLog) Warn(args ...any)  { l.line(args) }
func (l asynqLog) Error(args ...any) { l.line(args) }
func (l asynqLog) Fatal(args ...any) { l.log.Error("asynq: " + fmt.Sprint(args...)) }
