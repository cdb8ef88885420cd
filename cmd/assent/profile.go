package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"assent/internal/audit"
	"assent/internal/profiles"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

func (a *app) profileCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "profile", Short: "Whole programmes to begin with",
		Long: "Programmes of different kinds, each with its purposes, notice, lists, attributes, recipients, house clocks and rules of retention. Load the nearest to yours and change it.",
		Args: noSuchCommand, RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(&cobra.Command{
		Use: "list", Short: "List the profiles", Args: arguments(),
		RunE: func(*cobra.Command, []string) error { return a.listProfiles() },
	}, &cobra.Command{
		Use: "load NAME", Short: "Declare a profile's programme with all that hangs on it", Args: arguments("the profile's name"),
		Long: "Declares the programme of a profile in the database, with a notice in English and Welsh that is drafted from it. Where a programme of that name is there already, nothing is changed.",
		RunE: func(c *cobra.Command, args []string) error { return a.loadProfile(c, args[0]) },
	})
	return c
}

func (a *app) listProfiles() error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, name := range profiles.Names() {
		p, err := profiles.Get(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s\t%s\n", name, p.About)
	}
	return w.Flush()
}

func (a *app) loadProfile(c *cobra.Command, name string) error {
	p, err := profiles.Get(name)
	if err != nil {
		return err
	}
	settings, db, err := a.data(c.Context())
	if err != nil {
		return err
	}
	defer db.Close()
	o, err := a.storeOptions(settings)
	if err != nil {
		return err
	}
	rules := &retention.Service{Store: db, Now: a.now}
	loader := profiles.Loader{
		People: &subscriptions.Service{Store: db, Keys: o.Keys, Now: a.now, Retention: rules},
		Editor: &subscriptions.Editor{Store: db, Catalogue: db, Now: a.now}, Rules: rules, Actor: audit.Actor(c.Context()),
	}
	out, err := loader.Load(c.Context(), p)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "Declared %s (%s): %s, %s, version %d of its notice.\n", out.Programme.Name, out.Programme.Slug,
		count(len(out.Purposes), "purpose"), count(len(out.Lists), "list"), out.Notice.Version)
	return nil
}
