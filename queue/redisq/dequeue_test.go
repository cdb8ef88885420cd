package redisq

import (
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func TestAnIdleWorkerRunsNoScriptOnTheEmbeddedRedis(t *testing.T) {
	t.Parallel()
	g := newRig(t, "")
	g.serve(2)
	g.add(5)
	g.finish(5)
	var count counter
	g.redis.client.AddHook(&count) // behind the one that answers for empty queues
	time.Sleep(time.Second)
	if n := count.Load(); n > 10 { // a hundred, were the questions asked
		t.Errorf("%d commands in a second of idleness", n)
	}
	g.add(10)
	g.finish(10)
}

func TestWhatIsAsynqsQuestionForTheNextTask(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		command string
		want    string
	}{
		"its script, by digest":       {"evalsha 0123 4 asynq:{mail}:pending asynq:{mail}:paused asynq:{mail}:active asynq:{mail}:lease 17 asynq:{mail}:t:", "asynq:{mail}:pending"},
		"its script, in full":         {"eval text 4 asynq:{mail}:pending asynq:{mail}:paused asynq:{mail}:active asynq:{mail}:lease 17 asynq:{mail}:t:", "asynq:{mail}:pending"},
		"a script about other keys":   {"evalsha 0123 4 asynq:{mail}:t:1 asynq:{mail}:pending asynq:{mail}:active asynq:{mail}:lease 17", ""},
		"a script about fewer keys":   {"evalsha 0123 1 asynq:{mail}:pending", ""},
		"a command that is no script": {"lrange asynq:{mail}:pending 4 asynq:{mail}:pending asynq:{mail}:paused asynq:{mail}:active asynq:{mail}:lease", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var args []any
			for word := range strings.FieldsSeq(c.command) {
				args = append(args, word)
			}
			if got := dequeuedFrom(redis.NewCmd(t.Context(), args...)); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
