package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"assent/inbox"
	"assent/internal/errs"
	"assent/internal/web"
)

// Check is one thing that must answer for Assent to work.
type Check struct {
	Name  string // such as "database"
	Check func(ctx context.Context) error
}

const (
	checkWithin = 3 * time.Second
	// A mailbox that nobody looked at for so long is not being watched, whatever its last look found.
	unwatchedAfter = 15 * time.Minute
)

type health struct {
	Status string   `json:"status" example:"ready"`
	Checks []string `json:"checks,omitempty" nullable:"false" doc:"What was asked, and answered." example:"[\"database\",\"redis\"]"`
}

func (a *api) healthRoutes() {
	add(a, operation{
		id: "live", method: http.MethodGet, path: "/health/live", tag: "Health", summary: "Tell that the process serves",
		about: "Always 200 while it does: ask this to know whether to start it anew.",
	}, func(context.Context, *struct{}) (*reply[health], error) {
		return &reply[health]{Body: health{Status: "live"}}, nil
	})
	add(a, operation{
		id: "ready", method: http.MethodGet, path: "/health/ready", tag: "Health", summary: "Tell whether everything that Assent needs answers",
		about: "503 with the reasons where something does not. A load balancer should ask for `only=database`: a mailbox that cannot be read is no reason to take the pages away.",
	}, a.ready)
}

func (a *api) ready(ctx context.Context, in *struct {
	Only []string `query:"only" maxItems:"20" doc:"Ask these and no others, separated by commas." example:"[\"database\"]"`
}) (*reply[health], error) {
	checks := append(slices.Clone(a.Checks), Check{Name: "mailboxes", Check: a.mailboxesAreRead})
	if len(in.Only) > 0 {
		checks = slices.DeleteFunc(checks, func(c Check) bool { return !slices.Contains(in.Only, c.Name) })
		if len(checks) < len(in.Only) {
			return nil, web.At("query.only", errs.E("api: ready", errs.Invalid, "There is no such check.", nil))
		}
	}
	troubles := a.ask(ctx, checks)
	if len(troubles) > 0 {
		return nil, web.SortOf(errs.Unavailable).Problem("Not everything that Assent needs answers; errors says what.", "", troubles...)
	}
	out := health{Status: "ready"}
	for _, c := range checks {
		out.Checks = append(out.Checks, c.Name)
	}
	return &reply[health]{Body: out}, nil
}

// ask makes all checks at once and returns those that failed, in their order, without internal text.
func (a *api) ask(ctx context.Context, checks []Check) []web.FieldError {
	ctx, cancel := context.WithTimeout(ctx, checkWithin)
	defer cancel()
	failures := make([]error, len(checks))
	var wg sync.WaitGroup
	for i, c := range checks {
		wg.Go(func() { failures[i] = c.Check(ctx) })
	}
	wg.Wait()
	var out []web.FieldError
	for i, err := range failures {
		if err != nil {
			a.Log.WarnContext(ctx, "not ready", "check", checks[i].Name, "cause", err.Error())
			out = append(out, web.FieldError{Location: checks[i].Name, Message: cmp.Or(errs.Message(err), "It does not answer.")})
		}
	}
	return out
}

// mailboxesAreRead names the watched mailboxes that nobody reads. What exactly is wrong with one is for
// operators: anybody may ask for health.
func (a *api) mailboxesAreRead(ctx context.Context) error {
	if len(a.Mailboxes) == 0 {
		return nil
	}
	all, err := a.Inbox.Mailboxes(ctx)
	if err != nil {
		return err
	}
	bad := 0
	for _, name := range a.Mailboxes {
		i := slices.IndexFunc(all, func(m inbox.MailboxHealth) bool { return m.Name == name })
		if i < 0 || all[i].Trouble != "" || a.Now().Sub(all[i].CheckedAt) > unwatchedAfter {
			bad++
		}
	}
	if bad == 0 {
		return nil
	}
	return errs.E("api: mailboxes", errs.Unavailable, fmt.Sprintf("%d of %d mailboxes cannot be read. Nothing is lost; the overview for operators says why.", bad, len(a.Mailboxes)), nil)
}
