package web_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"assent/internal/web"
)

func TestAClientIsHeldToItsRate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	l := web.NewLimiter(3, 10*time.Second, func() time.Time { return now })
	for i := range 3 {
		if ok, _ := l.Allow("a"); !ok {
			t.Fatalf("request %d of a burst of 3 was refused", i+1)
		}
	}
	if ok, wait := l.Allow("a"); ok || wait != 10*time.Second {
		t.Errorf("after the burst: %v, wait %v", ok, wait)
	}
	if ok, _ := l.Allow("b"); !ok {
		t.Error("another client paid for the first")
	}
	now = now.Add(10 * time.Second)
	if ok, _ := l.Allow("a"); !ok {
		t.Error("waiting did not help")
	}
	if ok, _ := l.Allow("a"); ok {
		t.Error("one wait paid for two requests")
	}
}

func TestTheLimiterIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	l := web.NewLimiter(1, time.Minute, func() time.Time { return now })
	for i := range 10_000 {
		l.Allow(fmt.Sprint("client ", i))
	}
	if ok, _ := l.Allow("the first that is not known"); !ok {
		t.Error("the shared rate was used up by nobody")
	}
	if ok, _ := l.Allow("the second"); ok {
		t.Error("whoever is not known must share one rate when memory is used up")
	}
	now = now.Add(time.Minute)
	if ok, _ := l.Allow("the third"); !ok {
		t.Error("clients that had paid were not forgotten")
	}
}

func TestAFormIsLimitedByNetwork(t *testing.T) {
	t.Parallel()
	f := newEngine(t, nil)
	f.POST("/form", f.Limit(web.NewLimiter(1, time.Hour, time.Now)), func(c *gin.Context) { c.Status(http.StatusNoContent) })
	from := func(remote string) int {
		r, err := http.NewRequestWithContext(t.Context(), "POST", "/form", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.RemoteAddr = remote
		w := f.send(r)
		if w.Code == http.StatusTooManyRequests {
			problemIn(t, w)
			if w.Header().Get("Retry-After") != "3600" {
				t.Errorf("Retry-After is %q", w.Header().Get("Retry-After"))
			}
		}
		return w.Code
	}
	for _, c := range []struct {
		remote string
		want   int
	}{
		{"198.51.100.1:1", 204},
		{"198.51.100.1:2", 429},
		{"198.51.100.2:1", 204},
		{"[2001:db8::1]:1", 204},
		{"[2001:db8::ffff]:1", 429},
		{"[2001:db8:0:1::1]:1", 204},
		{"[::ffff:198.51.100.1]:1", 429},
	} {
		if got := from(c.remote); got != c.want {
			t.Errorf("%s: status %d, want %d", c.remote, got, c.want)
		}
	}
}
