package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"assent/internal/audit"
	"assent/internal/config"
	"assent/internal/store"
	"assent/mailer"
	"assent/subscriptions"
)

func (a *app) verifyCommand() *cobra.Command {
	var f verifyFlags
	c := &cobra.Command{
		Use: "verify", Short: "Prove the ledger, every message by it, and the audit trail", Args: arguments(),
		Long: "Holds the ledger to its chain and its sealed end, what people were told to its digests, the tables that the gate reads to the ledger, " +
			"every message that ever started to the ledger as the gate saw it, and the audit trail to its chain, seals and keys.\n\n" +
			"It names the first row that is wrong and ends with 1.\n\n" +
			"With --against it also holds the database to a seal that was kept elsewhere, such as a mail to ASSENT_SEAL_TO. --pack and --export check what was handed out; they need neither settings nor a database.",
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case f.pack != "":
				return a.checkPack(c.Context(), f.pack, f.key, f.ledger)
			case f.export != "":
				return a.checkExport(f.export, f.key)
			}
			return a.verify(c.Context(), f.against)
		},
	}
	c.Flags().StringVar(&f.against, "against", "", "a seal, or a file with one: a mail is enough")
	c.Flags().StringVar(&f.pack, "pack", "", "check a show-me pack (pack.json) offline")
	c.Flags().StringVar(&f.export, "export", "", "check the folder of an audit export offline")
	c.Flags().StringVar(&f.key, "key", "", "the public key that must have signed it")
	c.Flags().BoolVar(&f.ledger, "ledger", false, "with --pack: hold its events to the ledger of this database too")
	c.MarkFlagsMutuallyExclusive("against", "pack", "export")
	return c
}

// verifyFlags is what the verify command is told.
type verifyFlags struct {
	against, pack, export, key string
	ledger                     bool
}

func (a *app) verify(ctx context.Context, against string) error {
	var seal audit.Seal
	if against != "" {
		var err error
		if seal, err = readSeal(against); err != nil {
			return err
		}
	}
	db, err := a.openUnsealed(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	events, err := subscriptions.VerifyLedger(ctx, db)
	if err != nil {
		return a.fault(err)
	}
	fmt.Fprintf(a.stdout, "The ledger holds: %d events, chained and sealed, and what the gate reads follows from them.\n", events)
	deliveries, err := mailer.Verify(ctx, db, db)
	if err != nil {
		return a.fault(err)
	}
	fmt.Fprintf(a.stdout, "Every message was allowed: %d deliveries held against the ledger.\n", deliveries)
	entries, err := audit.Verify(ctx, db)
	if err != nil {
		return a.fault(err)
	}
	fmt.Fprintf(a.stdout, "The audit trail holds: %d entries, chained and sealed.\n", entries)
	if against == "" {
		return nil
	}
	if err := audit.Against(ctx, db, seal); err != nil {
		return a.fault(err)
	}
	fmt.Fprintf(a.stdout, "Both go on from the seal of %s: nothing from before it was changed or cut off.\n", seal.At.Format("2 January 2006, 15:04 UTC"))
	return nil
}

// readSeal reads a seal that was pasted, or stands in a file.
func readSeal(against string) (audit.Seal, error) {
	if strings.Contains(against, "\n") {
		return audit.ParseSeal(against)
	}
	b, err := readFile(against, audit.MaxSealText)
	if err != nil {
		return audit.Seal{}, err
	}
	return audit.ParseSeal(string(b))
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
	var inTrail *audit.Fault
	switch {
	case errors.As(err, &inTrail):
		f = &subscriptions.Fault{Table: inTrail.Table, Row: inTrail.Row, What: inTrail.What}
	case !errors.As(err, &f):
		return err
	}
	fmt.Fprintf(a.stdout, "NOT as it should be: %s, %s: %s.\n", f.Table, f.Row, f.What)
	fmt.Fprintln(a.stdout, "Nothing was changed. Keep this database as it is, find out who can write to it, and compare it with a backup.")
	return errTold
}
