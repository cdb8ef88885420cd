package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"assent/internal/assembly"
	"assent/internal/config"
	"assent/mailer"
	"assent/queue/redisq"
)

func (a *app) serveCommand() *cobra.Command {
	var run []string
	c := &cobra.Command{
		Use: "serve", Short: "Run the service: API and pages, workers, mailboxes", Args: arguments(),
		Long: "Runs everything in one process, or with --run only some parts of it, for several machines.\n\n" +
			"On Ctrl-C or SIGTERM it takes no more work, lets what runs come to its end, and stops: nothing is left uncertain.",
		RunE: func(c *cobra.Command, _ []string) error { return a.serve(c.Context(), run) },
	}
	c.Flags().StringSliceVar(&run, "run", nil, "parts to run: api, worker, inbox (default: all)")
	return c
}

func (a *app) serve(ctx context.Context, run []string) error {
	parts, err := partsOf(run)
	if err != nil {
		return err
	}
	c, err := a.settings(config.Mail)
	if err != nil {
		return err
	}
	if a.getenv("GOGC") == "" {
		debug.SetGCPercent(assembly.HeapGrowth)
	}
	log := a.logger(c)
	redisq.LogTo(log)
	h, err := assembly.Open(ctx, assembly.Plan{Config: c, Now: a.now, Log: log, Worker: workerName(), Pace: mailer.DefaultPace(), DNS: net.DefaultResolver})
	if err != nil {
		return fileTrouble(c, err)
	}
	err = a.runParts(ctx, h, parts)
	if e := h.Close(context.WithoutCancel(ctx)); err == nil {
		err = e
	}
	log.Info("stopped")
	return err
}

// runParts runs the parts until ctx ends or one of them fails.
func (a *app) runParts(ctx context.Context, h *assembly.House, parts []assembly.Part) error {
	var listener net.Listener
	if slices.Contains(parts, assembly.API) {
		l, err := assembly.Listen(h.Config.Listen)
		if err != nil {
			return err
		}
		h.Log.Info("serving", "listen", l.Addr().String(), "base_url", h.Config.BaseURL)
		listener = l
	}
	h.Log.Info("started", "parts", parts, "database", h.DB.Name(), "redis", h.Redis.String(), "mailboxes", len(h.Boxes))
	return h.Run(ctx, listener, parts...)
}

func partsOf(run []string) ([]assembly.Part, error) {
	if len(run) == 0 {
		return assembly.Parts, nil
	}
	var parts []assembly.Part
	for _, name := range run {
		p := assembly.Part(strings.TrimSpace(name))
		if !slices.Contains(assembly.Parts, p) {
			return nil, usagef("There is no part %q. --run takes api, worker and inbox.", name)
		}
		if !slices.Contains(parts, p) {
			parts = append(parts, p)
		}
	}
	return parts, nil
}

// logger logs to standard error, as the settings say.
func (a *app) logger(c config.Config) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(a.stderr, o))
	}
	return slog.New(slog.NewTextHandler(a.stderr, o))
}

// workerName tells this process from others in claims.
func workerName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "worker"
	}
	return fmt.Sprintf("%s:%d", host, os.Getpid())
}
