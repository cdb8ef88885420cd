package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"assent/internal/errs"
	"assent/internal/web"
)

// A kind that SortOf forgets comes out as a fault of ours, so every other kind must have a status and a name of its own.
func TestNoKindIsMissed(t *testing.T) {
	t.Parallel()
	want := map[errs.Kind]int{
		errs.Internal: 500, errs.Invalid: 422, errs.NotFound: 404, errs.Conflict: 409, errs.Unauthenticated: 401,
		errs.Forbidden: 403, errs.Refused: 409, errs.Unavailable: 503, errs.TooMany: 429, errs.Gone: 410,
	}
	names := map[string]bool{}
	for _, k := range errs.Kinds {
		s := web.SortOf(k)
		if status, known := want[k]; !known || s.Status != status {
			t.Errorf("%v has status %d, want %d", k, s.Status, status)
		}
		if (k != errs.Internal && s == web.SortOf(errs.Internal)) || names[s.Name] || s.Say == "" || s.Title == "" {
			t.Errorf("%v has no sort of its own: %+v", k, s)
		}
		names[s.Name] = true
	}
	if len(want) != len(errs.Kinds) {
		t.Error("this test does not know every kind")
	}
}

func TestEverySortHasAnotherName(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, s := range web.Sorts() {
		if names[s.Name] {
			t.Errorf("%s twice", s.Name)
		}
		names[s.Name] = true
		if s.Name != "refused" && web.SortOfStatus(s.Status) != s {
			t.Errorf("status %d is %+v, want %+v", s.Status, web.SortOfStatus(s.Status), s)
		}
	}
	if web.SortOfStatus(418) != web.SortOf(errs.Internal) {
		t.Error("a status without a sort must be a fault of ours")
	}
}

func TestWhatAnErrorShows(t *testing.T) {
	t.Parallel()
	secret := errors.New("secret: dial tcp 10.0.0.3")
	for _, c := range []struct {
		name   string
		err    error
		status int
		detail string
		fields string
	}{
		{"the sentence and not the cause", errs.E("store: x", errs.Conflict, "There is one already.", secret), 409, "There is one already.", "[]"},
		{"a wrapped sentence", errs.Wrap("api", errs.E("op", errs.NotFound, "No such list.", secret)), 404, "No such list.", "[]"},
		{"a general sentence where there is none", errs.E("op", errs.Unavailable, "", secret), 503, "Something that this needs does not answer. Try again soon.", "[]"},
		{"a plain error is a fault of ours", secret, 500, web.SortOf(errs.Internal).Say, "[]"},
		{"a request that was given up", fmt.Errorf("query: %w", context.Canceled), 503, web.SortOf(errs.Unavailable).Say, "[]"},
		{"a body too large", fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 5}), 413, "The request is larger than allowed here.", "[]"},
		{"the place of the mistake", web.At("body.address", errs.E("op", errs.Invalid, "Not an address.", secret)), 422, "Not an address.", "[{body.address Not an address.}]"},
		{"a problem as it is", web.SortOfStatus(415).Problem("Send JSON.", ""), 415, "Send JSON.", "[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := web.ProblemOf(c.err, "number")
			if p.Status != c.status || p.Detail != c.detail || p.Instance != "number" || fmt.Sprint(p.Errors) != c.fields {
				t.Errorf("%+v", p)
			}
			if strings.Contains(fmt.Sprintf("%+v", *p), "secret") {
				t.Error("the cause got out")
			}
		})
	}
	if web.At("body", nil) != nil {
		t.Error("At made an error of none")
	}
}

func TestWhatComesWithAProblem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		kind          errs.Kind
		header, value string
		logged        bool
	}{
		{"who is not known is told how to say it", errs.Unauthenticated, "WWW-Authenticate", `Bearer realm="assent"`, false},
		{"an outage says when to come back", errs.Unavailable, "Retry-After", "30", true},
		{"a fault of ours is logged", errs.Internal, "Retry-After", "", true},
		{"a fault of theirs is not", errs.Invalid, "Retry-After", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newEngine(t, nil)
			f.GET("/", func(g *gin.Context) { f.Fail(g, errs.E("op", c.kind, "", errors.New("the cause"))) })
			w := f.do(t, "GET", "/")
			problemIn(t, w)
			if w.Header().Get(c.header) != c.value {
				t.Errorf("%s is %q", c.header, w.Header().Get(c.header))
			}
			if strings.Contains(f.log.String(), "the cause") != c.logged {
				t.Error(f.log)
			}
		})
	}
}
