package redisq

import (
	"bufio"
	"context"
	"fmt"
	"strconv"
	"strings"

	"assent/internal/errs"
)

// oldestVersion is the major version that Asynq needs at least (its README, "Prerequisites").
const oldestVersion = 4

// inspect asks Redis what it is, and refuses what would fail later and less clearly.
func (r *Redis) inspect(ctx context.Context, t target) error {
	const op = "redisq: open"
	if err := r.client.Ping(ctx).Err(); err != nil {
		return openError(t, err)
	}
	info, err := r.client.Info(ctx).Result()
	if err != nil {
		if refused(err) { // a user that may not ask; it may still be allowed all that we need
			r.cfg.Log.Warn("Redis does not let us read its INFO: version and settings are not checked")
			return nil
		}
		return openError(t, err)
	}
	if fault := t.fault(parseInfo(info)); fault != "" {
		return errs.E(op, errs.Invalid, "The Redis of ASSENT_REDIS_URL ("+t.String()+") "+fault, nil)
	}
	return nil
}

// fault returns what makes a Redis unfit, as the rest of a sentence, or "". Fields that a
// server does not report are taken to be well.
func (t target) fault(info map[string]string) string {
	mode := info["redis_mode"]
	policy := info["maxmemory_policy"]
	switch {
	case tooOld(info["redis_version"]):
		return fmt.Sprintf("is version %s, but %d.0 or newer is needed.", info["redis_version"], oldestVersion)
	case mode == "sentinel":
		return "is a Sentinel: write redis-sentinel:// and add ?master= with the name of the master."
	case mode == "cluster" && t.kind != cluster:
		return "is part of a Redis Cluster: write redis-cluster://."
	case mode == "standalone" && t.kind == cluster:
		return "is no Redis Cluster: write redis://."
	case info["role"] == "slave" && t.kind == single:
		return "is a read-only replica: name its master instead."
	case strings.HasPrefix(policy, "allkeys-") && info["maxmemory"] != "0":
		// When it drops a list of waiting tasks, these wait until their queue is empty, see State.
		return "drops keys when its memory is full (maxmemory-policy " + policy + "): set it to noeviction."
	}
	return ""
}

func tooOld(version string) bool {
	major, _, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(major)
	return err == nil && n < oldestVersion
}

// parseInfo reads the "name:value" lines of INFO.
func parseInfo(s string) map[string]string {
	fields := map[string]string{}
	lines := bufio.NewScanner(strings.NewReader(s))
	for lines.Scan() {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok {
			fields[name] = value
		}
	}
	return fields
}

// openError says why the first word with Redis failed.
func openError(t target, err error) error {
	const op = "redisq: open"
	where := "The Redis of ASSENT_REDIS_URL (" + t.String() + ") "
	text := err.Error()
	switch {
	case refused(err):
		return errs.E(op, errs.Invalid, where+"refuses the user name or password.", err)
	case strings.Contains(text, "DB index is out of range"):
		return errs.E(op, errs.Invalid, where+"has no database of that number.", err)
	case strings.Contains(text, "cluster support disabled"):
		return errs.E(op, errs.Invalid, where+"is no Redis Cluster: write redis://.", err)
	}
	return errs.E(op, errs.Unavailable, where+"does not answer. Check the address, and that Redis runs and can be reached from here.", err)
}
