package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"assent/internal/errs"
	"assent/internal/exporting"
	"assent/subscriptions"
)

// exportFlags are what people may say beside what is to be exported.
type exportFlags struct {
	exporting.Request
	format, path, as string
}

func (a *app) exportCommand() *cobra.Command {
	var f exportFlags
	c := &cobra.Command{
		Use: "export lists|subscribers|events|deliveries", Short: "Write lists, people, the ledger or deliveries as CSV or JSON Lines",
		Long: `Writes what is on record:

  lists        every list
  subscribers  everybody on record; with --list, those on it with the evidence of each permission, as 'assent import' reads it
  events       the ledger, evidence included
  deliveries   what was sent in a campaign (--campaign), with the permission behind each message

Memory stays the same however much there is. What broke off goes on with --after and the number that was told.

An export that is made for somebody else says for which declared recipient (--for and its number, as
/api/v1/programmes/…/recipients has it): whoever is in it is named to them when they ask, and the recipient is told when their data changes.

Every export of people is kept in the audit trail, with who and --why. A copy of personal data is yours to answer for:
destroy it when it has served (do not make unnecessary copies).`,
		Args: arguments("what to export: lists, subscribers, events or deliveries"),
		RunE: func(c *cobra.Command, args []string) error {
			f.What, f.Format = exporting.What(args[0]), exporting.Format(f.format)
			if err := f.Check(); err != nil {
				return usagef("%s", errs.Message(err))
			}
			return a.export(c.Context(), f)
		},
	}
	c.Flags().StringVar(&f.format, "format", "csv", "csv or jsonl")
	c.Flags().StringVar(&f.path, "out", "", "file to write, for its owner alone (default: standard output); with --after it is written on")
	c.Flags().StringVar(&f.List, "list", "", "only those on this list, with their evidence")
	c.Flags().Int64Var(&f.CampaignID, "campaign", 0, "the campaign whose deliveries are meant")
	c.Flags().Int64Var(&f.After, "after", 0, "go on behind the row with this number")
	c.Flags().Int64Var(&f.For, "for", 0, "number of the declared recipient that it is made for: everybody in it gets their row in the register of who got what")
	c.Flags().StringVar(&f.Why, "why", "", "what it is for; needed for everything about people")
	c.Flags().BoolVar(&f.Spreadsheet, "spreadsheet", false, "put a ' before cells that a spreadsheet would run as a formula; what is written so is no longer what is on record")
	c.Flags().StringVar(&f.as, "as", "", "address of the operator who answers for it; the audit trail names them by number")
	return c
}

func (a *app) export(ctx context.Context, f exportFlags) (err error) {
	_, db, err := a.data(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if f.Actor, err = a.answering(ctx, db, f.as); err != nil {
		return err
	}
	export, err := (&exporting.Exporter{Store: db, Register: &subscriptions.Disclosures{Store: db, Catalogue: db, Now: a.now}}).Begin(ctx, f.Request)
	if err != nil {
		return err
	}
	out, closeOut, err := a.exportTo(f)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(out, 64<<10)
	done, err := export.Write(ctx, buffered)
	if flushErr := errors.Join(buffered.Flush(), closeOut()); err == nil && flushErr != nil {
		err = errs.E("export", errs.Unavailable, "The export cannot be written to its end. Make room, and begin anew.", flushErr)
	}
	switch {
	case err != nil && done.Rows > 0:
		fmt.Fprintf(a.stderr, "%s written. The same command with --after %d goes on behind.\n", counted(done.Rows, "row was", "rows were"), done.Last)
	case err == nil:
		fmt.Fprintf(a.stderr, "%s.\n", counted(done.Rows, "row", "rows"))
	}
	return err
}

// exportTo opens where an export is written to.
func (a *app) exportTo(f exportFlags) (io.Writer, func() error, error) {
	if f.path == "" {
		return a.stdout, func() error { return nil }, nil
	}
	how := os.O_CREATE | os.O_EXCL | os.O_WRONLY
	if f.After != 0 {
		how = os.O_CREATE | os.O_APPEND | os.O_WRONLY
	}
	file, err := os.OpenFile(f.path, how, 0o600) // it holds people's data
	if err != nil {
		return nil, nil, errs.E("export", errs.Invalid, "The file "+f.path+" cannot be made. It must not be there yet, in a folder that you may write to; with --after it is written on. Nothing was done.", err)
	}
	return file, func() error { return errors.Join(file.Sync(), file.Close()) }, nil
}
