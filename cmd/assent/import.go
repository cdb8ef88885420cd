package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/csvfile"
	"assent/internal/errs"
	"assent/internal/scratch"
	"assent/internal/store"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

// importFlags are what people may say beside list and file.
type importFlags struct {
	dryRun                        bool
	rejects, encoding, as, format string
	mapped                        map[string]string
	ignored                       []string
	dates                         string
}

func (a *app) importCommand() *cobra.Command {
	var f importFlags
	c := &cobra.Command{
		Use: "import LIST FILE", Short: "Bring people from a file into a list, or take an import back",
		Long: `Brings people from a CSV or JSON Lines file into a list. The first row of a CSV file names the columns; in JSON Lines,
the names stand in each object:

  address      needed; or email
  act          what the person did to agree, such as "ticked the box on the stand's form"
  acted_at     when: 2026-03-31, or 2026-03-31T14:05:00Z; another order of dates is said with --dates
  source       where their data came from
  wording      what they were shown, word for word
  statement    what they said, where consent must be explicit
  confirmed_at when they confirmed it, and ip from where they acted
  status       how they stand where the file comes from: active, unsubscribed, suppressed …
  name (or first_name and last_name), language, and the attributes declared for the list's programme

A row without act, acted_at and source shows no consent: it goes to quarantine and is not mailed. Whoever opted
out or is suppressed stays so, and whoever had opted out where the file comes from has opted out here.

Exports of other programs are read as they are: --format listmonk, or --format mailchimp for each of the three
files of an audience export. Bring in the files of those who left first.

The same file for the same list goes on where it stopped, after Ctrl-C or a crash, and is never taken twice.`,
		Args: arguments("a list", "a file"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.importFile(c.Context(), args[0], args[1], f)
		},
	}
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "tell what would become of each row, and change nothing")
	c.Flags().StringVar(&f.rejects, "errors", "", "where to write the rows that are not taken (default FILE.errors.csv, or FILE.dry-run.csv)")
	c.Flags().StringVar(&f.encoding, "encoding", "utf-8", "utf-8 or latin1")
	c.Flags().StringVar(&f.format, "format", "", "csv, jsonl, listmonk or mailchimp (default: jsonl for a file of that name, otherwise csv)")
	c.Flags().StringToStringVar(&f.mapped, "map", nil, "take a column for another one, or for an attribute: --map Town=town")
	c.Flags().StringSliceVar(&f.ignored, "ignore", nil, "leave a column out, or an attribute of listmonk's")
	c.Flags().StringVar(&f.dates, "dates", "", "day-first or month-first, of a file whose dates are written 31/03/2026 or 03/31/2026")
	c.Flags().StringVar(&f.as, "as", "", "address of the operator who answers for the import; the ledger names them by number")
	c.AddCommand(a.importsCommand(), a.undoImportCommand())
	return c
}

func (a *app) importFile(ctx context.Context, slug, path string, f importFlags) error {
	format, err := importing.ParseFormat(f.format)
	if err != nil {
		return usagef("%s", errs.Message(err))
	}
	dates, err := importing.ParseDateOrder(f.dates)
	if err != nil {
		return usagef("%s", errs.Message(err))
	}
	enc, err := csvfile.ParseEncoding(f.encoding)
	if err != nil {
		return usagef("%s", errs.Message(err))
	}
	file, survey, err := examine(path, enc)
	if err != nil {
		return err
	}
	defer file.Close()
	rows, err := rowsOf(file, survey, f.format)
	if err != nil {
		return err
	}
	rejects := &rejectsFile{path: f.rejects}
	if rejects.path == "" {
		rejects.path = path + ".errors.csv"
		if f.dryRun { // the real import's file stays as it is
			rejects.path = path + ".dry-run.csv"
		}
	}
	if err := rejects.check(); err != nil {
		return err
	}
	defer rejects.Close()
	_, db, err := a.data(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	keys := db.HouseKeys()
	list, err := listBySlug(ctx, db, slug)
	if err != nil {
		return err
	}
	actor, err := a.answering(ctx, db, f.as)
	if err != nil {
		return err
	}
	seen, err := scratch.Open(survey.Lines)
	if err != nil {
		return err
	}
	defer seen.Close()
	bar := newProgress(a.stderr, "lines", survey.Lines, a.now)
	im := &importing.Importer{Store: db, Keys: keys, Now: a.now}
	report, err := im.Run(ctx, importing.Job{
		List: list, FileName: filepath.Base(path), Survey: survey, Rows: rows, Columns: importing.Mapping{Format: format, Map: f.mapped, Ignore: f.ignored, Dates: dates}, Actor: actor,
		DryRun: f.dryRun, Rejects: rejects, Seen: seen, Progress: bar.at,
	})
	bar.end()
	if err != nil {
		if column := (importing.ColumnError{}); errors.As(err, &column) {
			return errs.E("import", errs.Invalid, fmt.Sprintf("%s Say --map %q=ATTRIBUTE to take it for another one, or --ignore %q to leave it out.", errs.Message(err), column.Column, column.Column), err)
		}
		if report.ID != 0 {
			fmt.Fprintf(a.stderr, "Kept so far: %s, %s of them now on the list. The same command goes on behind.\n", counted(report.Rows, "row", "rows"), thousands(report.Granted))
		}
		return err
	}
	a.tellImport(report, list, f.dryRun, rejects)
	return nil
}

// examine opens a file and looks it over, and comes back to its beginning.
func examine(path string, enc csvfile.Encoding) (*os.File, csvfile.Survey, error) {
	const op = "import"
	file, err := os.Open(path)
	if err != nil {
		return nil, csvfile.Survey{}, errs.E(op, errs.Invalid, "The file "+path+" cannot be opened. Check its name, and that you may read it.", err)
	}
	survey, err := csvfile.Examine(file, enc)
	if err == nil {
		if _, seekErr := file.Seek(0, io.SeekStart); seekErr != nil {
			err = errs.E(op, errs.Invalid, "The file "+path+" is read twice, so it cannot be a pipe. Save it first.", seekErr)
		}
	}
	if err != nil {
		return nil, survey, errors.Join(err, file.Close())
	}
	return file, survey, nil
}

func listBySlug(ctx context.Context, db *store.DB, slug string) (subscriptions.List, error) {
	list, err := db.ListBySlug(ctx, slug)
	if err == nil || errs.KindOf(err) != errs.NotFound {
		return list, err
	}
	all, listErr := db.Lists(ctx)
	if listErr != nil {
		return list, listErr
	}
	says := fmt.Sprintf("There is no list %q, and no other yet. Open one in the console first.", slug)
	if len(all) > 0 {
		var slugs []string
		for _, l := range all {
			slugs = append(slugs, l.Slug)
		}
		says = fmt.Sprintf("There is no list %q. There are: %s.", slug, strings.Join(slugs, ", "))
	}
	return list, errs.E("import", errs.NotFound, says, err)
}

// programmeBySlug finds a programme, or says which ones there are.
func programmeBySlug(ctx context.Context, db *store.DB, slug string) (subscriptions.Programme, error) {
	programme, err := db.ProgrammeBySlug(ctx, slug)
	if err == nil || errs.KindOf(err) != errs.NotFound {
		return programme, err
	}
	all, listErr := db.Programmes(ctx)
	if listErr != nil {
		return programme, listErr
	}
	says := fmt.Sprintf("There is no programme %q, and no other yet. Declare one in the console first, or load one: assent profile list.", slug)
	if len(all) > 0 {
		var slugs []string
		for _, p := range all {
			slugs = append(slugs, p.Slug)
		}
		says = fmt.Sprintf("There is no programme %q. There are: %s.", slug, strings.Join(slugs, ", "))
	}
	return programme, errs.E("programme", errs.NotFound, says, err)
}

// answering returns who answers for what a command does to people: the operator that --as names, or whoever runs it.
func (a *app) answering(ctx context.Context, db *store.DB, as string) (string, error) {
	if as == "" {
		return commandActor(), nil
	}
	who, err := address.Parse(as)
	if err != nil {
		return "", usagef("--as: %s", errs.Message(err))
	}
	u, err := (&auth.Service{Store: db, Now: a.now}).UserByAddress(ctx, who)
	if err != nil {
		return "", err
	}
	if u.Disabled {
		return "", errs.E("answering", errs.Forbidden, "This operator is disabled, and cannot answer for it.", nil)
	}
	return u.Actor().String(), u.Actor().Need(auth.SubscribersWrite)
}

func (a *app) tellImport(r importing.Report, list subscriptions.List, dryRun bool, rejects *rejectsFile) {
	switch {
	case r.Already:
		fmt.Fprintf(a.stdout, "This file was brought into %s on %s. Nothing was done again. What became of its %s:\n", list.Name, day(r.FinishedAt), counted(r.Rows, "row", "rows"))
	case dryRun:
		fmt.Fprintf(a.stdout, "Dry run: nothing was changed. What would become of %s in %s:\n", counted(r.Rows, "row", "rows"), list.Name)
	case r.Resumed > 0:
		fmt.Fprintf(a.stdout, "Went on after %s. What became of %s in %s:\n", counted(r.Resumed, "row", "rows"), counted(r.Rows, "row", "rows"), list.Name)
	default:
		fmt.Fprintf(a.stdout, "What became of %s in %s:\n", counted(r.Rows, "row", "rows"), list.Name)
	}
	a.counts([]tally{
		{r.Granted, "now on the list"},
		{r.Unchanged, "were on it already"},
		{r.Duplicates, "repeat an address of an earlier row"},
		{r.Quarantined, "in quarantine, not mailable: no evidence"},
		{r.Refused, "refused: opted out, suppressed, restricted or expired"},
		{r.Barred, "opted out or were suppressed there, and now are here"},
		{r.Invalid, "not taken: a mistake in the row"},
	})
	if rejects.lost {
		fmt.Fprintf(a.stdout, "The rows that the earlier run did not take are no longer in %s.\n", rejects.path)
	}
	if rejects.rows > 0 {
		fmt.Fprintf(a.stdout, "Each row that was not taken, with the reason: %s\n", rejects.path)
	}
}
