package api_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"assent/internal/api"
	"assent/internal/errs"
)

func TestHealthNeedsNoKeyAndSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	now := time.Now()
	ok := func(context.Context) error { return nil }
	for _, c := range []struct {
		name      string
		database  func(context.Context) error
		redis     func(context.Context) error
		watched   []string
		query     string
		status    int
		location  string
		reason    string
		neverSays string
	}{
		{"all is well", ok, ok, []string{"well"}, "", 200, "", "", ""},
		{"no mailbox is watched", ok, ok, nil, "", 200, "", "", ""},
		{"the database is gone", func(context.Context) error { return unavailable() }, ok, nil, "", 503, "database", "The database does not answer.", "secret"},
		{"Redis fails without a sentence", ok, func(context.Context) error { return errors.New("secret") }, nil, "", 503, "redis", "It does not answer.", "secret"},
		{"Redis hangs", ok, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, nil, "", 503, "redis", "It does not answer.", "deadline"},
		{"a mailbox is in trouble", ok, ok, []string{"well", "sick"}, "", 503, "mailboxes", "1 of 2 mailboxes cannot be read.", "password"},
		{"a mailbox was never looked at", ok, ok, []string{"new"}, "", 503, "mailboxes", "1 of 1", ""},
		{"a mailbox was not looked at for long", ok, ok, []string{"old", "well"}, "", 503, "mailboxes", "1 of 2", ""},
		{"a load balancer asks for the database alone", ok, ok, []string{"sick"}, "?only=database", 200, "", "", ""},
		{"a load balancer asks for two", ok, func(context.Context) error { return errs.E("x", errs.Unavailable, "Redis does not answer.", nil) }, []string{"sick"}, "?only=database,redis", 503, "redis", "Redis does", ""},
		{"a check that does not exist", ok, ok, nil, "?only=moon", 422, "query.only", "no such check", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := small(t, func(d *api.Deps) {
				d.Checks = []api.Check{{Name: "database", Check: c.database}, {Name: "redis", Check: c.redis}}
				d.Mailboxes = c.watched
				d.Now = func() time.Time { return now }
			})
			for name, at := range map[string]time.Time{"well": now, "sick": now, "old": now.Add(-time.Hour)} {
				trouble := map[string]string{"sick": "The server refused the password."}[name]
				if err := h.db.Watched(t.Context(), name, at, trouble); err != nil {
					t.Fatal(err)
				}
			}
			a := h.must(t, c.status, "GET", "/health/ready"+c.query, "", "Authorization", "")
			if c.status == 200 {
				a.want(t, "status", "ready")
				return
			}
			a.want(t, "errors.0.location", c.location)
			if got := a.at(t, "errors.0.message").(string); !strings.Contains(got, c.reason) || c.neverSays != "" && strings.Contains(a.Body.String(), c.neverSays) {
				t.Error(a.Body)
			}
			h.must(t, http.StatusOK, "GET", "/health/live", "", "Authorization", "").want(t, "status", "live")
		})
	}
}
