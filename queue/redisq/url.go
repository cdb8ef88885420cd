package redisq

import (
	"crypto/tls"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"assent/internal/errs"
)

const (
	maxURL   = 4096 // bytes
	maxHosts = 32
	maxDB    = 1 << 16
)

// kind is the way in which a Redis is reached.
type kind string

const (
	single   kind = "redis"
	sentinel kind = "redis-sentinel"
	cluster  kind = "redis-cluster"
)

// target is where a URL points to.
type target struct {
	kind  kind
	tls   bool
	hosts []string // host:port, at least one

	user, password                 string
	sentinelUser, sentinelPassword string
	master                         string // name of the master that the Sentinels watch
	db                             int
}

// parseURL reads one of
//
//	redis://[user:password@]host[:6379][/db]
//	redis-sentinel://[user:password@]host[:26379][,host…][/db]?master=name[&sentinel_username=…][&sentinel_password=…]
//	redis-cluster://[user:password@]host[:6379][,host…]
//
// or the same with rediss in the place of redis, for TLS. User and password are percent-encoded and
// are those of the data servers. Errors are of kind Invalid and never quote the URL, which may hold a password.
//
// net/url is not used: since Go 1.26 it refuses a list of hosts with ports.
func parseURL(s string) (target, error) {
	if len(s) > maxURL {
		return target{}, badURL("It is too long.")
	}
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return target{}, badURL("It must begin with redis://, rediss://, redis-sentinel:// or redis-cluster://.")
	}
	var t target
	scheme = strings.ToLower(scheme)
	if after, ok := strings.CutPrefix(scheme, "rediss"); ok {
		t.tls, scheme = true, "redis"+after
	}
	t.kind = kind(scheme)
	if !slices.Contains([]kind{single, sentinel, cluster}, t.kind) {
		return target{}, badURL("It must begin with redis://, rediss://, redis-sentinel:// or redis-cluster://.")
	}
	rest, query, _ := strings.Cut(rest, "?")
	authority, path, _ := strings.Cut(rest, "/")
	hosts := authority
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		if err := t.setUser(authority[:at]); err != nil {
			return target{}, err
		}
		hosts = authority[at+1:]
	}
	for _, set := range []func() error{
		func() error { return t.setHosts(hosts) },
		func() error { return t.setDB(path) },
		func() error { return t.setQuery(query) },
	} {
		if err := set(); err != nil {
			return target{}, err
		}
	}
	return t, nil
}

func (t *target) setUser(s string) error {
	user, password, ok := strings.Cut(s, ":")
	var err1, err2 error
	t.user, err1 = url.PathUnescape(user)
	t.password, err2 = url.PathUnescape(password)
	if !ok || err1 != nil || err2 != nil {
		return badURL("Before the @ it needs user:password or :password, with special characters percent-encoded.")
	}
	return nil
}

func (t *target) setHosts(s string) error {
	port := "6379"
	if t.kind == sentinel {
		port = "26379"
	}
	list := strings.Split(s, ",")
	if t.kind == single && len(list) > 1 {
		return badURL("redis:// takes one host; several are for redis-sentinel:// and redis-cluster://.")
	}
	if len(list) > maxHosts {
		return badURL("It names too many hosts.")
	}
	for _, h := range list {
		addr, ok := hostPort(h, port)
		if !ok {
			return badURL("The host is missing or not usable. It looks like redis.example.org:6379; special characters in a password are percent-encoded.")
		}
		t.hosts = append(t.hosts, addr)
	}
	return nil
}

// hostPort returns s with the port that it names, or the given one.
func hostPort(s, port string) (addr string, ok bool) {
	host := s
	if i := strings.LastIndexByte(s, ':'); i > strings.LastIndexByte(s, ']') {
		host, port = s[:i], s[i+1:]
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return "", false
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		ip, err := netip.ParseAddr(inner)
		return net.JoinHostPort(inner, port), ok && err == nil && ip.Is6()
	}
	bad := host == "" || len(host) > 253 || strings.ContainsFunc(host, func(r rune) bool {
		return !(r == '-' || r == '_' || r == '.' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
	})
	return host + ":" + port, !bad
}

func (t *target) setDB(path string) error {
	if path == "" {
		return nil
	}
	n, err := strconv.ParseUint(path, 10, 32)
	if err != nil || n >= maxDB {
		return badURL("After the host comes the number of the database, as in redis://redis.example.org:6379/0.")
	}
	if t.kind == cluster && n > 0 {
		return badURL("A Redis Cluster has no numbered databases.")
	}
	t.db = int(n)
	return nil
}

func (t *target) setQuery(s string) error {
	values, err := url.ParseQuery(s)
	if err != nil {
		return badURL("What follows the ? is not usable.")
	}
	for name, v := range values {
		field := map[string]*string{
			"master":            &t.master,
			"sentinel_username": &t.sentinelUser,
			"sentinel_password": &t.sentinelPassword,
		}[name]
		if field == nil || t.kind != sentinel || len(v) != 1 {
			return badURL("After the ? only master, sentinel_username and sentinel_password may come, once each, with redis-sentinel://.")
		}
		*field = v[0]
	}
	if t.kind == sentinel && t.master == "" {
		return badURL("redis-sentinel:// needs ?master= with the name that the Sentinels give to the master.")
	}
	return nil
}

// String returns the target without its secrets.
func (t target) String() string {
	s := string(t.kind)
	if t.tls {
		s = "rediss" + strings.TrimPrefix(s, "redis")
	}
	s += "://" + strings.Join(t.hosts, ",")
	if t.kind != cluster {
		s += "/" + strconv.Itoa(t.db)
	}
	if t.master != "" {
		s += "?master=" + url.QueryEscape(t.master)
	}
	return s
}

// options returns what go-redis needs to know.
func (t target) options() *redis.UniversalOptions {
	o := &redis.UniversalOptions{
		Addrs:            t.hosts,
		Username:         t.user,
		Password:         t.password,
		DB:               t.db,
		MasterName:       t.master,
		SentinelUsername: t.sentinelUser,
		SentinelPassword: t.sentinelPassword,
		IsClusterMode:    t.kind == cluster,
	}
	if t.tls {
		// No ServerName: each node is checked by the name under which it is dialled.
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return o
}

func badURL(what string) error {
	return errs.E("redisq: parse URL", errs.Invalid, "The setting ASSENT_REDIS_URL is not usable. "+what, nil)
}
