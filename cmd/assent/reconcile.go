package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"assent/inbox"
	"assent/inbox/imappoll"
	"assent/internal/assembly"
	"assent/internal/config"
	"assent/internal/errs"
	"assent/internal/senderdns"
	"assent/internal/store"
)

func (a *app) reconcileCommand() *cobra.Command {
	var only string
	c := &cobra.Command{
		Use: "reconcile", Short: "Compare every mailbox, message by message, with what was taken in",
		Long: "Lists each watched mailbox anew and compares it with the database: which messages on the server are not here, which have another time of receipt, and which have waited to be sorted. " +
			"'assent serve' does the same once a day. Nothing on the server is changed. Ends with 1 when something is not well.",
		Args: arguments(),
		RunE: func(c *cobra.Command, _ []string) error { return a.reconcile(c.Context(), only) },
	}
	c.Flags().StringVar(&only, "mailbox", "", "name of one mailbox (default: all)")
	return c
}

func (a *app) reconcile(ctx context.Context, only string) error {
	c, err := a.settings(config.Mail)
	if err != nil {
		return err
	}
	db, err := a.openStore(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close()
	looked, bad := 0, 0
	for _, m := range c.Mailboxes {
		if only != "" && m.Name != only {
			continue
		}
		looked++
		if !a.reconcileOne(ctx, db, m) {
			bad++
		}
	}
	switch {
	case looked == 0 && only != "":
		return usagef("No mailbox %q is watched.", only)
	case looked == 0:
		fmt.Fprintln(a.stdout, "No mailbox is watched.")
	case bad > 0:
		return errTold
	}
	return nil
}

// reconcileOne compares one mailbox and tells what it found. It reports whether all is well.
func (a *app) reconcileOne(ctx context.Context, db *store.DB, m config.Mailbox) bool {
	box, err := assembly.Box(m)
	var r inbox.Reconciliation
	if err == nil {
		r, err = inbox.Reconcile(ctx, m.Name, (&imappoll.Poller{Mailbox: box}).Census, db, a.now())
	}
	if err != nil {
		fmt.Fprintf(a.stdout, "%s: %s\n", m.Name, errs.Message(err))
		return false
	}
	fmt.Fprintf(a.stdout, "%s: %s on the server, of which %s missing here, %s with another time of receipt, %s so new that they may be on the way.\n",
		m.Name, thousands(int64(r.OnServer)), thousands(int64(r.Missing)), thousands(int64(r.Shifted)), thousands(int64(r.OnTheWay)))
	fmt.Fprintf(a.stdout, "%*s%s here that others moved or removed there; %s not sorted within an hour.\n", len(m.Name)+2, "", thousands(int64(r.Gone)), thousands(int64(r.Unsettled)))
	if says := r.Trouble(); says != "" {
		fmt.Fprintf(a.stdout, "%*s%s\n", len(m.Name)+2, "", says)
		if len(r.First) > 0 {
			fmt.Fprintf(a.stdout, "%*sMissing UIDs under UIDVALIDITY %d: %v\n", len(m.Name)+2, "", r.UIDValidity, r.First)
		}
	}
	return r.Well()
}

const comparedWithin = 49 * time.Hour // once a day, and one that failed

// lookAtReconciliation tells what the last comparison of each mailbox brought.
func (d *doctor) lookAtReconciliation(ctx context.Context, db *store.DB) error {
	all, err := db.Mailboxes(ctx)
	for _, m := range all {
		switch says := m.Compared.Trouble(); {
		case says != "":
			d.tell(senderdns.Bad, "mailbox", m.Name+": "+says, "Run 'assent reconcile' to look again.")
		case !m.Compared.At.IsZero() && d.now().Sub(m.Compared.At) > comparedWithin:
			d.tell(senderdns.Warn, "mailbox", m.Name+" was compared with what was taken in on "+m.Compared.At.Format("2 January 2006")+", and not since.", "Run 'assent reconcile', and see that 'assent serve --run inbox' runs.")
		}
	}
	return err
}
