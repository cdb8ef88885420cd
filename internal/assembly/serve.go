package assembly

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"assent/internal/api"
	"assent/internal/console"
	"assent/internal/errs"
	"assent/internal/pages"
	"assent/internal/site"
	"assent/internal/web"
)

// Listen opens the address that pages and API are served at. A taken port gives an error of kind Unavailable that says so.
func Listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, errs.E("assembly: listen", errs.Unavailable,
			fmt.Sprintf("Nothing can be served at %s: the port is taken, or not ours to take. Free it, or set ASSENT_LISTEN to another.", address), err)
	}
	return l, nil
}

// Engine makes everything that is served over HTTP.
func (h *House) Engine() (*web.Engine, error) {
	engine, err := web.New(web.Config{
		BaseURL: h.Config.BaseURL, TrustedProxies: h.Config.TrustedProxies, Log: h.Log, Now: h.Now, Page: pages.Problem(h.Templates),
	})
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return nil, errs.E("assembly: engine", errs.Unavailable, "The machine has no time-zone data for Europe/London.", err)
	}
	err = site.Register(engine, site.Deps{
		People: h.People, Preferences: h.Preferences, Telling: h.Telling, Mail: h.Mailer.Composer, Sent: h.DB, Questions: h.Cases, Requests: h.Requests, Handovers: h.Access, Zone: zone, Now: h.Now, Log: h.Log,
	})
	if err != nil {
		return nil, err
	}
	err = console.Register(engine, console.Deps{
		People: h.People, Editor: h.Editor, Mail: h.Mailer.Composer, Campaigns: h.DB, Segments: h.Segments, Targets: h.Mailer, Sending: h.Mailer, Cases: h.DB, Casework: h.Cases, Registers: console.Registers(h.Registers), Disclosures: h.Disclosures, Amending: h.Amending, Telling: h.Telling, Access: h.Access, Looker: h.Inbox, Figures: h.DB, Notices: h.Notices,
		NoticeRuns: h.DB, Accounts: h.Accounts, Keeping: console.Keeping{Keeper: h.Keeper, Schedule: h.Schedule},
		Audit: h.DB, Proof: h.DB, Copies: h.Copies, Uploads: h.Uploads, Asking: h.Asking, Imports: h.DB, Sent: h.DB, Checks: consoleChecks(h.checks()), Zone: zone, Now: h.Now, Log: h.Log,
	})
	if err != nil {
		return nil, err
	}
	var boxes []string
	for _, b := range h.Boxes {
		boxes = append(boxes, b.Name)
	}
	err = api.Register(engine, api.Deps{
		BaseURL: h.Config.BaseURL, People: h.People, Preferences: h.Preferences, Editor: h.Editor, Notices: h.Notices, Mailer: h.Mailer, Segments: h.Segments, Inbox: h.DB, Cases: h.Cases, Access: h.Access, Looker: h.Inbox, Amending: h.Amending, Telling: h.Telling, Disclosures: h.Disclosures, Registers: api.Registers(h.Registers), Reads: h.DB, Keeper: h.Keeper, Schedule: h.Schedule, Auth: h.Accounts, Requests: h.DB, Audit: h.DB, Imports: h.DB, Copies: h.Copies, Uploads: h.Uploads,
		Checks: h.checks(), Mailboxes: boxes, Now: h.Now, Log: h.Log,
	})
	return engine, err
}

// checks is what must answer for this process to be ready.
func (h *House) checks() []api.Check {
	return []api.Check{
		{Name: "database", Check: h.DB.Ping},
		{Name: "redis", Check: func(ctx context.Context) error { _, err := h.Redis.Check(ctx); return err }},
	}
}

func consoleChecks(checks []api.Check) []console.Check {
	out := make([]console.Check, len(checks))
	for i, c := range checks {
		out[i] = console.Check(c)
	}
	return out
}

// Serve serves pages and API on a listener until ctx ends, then lets requests come to their end.
func (h *House) Serve(ctx context.Context, l net.Listener) error {
	engine, err := h.Engine()
	if err != nil {
		return errors.Join(err, l.Close())
	}
	server := engine.Server()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return errs.E("assembly: serve", errs.Unavailable, "The web server stopped.", err)
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownWithin)
	defer cancel()
	if err := server.Shutdown(ending); err != nil {
		return errs.E("assembly: serve", errs.Unavailable, "Some requests did not end in time.", err)
	}
	return nil
}
