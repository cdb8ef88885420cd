package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assent/internal/config"
	"assent/internal/errs"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1 // it did not work, or a check did not pass
	exitUsage   = 2 // the command was not understood
)

// app is what a command has around it.
type app struct {
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	file           string                  // of settings, from --config
	probes         probes                  // how doctor looks at the world
	memory         func(limit int64) int64 // debug.SetMemoryLimit, where the process is ours
}

// run runs one command and returns the program's exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{getenv: getenv, stdin: stdin, stdout: stdout, stderr: stderr, now: time.Now, probes: realProbes(net.DefaultResolver), memory: debug.SetMemoryLimit}
	return a.run(ctx, args)
}

func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errTold):
		return exitFailure
	case errors.As(err, &usage):
		fmt.Fprintf(a.stderr, "assent: %s\n", usage.says)
		return exitUsage
	}
	fmt.Fprintf(a.stderr, "assent: %s\n", a.sentence(ctx, err))
	return exitFailure
}

// errTold ends a command that has said already what went wrong.
var errTold = errors.New("told already")

// usageError is a command that was not understood.
type usageError struct{ says string }

// Error returns what to do about it.
func (e usageError) Error() string { return e.says }

func usagef(format string, a ...any) error { return usageError{fmt.Sprintf(format, a...)} }

// sentence returns what to tell of an error: never its cause, which may hold SQL or personal data, unless the log level asks for it.
func (a *app) sentence(ctx context.Context, err error) string {
	says := errs.Message(err)
	switch {
	case says != "":
	case ctx.Err() != nil:
		says = "Stopped. What was done before is kept."
	default:
		says = "Something went wrong inside Assent. What was told as done is done, and nothing else. ASSENT_LOG_LEVEL=debug shows the cause."
	}
	if strings.EqualFold(a.getenv("ASSENT_LOG_LEVEL"), "debug") {
		says += "\n  cause: " + err.Error()
	}
	return says
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:              "assent",
		Short:            "Mail only to people who may be mailed, with the proof",
		Long:             "Assent sends mail only to people who may be mailed, can prove why each message was allowed, and turns what comes back into state and cases.\n\nSettings come from the environment or a file: 'assent settings' lists them.",
		SilenceErrors:    true,
		PersistentPreRun: acting,
		SilenceUsage:     true,
		Args:             noSuchCommand,
		RunE:             func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.PersistentFlags().StringVar(&a.file, "config", "", "settings file (TOML); the environment wins over it")
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usagef("%s. See '%s --help'.", upper(err.Error()), c.CommandPath())
	})
	root.AddCommand(a.serveCommand(), a.demoCommand(), a.verifyCommand(), a.explainCommand(), a.auditCommand(), a.packCommand(), a.clockCommand(), a.triageCommand(), a.migrateCommand(), a.importCommand(), a.exportCommand(), a.quarantineCommand(), a.suppressCommand(), a.eraseCommand(), a.reconcileCommand(), a.reportCommand(), a.retentionCommand(), a.secretCommand(), a.userCommand(), a.doctorCommand(), a.profileCommand(), a.settingsCommand(), a.versionCommand())
	return root
}

// noSuchCommand refuses what is no command of c.
func noSuchCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	near := ""
	if c.SuggestionsMinimumDistance <= 0 {
		c.SuggestionsMinimumDistance = 2
	}
	if s := c.SuggestionsFor(args[0]); len(s) > 0 {
		near = fmt.Sprintf(" Did you mean %q?", s[0])
	}
	return usagef("There is no command %q.%s '%s --help' lists all.", args[0], near, c.CommandPath())
}

// arguments demands exactly the named ones.
func arguments(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		want := "no arguments"
		if len(names) > 0 {
			want = strings.Join(names, " and ")
		}
		return usagef("'%s' takes %s. See '%s --help'.", c.CommandPath(), want, c.CommandPath())
	}
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (a *app) settingsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "settings", Short: "List all settings and their defaults", Args: arguments(),
		RunE: func(*cobra.Command, []string) error {
			for _, s := range config.Reference() {
				head := s.Name
				if s.Default != "" {
					head += " (default " + s.Default + ")"
				}
				if s.Needed != "" {
					head += ", needed " + s.Needed
				}
				fmt.Fprintf(a.stdout, "%s\n%s\n\n", head, indent(s.Meaning, 76))
			}
			return nil
		},
	}
}

// indent breaks a text into lines of at most width characters, each behind four spaces.
func indent(text string, width int) string {
	var lines []string
	line := "   "
	for word := range strings.FieldsSeq(text) {
		if len(line)+1+len(word) > width && strings.TrimSpace(line) != "" {
			lines = append(lines, line)
			line = "   "
		}
		line += " " + word
	}
	return strings.Join(append(lines, line), "\n")
}
