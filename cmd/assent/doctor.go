package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"assent/inbox/imappoll"
	"assent/internal/assembly"
	"assent/internal/config"
	"assent/internal/errs"
	"assent/internal/senderdns"
	"assent/internal/signed"
	"assent/internal/store"
	"assent/mailer/smtpsend"
	"assent/queue/redisq"
	"assent/subscriptions"
)

// probes is how doctor looks at the world. Each function connects, looks and leaves; nothing is sent or changed.
type probes struct {
	dns     senderdns.Resolver
	redis   func(ctx context.Context, url string) (time.Duration, error)
	relay   func(ctx context.Context, url string) (smtpsend.Report, error)
	mailbox func(ctx context.Context, m config.Mailbox) (imappoll.Finding, error)
}

func realProbes(dns senderdns.Resolver) probes {
	silent := slog.New(slog.DiscardHandler)
	return probes{
		dns: dns,
		redis: func(ctx context.Context, url string) (time.Duration, error) {
			redisq.LogTo(silent) // the library would write to standard error by itself
			r, err := redisq.Open(ctx, redisq.Config{URL: url, Now: time.Now, Log: silent})
			if err != nil {
				return 0, err
			}
			defer r.Close()
			h, err := r.Check(ctx)
			return h.Latency, err
		},
		relay: func(ctx context.Context, url string) (smtpsend.Report, error) {
			u, err := smtpsend.ParseURL(url)
			if err != nil {
				return smtpsend.Report{}, err
			}
			pool := smtpsend.New(smtpsend.Config{URL: u, Now: time.Now, Log: silent})
			defer pool.Close(ctx)
			return pool.Check(ctx)
		},
		mailbox: func(ctx context.Context, m config.Mailbox) (imappoll.Finding, error) {
			box, err := assembly.Box(m)
			if err != nil {
				return imappoll.Finding{}, err
			}
			return (&imappoll.Poller{Mailbox: box}).Inspect(ctx)
		},
	}
}

// Times that bound what doctor waits for.
const (
	lookWithin = 15 * time.Second // one service
	dnsWithin  = 10 * time.Second // all of DNS
)

func (a *app) doctorCommand() *cobra.Command {
	var programme string
	c := &cobra.Command{
		Use: "doctor", Short: "Check settings, database, Redis, relay, mailboxes and DNS records",
		Long: "Tries out everything that is set, sends and changes nothing, and says of each thing whether it is well and what to do where it is not. Ends with 1 when something fails.\n\n" +
			"With --programme it looks for contradictions in what one programme declares, and at nothing else.",
		Args: arguments(),
		RunE: func(c *cobra.Command, _ []string) error {
			settings, err := a.settings(config.Mail)
			d := &doctor{app: a, settings: settings}
			if programme != "" {
				return d.examine(c.Context(), err, programme)
			}
			d.lookAtSettings(err)
			programmes := d.lookAtDatabase(c.Context())
			d.lookAtJournal()
			d.lookAtRedis(c.Context())
			d.lookAtRelay(c.Context())
			d.lookAtRegion(programmes)
			d.lookAtMailboxes(c.Context(), programmes)
			d.lookAtDNS(c.Context(), programmes)
			d.lookAtBankHolidays()
			return d.sum()
		},
	}
	c.Flags().StringVar(&programme, "programme", "", "slug of a programme to examine")
	return c
}

// doctor tells its findings as it makes them.
type doctor struct {
	*app
	settings   config.Config
	fails, odd int
}

func (d *doctor) tell(level senderdns.Level, about, says, do string) {
	word := "ok"
	switch level {
	case senderdns.Warn:
		word = "warn"
		d.odd++
	case senderdns.Bad:
		word = "fail"
		d.fails++
	}
	fmt.Fprintf(d.stdout, "%-4s  %-10s  %s\n", word, about, says)
	if do != "" {
		fmt.Fprintf(d.stdout, "%18s%s\n", "-> ", do)
	}
}

// trouble tells an error; its sentence says what to do as well.
func (d *doctor) trouble(about string, err error) {
	d.tell(senderdns.Bad, about, cmp.Or(errs.Message(err), "It does not work, for a reason that is not known."), "")
}

func (d *doctor) sum() error {
	switch {
	case d.fails > 0:
		fmt.Fprintf(d.stdout, "\n%s, %s.\n", count(d.fails, "failure"), count(d.odd, "warning"))
		return errTold
	case d.odd > 0:
		fmt.Fprintf(d.stdout, "\nNo failure, %s.\n", count(d.odd, "warning"))
	default:
		fmt.Fprintln(d.stdout, "\nAll is well.")
	}
	return nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (d *doctor) lookAtSettings(err error) {
	mistakes := config.MistakesOf(err)
	for _, m := range mistakes {
		d.tell(senderdns.Bad, "settings", m.String(), "")
	}
	if len(mistakes) == 0 {
		d.tell(senderdns.Good, "settings", "All are usable.", "")
	}
	if path := cmp.Or(d.file, d.getenv("ASSENT_CONFIG")); path != "" {
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o044 != 0 {
			d.tell(senderdns.Warn, "settings", "Others on this machine can read "+path+".", "chmod 600 "+path)
		}
	}
	if strings.HasPrefix(d.settings.BaseURL, "http://") {
		d.tell(senderdns.Warn, "settings", "ASSENT_BASE_URL is http:// on this machine: good for trying out, and not for mail to others.", "Give an https:// address; one-click unsubscribe needs it (RFC 8058).")
	}
}

// lookAtDatabase returns the programmes, none when the database does not open.
func (d *doctor) lookAtDatabase(ctx context.Context) []subscriptions.Programme {
	if len(d.settings.Secret) < 32 || d.settings.DatabaseURL == "" {
		d.tell(senderdns.Warn, "database", "It was not looked at: it opens only with its secret.", "Set ASSENT_SECRET and ASSENT_DATABASE_URL first.")
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	db, err := d.openStore(ctx, d.settings)
	if err != nil {
		d.trouble("database", err)
		return nil
	}
	defer db.Close()
	programmes, err := d.readDatabase(ctx, db)
	if err != nil {
		d.trouble("database", err)
	}
	d.tellSigningKey()
	return programmes
}

// tellSigningKey names the key with which others check packs and exports: it is to be published.
func (d *doctor) tellSigningKey() {
	keys, err := assembly.Keys(d.settings)
	if err != nil {
		d.trouble("packs", err)
		return
	}
	key, err := keys.Signer()
	if err != nil {
		d.trouble("packs", err)
		return
	}
	public := publicOf(key)
	d.tell(senderdns.Good, "packs", fmt.Sprintf("Packs and exports are checked with the public key %s (fingerprint %s).", signed.KeyText(public), signed.Fingerprint(public)), "")
}

func (d *doctor) readDatabase(ctx context.Context, db *store.DB) ([]subscriptions.Programme, error) {
	head, _, err := db.Head(ctx) // Open has checked the seal
	if err != nil {
		return nil, err
	}
	programmes, err := db.Programmes(ctx)
	if err != nil {
		return nil, err
	}
	d.tell(senderdns.Good, "database", fmt.Sprintf("%s answers, the schema is the one of this version, and the ledger of %s is sealed by our secret.", db.Name(), count(int(head.Seq), "event")), "")
	return programmes, errors.Join(d.lookAtIdentity(ctx, db), d.lookAtReconciliation(ctx, db))
}

// lookAtJournal looks for the journal outside the database; it does not open it, for that would write to it.
func (d *doctor) lookAtJournal() {
	path := assembly.JournalPath(d.settings)
	if path == "" {
		d.tell(senderdns.Warn, "journal", "None is kept: restoring an old backup would bring back people who opted out or were erased.", "Set ASSENT_JOURNAL to a file that is not restored with the database.")
		return
	}
	switch _, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		d.tell(senderdns.Good, "journal", "It is begun at the next start, in "+path+", with all that the ledger has.", "")
	case err != nil:
		d.tell(senderdns.Bad, "journal", "The file "+path+" cannot be looked at.", "See that Assent may read and write it, or name another one in ASSENT_JOURNAL.")
	default:
		d.tell(senderdns.Good, "journal", "It is kept in "+path+".", "")
	}
}

func (d *doctor) lookAtRedis(ctx context.Context) {
	if d.settings.RedisURL == "" {
		d.tell(senderdns.Good, "redis", "Inside the process. That is for one process on one machine; several need ASSENT_REDIS_URL.", "")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	took, err := d.probes.redis(ctx, d.settings.RedisURL.Reveal())
	if err != nil {
		d.trouble("redis", err)
		return
	}
	d.tell(senderdns.Good, "redis", fmt.Sprintf("Takes a write in %s.", took.Round(time.Microsecond)), "")
}

func (d *doctor) lookAtRelay(ctx context.Context) {
	if d.settings.SMTPURL == "" {
		return // told among the settings
	}
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	r, err := d.probes.relay(ctx, d.settings.SMTPURL.Reveal())
	if err != nil {
		d.trouble("relay", err)
		return
	}
	says := "Answers, " + cmp.Or(r.TLS, "without TLS")
	if r.SignedIn {
		says += ", takes our password"
	}
	if len(r.Extensions) > 0 {
		says += ", offers " + strings.Join(r.Extensions, " ")
	}
	d.tell(senderdns.Good, "relay", says+".", "")
	if !slices.Contains(r.Extensions, "8BITMIME") {
		d.tell(senderdns.Warn, "relay", "It does not offer 8BITMIME (RFC 6152), so messages are sent in 7 bits and are larger.", "Any relay of this century can; look for the setting that turns it off.")
	}
}

func (d *doctor) lookAtMailboxes(ctx context.Context, programmes []subscriptions.Programme) {
	roles := map[config.Role]bool{}
	for _, m := range d.settings.Mailboxes {
		roles[m.Role] = true
		d.lookAtMailbox(ctx, m)
		known := slices.ContainsFunc(programmes, func(p subscriptions.Programme) bool { return p.Slug == m.Programme })
		if m.Programme != "" && !known && len(programmes) > 0 {
			d.tell(senderdns.Bad, "mailbox", fmt.Sprintf("%s is for the programme %q, which does not exist.", m.Name, m.Programme), "Mend programme= in ASSENT_MAILBOXES.")
		}
	}
	for _, need := range []struct {
		role config.Role
		what string
	}{{config.Bounces, "delivery reports"}, {config.Unsubscribe, "opt-outs by mail"}} {
		if !roles[need.role] {
			d.tell(senderdns.Warn, "mailbox", fmt.Sprintf("No mailbox is watched for %s.", need.what), fmt.Sprintf("Add one to ASSENT_MAILBOXES with role=%s, unless they come to another that is watched.", need.role))
		}
	}
}

func (d *doctor) lookAtMailbox(ctx context.Context, m config.Mailbox) {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	found, err := d.probes.mailbox(ctx, m)
	if err != nil {
		d.tell(senderdns.Bad, "mailbox", m.Name+": "+cmp.Or(errs.Message(err), "It does not answer."), "")
		return
	}
	d.tell(senderdns.Good, "mailbox", fmt.Sprintf("%s opens, with %s.", m.Name, count(int(found.Messages), "message")), "")
	if !found.Idle {
		d.tell(senderdns.Warn, "mailbox", m.Name+": the server does not tell of new mail by itself (IDLE), so it is asked every few seconds.", "")
	}
}

func (d *doctor) lookAtDNS(ctx context.Context, programmes []subscriptions.Programme) {
	ctx, cancel := context.WithTimeout(ctx, dnsWithin)
	defer cancel()
	dns := d.probes.dns
	envelope := d.settings.BounceAddress.Domain()
	if envelope != "" {
		d.record(senderdns.SPF(ctx, dns, envelope))
		d.record(senderdns.MX(ctx, dns, envelope))
	}
	if domain := d.settings.UnsubscribeAddress.Domain(); domain != "" && domain != envelope {
		d.record(senderdns.MX(ctx, dns, domain))
	}
	seen := map[string]bool{}
	for _, p := range programmes {
		from := p.FromAddress.Domain()
		if seen[from] || from == "" {
			continue
		}
		seen[from] = true
		d.record(senderdns.DMARC(ctx, dns, from))
		if d.settings.DKIMSelector != "" {
			d.record(senderdns.DKIM(ctx, dns, d.settings.DKIMSelector, from))
		}
		if envelope != "" && !senderdns.Aligned(from, envelope) {
			d.tell(senderdns.Warn, "dns", fmt.Sprintf("Mail from %s has an envelope sender at %s, so SPF does not count for it under DMARC (RFC 7489, section 3.1.2).", from, envelope), "Have the relay sign with d="+from+", or put ASSENT_BOUNCE_ADDRESS under "+senderdns.Organisation(from)+".")
		}
	}
	if d.settings.DKIMSelector == "" {
		d.tell(senderdns.Warn, "dns", "The DKIM key was not looked up: its selector is not set.", "Set ASSENT_DKIM_SELECTOR to the s= of the DKIM-Signature that your relay adds.")
	}
}

func (d *doctor) record(f senderdns.Finding) { d.tell(f.Level, "dns", f.Says, f.Do) }
