package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"assent/internal/assembly"
	"assent/internal/config"
	"assent/internal/errs"
	"assent/internal/store"
)

func (a *app) secretCommand() *cobra.Command {
	c := &cobra.Command{Use: "secret", Short: "Change the installation's secret", Args: noSuchCommand, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(&cobra.Command{
		Use: "rotate", Short: "Take up a new ASSENT_SECRET",
		Long: "Stop every 'assent serve', put the new secret into ASSENT_SECRET and the old one first into ASSENT_FORMER_SECRETS, and run this. What the old secret had sealed and wrapped is " +
			"sealed and wrapped anew. Addresses keep their hashes, so whoever is suppressed or erased stays so.\n\n" +
			"Keep the old secret in ASSENT_FORMER_SECRETS for as long as links in mail that is out should work. Running it again changes nothing.",
		Args: arguments(),
		RunE: func(c *cobra.Command, _ []string) error { return a.rotateSecret(c.Context()) },
	})
	return c
}

func (a *app) rotateSecret(ctx context.Context) error {
	c, err := a.settings(config.Data)
	if err != nil {
		return err
	}
	if len(c.FormerSecrets) == 0 {
		return usagef("Put the old secret into ASSENT_FORMER_SECRETS first.")
	}
	is, err := assembly.Keys(c)
	if err != nil {
		return err
	}
	var last error
	for _, former := range c.FormerSecrets {
		old := c
		old.Secret, old.FormerSecrets = former, c.FormerSecrets
		was, err := assembly.Keys(old)
		if err != nil {
			return err
		}
		changed, err := store.Rotate(ctx, c.DatabaseURL.Reveal(), was, is, a.now)
		switch {
		case err == nil && changed == 0:
			fmt.Fprintln(a.stdout, "The database bears this ASSENT_SECRET already. Nothing was changed.")
			return nil
		case err == nil:
			fmt.Fprintf(a.stdout, "The database bears the new ASSENT_SECRET now: %s seals and keys were made anew.\n", thousands(changed))
			return nil
		case errs.KindOf(err) != errs.Invalid:
			return fileTrouble(c, err)
		}
		last = err
	}
	return last
}
