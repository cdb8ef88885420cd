package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"assent/inbox"
	"assent/internal/assembly"
	"assent/internal/config"
	"assent/internal/store/storetest"
	"assent/mailer"
)

// mailsEnv says how many mails the benchmark takes in: numbers with commas.
const mailsEnv = "ASSENT_BENCH_MAILS"

// BenchmarkIngest takes mails from Dovecot into a database with the whole house at work: fetched, kept, sorted, acted on, each with its disposition, while the letters that this brings
// are sent. "ours" is the processor time of this process; "theirs" that of Dovecot, PostgreSQL and Redis, which share the machine.
func BenchmarkIngest(b *testing.B) {
	sizes := []int{4000}
	if text := os.Getenv(mailsEnv); text != "" {
		sizes = nil
		for _, n := range strings.Split(text, ",") {
			size, err := strconv.Atoi(n)
			if err != nil {
				b.Fatal(err)
			}
			sizes = append(sizes, size)
		}
	}
	for _, m := range mixes {
		for _, mails := range sizes {
			for name, databaseURL := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": storetest.PostgresURL} {
				b.Run(fmt.Sprintf("mix=%s/mails=%d/%s", m.name, mails, name), func(b *testing.B) {
					s := benchScene(b, databaseURL(b))
					s.fill(m, mails)
					b.ResetTimer()
					for b.Loop() { // once: run with -benchtime 1x
						s.ingest(mails)
					}
				})
			}
		}
	}
}

// benchScene is a house on a database, Dovecot's mailbox and a relay that takes everything. Redis is a server of its own where there is one, as in production.
func benchScene(b *testing.B, databaseURL string) *scene {
	b.Helper()
	debug.SetGCPercent(assembly.HeapGrowth)
	mail := services(b)
	_, relay := startSink(b)
	s := &scene{t: b, mail: mail, password: mail.password, domain: harbour, smtpURL: "smtp://" + relay, redisURL: os.Getenv("ASSENT_TEST_REDIS_URL")}
	box := url.URL{Scheme: "imap", User: url.UserPassword("ingest-"+unique()+"@assent.test", mail.password), Host: mail.imap, Path: "/INBOX"}
	s.boxes = []config.Mailbox{{Name: "contact", Programme: "harbour", Role: config.Contact, URL: config.Secret(box.String())}}
	s.change = func(p *assembly.Plan) {
		p.Check, p.Patience, p.Pace, p.Log, p.Config.Workers = 0, 0, mailer.DefaultPace(), slog.New(slog.DiscardHandler), 4
	}
	s.furnish(databaseURL)
	s.house = s.open(databaseURL)
	return s
}

// fill sends a campaign, as far as the mix has reports of it, and puts the mails into the mailbox.
func (s *scene) fill(m mix, mails int) {
	s.t.Helper()
	m.keys, m.ways, m.list = s.house.Keys, s.house.Ways, s.list.ID
	if m.reports > 0 {
		m.people = crowd(s.t, s.house.DB, s.list, (mails+19)/20*m.reports)
		m.campaign = s.draft("March")
		s.schedule(m.campaign)
		shut := s.start(s.house, s.house.Relay, s.house.Work)
		s.finished(m.campaign)
		shut()
	}
	u, err := url.Parse(s.boxes[0].URL.Reveal())
	s.check(err)
	c, err := imapclient.DialInsecure(u.Host, nil)
	s.check(err)
	defer c.Close()
	s.check(c.Login(u.User.Username(), s.password).Wait())
	s.put(c, mails, func(i int) string { return m.mail(m, i) })
}

// ingest runs a house until every mail has its disposition, and reports what that took.
func (s *scene) ingest(mails int) {
	s.t.Helper()
	b := s.t.(*testing.B)
	h := s.open(s.house.Config.DatabaseURL.Reveal())
	runtime.GC()
	ctx, stop := context.WithCancel(context.Background())
	parts := []part{h.Relay, h.Work, h.Watch}
	done := make(chan error, len(parts))
	ours, theirs, peak, began := cpuTime(b), theirCPU(b), peakOf(), time.Now()
	for _, p := range parts {
		go func() { done <- p(ctx) }()
	}
	for waits := true; waits; {
		time.Sleep(50 * time.Millisecond)
		newest, err := h.DB.KeptBefore(b.Context(), 0, 1)
		s.check(err)
		// A fresh database counts from 1. Counting what waits costs the database something, so it begins when the last message is settled.
		if len(newest) > 0 && int(newest[0].ID) >= mails && newest[0].Disposition != inbox.Unsorted {
			waiting, err := h.DB.UnsettledSince(b.Context(), "contact", time.Now().Add(time.Hour))
			s.check(err)
			waits = waiting > 0
		}
		if time.Since(began) > 10*time.Minute {
			b.Fatal("not all mails were taken in within 10 minutes")
		}
	}
	took := time.Since(began)
	b.ReportMetric(float64(mails)/took.Seconds(), "mails/s")
	b.ReportMetric(float64((cpuTime(b)-ours).Microseconds())/float64(mails), "ours-µs/mail")
	b.ReportMetric(float64((theirCPU(b)-theirs).Microseconds())/float64(mails), "theirs-µs/mail")
	b.ReportMetric(float64(peak())/(1<<20), "peak-MiB")
	stop()
	for range parts {
		<-done
	}
	s.check(h.Close(context.Background()))
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

// theirCPU is what the services of the test bed have used: all processes that name its folder, and what these started.
func theirCPU(b *testing.B) (used time.Duration) {
	b.Helper()
	bed := filepath.Dir(filepath.Dir(os.Getenv("ASSENT_TEST_DOVECOT_IMAPS_CA")))
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	parent, spent := map[string]string{}, map[string]time.Duration{}
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		pid := filepath.Base(filepath.Dir(path))
		_, rest, _ := strings.Cut(string(text), ") ")
		f := strings.Fields(rest) // from the third field on: proc_pid_stat(5)
		user, _ := strconv.Atoi(f[11])
		system, _ := strconv.Atoi(f[12])
		parent[pid], spent[pid] = f[1], time.Duration(user+system)*10*time.Millisecond
	}
	for pid := range spent {
		for p, steps := pid, 0; p != "" && p != "0" && steps < 10; p, steps = parent[p], steps+1 {
			line, _ := os.ReadFile("/proc/" + p + "/cmdline")
			if strings.Contains(string(line), bed) && bed != "/" {
				used += spent[pid]
				break
			}
		}
	}
	return used
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
