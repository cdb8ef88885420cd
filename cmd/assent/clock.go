package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"assent/internal/assembly"
	"assent/internal/clock"
	"assent/internal/errs"
)

// clockFlags is what the clock command is told.
type clockFlags struct {
	request       clock.Request
	pauses        []string
	identityAsked string
	identityGiven string
	feeAsked      string
	feeGiven      string
	extensionTold string
	batch         string
	calendar      string
	explain       bool
	json          bool
}

func (a *app) clockCommand() *cobra.Command {
	f := clockFlags{}
	c := &cobra.Command{
		Use: "clock", Short: "Compute a statutory due date, with its working", Args: arguments(),
		Long: "Computes the time limits of a request, a complaint or a breach, and explains every step. It needs no settings and no database.\n\n" +
			"  assent clock --kind access --received 2026-11-25T09:00:00Z --division england-and-wales --explain",
		RunE: func(*cobra.Command, []string) error { return a.clock(f) },
	}
	c.Flags().StringVar(&f.request.Kind, "kind", "", "access, erasure, rectification, restriction, objection, portability, withdraw-consent, complaint, automated-decision, other or breach")
	c.Flags().StringVar(&f.request.Received, "received", "", "time of receipt (RFC 3339), or a UK date for what came by post")
	c.Flags().StringVar(&f.request.Division, "division", string(clock.EnglandAndWales), "england-and-wales, scotland or northern-ireland")
	c.Flags().StringVar(&f.identityAsked, "identity-requested", "", "day on which proof of identity was asked for")
	c.Flags().StringVar(&f.identityGiven, "identity-received", "", "day on which it came")
	c.Flags().StringVar(&f.feeAsked, "fee-requested", "", "day on which a fee was asked for")
	c.Flags().StringVar(&f.feeGiven, "fee-received", "", "day on which it came")
	c.Flags().StringArrayVar(&f.pauses, "pause", nil, "clarification of an access request, FROM..TO; without TO it is still open")
	c.Flags().BoolVar(&f.request.Extended, "extended", false, "the time was extended by two further months")
	c.Flags().StringVar(&f.extensionTold, "extension-told", "", "day on which the person was told of the extension")
	c.Flags().IntVar(&f.request.House.AcknowledgeWorkingDays, "acknowledge-within", 0, "the house's promise to acknowledge, in working days")
	c.Flags().IntVar(&f.request.House.AnswerWorkingDays, "answer-within", 0, "the house's promise to answer, in working days")
	c.Flags().StringVar(&f.batch, "batch", "", "read requests from a file of JSON lines, - for standard input")
	c.Flags().StringVar(&f.calendar, "calendar", "", "file of bank holidays instead of the built-in table")
	c.Flags().BoolVar(&f.explain, "explain", false, "print every step of the working")
	c.Flags().BoolVar(&f.json, "json", false, "print JSON")
	return c
}

func (a *app) clock(f clockFlags) error {
	r, err := reckoner(f.calendar)
	if err != nil {
		return err
	}
	if f.batch != "" {
		return a.clockBatch(r, f.batch)
	}
	if f.request.Kind == "" || f.request.Received == "" {
		return usagef("'assent clock' needs --kind and --received. See 'assent clock --help'.")
	}
	q := f.request
	q.IdentityRequested, q.IdentityReceived = clock.Day(f.identityAsked), clock.Day(f.identityGiven)
	q.FeeRequested, q.FeeReceived, q.ExtensionTold = clock.Day(f.feeAsked), clock.Day(f.feeGiven), clock.Day(f.extensionTold)
	for _, p := range f.pauses {
		pause, err := clock.ParsePause(p)
		if err != nil {
			return err
		}
		q.Pauses = append(q.Pauses, pause)
	}
	in, err := r.ParseInput(q)
	if err != nil {
		return err
	}
	reckoning, err := r.Reckon(in)
	if err != nil {
		return err
	}
	return a.tellClocks(reckoning, f)
}

func (a *app) tellClocks(reckoning clock.Reckoning, f clockFlags) error {
	switch {
	case f.json:
		e := json.NewEncoder(a.stdout)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(reckoning)
	case f.explain:
		return clock.Explain(a.stdout, reckoning)
	}
	for _, k := range reckoning.Clocks {
		due := k.Due.Long()
		if k.Due.IsZero() {
			due = "waits for " + k.WaitingFor
		}
		fmt.Fprintf(a.stdout, "%-18s %s\n", k.Name, due)
	}
	return nil
}

func reckoner(calendarFile string) (*clock.Reckoner, error) {
	calendar, err := assembly.Calendar(calendarFile)
	if err != nil {
		return nil, err
	}
	return clock.New(calendar, clock.DefaultSettings())
}

// clockBatch answers each line of a file by a line.
func (a *app) clockBatch(r *clock.Reckoner, name string) (err error) {
	in := a.stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return errs.E("clock: batch", errs.Invalid, "The file "+name+" cannot be opened.", err)
		}
		defer file.Close()
		in = file
	}
	out := bufio.NewWriter(a.stdout)
	defer func() { err = errors.Join(err, out.Flush()) }()
	_, err = r.Batch(in, out)
	return err
}
