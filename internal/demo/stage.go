package demo

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"assent/internal/address"
	"assent/internal/assembly"
	"assent/internal/auth"
	"assent/internal/config"
	"assent/internal/mailworld"
	"assent/internal/store"
	"assent/mailer"
)

// mailPassword opens every mailbox of the mail world.
const mailPassword = "demo"

// stage is everything that the story plays on.
type stage struct {
	Options
	folder     string
	world      *mailworld.World
	house      *assembly.House
	baseURL    string
	key        string // of the API
	operator   address.Address
	password   string
	programmes []*programme
	parts      *errgroup.Group
	stop       context.CancelFunc
	shown      string // of progress: what was told to its end last
}

// build starts a mail world and Assent in it, with the three programmes and an operator.
func build(ctx context.Context, o Options) (*stage, error) {
	s := &stage{Options: o, programmes: programmes(), operator: address.Must("operator@publicworks.example")}
	if err := s.start(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *stage) start(ctx context.Context) error {
	var err error
	if s.folder, err = os.MkdirTemp("", "assent-demo-"); err != nil {
		return err
	}
	s.world, err = mailworld.Start(ctx, mailworld.Config{Now: s.Now, Password: mailPassword, Hostname: "mail.world.example"})
	if err != nil {
		return err
	}
	listener, err := assembly.Listen(s.Listen)
	if err != nil {
		return err
	}
	s.baseURL = "http://" + listener.Addr().String()
	settings := s.settings()
	if err := s.furnish(ctx, settings); err != nil {
		listener.Close()
		return err
	}
	pace := mailer.DefaultPace()
	pace.Retry = []time.Duration{time.Second, 2 * time.Second}
	s.house, err = assembly.Open(ctx, assembly.Plan{
		Config: settings, Now: s.Now, Log: slog.New(slog.NewTextHandler(s.logTo(), &slog.HandlerOptions{Level: slog.LevelWarn})),
		Worker: "demo", Pace: pace, Check: 50 * time.Millisecond, Patience: 5 * time.Second,
	})
	if err != nil {
		listener.Close()
		return err
	}
	if err := s.hire(ctx); err != nil {
		listener.Close()
		return err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	s.parts, running = errgroup.WithContext(running)
	s.parts.Go(func() error { return s.house.Run(running, listener, assembly.Parts...) }) // as every other installation does: recipients are told, terms end
	return nil
}

func (s *stage) logTo() io.Writer {
	if s.Log != nil {
		return s.Log
	}
	return io.Discard
}

// furnish makes the database with the programmes, which the mailboxes refer to.
func (s *stage) furnish(ctx context.Context, settings config.Config) error {
	keys, err := assembly.Keys(settings)
	if err != nil {
		return err
	}
	o := store.Options{Keys: keys, Now: s.Now}
	if _, _, err := store.Migrate(ctx, settings.DatabaseURL.Reveal(), o); err != nil {
		return err
	}
	db, err := store.Open(ctx, settings.DatabaseURL.Reveal(), o)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, p := range s.programmes {
		if err := declare(ctx, db, keys, s.Options, p); err != nil {
			return err
		}
	}
	return nil
}

func (s *stage) settings() config.Config {
	box := func(name, mailbox, programme string, role config.Role) config.Mailbox {
		u := url.URL{Scheme: "imap", User: url.UserPassword(mailbox, mailPassword), Host: s.world.IMAPAddr(), Path: "/INBOX"}
		return config.Mailbox{Name: name, Programme: programme, Role: role, URL: config.Secret(u.String())}
	}
	c := config.Defaults()
	c.DatabaseURL = config.Secret("sqlite:" + filepath.Join(s.folder, "assent.db") + "?synchronous=normal")
	c.SMTPURL, c.BaseURL, c.Secret = config.Secret("smtp://"+s.world.SMTPAddr()), s.baseURL, config.Secret(rand.Text()+rand.Text())
	c.BounceAddress, c.UnsubscribeAddress = address.Must("bounces@mail.publicworks.example"), address.Must("leave@mail.publicworks.example")
	c.CaseAddress, c.MessageDomain, c.Workers = address.Must("cases@mail.publicworks.example"), "mail.publicworks.example", 2
	// Two hundred people behind one loopback address would look like one; each names its own, as a proxy would.
	c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	c.Mailboxes = []config.Mailbox{
		box("bounces", "bounces@mail.publicworks.example", "", config.Bounces),
		box("leave", "leave@mail.publicworks.example", "", config.Unsubscribe),
		box("cases", "cases@mail.publicworks.example", "", config.Rights),
		box("open-service", "openservice@publicworks.example", "open-service", config.Unsubscribe),
		box("standards-contact", "poc@supply.example", "standards", config.Contact),
		box("safer-places-desk", "desk@southmoor.example", "safer-places", config.Contact),
		box("data-protection", "dpo@publicworks.example", "open-service", config.Rights),
	}
	return c
}

// hire adds an operator, and a key for the API.
func (s *stage) hire(ctx context.Context) error {
	var err error
	if s.password, err = auth.NewPassword(); err != nil {
		return err
	}
	if _, err = s.house.Accounts.AddUser(ctx, s.operator, "Demo operator", auth.Admin, s.password); err != nil {
		return err
	}
	var scopes []auth.Scope
	for _, g := range auth.Scopes {
		scopes = append(scopes, g.Scope)
	}
	_, s.key, err = s.house.Accounts.MakeKey(ctx, auth.Actor{Kind: auth.SystemActor}, "demo", scopes)
	return err
}

// close ends everything and takes the folder away.
func (s *stage) close() error {
	var err error
	if s.stop != nil {
		s.stop()
		err = s.parts.Wait()
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if s.house != nil {
		if e := s.house.Close(ctx); err == nil {
			err = e
		}
	}
	if s.world != nil {
		s.world.Close()
	}
	if e := os.RemoveAll(s.folder); err == nil && e != nil {
		err = fmt.Errorf("demo: take the folder away: %w", e)
	}
	return err
}
