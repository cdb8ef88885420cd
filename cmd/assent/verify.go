package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"assent/internal/config"
	"assent/internal/store"
	"assent/mailer"
	"assent/subscriptions"
)

func (a *app) verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use: "verify", Short: "Prove the ledger, and every message by it", Args: arguments(),
		Long: "Holds the ledger to its chain and its sealed end, what people were told to its digests, the tables that the gate reads to the ledger, " +
			"and every message that ever started to the ledger as the gate saw it.\n\nIt names the first row that is wrong and ends with 1.",
		RunE: func(c *cobra.Command, _ []string) error { return a.verify(c) },
	}
}

func (a *app) verify(c *cobra.Command) error {
	db, err := a.openUnsealed(c.Context())
	if err != nil {
		return err
	}
	defer db.Close()
	events, err := subscriptions.VerifyLedger(c.Context(), db)
	if err != nil {
		return a.fault(err)
	}
	fmt.Fprintf(a.stdout, "The ledger holds: %d events, chained and sealed, and what the gate reads follows from them.\n", events)
	deliveries, err := mailer.Verify(c.Context(), db, db)
	if err != nil {
		return a.fault(err)
	}
	fmt.Fprintf(a.stdout, "Every message was allowed: %d deliveries held against the ledger.\n", deliveries)
	return nil
}

// openUnsealed opens the database even if its ledger's seal is broken: that is what verifying is for.
func (a *app) openUnsealed(ctx context.Context) (*store.DB, error) {
	c, err := a.settings(config.Data)
	if err != nil {
		return nil, err
	}
	o, err := a.storeOptions(c)
	if err != nil {
		return nil, err
	}
	o.Unsealed = true
	db, err := store.Open(ctx, c.DatabaseURL.Reveal(), o)
	return db, fileTrouble(c, err)
}

// fault tells of the first row that is wrong.
func (a *app) fault(err error) error {
	var f *subscriptions.Fault
	if !errors.As(err, &f) {
		return err
	}
	fmt.Fprintf(a.stdout, "NOT as it should be: %s, %s: %s.\n", f.Table, f.Row, f.What)
	fmt.Fprintln(a.stdout, "Nothing was changed. Keep this database as it is, find out who can write to it, and compare it with a backup.")
	return errTold
}
