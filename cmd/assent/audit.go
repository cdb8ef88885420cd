package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/signed"
	"assent/internal/store"
)

func (a *app) auditCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "audit", Short: "The audit trail: list, export, seal, trim",
		Args: noSuchCommand, RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.auditList(), a.auditExport(), a.auditSeal(), a.auditTrim(), a.auditKey())
	return c
}

// trailFlags choose entries.
type trailFlags struct {
	from, to, actor, action, object string
	person                          int64
}

func (f *trailFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.from, "from", "", "first day, such as 2026-04-01 (UTC)")
	c.Flags().StringVar(&f.to, "to", "", "last day")
	c.Flags().Int64Var(&f.person, "person", 0, "only entries about the person with this number")
	c.Flags().StringVar(&f.actor, "actor", "", "only entries of this actor, such as user:3")
	c.Flags().StringVar(&f.action, "action", "", `only this action, such as "read case"`)
	c.Flags().StringVar(&f.object, "object", "", "only entries on this object, such as case:12")
}

func (f *trailFlags) filter() (audit.Filter, error) {
	out := audit.Filter{Actor: f.actor, Action: audit.Action(f.action), Object: f.object, PersonID: f.person}
	for _, d := range []struct {
		flag, text string
		into       *time.Time
		plus       int
	}{{"--from", f.from, &out.From, 0}, {"--to", f.to, &out.To, 1}} {
		if d.text == "" {
			continue
		}
		day, err := time.Parse(time.DateOnly, d.text)
		if err != nil {
			return out, usagef("%s must be a day such as 2026-04-01.", d.flag)
		}
		*d.into = day.AddDate(0, 0, d.plus)
	}
	return out, nil
}

func (a *app) auditList() *cobra.Command {
	var f trailFlags
	limit := 50
	c := &cobra.Command{
		Use: "list", Short: "List the latest entries, the newest first", Args: arguments(),
		RunE: func(c *cobra.Command, _ []string) error {
			filter, err := f.filter()
			if err != nil {
				return err
			}
			return a.withTrail(c.Context(), func(db *store.DB) error {
				if err := db.Record(c.Context(), audit.Note{Action: audit.ReadTrail, PersonID: f.person}); err != nil {
					return err
				}
				all, err := db.Trail(c.Context(), filter, 0, min(max(limit, 1), 10_000))
				if err != nil {
					return err
				}
				return a.table("SEQ\tAT\tWHO\tWHAT\tOBJECT\tWHY\t", len(all), func(i int) string {
					e := all[i]
					return fmt.Sprintf("%d\t%s\t%s\t%s\t%s\t%s", e.Seq, e.At.Format("2006-01-02 15:04:05"), e.Actor, e.Action, e.Object, when(e.Destroyed, "(erased)")+e.Why)
				})
			})
		},
	}
	f.add(c)
	c.Flags().IntVar(&limit, "limit", limit, "how many")
	return c
}

func (a *app) withTrail(ctx context.Context, fn func(*store.DB) error) error {
	_, db, err := a.data(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	return fn(db)
}

func (a *app) auditSeal() *cobra.Command {
	return &cobra.Command{
		Use: "seal", Short: "Seal the ledger and the trail now, and print the seal", Args: arguments(),
		Long: "Prints how far both chains have come, sealed with the installation's secret. Keep it where whoever can write to the database cannot: 'assent verify --against' finds later whether history was rewritten or cut off.",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withTrail(c.Context(), func(db *store.DB) error {
				s, _, err := db.KeepSeal(c.Context(), a.now().Add(time.Minute)) // whenever the last one was
				if err == nil {
					fmt.Fprint(a.stdout, s.Text())
				}
				return err
			})
		},
	}
}

func (a *app) auditTrim() *cobra.Command {
	months := audit.FloorMonths
	c := &cobra.Command{
		Use: "trim", Short: "Remove entries that are older than some months, never fewer than 12", Args: arguments(),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := audit.CheckMonths(months); err != nil || months == 0 {
				return usagef("The audit trail is kept for at least %d months.", audit.FloorMonths)
			}
			return a.withTrail(c.Context(), func(db *store.DB) error {
				n, err := db.TrimTrail(c.Context(), audit.KeptFrom(a.now(), months))
				if err == nil {
					fmt.Fprintf(a.stdout, "Removed %d entries from before %s. A seal stands for them, and the rest still verifies.\n", n, audit.KeptFrom(a.now(), months).Format("2 January 2006"))
				}
				return err
			})
		},
	}
	c.Flags().IntVar(&months, "months", 0, "how many months are kept")
	return c
}

func (a *app) auditExport() *cobra.Command {
	var f trailFlags
	var format, dir string
	c := &cobra.Command{
		Use: "export", Short: "Export the trail with its proof, as for the Information Commissioner", Args: arguments(),
		Long: "Writes a folder: the entries (trail.jsonl or trail.csv), the chain that they stand in (chain.txt), a signed statement (proof.json) and a summary to read or print (summary.html). " +
			"'assent verify --export FOLDER' checks it offline. Exporting is an entry of the trail itself.",
		RunE: func(c *cobra.Command, _ []string) error {
			filter, err := f.filter()
			if err != nil {
				return err
			}
			if dir == "" || format != string(audit.JSONLines) && format != string(audit.CSV) {
				return usagef("'assent audit export' needs -o FOLDER, and --format jsonl or csv.")
			}
			return a.withTrail(c.Context(), func(db *store.DB) error { return a.exportTrail(c.Context(), db, filter, audit.Format(format), dir) })
		},
	}
	f.add(c)
	c.Flags().StringVar(&format, "format", string(audit.JSONLines), "jsonl or csv")
	c.Flags().StringVarP(&dir, "output", "o", "", "folder to write to; it must not be there yet")
	return c
}

func (a *app) exportTrail(ctx context.Context, db *store.DB, f audit.Filter, format audit.Format, dir string) (err error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return errs.E("audit: export", errs.Invalid, "The folder "+dir+" cannot be made. Name one that is not there yet.", err)
	}
	note := audit.Note{Action: audit.ExportTrail, PersonID: f.PersonID, Facts: audit.Values{"from": f.From, "to": f.To, "format": format}}
	if err := db.Record(ctx, note); err != nil {
		return err
	}
	var files [2]*os.File
	for i, name := range []string{"trail." + string(format), "chain.txt"} {
		if files[i], err = os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
			return errs.E("audit: export", errs.Unavailable, "The export cannot be written.", err)
		}
		defer files[i].Close()
	}
	proof, tally, err := audit.Export(ctx, db, f, format, audit.Files{Trail: files[0], Chain: files[1]}, a.now())
	if err != nil {
		return err
	}
	key, err := db.Signer()
	if err != nil {
		return err
	}
	statement, err := proof.Sign(key)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "proof.json"), statement, 0o600); err != nil {
		return errs.E("audit: export", errs.Unavailable, "The statement cannot be written.", err)
	}
	if err := writeSummary(filepath.Join(dir, "summary.html"), summaryOf(proof, tally, format, publicOf(key))); err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "Exported %d entries to %s. Check it with: assent verify --export %s --key %s\n", proof.Entries, dir, dir, signed.KeyText(publicOf(key)))
	return nil
}

// checkExport proves an export offline.
func (a *app) checkExport(dir string, key string) error {
	want, err := optionalKey(key)
	if err != nil {
		return err
	}
	proof, err := audit.CheckExport(func(name string) (io.ReadCloser, error) { return os.Open(filepath.Join(dir, name)) }, want)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "The export holds: %d entries in a chain of %d without a gap, from entry %d to %d, signed with the key %s.\n",
		proof.Entries, proof.InRange, proof.Before.Seq+1, proof.Last.Seq, proof.Signature.Fingerprint)
	a.tellOwnKey(want == nil)
	return nil
}
