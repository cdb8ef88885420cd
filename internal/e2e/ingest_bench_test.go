package e2e

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"assent/internal/address"
	"assent/internal/assembly"
	"assent/internal/config"
	"assent/internal/mailworld"
	"assent/internal/store/storetest"
	"assent/mailer"
	"assent/subscriptions"
)

// ordinary is one of the mails that fill such mailboxes: mostly absences and letters, some opt-outs, few requests.
func ordinary(i int) string {
	from, body, headers := fmt.Sprintf("person%06d@reader.example", i), "", ""
	subject := fmt.Sprintf("Mail %d", i)
	switch i % 20 {
	case 0:
		subject, body = "My data", wantsData
	case 1, 2, 3:
		subject, body = "Unsubscribe me", "Please unsubscribe me.\r\n"
	case 4, 5, 6, 7, 8, 9, 10, 11, 12:
		subject, body, headers = "Automatic reply: Harbour News", "I am out of the office until Monday, and will read your message when I am back.\r\n", "Auto-Submitted: auto-replied\r\n"
	default:
		body = "Thank you for the newsletter. When is the next meeting of the harbour board, and may we come?\r\n\r\nBest wishes\r\n"
	}
	quoted := strings.Repeat("> A line of the newsletter that is quoted below, as mail programs do.\r\n", 30)
	return fmt.Sprintf("Return-Path: <%s>\r\nReceived: from mail.reader.example by mx.harbour.test; Sun, 22 Nov 2026 10:00:00 +0000\r\nFrom: Person %d <%s>\r\nTo: <contact@harbour.test>\r\nSubject: %s\r\nMessage-ID: <%d.bench@reader.example>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n%s\r\n%s\r\nOn 3 March, Harbour News wrote:\r\n%s",
		from, i, from, subject, i, headers, body, quoted)
}

// BenchmarkIngest takes mails from Dovecot into a database with the whole house at work: fetched, kept, sorted, acted on, each with its disposition. CPU is that of this process
// alone, without Dovecot and PostgreSQL, which share the machine.
func BenchmarkIngest(b *testing.B) {
	host, pass := os.Getenv("ASSENT_TEST_DOVECOT_IMAP"), os.Getenv("ASSENT_TEST_DOVECOT_PASSWORD")
	if host == "" {
		b.Skip("set ASSENT_TEST_DOVECOT_IMAP to run this")
	}
	const mails = 4000
	u := url.URL{Scheme: "imap", User: url.UserPassword(fmt.Sprintf("ingest-%d@assent.test", time.Now().UnixNano()), pass), Host: host, Path: "/INBOX"}
	fill(b, u, mails)
	for name, databaseURL := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": storetest.PostgresURL} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				h := ingesting(b, databaseURL(b), u.String())
				b.StartTimer()
				cpu, peak := cpuTime(b), peakOf()
				took := ingest(b, h, mails)
				b.ReportMetric(mails/took.Seconds(), "mails/s")
				b.ReportMetric(float64((cpuTime(b)-cpu).Microseconds())/mails, "cpu-µs/mail")
				b.ReportMetric(float64(peak())/(1<<20), "peak-MiB")
			}
		})
	}
}

// fill puts mails into a mailbox.
func fill(b *testing.B, u url.URL, mails int) {
	b.Helper()
	c, err := imapclient.DialInsecure(u.Host, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	pass, _ := u.User.Password()
	if err := c.Login(u.User.Username(), pass).Wait(); err != nil {
		b.Fatal(err)
	}
	for i := range mails {
		raw := ordinary(i)
		cmd := c.Append("INBOX", int64(len(raw)), nil)
		_, werr := io.WriteString(cmd, raw)
		cerr := cmd.Close()
		if _, err := cmd.Wait(); err != nil || werr != nil || cerr != nil {
			b.Fatal(err, werr, cerr)
		}
	}
}

// ingesting puts a house together that watches one mailbox.
func ingesting(b *testing.B, databaseURL, mailbox string) *assembly.House {
	b.Helper()
	world, err := mailworld.Start(context.Background(), mailworld.Config{Now: time.Now, Password: password})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(world.Close)
	db := storetest.Open(b, databaseURL, time.Now)
	people := &subscriptions.Service{Store: db, Keys: storetest.Keys(b), Now: time.Now}
	if _, err := people.CreateProgramme(b.Context(), subscriptions.Programme{
		Slug: "harbour", Name: "Harbour News", Owner: "Harbour Board", Controller: "Harbour Board", PostalAddress: "1 Quay", FromName: "Harbour News",
		Contact: subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.test")}, FromAddress: address.Must("news@harbour.test"),
	}); err != nil {
		b.Fatal(err)
	}
	h, err := assembly.Open(b.Context(), assembly.Plan{
		Config: config.Config{
			DatabaseURL: config.Secret(databaseURL), SMTPURL: config.Secret("smtp://" + world.SMTPAddr()), BaseURL: "http://127.0.0.1:8080", Secret: storetest.Secret,
			BounceAddress: address.Must("bounces@harbour.test"), UnsubscribeAddress: address.Must("leave@harbour.test"), MessageDomain: "mail.harbour.test", Workers: 4,
			Mailboxes: []config.Mailbox{{Name: "contact", Programme: "harbour", Role: config.Contact, URL: config.Secret(mailbox)}},
		},
		Now: time.Now, Log: slog.New(slog.DiscardHandler), Worker: "bench", Pace: mailer.DefaultPace(),
	})
	if err != nil {
		b.Fatal(err)
	}
	return h
}

// ingest runs a house until every mail has its disposition, and returns how long that took.
func ingest(b *testing.B, h *assembly.House, mails int) (took time.Duration) {
	b.Helper()
	ctx, stop := context.WithCancel(context.Background())
	parts := []part{h.Relay, h.Work, h.Watch}
	done := make(chan error, len(parts))
	for _, p := range parts {
		go func() { done <- p(ctx) }()
	}
	began := time.Now()
	for ; ; time.Sleep(20 * time.Millisecond) {
		newest, err := h.DB.KeptBefore(b.Context(), 0, 1)
		if err != nil {
			b.Fatal(err)
		}
		waiting, err := h.DB.UnsettledSince(b.Context(), "contact", time.Now().Add(time.Hour))
		if err != nil {
			b.Fatal(err)
		}
		total := 0
		if len(newest) > 0 {
			total = int(newest[0].ID) - waiting // a fresh database counts from 1
		}
		if total >= mails {
			break
		}
		if time.Since(began) > 5*time.Minute {
			b.Fatalf("%d of %d mails after 5 minutes", total, mails)
		}
	}
	took = time.Since(began)
	stop()
	for range parts {
		<-done
	}
	_ = h.Close(context.Background())
	return took
}

// cpuTime is what this process has used of the processors.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakOf watches the heap; what it returns tells the most octets that were in use.
func peakOf() func() uint64 {
	var most atomic.Uint64
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most.Store(max(most.Load(), m.HeapInuse))
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(stop); <-stopped; return most.Load() }
}
