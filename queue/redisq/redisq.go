// Package redisq carries tasks on Redis, by Asynq and go-redis.
//
// Redis holds ids and never facts: a task is known there by its id, its generation and its
// kind, and everything else about it stands in the outbox. Asynq's own retries are switched off, because
// the outbox keeps when to try again (decision record 0004).
//
// Without a URL, a Redis in this process serves; it is gone with the process, which loses nothing.
package redisq

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"assent/internal/errs"
	"assent/queue"
)

// The queues. Each has workers of its own, so that a campaign never keeps a confirmation waiting.
const (
	Send    = "send"    // chunks of campaigns
	Mail    = "mail"    // service mails
	Bulk    = "bulk"    // letters to many, which nobody waits for
	Inbox   = "inbox"   // what came back
	Backlog = "backlog" // what came back in large numbers
	Default = "default" // everything else
)

// Config says how to reach Redis and what goes where.
type Config struct {
	URL     string                   // see ASSENT_REDIS_URL in the settings; "" means a Redis inside this process
	QueueOf map[string]string        // the queue of a kind of task; a kind that is not named goes to Default
	Timeout time.Duration            // the longest run of one task; 0 means 30 minutes
	Long    map[string]time.Duration // the longest run of kinds that may take longer
	Now     func() time.Time
	Log     *slog.Logger
}

// Redis is a connection to Redis. It is a queue.Broker, and safe for concurrent use.
type Redis struct {
	cfg    Config
	where  string
	client redis.UniversalClient
	tasks  *asynq.Client
	server io.Closer // the embedded Redis, or nil
}

var _ queue.Broker = (*Redis)(nil)

// openTime is how long Open waits for an answer.
const openTime = 5 * time.Second

// Open connects to the Redis that cfg names and makes sure that it is one which Assent can work with. A mistake in
// the settings, of Assent or of that Redis, gives an error of kind Invalid; a Redis that does not answer gives
// Unavailable. The sentence of either says what to do and never holds a password.
func Open(ctx context.Context, cfg Config) (*Redis, error) {
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Minute
	}
	if cfg.URL == "" {
		return openEmbedded(cfg), nil
	}
	t, err := parseURL(cfg.URL)
	if err != nil {
		return nil, err
	}
	r := open(cfg, t.String(), t.options())
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	if err := r.inspect(ctx, t); err != nil {
		_ = r.client.Close()
		return nil, err
	}
	return r, nil
}

// open makes the clients; nothing is dialled yet.
func open(cfg Config, where string, o *redis.UniversalOptions) *Redis {
	// A host that swallows packets must not hold a worker for a minute: at most 3 tries of 2 dials of 2 s.
	o.DialTimeout, o.DialerRetries, o.MaxRetries = 2*time.Second, 2, 2
	o.ReadTimeout, o.WriteTimeout = 5*time.Second, 5*time.Second
	o.ContextTimeoutEnabled = true
	o.ClientName = "assent"
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	client := redis.NewUniversalClient(o)
	client.AddHook(brake{})
	return &Redis{cfg: cfg, where: where, client: client, tasks: asynq.NewClientFromRedisClient(client)}
}

// String tells where the Redis is, without its password.
func (r *Redis) String() string { return r.where }

// Close ends the connection. Shut the Server down first.
func (r *Redis) Close() error {
	err := r.client.Close()
	if r.server != nil {
		err = errors.Join(err, r.server.Close())
	}
	if err != nil {
		return errs.E("redisq: close", errs.Internal, "", err)
	}
	return nil
}

func (r *Redis) queueOf(kind string) string {
	if q, ok := r.cfg.QueueOf[kind]; ok {
		return q
	}
	return Default
}

// queues returns the names of all queues that tasks may go to.
func (r *Redis) queues() []string {
	names := []string{Default}
	seen := map[string]bool{Default: true}
	for _, q := range r.cfg.QueueOf {
		if !seen[q] {
			seen[q] = true
			names = append(names, q)
		}
	}
	return names
}

// unavailable wraps an error of go-redis or Asynq.
func unavailable(op string, err error) error {
	return errs.E(op, errs.Unavailable, "Redis does not work at the moment. Nothing is lost; work goes on when it does.", err)
}

// refused reports whether Redis turned the credentials or the right to a command down.
func refused(err error) bool {
	for _, code := range []string{"NOAUTH", "WRONGPASS", "NOPERM", "invalid password", "invalid username"} {
		if strings.Contains(err.Error(), code) {
			return true
		}
	}
	return false
}
