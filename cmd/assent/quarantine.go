package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"assent/internal/audit"
	"assent/subscriptions/importing"
)

func (a *app) quarantineCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "quarantine", Short: "People whom imports brought without evidence: list them, ask them once",
		Args: noSuchCommand, RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.quarantineList(), a.quarantineAsk())
	return c
}

func (a *app) quarantineList() *cobra.Command {
	var id int64
	c := &cobra.Command{
		Use: "list", Short: "List the rows in quarantine", Args: arguments(),
		RunE: func(c *cobra.Command, _ []string) error {
			_, db, err := a.data(c.Context())
			if err != nil {
				return err
			}
			defer db.Close()
			if err := db.Record(c.Context(), audit.Note{Action: audit.ListPeople, Object: "quarantine"}); err != nil {
				return err
			}
			const page = 500
			for after, first := (importing.Apart{}), true; ; first = false {
				rows, err := db.Quarantined(c.Context(), id, after, page)
				if err != nil {
					return err
				}
				if len(rows) == 0 {
					if first {
						fmt.Fprintln(a.stdout, "Nobody is in quarantine.")
					}
					return nil
				}
				after = rows[len(rows)-1]
				err = a.table("IMPORT\tLINE\tADDRESS\tCAME\tASKED\tWHY\t", len(rows), func(i int) string {
					r, asked := rows[i], "no"
					if !r.AskedAt.IsZero() {
						asked = day(r.AskedAt)
					}
					return fmt.Sprintf("%d\t%d\t%s\t%s\t%s\t%s\t", r.ImportID, r.Line, r.Address.String(), day(r.CreatedAt), asked, r.Why)
				})
				if err != nil {
					return err
				}
			}
		},
	}
	c.Flags().Int64Var(&id, "import", 0, "only rows of the import with this number")
	return c
}

func (a *app) quarantineAsk() *cobra.Command {
	var dry bool
	var why, as string
	c := &cobra.Command{
		Use: "ask IMPORT", Short: "Send the people of an import one request for permission",
		Long: `Sends everybody whom an import put into quarantine one mail that says where we have their address from, and asks
whether they want the list. Each address is asked once, ever, by whatever file it comes again; whoever opted out or is
suppressed is never asked. No answer means no mail: rows that nobody answered are destroyed after ASSENT_QUARANTINE_DAYS.

Take care: a mail that asks for consent is direct marketing itself, and may not be sent to whoever never had to do with
you (ICO v Flybe and ICO v Honda, 2017). --why says on what ground these people may be asked; it is kept for ever.`,
		Args: arguments("the number of an import"),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return usagef("The number of an import is meant, such as 3. 'assent import list' shows them.")
			}
			return a.askQuarantined(c.Context(), id, why, as, dry)
		},
	}
	c.Flags().StringVar(&why, "why", "", "on what ground these people may be asked; needed")
	c.Flags().StringVar(&as, "as", "", "address of the operator who answers for it; the ledger names them by number")
	c.Flags().BoolVar(&dry, "dry-run", false, "tell who would be asked, and ask nobody")
	return c
}

func (a *app) askQuarantined(ctx context.Context, id int64, why, as string, dry bool) error {
	_, db, err := a.data(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	actor, err := a.answering(ctx, db, as)
	if err != nil {
		return err
	}
	n, err := (&importing.Asking{Store: db, Keys: db.HouseKeys(), Now: a.now}).Ask(ctx, id, actor, why, dry)
	if err != nil {
		if n.Asked > 0 && !dry {
			fmt.Fprintf(a.stderr, "%s were asked so far. The same command goes on behind them.\n", thousands(n.Asked))
		}
		return err
	}
	if dry {
		fmt.Fprintln(a.stdout, "Dry run: nobody was asked. What would become of the rows:")
	} else {
		fmt.Fprintln(a.stdout, "What became of the rows; the mails go out as soon as 'assent serve' runs:")
	}
	a.counts([]tally{
		{n.Asked, "are asked"}, {n.Before, "were asked before, and are not again"}, {n.Away, "opted out, are suppressed or restricted: not asked"},
		{n.OnList, "are on the list by now"}, {n.Invalid, "were erased"},
	})
	return nil
}
