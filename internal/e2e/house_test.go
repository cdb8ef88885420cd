package e2e

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
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

const password = "open sesame"

// quiet logs what an operator should look at.
func quiet(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

var (
	bounces = address.Must("bounces@harbour.example")
	leave   = address.Must("leave@harbour.example")
)

// scene is a running Assent with one programme, in a mail world of its own.
type scene struct {
	t         *testing.T
	world     *mailworld.World
	house     *assembly.House
	programme subscriptions.Programme
	list      subscriptions.List
}

// stage starts everything on one database and lets it run until the test ends.
func stage(t *testing.T, databaseURL string) *scene {
	t.Helper()
	world, err := mailworld.Start(t.Context(), mailworld.Config{Now: time.Now, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Close)
	s := &scene{t: t, world: world}
	s.furnish(databaseURL)
	s.house = s.open(databaseURL)
	s.run(s.house)
	return s
}

// furnish makes the database with its programme and list, before any mailbox refers to it.
func (s *scene) furnish(databaseURL string) {
	s.t.Helper()
	db := storetest.Open(s.t, databaseURL, time.Now)
	svc := &subscriptions.Service{Store: db, Keys: storetest.Keys(s.t), Now: time.Now}
	var err error
	s.programme, err = svc.CreateProgramme(s.t.Context(), subscriptions.Programme{
		Slug: "harbour", Name: "Harbour News", Owner: "Harbour Board", Controller: "Harbour Board", PostalAddress: "1 Quay, Porthaven PH1 1AA",
		Contact:  subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")},
		FromName: "Harbour News", FromAddress: address.Must("news@harbour.example"),
	})
	s.check(err)
	notice, err := svc.PublishNotice(s.t.Context(), s.programme.ID, "How we use your data.")
	s.check(err)
	purpose, err := svc.CreatePurpose(s.t.Context(), subscriptions.Purpose{
		ProgrammeID: s.programme.ID, Slug: "news", Name: "Monthly news", Basis: subscriptions.Consent, Class: subscriptions.Newsletter,
	})
	s.check(err)
	s.list, err = svc.CreateList(s.t.Context(), subscriptions.List{
		ProgrammeID: s.programme.ID, PurposeID: purpose.ID, NoticeID: notice.ID, Slug: "harbour-monthly", Name: "Harbour monthly",
		Wording: "Send me the monthly news.", DoubleOptIn: true, Public: true,
	})
	s.check(err)
}

func (s *scene) settings(databaseURL string) config.Config {
	box := func(name string, role config.Role) config.Mailbox {
		u := url.URL{Scheme: "imap", User: url.UserPassword(name+"@harbour.example", password), Host: s.world.IMAPAddr(), Path: "/INBOX"}
		return config.Mailbox{Name: name, Programme: "harbour", Role: role, URL: config.Secret(u.String())}
	}
	return config.Config{
		DatabaseURL: config.Secret(databaseURL), SMTPURL: config.Secret("smtp://" + s.world.SMTPAddr()), BaseURL: "http://127.0.0.1:8080",
		Secret: storetest.Secret, BounceAddress: bounces, UnsubscribeAddress: leave,
		MessageDomain: "mail.harbour.example", Workers: 2,
		Mailboxes: []config.Mailbox{
			box("bounces", config.Bounces), box("leave", config.Unsubscribe), box("contact", config.Contact), box("privacy", config.Rights),
		},
	}
}

func (s *scene) open(databaseURL string) *assembly.House {
	s.t.Helper()
	pace := mailer.DefaultPace()
	pace.Retry = []time.Duration{200 * time.Millisecond, 200 * time.Millisecond}
	h, err := assembly.Open(s.t.Context(), assembly.Plan{
		Config: s.settings(databaseURL), Now: time.Now, Log: quiet(s.t.Output()),
		Worker: "e2e", Pace: pace, Check: 50 * time.Millisecond, Patience: 2 * time.Second,
	})
	s.check(err)
	return h
}

// run runs every part but the API until the test ends.
func (s *scene) run(h *assembly.House) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 3)
	for _, part := range []func(context.Context) error{h.Relay, h.Work, h.Watch} {
		go func() { done <- part(ctx) }()
	}
	s.t.Cleanup(func() {
		stop()
		for range 3 {
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
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	s.t.Fatalf("waited a minute in vain until %s", what)
}

var confirmLink = regexp.MustCompile(`/c/([a-z2-7]+)`)

// join subscribes an address and confirms through the link in the mail that it got.
func (s *scene) join(addr string) {
	s.t.Helper()
	s.check(s.house.People.Subscribe(s.t.Context(), subscriptions.Act{
		ListID: s.list.ID, Address: address.Must(addr), Channel: subscriptions.ByForm, Actor: "subscriber", Source: "web form", Evidence: subscriptions.Evidence{"act": "pressed the button"},
	}))
	mail := s.mailTo(addr, func(m *message.Parsed) bool { return confirmLink.MatchString(m.Text) })
	_, err := s.house.People.Confirm(s.t.Context(), confirmLink.FindStringSubmatch(mail.Text)[1], nil)
	s.check(err)
}

// mailTo waits for a mail to an address for which a condition holds.
func (s *scene) mailTo(addr string, holds func(*message.Parsed) bool) *message.Parsed {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	m, err := s.world.WaitFor(ctx, address.Must(addr), func(m mailworld.Message) bool {
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
	s.check(s.world.Deliver(from, to, []byte(raw)))
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
