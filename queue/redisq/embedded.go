package redisq

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// embedded is a Redis inside this process. It listens on no port: clients reach it through pipes.
type embedded struct {
	server *miniredis.Miniredis
	stop   context.CancelFunc
	done   sync.WaitGroup
}

func openEmbedded(cfg Config) *Redis {
	ctx, cancel := context.WithCancel(context.Background())
	e := &embedded{server: miniredis.NewMiniRedis(), stop: cancel}
	e.done.Go(func() { e.age(ctx) })
	r := open(cfg, "the Redis inside this process", &redis.UniversalOptions{
		Addrs:  []string{"embedded:0"},
		Dialer: func(context.Context, string, string) (net.Conn, error) { return e.server.Dial() },
	})
	r.client.AddHook(emptyQueue{e.server})
	r.server = e
	return r
}

// age lets keys grow old: left alone, miniredis expires nothing. Its ClockTTL would do the same but looks at every
// key on every command, at a fifth of the speed.
func (e *embedded) age(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var last time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if !last.IsZero() {
				e.server.FastForward(now.Sub(last))
			}
			last = now
		}
	}
}

// Close ends the server and forgets everything in it.
func (e *embedded) Close() error {
	e.stop()
	e.done.Wait()
	e.server.Close()
	return nil
}
