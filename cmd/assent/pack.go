package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/errs"
	"assent/internal/signed"
	"assent/internal/store"
	"assent/internal/token"
	"assent/subscriptions/showme"
	"assent/templates"
)

func (a *app) packCommand() *cobra.Command {
	var who, dir, why string
	c := &cobra.Command{
		Use: "pack", Short: "Show for one address what was agreed, and the permission behind each message", Args: arguments(),
		Long: "Writes a folder with pack.json, which is signed, and pack.html, to read or print: every wording shown, notice version, act with its evidence, message with the permission behind it, letter, opt-out and case. " +
			"'assent verify --pack' checks pack.json offline. Making a pack is an entry of the audit trail.",
		RunE: func(c *cobra.Command, _ []string) error {
			if who == "" || dir == "" {
				return usagef("'assent pack' needs --address ADDRESS and -o FOLDER.")
			}
			addr, err := address.Parse(who)
			if err != nil {
				return usagef("%s", errs.Message(err))
			}
			if err := audit.CheckWhy(why); err != nil {
				return usagef("%s", errs.Message(err))
			}
			return a.pack(audit.For(c.Context(), why), addr, dir)
		},
	}
	c.Flags().StringVar(&who, "address", "", "the address")
	c.Flags().StringVarP(&dir, "output", "o", "", "folder to write to; it must not be there yet")
	c.Flags().StringVar(&why, "why", "", "the reason, for the audit trail")
	return c
}

func (a *app) pack(ctx context.Context, addr address.Address, dir string) error {
	_, db, err := a.data(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	p, data, err := makePack(ctx, db, db.HouseKeys(), addr, a.now())
	if err != nil {
		return err
	}
	set, err := templates.Load()
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return errs.E("pack: zone", errs.Unavailable, "The machine has no time-zone data for Europe/London.", err)
	}
	var page bytes.Buffer
	if err := set.Document(&page, "pack", showme.Page(p, zone)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return errs.E("pack: folder", errs.Invalid, "The folder "+dir+" cannot be made. Name one that is not there yet.", err)
	}
	for name, content := range map[string][]byte{"pack.json": data, "pack.html": page.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return errs.E("pack: write", errs.Unavailable, "The pack cannot be written. Make room, or name another folder.", err)
		}
	}
	fmt.Fprintf(a.stdout, "Made a pack of %d events and %d messages in %s. Check it with: assent verify --pack %s --key %s\n",
		len(p.Events), len(p.Messages), dir, filepath.Join(dir, "pack.json"), p.Signature.Key)
	return nil
}

// makePack makes a pack, notes it and signs it.
func makePack(ctx context.Context, db *store.DB, keys *token.Keys, addr address.Address, now time.Time) (*showme.Pack, []byte, error) {
	p, err := showme.Make(ctx, db, keys, addr, audit.Actor(ctx), now)
	if err != nil {
		return nil, nil, err
	}
	note := audit.Note{Action: audit.ExportPack}
	if p.Person != nil {
		note.Object = audit.About("subscriber", p.Person.ID)
	}
	if err := db.Record(ctx, note); err != nil {
		return nil, nil, err
	}
	key, err := keys.Signer()
	if err != nil {
		return nil, nil, err
	}
	data, err := signed.Sign(p, key)
	return p, data, err
}

// checkPack checks a pack offline, and each of its events against the ledger when there is one at hand.
func (a *app) checkPack(ctx context.Context, file, key string, ledger bool) error {
	want, err := optionalKey(key)
	if err != nil {
		return err
	}
	data, err := readFile(file, showme.MaxPack)
	if err != nil {
		return err
	}
	p, err := showme.Open(data, want)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "The pack holds: %d events with their evidence, %d texts and %d messages, each allowed by its events. Made at %s, signed with the key %s.\n",
		len(p.Events), len(p.Texts), len(p.Messages), p.MadeAt.Format(time.RFC3339), p.Signature.Fingerprint)
	a.tellOwnKey(want == nil)
	if !ledger {
		return nil
	}
	db, err := a.openUnsealed(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := showme.InLedger(ctx, p, db); err != nil {
		return a.fault(err)
	}
	fmt.Fprintln(a.stdout, "Each event stands in the ledger of this database, where the pack says.")
	return nil
}

// tellOwnKey warns that a document vouches for its own key.
func (a *app) tellOwnKey(own bool) {
	if own {
		fmt.Fprintln(a.stdout, "Nothing was changed since it was signed. That it was signed by the right installation shows only --key, with the public key that you have from them ('assent audit key' prints it there).")
	}
}

func optionalKey(text string) (ed25519.PublicKey, error) {
	if text == "" {
		return nil, nil
	}
	return signed.ParseKey(text)
}

func publicOf(key ed25519.PrivateKey) ed25519.PublicKey {
	public, _ := key.Public().(ed25519.PublicKey)
	return public
}

// readFile reads a file of at most limit octets.
func readFile(name string, limit int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, errs.E("read file", errs.Invalid, "The file "+name+" cannot be opened.", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil || int64(len(b)) > limit {
		return nil, errs.E("read file", errs.Invalid, "The file "+name+" cannot be read, or is too long.", err)
	}
	return b, nil
}
