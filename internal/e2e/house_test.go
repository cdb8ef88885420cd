package e2e

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/inbox"
	"assent/internal/address"
	"assent/internal/assembly"
	"assent/internal/config"
	"assent/internal/mailworld"
	"assent/internal/message"
	"assent/internal/store/storetest"
	"assent/mailer"
	"assent/subscriptions"
)

const (
	password = "open sesame"
	harbour  = "harbour.example" // the organisation, in a mail world of its own
)

// quiet logs what an operator should look at.
func quiet(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// atHarbour is an address of the organisation that a mail world of its own has.
func atHarbour(local string) address.Address { return address.Must(local + "@" + harbour) }

// scene is a running Assent with one programme, and the mail system around it.
type scene struct {
	t        testing.TB
	mail     mailSystem
	world    *mailworld.World // the mail system, where it is one in this process
	password string           // of every mailbox
	domain   string           // of the organisation
	smtpURL  string           // where Assent sends to; "" is the mail system itself
	redisURL string           // "" is the embedded Redis
	boxes    []config.Mailbox // that are watched; nil is one of each role
	change   func(*assembly.Plan)

	house     *assembly.House
	programme subscriptions.Programme
	list      subscriptions.List
}

// stage starts everything on one database, in a mail world of its own, and lets it run until the test ends.
func stage(t testing.TB, databaseURL string) *scene {
	t.Helper()
	s := prepare(t, databaseURL)
	s.house = s.open(databaseURL)
	s.run(s.house)
	return s
}

// prepare makes a mail world and a furnished database, and opens nothing yet.
func prepare(t testing.TB, databaseURL string) *scene {
	t.Helper()
	// Not the test's context: it ends before whoever still speaks to the world is shut down.
	world, err := mailworld.Start(context.Background(), mailworld.Config{Now: time.Now, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Close)
	s := &scene{t: t, mail: world, world: world, password: password, domain: harbour}
	s.furnish(databaseURL)
	return s
}

// at is an address of the organisation.
func (s *scene) at(local string) address.Address { return address.Must(local + "@" + s.domain) }

// furnish makes the database with its programme and list, before any mailbox refers to it.
func (s *scene) furnish(databaseURL string) {
	s.t.Helper()
	db := storetest.Open(s.t, databaseURL, time.Now)
	svc := &subscriptions.Service{Store: db, Keys: storetest.Keys(s.t), Now: time.Now}
	s.programme, s.list = s.found(svc, "harbour")
}

// found makes a programme with one list.
func (s *scene) found(svc *subscriptions.Service, slug string) (subscriptions.Programme, subscriptions.List) {
	s.t.Helper()
	name := strings.ToUpper(slug[:1]) + slug[1:]
	programme, err := svc.CreateProgramme(s.t.Context(), subscriptions.Programme{
		Slug: slug, Name: name + " News", Owner: name + " Board", Controller: name + " Board", PostalAddress: "1 Quay, Porthaven PH1 1AA",
		Contact:  subscriptions.Contact{Name: "Sam Poole", Address: s.at("contact")},
		FromName: name + " News", FromAddress: s.at("news"),
	})
	s.check(err)
	purpose, err := svc.CreatePurpose(s.t.Context(), subscriptions.Purpose{
		ProgrammeID: programme.ID, Slug: "news", Name: "Monthly news", Basis: subscriptions.Consent, Class: subscriptions.Newsletter,
	})
	s.check(err)
	notice, err := svc.PublishNotice(s.t.Context(), subscriptions.NoticeDraft{ProgrammeID: programme.ID, Texts: map[string]string{"en": "How we use your data."}, Override: "a test"})
	s.check(err)
	list, err := svc.CreateList(s.t.Context(), subscriptions.List{
		ProgrammeID: programme.ID, PurposeID: purpose.ID, NoticeID: notice.ID, Slug: slug + "-monthly", Name: name + " monthly",
		Wording: "Send me the monthly news.", DoubleOptIn: true, Public: true,
	})
	s.check(err)
	return programme, list
}

func (s *scene) settings(databaseURL string) config.Config {
	smtpURL := s.smtpURL
	if smtpURL == "" {
		smtpURL = "smtp://" + s.mail.SMTPAddr()
	}
	boxes := s.boxes
	if boxes == nil {
		boxes = []config.Mailbox{
			s.box("bounces", "harbour", config.Bounces), s.box("leave", "harbour", config.Unsubscribe),
			s.box("contact", "harbour", config.Contact), s.box("privacy", "harbour", config.Rights),
		}
	}
	return config.Config{
		DatabaseURL: config.Secret(databaseURL), RedisURL: config.Secret(s.redisURL), SMTPURL: config.Secret(smtpURL), BaseURL: "http://127.0.0.1:8080",
		Secret: storetest.Secret, BounceAddress: s.at("bounces"), UnsubscribeAddress: s.at("leave"),
		MessageDomain: "mail." + s.domain, Workers: 2, Mailboxes: boxes,
	}
}

// box is the setting for one mailbox of the organisation.
func (s *scene) box(name, programme string, role config.Role) config.Mailbox {
	u := url.URL{Scheme: "imap", User: url.UserPassword(s.at(name).String(), s.password), Host: s.mail.IMAPAddr(), Path: "/INBOX"}
	return config.Mailbox{Name: name, Programme: programme, Role: role, URL: config.Secret(u.String())}
}

func (s *scene) open(databaseURL string) *assembly.House {
	s.t.Helper()
	h, err := assembly.Open(s.t.Context(), s.plan(databaseURL))
	s.check(err)
	return h
}

// plan is how these tests put Assent together: with little patience.
func (s *scene) plan(databaseURL string) assembly.Plan {
	pace := mailer.DefaultPace()
	pace.Retry = []time.Duration{200 * time.Millisecond, 200 * time.Millisecond}
	p := assembly.Plan{
		Config: s.settings(databaseURL), Now: time.Now, Log: quiet(s.t.Output()),
		Worker: "e2e", Pace: pace, Check: 100 * time.Millisecond, Patience: 2 * time.Second,
	}
	if s.change != nil {
		s.change(&p)
	}
	return p
}

// part is one of the parts that a process may run.
type part func(context.Context) error

// run runs every part but the API until the test ends.
func (s *scene) run(h *assembly.House) { s.t.Cleanup(s.start(h, h.Relay, h.Work, h.Watch)) }

// start runs some parts of a house. What it returns shuts them down as a signal would, and closes the house.
func (s *scene) start(h *assembly.House, parts ...part) (shutDown func()) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, len(parts))
	for _, p := range parts {
		go func() { done <- p(ctx) }()
	}
	return sync.OnceFunc(func() {
		stop()
		for range parts {
			if err := <-done; err != nil {
				s.t.Error(err)
			}
		}
		if err := h.Close(context.Background()); err != nil {
			s.t.Error(err)
		}
	})
}

func (s *scene) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// eventually waits until a condition holds, for at most a minute.
func (s *scene) eventually(what string, holds func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if holds() {
			return
		}
	}
	s.t.Fatalf("waited a minute in vain until %s", what)
}

var confirmLink = regexp.MustCompile(`/c/([a-z2-7]+)`)

// join subscribes addresses and confirms each through the link in the mail that it got.
func (s *scene) join(addrs ...string) {
	s.t.Helper()
	for _, addr := range addrs {
		s.check(s.house.People.Subscribe(s.t.Context(), subscriptions.Act{
			ListID: s.list.ID, Address: address.Must(addr), Channel: subscriptions.ByForm, Actor: "subscriber", Source: "web form", Evidence: subscriptions.Evidence{"act": "pressed the button"},
		}))
	}
	for _, addr := range addrs {
		mail := s.mailTo(addr, func(m *message.Parsed) bool { return confirmLink.MatchString(m.Text) })
		_, err := s.house.People.Confirm(s.t.Context(), confirmLink.FindStringSubmatch(mail.Text)[1], nil)
		s.check(err)
	}
}

// mailTo waits for a mail to an address for which a condition holds.
func (s *scene) mailTo(addr string, holds func(*message.Parsed) bool) *message.Parsed {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	m, err := s.mail.WaitFor(ctx, address.Must(addr), func(m mailworld.Message) bool {
		p, err := message.Parse(strings.NewReader(string(m.Raw)), message.DefaultLimits())
		return err == nil && holds(p)
	})
	s.check(err)
	p, err := message.Parse(strings.NewReader(string(m.Raw)), message.DefaultLimits())
	s.check(err)
	return p
}

// campaign sends one to the list and waits until it is finished.
func (s *scene) campaign(name string) mailer.Campaign {
	s.t.Helper()
	id := s.draft(name)
	s.schedule(id)
	return s.finished(id)
}

func campaignTo(l subscriptions.List, name string) mailer.Campaign {
	return mailer.Campaign{
		ProgrammeID: l.ProgrammeID, Name: name, Subject: name + " for {{name|you}}",
		Body: "# News\n\nHello **{{name|there}}**, here is the news.", Lists: []int64{l.ID},
	}
}

// finished waits until a campaign is finished.
func (s *scene) finished(id int64) (c mailer.Campaign) {
	s.t.Helper()
	s.eventually("the campaign is finished", func() bool {
		var err error
		c, err = s.house.DB.Campaign(s.t.Context(), id)
		s.check(err)
		return c.State == mailer.Finished
	})
	return c
}

func (s *scene) write(from, to, subject, body string, headers ...string) {
	s.t.Helper()
	raw := fmt.Sprintf("From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\nMessage-ID: <%d@client.example>\r\nDate: %s\r\n%s\r\n%s\r\n",
		from, to, subject, time.Now().UnixNano(), message.FormatDate(time.Now()), strings.Join(headers, ""), body)
	s.check(s.mail.Deliver(from, to, []byte(raw)))
}

func (s *scene) kept(holds func(inbox.Kept) bool) inbox.Kept {
	s.t.Helper()
	var found inbox.Kept
	s.eventually("the message is settled", func() bool {
		all, err := s.house.DB.KeptBefore(s.t.Context(), 0, 100)
		s.check(err)
		for _, k := range all {
			if holds(k) && k.Disposition != inbox.Unsorted {
				found = k
				return true
			}
		}
		return false
	})
	return found
}

func (s *scene) verify() {
	s.t.Helper()
	_, err := subscriptions.VerifyLedger(s.t.Context(), s.house.DB)
	s.check(err)
	_, err = mailer.Verify(s.t.Context(), s.house.DB, s.house.DB)
	s.check(err)
}
