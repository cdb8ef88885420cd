package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"assent/internal/csvfile"
	"assent/internal/errs"
	"assent/internal/jsonlines"
	"assent/subscriptions/importing"
)

// rowsOf returns the rows of a file: JSON Lines where that was said or the file is named so, otherwise CSV. The file is at its beginning.
func rowsOf(file *os.File, survey csvfile.Survey, format string) (importing.Rows, error) {
	switch ext := strings.ToLower(filepath.Ext(file.Name())); {
	case format == "jsonl", format == "" && (ext == ".jsonl" || ext == ".ndjson"):
	default:
		return csvfile.NewReader(file, survey), nil
	}
	columns, err := jsonlines.Columns(file, survey)
	if err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, errs.E("import", errs.Invalid, "The file "+file.Name()+" is read more than once, so it cannot be a pipe. Save it first.", err)
	}
	return jsonlines.NewReader(file, survey, columns), nil
}

func (a *app) importsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the imports, the newest first", Args: arguments(),
		RunE: func(c *cobra.Command, _ []string) error {
			_, db, err := a.data(c.Context())
			if err != nil {
				return err
			}
			defer db.Close()
			const most = 200
			all, err := db.Imports(c.Context(), math.MaxInt64, most)
			if err != nil {
				return err
			}
			return a.table("NUMBER\tBEGUN\tFILE\tROWS\tON THE LIST\tQUARANTINE\tWHO\tSTATE\t", len(all), func(i int) string {
				x := all[i]
				return fmt.Sprintf("%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t", x.ID, day(x.CreatedAt), x.FileName, thousands(x.Rows), thousands(x.Granted), thousands(x.Quarantined), x.Actor, importState(x))
			})
		},
	}
}

func importState(x importing.Import) string {
	switch {
	case !x.UndoneAt.IsZero():
		return "taken back " + day(x.UndoneAt)
	case x.UndoneUpTo != 0:
		return "being taken back"
	case x.FinishedAt.IsZero():
		return "not finished"
	}
	return "finished"
}

func (a *app) undoImportCommand() *cobra.Command {
	var dry bool
	var as string
	c := &cobra.Command{
		Use: "undo NUMBER", Short: "Take a whole import back",
		Long: `Ends every permission that an import gave and that nothing newer stands on, forgets the people whom only this import
brought in and to whom nothing was sent, and drops the rows that it put into quarantine. Opt-outs and suppressions that it
took over stay. 'assent import list' shows the numbers.

The ledger keeps both: that people were brought in, and that it was taken back. The same file can be brought in again.
Repeating it changes nothing; after Ctrl-C or a crash the same command goes on where it stopped.`,
		Args: arguments("the number of an import"),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return usagef("The number of an import is meant, such as 3. 'assent import list' shows them.")
			}
			return a.undoImport(c.Context(), id, as, dry)
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "tell what would be taken back, and change nothing")
	c.Flags().StringVar(&as, "as", "", "address of the operator who answers for it; the ledger names them by number")
	return c
}

func (a *app) undoImport(ctx context.Context, id int64, as string, dry bool) error {
	_, db, err := a.data(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	actor, err := a.answering(ctx, db, as)
	if err != nil {
		return err
	}
	done, err := (&importing.Undoing{Store: db, Now: a.now}).Undo(ctx, id, actor, dry)
	if err != nil {
		if done.Ended > 0 && !dry {
			fmt.Fprintf(a.stderr, "%s permissions were ended so far. The same command goes on behind them.\n", thousands(done.Ended))
		}
		return err
	}
	switch {
	case done.Already:
		fmt.Fprintf(a.stdout, "Import %d was taken back on %s. Nothing was done again.\n", id, day(done.UndoneAt))
		return nil
	case dry:
		fmt.Fprintf(a.stdout, "Dry run: nothing was changed. Taking back import %d (%s) would have done this:\n", id, done.FileName)
	default:
		fmt.Fprintf(a.stdout, "Import %d (%s) was taken back:\n", id, done.FileName)
	}
	a.counts([]tally{
		{done.Ended, "permissions ended"},
		{done.Left, "left alone: something newer stands, or they had ended"},
		{done.Kept, "opt-outs and suppressions that it took over: they stay"},
		{done.Forgotten, "people forgotten whom nothing else brought in"},
		{done.Dropped, "rows dropped from quarantine"},
	})
	return nil
}

// tally is a number with what it counts.
type tally struct {
	n    int64
	what string
}

// counts prints those that are not nothing.
func (a *app) counts(all []tally) {
	for _, c := range all {
		if c.n > 0 {
			fmt.Fprintf(a.stdout, "%12s  %s\n", thousands(c.n), c.what)
		}
	}
}
