package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"assent/internal/config"
	"assent/internal/store"
)

func (a *app) migrateCommand() *cobra.Command {
	var replay []string
	c := &cobra.Command{
		Use: "migrate", Short: "Bring the database to the schema of this version",
		Long: "Makes the tables in an empty database, or brings older ones up to date. Data is never dropped, and a newer schema is left alone. Running it again changes nothing.\n\nAfter the restoring of an older backup it carries out again what the journal has and the backup lacks, as every start does.",
		Args: arguments(),
		RunE: func(c *cobra.Command, _ []string) error {
			settings, err := a.settings(config.Data)
			if err != nil {
				return err
			}
			o, err := a.storeOptions(settings)
			if err != nil {
				return err
			}
			from, to, err := store.Migrate(c.Context(), settings.DatabaseURL.Reveal(), o)
			if err != nil {
				return fileTrouble(settings, err)
			}
			// Opening it shows that the ledger bears the seal of this secret.
			db, err := a.openStore(c.Context(), settings)
			if err != nil {
				return err
			}
			defer db.Close()
			if err := a.keepJournal(c.Context(), settings, db, replay...); err != nil {
				return err
			}
			switch {
			case from == to:
				fmt.Fprintf(a.stdout, "The %s database has schema %d already. Its schema was not changed.\n", db.Name(), to)
			case from == 0:
				fmt.Fprintf(a.stdout, "The %s database is ready, with schema %d.\n", db.Name(), to)
			default:
				fmt.Fprintf(a.stdout, "The %s database went from schema %d to %d.\n", db.Name(), from, to)
			}
			return nil
		},
	}
	c.Flags().StringArrayVar(&replay, "replay", nil, "journal of another machine, to be replayed after the restoring of a backup; may be repeated")
	return c
}
