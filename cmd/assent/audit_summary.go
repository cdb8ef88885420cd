package main

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"assent/internal/assembly"
	"assent/internal/audit"
	"assent/internal/config"
	"assent/internal/errs"
	"assent/internal/signed"
	"assent/templates"
)

// summaryOf lays an export out for people to read.
func summaryOf(p audit.ExportProof, t audit.Tally, format audit.Format, key ed25519.PublicKey) templates.AuditSummary {
	return templates.AuditSummary{
		From: p.From, To: p.To, MadeAt: p.ExportedAt, Person: p.PersonID, Entries: p.Entries, InRange: p.InRange, First: p.Before.Seq + 1, Last: p.Last.Seq,
		FirstHash: p.Before.Hash, EndHash: p.Last.Hash, Actions: countsOf(t.ByAction), Actors: countsOf(t.ByActor), Erased: t.Erased, Seal: p.Seal,
		Fingerprint: signed.Fingerprint(key), Key: signed.KeyText(key), File: "trail." + string(format),
	}
}

// countsOf sorts counts, the largest first.
func countsOf(of map[string]int64) []templates.Count {
	var out []templates.Count
	for label, n := range of {
		out = append(out, templates.Count{Label: label, N: int(n)})
	}
	slices.SortFunc(out, func(a, b templates.Count) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Label, b.Label)) })
	return out
}

func writeSummary(path string, data templates.AuditSummary) error {
	set, err := templates.Load()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := set.Document(&b, "audit-summary", data); err != nil {
		return err
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		return errs.E("audit: summary", errs.Unavailable, "The summary cannot be written.", err)
	}
	return nil
}

func (a *app) auditKey() *cobra.Command {
	return &cobra.Command{
		Use: "key", Short: "Print the public key that packs and exports are signed with", Args: arguments(),
		Long: "Prints the public key and its fingerprint. Publish it, or give it to whoever checks packs and exports, by another way than the packs themselves. It follows from ASSENT_SECRET and changes with it.",
		RunE: func(*cobra.Command, []string) error {
			c, err := a.settings(config.Data)
			if err != nil {
				return err
			}
			keys, err := assembly.Keys(c)
			if err != nil {
				return err
			}
			key, err := keys.Signer()
			if err != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "%s\nFingerprint: %s\n", signed.KeyText(publicOf(key)), signed.Fingerprint(publicOf(key)))
			return nil
		},
	}
}
