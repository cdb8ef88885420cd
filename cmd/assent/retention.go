package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"assent/subscriptions/retention"
)

func (a *app) retentionCommand() *cobra.Command {
	c := &cobra.Command{Use: "retention", Short: "See and carry out the retention schedule", Args: noSuchCommand, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	dryRun := false
	run := &cobra.Command{
		Use: "run", Short: "Find what is due, and dispose of what is approved", Args: arguments(),
		Long: "Does at once what 'assent serve' does once a day. With --dry-run it only counts what is due.",
		RunE: func(c *cobra.Command, _ []string) error { return a.runRetention(c.Context(), dryRun) },
	}
	run.Flags().BoolVar(&dryRun, "dry-run", false, "count what is due, and change nothing")
	c.AddCommand(run, &cobra.Command{
		Use: "rules", Short: "List the rules in force", Args: arguments(),
		RunE: func(c *cobra.Command, _ []string) error { return a.listRules(c.Context()) },
	}, &cobra.Command{
		Use: "certificates", Short: "List the records of destruction", Args: arguments(),
		RunE: func(c *cobra.Command, _ []string) error { return a.listCertificates(c.Context()) },
	})
	return c
}

func (a *app) runRetention(ctx context.Context, dryRun bool) error {
	k, db, err := a.keeper(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	reports, err := (&retention.Service{Store: db, Keeper: k, Now: a.now}).Run(ctx, dryRun)
	for _, r := range reports {
		if dryRun {
			fmt.Fprintf(a.stdout, "Rule %d, %s: %s due.\n", r.Rule.ID, r.Rule.Name, thousands(r.Due))
			continue
		}
		fmt.Fprintf(a.stdout, "Rule %d, %s: %s due, %s disposed of, %s wait for a person, %s held, %s no longer due.\n",
			r.Rule.ID, r.Rule.Name, thousands(r.Due), thousands(r.Disposed), thousands(r.Waiting), thousands(r.Held), thousands(r.Void))
	}
	if len(reports) == 0 && err == nil {
		fmt.Fprintln(a.stdout, "There are no rules. Declare them on the console's page Retention, or through the API.")
	}
	return err
}

func (a *app) listRules(ctx context.Context) error {
	_, db, err := a.keeper(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	rules, err := db.Rules(ctx, false)
	for _, r := range rules {
		longer, review := "", ""
		if r.Longer.PurposeID != 0 {
			longer = fmt.Sprintf(" (%s while they permit “%s”)", r.Longer.Period, r.Longer.Purpose)
		}
		if r.Review {
			review = "; a person approves first"
		}
		fmt.Fprintf(a.stdout, "%3d  %s: %s, %s%s after %s, %s%s. %s\n", r.ID, r.Name, r.What, r.Period, longer, r.Since, r.Action, review, r.Reason)
	}
	return err
}

func (a *app) listCertificates(ctx context.Context) error {
	_, db, err := a.keeper(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	for before, more := int64(0), true; more; {
		page, err := db.Certificates(ctx, before, 100)
		if err != nil {
			return err
		}
		for _, c := range page {
			fmt.Fprintf(a.stdout, "%3d  %s  rule %d (%s, %s): %s, approved by %s, digest %s\n", c.ID, day(c.At), c.RuleID, c.What, c.Action, thousands(c.Objects), c.ApprovedBy, c.Digest)
			before = c.ID
		}
		more = len(page) == 100
	}
	return nil
}
