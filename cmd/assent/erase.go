package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/subscriptions"
)

func (a *app) eraseCommand() *cobra.Command {
	var ground, untold, as string
	var grounds []string
	for _, g := range subscriptions.Grounds {
		grounds = append(grounds, string(g))
	}
	c := &cobra.Command{
		Use: "erase ADDRESS", Short: "Erase a person, and keep them away for ever",
		Long: "Takes away everything about a person in one transaction, and leaves a keyed hash that keeps the address away, across imports and restored backups.\n\n" +
			"The person is told first: the erasure waits for the letter, which 'assent serve' sends. With --untold REASON it is done at once.\n\n" +
			"It is refused while an access case is open, a hold stands, or processing is restricted.",
		Args: arguments("an address"),
		RunE: func(c *cobra.Command, args []string) error {
			return a.erase(c.Context(), args[0], subscriptions.Ground(ground), untold, as)
		},
	}
	c.Flags().StringVar(&ground, "ground", string(subscriptions.GroundRequest), "why: "+strings.Join(grounds, ", "))
	c.Flags().StringVar(&untold, "untold", "", "why the person is not told first; erases at once")
	c.Flags().StringVar(&as, "as", "", "address of the operator who answers for it")
	return c
}

func (a *app) erase(ctx context.Context, who string, ground subscriptions.Ground, untold, as string) error {
	addr, err := address.Parse(who)
	if err != nil {
		return usagef("%s", errs.Message(err))
	}
	k, db, err := a.keeper(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	actor, err := a.answering(ctx, db, as)
	if err != nil {
		return err
	}
	e, err := k.Erase(ctx, subscriptions.ErasureRequest{Address: addr, Ground: ground, Actor: actor, Untold: untold})
	if err != nil {
		return err
	}
	if e.State == subscriptions.ErasureTelling {
		fmt.Fprintf(a.stdout, "Erasure %d waits for the letter that tells the person. It is done when the letter has left.\n", e.ID)
		return nil
	}
	rows := int64(0)
	for _, n := range e.Emptied {
		rows += n
	}
	fmt.Fprintf(a.stdout, "Erasure %d is done: %s emptied; event %d of the ledger keeps the address away.\n", e.ID, counted(rows, "row", "rows"), e.EventSeq)
	return nil
}

// keeper opens the database, with its journal, for taking data away. The caller closes it.
func (a *app) keeper(ctx context.Context) (*subscriptions.Keeper, *store.DB, error) {
	_, db, err := a.data(ctx)
	if err != nil {
		return nil, nil, err
	}
	return &subscriptions.Keeper{Store: db, Keys: db.HouseKeys(), Now: a.now}, db, nil
}
