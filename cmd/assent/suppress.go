package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"assent/internal/address"
	"assent/internal/csvfile"
	"assent/internal/store"
	"assent/subscriptions"
)

func (a *app) suppressCommand() *cobra.Command {
	c := &cobra.Command{Use: "suppress", Short: "Keep addresses from being mailed", Args: noSuchCommand, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	var list, programme, reason, as string
	imp := &cobra.Command{
		Use: "import FILE", Short: "Bar every address in a file",
		Long: "Bars every address in a CSV or plain text file, whether or not it is on record: one address in a line, or a column named address or email.\n\n" +
			"Without --list or --programme nothing may be sent to them at all. A file that broke off is simply brought again.",
		Args: arguments("a file"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.suppressFile(c.Context(), args[0], list, programme, reason, as)
		},
	}
	imp.Flags().StringVar(&list, "list", "", "bar them from one list only")
	imp.Flags().StringVar(&programme, "programme", "", "bar them from one programme only")
	imp.Flags().StringVar(&reason, "reason", "external list", "why, in small letters that name nobody; it stays for ever")
	imp.Flags().StringVar(&as, "as", "", "address of the operator who answers for it")
	c.AddCommand(imp, &cobra.Command{
		Use: "fold", Short: "Bar every spelling of mailboxes that are barred under one", Args: arguments(),
		Long: "After turning ASSENT_FOLD on: looks at everybody on record for spellings of one mailbox, such as ann+news@ and ann@, and bars each from what any of them is barred from. " +
			"Who is known by a hash only stays barred under the spelling that they had. Running it again changes nothing.",
		RunE: func(c *cobra.Command, _ []string) error { return a.foldAll(c.Context()) },
	})
	return c
}

func (a *app) foldAll(ctx context.Context) error {
	settings, db, err := a.data(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if !settings.Folding.On() {
		return usagef("ASSENT_FOLD is not set, so each spelling is an address of its own.")
	}
	n, err := db.FoldAll(ctx)
	if err == nil {
		fmt.Fprintf(a.stdout, "%s addresses are variants of others; each is barred now from what any of its mailbox is barred from.\n", thousands(n))
	}
	return err
}

func (a *app) suppressFile(ctx context.Context, path, list, programme, reason, as string) error {
	file, survey, err := examine(path, csvfile.UTF8)
	if err != nil {
		return err
	}
	defer file.Close()
	k, db, err := a.keeper(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	scope, err := scopeNamed(ctx, db, list, programme)
	if err != nil {
		return err
	}
	actor, err := a.answering(ctx, db, as)
	if err != nil {
		return err
	}
	rows := &addressRows{rows: csvfile.NewReader(file, survey)}
	counts, err := k.SuppressMany(ctx, subscriptions.ManySuppressions{
		Scope: scope, Reason: reason, Channel: subscriptions.ByImport, Actor: actor, Source: "suppression file", Next: rows.next,
	})
	fmt.Fprintf(a.stdout, "%s: %s barred now, %s already, %s no address.\n", counted(counts.Rows, "row", "rows"), counted(counts.Suppressed, "address is", "addresses are"), counted(counts.Already, "was", "were"), counted(counts.Invalid, "is", "are"))
	if len(rows.bad) > 0 {
		fmt.Fprintf(a.stdout, "No address stands in line %s.\n", strings.Join(rows.bad, ", "))
	}
	return err
}

func scopeNamed(ctx context.Context, db *store.DB, list, programme string) (subscriptions.Scope, error) {
	switch {
	case list != "" && programme != "":
		return subscriptions.Scope{}, usagef("Give --list or --programme, not both.")
	case list != "":
		l, err := listBySlug(ctx, db, list)
		return subscriptions.ListScope(l), err
	case programme != "":
		p, err := programmeBySlug(ctx, db, programme)
		return subscriptions.ProgrammeScope(p.ID), err
	}
	return subscriptions.Everything(), nil
}

const badShown = 20 // lines without an address that are told

// addressRows reads addresses from a file: from the column that its first row names, else from the first field with an @.
type addressRows struct {
	rows   *csvfile.Reader
	column int // of the address; -1 for the first field with an @
	begun  bool
	bad    []string
}

func (r *addressRows) next() (address.Address, bool, error) {
	for {
		row, err := r.rows.Next()
		if errors.Is(err, io.EOF) {
			return address.Address{}, false, nil
		}
		if err != nil {
			return address.Address{}, false, err
		}
		if !r.begun {
			r.begun = true
			r.column = slices.IndexFunc(row.Fields, func(f string) bool {
				name := strings.ToLower(strings.TrimSpace(f))
				return name == "address" || name == "email" || name == "e-mail" || name == "email address"
			})
			if r.column >= 0 {
				continue
			}
		}
		found, err := address.Parse(r.field(row.Fields))
		if err != nil && len(r.bad) < badShown {
			r.bad = append(r.bad, fmt.Sprint(row.Line))
		}
		return found, true, nil
	}
}

func (r *addressRows) field(fields []string) string {
	i := r.column
	if i < 0 {
		i = slices.IndexFunc(fields, func(f string) bool { return strings.Contains(f, "@") })
	}
	if i < 0 || i >= len(fields) {
		return ""
	}
	return fields[i]
}
