package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"assent/internal/demo"
)

func (a *app) demoCommand() *cobra.Command {
	o := demo.Options{}
	c := &cobra.Command{
		Use: "demo", Short: "Play a story on the real thing, with nothing installed", Args: arguments(),
		Long: "Starts everything in this process (SQLite in a temporary folder, an embedded Redis, a small mail world), plays a story with three programmes " +
			"and some two hundred people, tells what happened, and stays up until Ctrl-C.",
		RunE: func(c *cobra.Command, _ []string) error { return a.demo(c, o) },
	}
	c.Flags().BoolVar(&o.Once, "once", false, "end after the story: with 0 only if every expectation of it held")
	c.Flags().BoolVar(&o.JSON, "json", false, "print what happened as one JSON object")
	c.Flags().StringVar(&o.Listen, "listen", "127.0.0.1:0", "address of the pages; port 0 takes a free one")
	return c
}

func (a *app) demo(c *cobra.Command, o demo.Options) error {
	o.Out, o.Show, o.Now = a.stdout, a.stderr, a.now
	if f, ok := a.stderr.(*os.File); ok {
		o.Live = term.IsTerminal(int(f.Fd()))
	}
	err := demo.Run(c.Context(), o)
	if errors.Is(err, demo.ErrStory) {
		fmt.Fprintf(a.stderr, "assent: %v\n", err) // everybody in the story is invented, so its details may be told
		return errTold
	}
	return err
}
