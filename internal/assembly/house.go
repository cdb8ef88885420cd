// Package assembly puts the parts of Assent together: it opens what the settings name, hands every part what it needs,
// and runs the parts that were asked for until it is told to stop. No rule stands here.
package assembly

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/inbox/cases/amending"
	"assent/inbox/cases/reminding"
	"assent/inbox/cases/telling"
	"assent/inbox/identity"
	"assent/inbox/imappoll"
	"assent/inbox/webform"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/internal/config"
	"assent/internal/errs"
	"assent/internal/exporting/copies"
	"assent/internal/store"
	"assent/internal/token"
	"assent/mailer"
	"assent/mailer/smtpsend"
	"assent/queue"
	"assent/queue/redisq"
	"assent/subscriptions"
	"assent/subscriptions/importing"
	"assent/subscriptions/importing/uploads"
	"assent/subscriptions/segment"
	"assent/templates"
)

// HeapGrowth is by how many percent the heap of a server grows before garbage is collected, where the variable GOGC says nothing: at Go's own 100 a fifth of the processor
// time of taking mail in was the collector's.
const HeapGrowth = 200

// Plan is what to put together.
type Plan struct {
	Config   config.Config
	Now      func() time.Time
	Log      *slog.Logger
	Worker   string            // names this process among the workers, such as "host:812"
	Pace     mailer.Pace       // how campaigns are sent
	Check    time.Duration     // how often a worker looks for tasks; 0 is redisq's own
	Patience time.Duration     // how long the sweeper leaves a task alone; 0 is queue's own
	DNS      identity.Resolver // for the keys of signatures on mail that comes in; nil verifies none
	Poll     time.Duration     // between two full sweeps of a mailbox; 0 is imappoll's own
}

// House is Assent put together. Close it when done.
type House struct {
	Plan
	DB        *store.DB
	Keys      *token.Keys
	Redis     *redisq.Redis
	Pool      *smtpsend.Pool
	Templates *templates.Set
	Reckoner  *clock.Reckoner
	Ways      mailer.Ways
	People    *subscriptions.Service
	Terms     *subscriptions.Terms
	Asking    *importing.Asking
	Segments  *segment.Service
	Mailer    *mailer.Service
	Notices   *mailer.NoticeTeller
	Editor    *subscriptions.Editor
	Cases     *cases.Service
	Requests  *webform.Service
	Registers Registers
	Access    *access.Service
	Amending  *amending.Service
	Telling   *telling.Service
	Reminding *reminding.Service
	Inbox     *inbox.Service
	Accounts  *auth.Service
	Boxes     []imappoll.Mailbox

	Disclosures *subscriptions.Disclosures

	Copies *copies.Service

	Uploads *uploads.Service

	Preferences *subscriptions.Preferences

	Keeping

	relay  *queue.Relay
	worker *queue.Worker
}

// Open opens the database, Redis and the SMTP pool, and makes the services. Errors are of kind Invalid for the settings and Unavailable for
// what they name.
func Open(ctx context.Context, p Plan) (*House, error) {
	h := &House{Plan: p}
	if err := h.open(ctx); err != nil {
		return nil, errors.Join(err, h.Close(ctx))
	}
	return h, nil
}

func (h *House) open(ctx context.Context) error {
	var err error
	if h.Keys, err = Keys(h.Config); err != nil {
		return err
	}
	if h.DB, err = store.Open(ctx, h.Config.DatabaseURL.Reveal(), store.Options{Keys: h.Keys, Now: h.Now, Folding: h.Config.Folding}); err != nil {
		return err
	}
	if err := h.openKeeping(ctx); err != nil {
		return err
	}
	h.Redis, err = redisq.Open(ctx, redisq.Config{URL: h.Config.RedisURL.Reveal(), QueueOf: queues(), Long: long(), Now: h.Now, Log: h.Log})
	if err != nil {
		return err
	}
	relay, err := smtpsend.ParseURL(h.Config.SMTPURL.Reveal())
	if err != nil {
		return err
	}
	h.Pool = smtpsend.New(smtpsend.Config{URL: relay, Now: h.Now, Log: h.Log})
	if h.Templates, err = templates.Load(); err != nil {
		return err
	}
	calendar, err := Calendar(h.Config.BankHolidays)
	if err != nil {
		return err
	}
	if h.Reckoner, err = clock.New(calendar, clock.DefaultSettings()); err != nil {
		return err
	}
	h.Ways = mailer.Ways{
		BaseURL: h.Config.BaseURL, MessageDomain: h.Config.MessageDomain,
		Bounces: h.Config.BounceAddress, OptOuts: h.Config.UnsubscribeAddress, Cases: h.Config.CaseAddress,
	}
	if err := h.Ways.Check(); err != nil {
		return err
	}
	if err := h.openAccess(); err != nil {
		return err
	}
	if err := h.openCopies(); err != nil {
		return err
	}
	h.makeServices()
	return h.openMailboxes(ctx)
}

// Keys derives the installation's keys from its settings.
func Keys(c config.Config) (*token.Keys, error) {
	var former [][]byte
	for _, s := range c.FormerSecrets {
		former = append(former, []byte(s.Reveal()))
	}
	return token.NewKeys([]byte(c.Secret.Reveal()), former...)
}

func (h *House) makeServices() {
	h.relay = &queue.Relay{Outbox: h.DB, Broker: h.Redis, Now: h.Now, Log: h.Log}
	kick := h.relay.Kick
	h.Accounts = &auth.Service{Store: h.DB, Now: h.Now}
	h.People = &subscriptions.Service{Store: h.DB, Keys: h.Keys, Now: h.Now, Kick: kick}
	h.Asking = &importing.Asking{Store: h.DB, Keys: h.Keys, Now: h.Now, Kick: kick, Keep: time.Duration(h.Config.QuarantineDays) * 24 * time.Hour}
	h.openUploads(kick)
	h.Terms = &subscriptions.Terms{Store: h.DB, Now: h.Now, Kick: kick}
	h.Segments = &segment.Service{Store: h.DB, Fewest: int64(h.Config.SmallCount), Now: h.Now}
	h.Preferences = &subscriptions.Preferences{Service: h.People, Kept: h.DB, Trail: h.DB}
	h.Mailer = &mailer.Service{
		Store: h.DB, People: h.DB, Gate: subscriptions.Gate{Store: h.DB, Now: h.Now}, Targeting: h.Segments, Transport: h.Pool, Confirm: h.People, Personal: h.DB, Told: h.DB,
		Composer: mailer.Composer{Templates: h.Templates, Ways: h.Ways, Keys: h.Keys},
		Now:      h.Now, Log: h.Log, Kick: kick, Pace: h.Pace,
	}
	h.Editor = &subscriptions.Editor{Store: h.DB, Catalogue: h.DB, Now: h.Now}
	h.Notices = &mailer.NoticeTeller{Runs: h.DB, People: h.People, Now: h.Now, Kick: kick}
	h.Cases = &cases.Service{
		Store: h.DB, Records: h.DB, Reckoner: h.Reckoner, Keys: h.Keys, Practices: h.practices(), Now: h.Now, Log: h.Log, Kick: kick,
	}
	h.Preferences.Vouched = h.Cases.Vouched
	h.Requests = &webform.Service{Cases: h.Cases, People: h.People, Passer: h.Access, Sent: h.DB, Now: h.Now, Log: h.Log}
	h.Access.Cases = h.Cases
	h.Inbox = &inbox.Service{
		Store: h.DB, People: h.People, Records: h.DB, Letters: h.DB, Reports: h.DB, Cases: h.Cases, Reckoner: h.Reckoner, Keys: h.Keys,
		Prover:    &identity.Prover{Trusted: h.Config.AuthservIDs, DNS: h.DNS},
		Mailboxes: map[string]inbox.Mailbox{}, Now: h.Now, Log: h.Log, Kick: kick,
	}
	h.makeRegisters()
	h.makeKeeping(kick)
	h.Disclosures = &subscriptions.Disclosures{Store: h.DB, Catalogue: h.DB, Now: h.Now}
	h.Amending = &amending.Service{Cases: h.Cases, Store: h.DB, People: h.People, Preferences: h.Preferences, Keeper: h.Keeper, Now: h.Now}
	h.Telling = &telling.Service{Store: h.DB, Cases: h.Cases, Keys: h.Keys, Reckoner: h.Reckoner, Days: h.Config.RecipientDays, Now: h.Now, Log: h.Log, Kick: kick}
	h.Reminding = &reminding.Service{Store: h.DB, Reckoner: h.Reckoner, Now: h.Now, Kick: kick}
	mux := &queue.Mux{}
	h.handle(mux)
	h.handleKeeping(mux)
	h.worker = &queue.Worker{Outbox: h.DB, Mux: mux, Now: h.Now, Log: h.Log, Kick: kick}
}

func (h *House) openMailboxes(ctx context.Context) error {
	for _, m := range h.Config.Mailboxes {
		box, err := Box(m)
		if err != nil {
			return err
		}
		watched := inbox.Mailbox{Name: m.Name, Role: inbox.Role(m.Role)}
		if m.Programme != "" {
			p, err := h.DB.ProgrammeBySlug(ctx, m.Programme)
			if err != nil {
				return errs.E("assembly: mailboxes", errs.Invalid, fmt.Sprintf("The mailbox %q is for the programme %q, which does not exist.", m.Name, m.Programme), err)
			}
			watched.ProgrammeID = p.ID
		}
		h.Inbox.Mailboxes[m.Name] = watched
		h.Boxes = append(h.Boxes, box)
	}
	return nil
}

// Box returns how to reach a mailbox that the settings name.
func Box(m config.Mailbox) (imappoll.Mailbox, error) {
	box, err := imappoll.ParseURL(m.URL.Reveal())
	if err != nil {
		return box, err
	}
	box.Name = m.Name
	if box.XOAUTH2 && m.TokenFile != "" {
		box.Token = tokenFrom(m.TokenFile)
	}
	return box, nil
}

const maxToken = 16 << 10 // octets of an access token

// tokenFrom reads an access token from a file, anew at each login: whatever renews it writes it there.
func tokenFrom(path string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		file, err := os.Open(path)
		if err != nil {
			return "", errs.E("assembly: access token", errs.Unavailable, "The file with the mailbox's access token cannot be read. Check token_file in ASSENT_MAILBOXES.", err)
		}
		defer file.Close()
		b, err := io.ReadAll(io.LimitReader(file, maxToken))
		return strings.TrimSpace(string(b)), err
	}
}

// Close ends all connections, the messages in flight first.
func (h *House) Close(ctx context.Context) error {
	var all []error
	if h.Pool != nil {
		all = append(all, h.Pool.Close(ctx))
	}
	if h.Redis != nil {
		all = append(all, h.Redis.Close())
	}
	if h.DB != nil {
		all = append(all, h.DB.Close(), h.closeKeeping())
	}
	return errors.Join(all...)
}

// Kick wakes the relay after a commit that enqueued tasks.
func (h *House) Kick() { h.relay.Kick() }
