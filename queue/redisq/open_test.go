package redisq

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"

	"assent/internal/errs"
)

func openURL(t *testing.T, url string) error {
	t.Helper()
	r, err := Open(t.Context(), Config{URL: url, Now: time.Now, Log: discard()})
	if err == nil {
		t.Cleanup(func() { _ = r.Close() })
	}
	return err
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	locked := miniredis.RunT(t)
	locked.RequireAuth("open-sesame")
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := closed.Addr().String()
	_ = closed.Close()
	cautious := miniredis.RunT(t) // as some hosts of Redis, it lets nobody see its INFO
	cautious.Server().SetPreHook(func(c *server.Peer, cmd string, _ ...string) bool {
		if cmd == "INFO" {
			c.WriteError("NOPERM this user has no permissions to run the 'info' command")
			return true
		}
		return false
	})
	for _, tt := range []struct {
		name, url string
		kind      errs.Kind
		sentence  string // part of it; "" when it opens
	}{
		{"the right password opens", "redis://:open-sesame@" + locked.Addr(), 0, ""},
		{"a Redis that hides its INFO opens", "redis://" + cautious.Addr(), 0, ""},
		{"no password", "redis://" + locked.Addr(), errs.Invalid, "refuses the user name or password"},
		{"a wrong password", "redis://:hunter2@" + locked.Addr(), errs.Invalid, "refuses the user name or password"},
		{"nobody there", "redis://:hunter2@" + gone, errs.Unavailable, "does not answer"},
		{"no Sentinel there", "redis-sentinel://:hunter2@" + gone + "?master=m&sentinel_password=hunter2", errs.Unavailable, "does not answer"},
		{"no Cluster there", "redis-cluster://:hunter2@" + gone, errs.Unavailable, "does not answer"},
		{"no URL at all", "hunter2", errs.Invalid, "must begin with redis://"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := openURL(t, tt.url)
			if tt.sentence == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			m := errs.Message(err)
			if errs.KindOf(err) != tt.kind || !strings.Contains(m, tt.sentence) || !strings.Contains(m, "ASSENT_REDIS_URL") {
				t.Errorf("%v: %q", errs.KindOf(err), m)
			}
			if err == nil || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error holds the password: %v", err)
			}
		})
	}
}

func TestAnUnfitRedisIsRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		kind kind
		info string
		want string // part of the sentence; "" when it is fit
	}{
		{"a usual one is fit", single, "redis_version:7.0.15\r\nredis_mode:standalone\r\nrole:master\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n", ""},
		{"one that tells nothing is fit", single, "", ""},
		{"a version that is no number is fit", single, "redis_version:next\r\n", ""},
		{"a Cluster asked as such is fit", cluster, "redis_version:7.0.15\r\nredis_mode:cluster\r\nrole:slave\r\n", ""},
		{"dropping keys that expire is fit", single, "maxmemory:1000\r\nmaxmemory_policy:volatile-lru\r\n", ""},
		{"dropping any key with endless memory is fit", single, "maxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n", ""},
		{"an old one", single, "redis_version:3.2.12\r\n", "is version 3.2.12, but 4.0 or newer is needed"},
		{"a Sentinel asked for data", single, "redis_mode:sentinel\r\n", "write redis-sentinel://"},
		{"a node of a Cluster asked alone", single, "redis_mode:cluster\r\n", "write redis-cluster://"},
		{"a single one asked as a Cluster", cluster, "redis_mode:standalone\r\n", "write redis://"},
		{"a replica", single, "role:slave\r\n", "read-only replica"},
		{"one that drops any key", sentinel, "maxmemory:1000\r\nmaxmemory_policy:allkeys-lru\r\n", "set it to noeviction"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := target{kind: tt.kind}.fault(parseInfo(tt.info))
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestTheEmbeddedRedisForgetsWhatHasExpired(t *testing.T) {
	t.Parallel()
	r, err := Open(t.Context(), Config{Now: time.Now, Log: discard()})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.client.Set(t.Context(), "short", "x", time.Second).Err(); err != nil {
		t.Fatal(err)
	}
	if err := r.client.Set(t.Context(), "long", "x", time.Hour).Err(); err != nil {
		t.Fatal(err)
	}
	wait(t, "the key is gone", func() bool { return r.client.Exists(t.Context(), "short").Val() == 0 })
	if r.client.Exists(t.Context(), "long").Val() != 1 {
		t.Error("a key went before its time")
	}
}

func TestEachEmbeddedRedisIsItsOwn(t *testing.T) {
	t.Parallel()
	var both [2]*Redis
	for i := range both {
		r, err := Open(t.Context(), Config{Now: time.Now, Log: discard()})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		both[i] = r
	}
	both[0].client.Set(t.Context(), "a", 1, 0)
	if both[1].client.Exists(t.Context(), "a").Val() != 0 {
		t.Error("they share their keys")
	}
}

func TestCheckCountsWhatWaits(t *testing.T) {
	t.Parallel()
	onEach(t, sharedDB, func(t *testing.T, url string) {
		g := newRig(t, url)
		g.add(7)
		wait(t, "all is handed over", func() bool {
			h, err := g.redis.Check(t.Context())
			return err == nil && h.Waiting[g.queue] == 7
		})
		release, started := make(chan struct{}), make(chan struct{}, 7)
		g.handle = func(context.Context, int) error { started <- struct{}{}; <-release; return nil }
		g.serve(2)
		<-started
		<-started
		h, err := g.redis.Check(t.Context())
		if err != nil || h.Waiting[g.queue] != 5 || h.Active[g.queue] != 2 || h.Latency <= 0 {
			t.Errorf("%+v, %v", h, err)
		}
		close(release)
		g.finish(7)
	})
}

func TestWorkWithoutSlotsIsAMistake(t *testing.T) {
	t.Parallel()
	g := newRig(t, "")
	_, err := g.redis.Start(t.Context(), Work{Slots: map[string]int{Send: 0}, Run: g.worker.Do})
	if errs.KindOf(err) != errs.Invalid {
		t.Errorf("err = %v", err)
	}
}

// TestLinesOfLibrariesGoToTheLog is not parallel: the logger of go-redis belongs to the whole process.
func TestLinesOfLibrariesGoToTheLog(t *testing.T) {
	book := &logBook{}
	log := slog.New(slog.NewTextHandler(book, &slog.HandlerOptions{Level: slog.LevelDebug}))
	LogTo(log)
	t.Cleanup(func() { LogTo(discard()) })
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, PoolSize: 1})
	defer client.Close()
	for range 5 {
		_ = client.Ping(t.Context()).Err()
	}
	asynqLog{log}.Warn("recoverer: ", "no answer")
	if s := book.String(); !strings.Contains(s, "asynq: recoverer: no answer") || strings.Contains(s, "level=WARN") {
		t.Errorf("the log: %s", s)
	}
}
