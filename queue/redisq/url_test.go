package redisq

import (
	"net"
	"strings"
	"testing"

	"assent/internal/errs"
)

func TestParseURL(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, url string
		want      string // the target without its secrets, or "" for a refusal
		user      string
		password  string
	}{
		{"a host alone", "redis://redis.example.org", "redis://redis.example.org:6379/0", "", ""},
		{"a port and a database", "redis://10.0.0.1:7000/3", "redis://10.0.0.1:7000/3", "", ""},
		{"a trailing slash", "redis://localhost:6379/", "redis://localhost:6379/0", "", ""},
		{"an IPv6 address", "redis://[::1]:7000", "redis://[::1]:7000/0", "", ""},
		{"an IPv6 address without a port", "redis://[2001:db8::1]", "redis://[2001:db8::1]:6379/0", "", ""},
		{"TLS", "rediss://redis.example.org", "rediss://redis.example.org:6379/0", "", ""},
		{"a scheme in capitals", "REDIS://redis.example.org", "redis://redis.example.org:6379/0", "", ""},
		{"a password alone", "redis://:secret@h", "redis://h:6379/0", "", "secret"},
		{"a user with a password", "redis://ann:secret@h", "redis://h:6379/0", "ann", "secret"},
		{"a password with encoded characters", "redis://:a%2Fb%40c%3F@h", "redis://h:6379/0", "", "a/b@c?"},
		{"a password with a raw @", "redis://:a@b@h", "redis://h:6379/0", "", "a@b"},
		{"a password with a plus, which is no blank", "redis://:a+b@h", "redis://h:6379/0", "", "a+b"},
		{"Sentinels", "redis-sentinel://:secret@h1:26380,h2/2?master=assent", "redis-sentinel://h1:26380,h2:26379/2?master=assent", "", "secret"},
		{"Sentinels with TLS", "rediss-sentinel://h1?master=m", "rediss-sentinel://h1:26379/0?master=m", "", ""},
		{"a Cluster", "redis-cluster://h1:1,h2:2,h3", "redis-cluster://h1:1,h2:2,h3:6379", "", ""},
		{"a Cluster behind one name", "redis-cluster://c.example.org/", "redis-cluster://c.example.org:6379", "", ""},

		{"nothing", "", "", "", ""},
		{"no scheme", "localhost:6379", "", "", ""},
		{"another scheme", "http://localhost", "", "", ""},
		{"a scheme that only begins well", "redisx://localhost", "", "", ""},
		{"no host", "redis://", "", "", ""},
		{"no host after a password", "redis://:secret@/0", "", "", ""},
		{"two hosts of a single Redis", "redis://h1,h2", "", "", ""},
		{"an empty host in a list", "redis-cluster://h1,,h2", "", "", ""},
		{"a port that is no number", "redis://h:x", "", "", ""},
		{"port zero", "redis://h:0", "", "", ""},
		{"a port above 65535", "redis://h:65536", "", "", ""},
		{"a broken IPv6 address", "redis://[::1:7000", "", "", ""},
		{"an IPv6 address without brackets", "redis://::1", "", "", ""},
		{"a host with a blank", "redis://a b", "", "", ""},
		{"a raw slash in the password", "redis://:a/b@h", "", "", ""},
		{"a broken percent code in the password", "redis://:a%zz@h", "", "", ""},
		{"a user without a password", "redis://ann@h", "", "", ""},
		{"a database that is no number", "redis://h/zero", "", "", ""},
		{"a negative database", "redis://h/-1", "", "", ""},
		{"a database of a Cluster", "redis-cluster://h/1", "", "", ""},
		{"Sentinels without the master's name", "redis-sentinel://h1", "", "", ""},
		{"a master of a single Redis", "redis://h?master=m", "", "", ""},
		{"an unknown setting", "redis-sentinel://h?master=m&colour=red", "", "", ""},
		{"a setting twice", "redis-sentinel://h?master=m&master=n", "", "", ""},
		{"an endless one", "redis://" + strings.Repeat("h", 5000), "", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseURL(tt.url)
			if tt.want == "" {
				if errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), "ASSENT_REDIS_URL") {
					t.Errorf("got %v, %v; want a refusal that names the setting", got, err)
				}
				return
			}
			if err != nil || got.String() != tt.want || got.user != tt.user || got.password != tt.password {
				t.Errorf("got %v (user %q, password %q), %v", got, got.user, got.password, err)
			}
		})
	}
}

func TestSentinelsMayHaveAPasswordOfTheirOwn(t *testing.T) {
	t.Parallel()
	got, err := parseURL("redis-sentinel://u:data@h?master=m&sentinel_username=s&sentinel_password=watch%26")
	if err != nil {
		t.Fatal(err)
	}
	o := got.options()
	if o.Username != "u" || o.Password != "data" || o.SentinelUsername != "s" || o.SentinelPassword != "watch&" || o.MasterName != "m" {
		t.Errorf("got %+v", o)
	}
}

func FuzzParseURL(f *testing.F) {
	for _, seed := range []string{
		"redis://:secret@h:6379/0", "rediss://u:p%40@[::1]:1/2", "redis-sentinel://:x@a,b:2/1?master=m&sentinel_password=y",
		"redis-cluster://a:1,b:2", "redis://", "://", "redis://@@", "redis://[]:1", "redis-sentinel://a?%zz",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseURL(s)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Errorf("kind %v", errs.KindOf(err))
			}
			return
		}
		for _, h := range got.hosts {
			if host, port, err := net.SplitHostPort(h); err != nil || host == "" || port == "" {
				t.Errorf("host %q of %q", h, s)
			}
		}
		again, err := parseURL(got.String())
		if err != nil || again.String() != got.String() {
			t.Errorf("%q reads as %q, which reads as %q (%v)", s, got, again, err)
		}
	})
}

func FuzzCopyID(f *testing.F) {
	f.Add("chunk:12:1.3")
	f.Add("a.b.0")
	f.Add(".1")
	f.Fuzz(func(t *testing.T, s string) {
		if id, generation, ok := parseCopyID(s); ok && (id == "" || generation < 1) {
			t.Errorf("%q gives %q, %d", s, id, generation)
		}
	})
}
