package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"assent/internal/assembly"
	"assent/internal/config"
	"assent/internal/mailworld"
	"assent/internal/store/storetest"
	"assent/mailer"
)

// workerEnv holds a worker process's settings; a test binary that finds it is that worker.
const workerEnv = "ASSENT_E2E_WORKER"

func TestMain(m *testing.M) {
	if settings := os.Getenv(workerEnv); settings != "" {
		if err := beWorker(settings); err != nil {
			fmt.Fprintln(os.Stderr, "worker:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// workerSettings is what a worker process is told.
type workerSettings struct {
	Name, Database, Redis, SMTP string
	Contact                     string // the mailbox that it watches; "" for none
}

// beWorker runs 'serve --run worker' in this process, slowly, until it is killed; with a mailbox, 'serve --run worker,poller'.
func beWorker(settings string) error {
	var w workerSettings
	if err := json.Unmarshal([]byte(settings), &w); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	h, err := assembly.Open(ctx, crashPlan(w.Name, w.config(), os.Stderr))
	if err != nil {
		return err
	}
	h.Mailer.Transport = slowly{h.Pool, 3 * time.Millisecond}
	go h.Relay(ctx)
	if w.Contact != "" {
		go h.Watch(ctx)
	}
	fmt.Println("ready")
	return h.Work(ctx)
}

func (w workerSettings) config() config.Config {
	var boxes []config.Mailbox
	if w.Contact != "" {
		boxes = []config.Mailbox{{Name: "contact", Programme: "harbour", Role: config.Contact, URL: config.Secret(w.Contact)}}
	}
	return config.Config{
		Mailboxes:   boxes,
		DatabaseURL: config.Secret(w.Database), RedisURL: config.Secret(w.Redis), SMTPURL: config.Secret(w.SMTP), BaseURL: "http://127.0.0.1:8080",
		Secret: storetest.Secret, BounceAddress: atHarbour("bounces"), UnsubscribeAddress: atHarbour("leave"), MessageDomain: "mail." + harbour, Workers: crashWorkers,
	}
}

const (
	crashWorkers = 2  // chunks that one process sends at a time
	crashWindow  = 16 // people in a window
)

// crew is the worker processes of a test.
type crew struct {
	t        *testing.T
	settings workerSettings
	running  map[string]*exec.Cmd
	kills    int
}

func (c *crew) start(name string) {
	c.t.Helper()
	c.settings.Name = name
	b, err := json.Marshal(c.settings)
	if err != nil {
		c.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), workerEnv+"="+string(b))
	cmd.Stderr = c.t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.running[name] = cmd
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || strings.TrimSpace(line) != "ready" {
		c.t.Fatalf("the worker said %q, %v", line, err)
	}
}

// kill ends a worker without any warning.
func (c *crew) kill(name string) {
	cmd := c.running[name]
	if cmd == nil {
		return
	}
	delete(c.running, name)
	c.kills++
	cmd.Process.Kill()
	cmd.Wait()
}

func (c *crew) dismiss() {
	for name := range c.running {
		c.kill(name)
	}
}

// ownRedis returns one of the databases of the Redis of the tests, emptied, which no other test uses.
func ownRedis(t *testing.T, number int) (redisURL string, broker *redis.Client) {
	t.Helper()
	server := os.Getenv("ASSENT_TEST_REDIS_URL")
	if server == "" {
		t.Skip("set ASSENT_TEST_REDIS_URL to run this")
	}
	options, err := redis.ParseURL(server)
	if err != nil {
		t.Fatal(err)
	}
	options.DB = number
	broker = redis.NewClient(options)
	t.Cleanup(func() { broker.Close() })
	if err := broker.FlushDB(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("redis://%s/%d", options.Addr, number), broker
}

// crashPeople is how many the campaign goes to: few by default; ASSENT_E2E_PEOPLE=20000 for the whole story.
func crashPeople() int {
	if n, err := strconv.Atoi(os.Getenv("ASSENT_E2E_PEOPLE")); err == nil && n > 0 {
		return n
	}
	return 2500
}

// Two worker processes send one campaign. One is killed, Redis is emptied, then both are killed. The other side must count nothing lost and
// nothing twice, and no more uncertain than was in flight (H6).
func TestKilledWorkersAndAnEmptiedRedisLoseNothingAndDoubleNothing(t *testing.T) {
	t.Parallel()
	redisURL, broker := ownRedis(t, 4)
	database := storetest.PostgresURL(t)
	world, err := mailworld.Start(t.Context(), mailworld.Config{Now: time.Now, Password: password, Discard: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(world.Close)

	s := &scene{t: t, mail: world, world: world, domain: harbour}
	s.furnish(database)
	n := crashPeople()
	c := &crew{t: t, running: map[string]*exec.Cmd{}, settings: workerSettings{
		Database: database, Redis: redisURL, SMTP: "smtp://" + world.SMTPAddr(),
	}}
	defer c.dismiss()
	s.house, err = assembly.Open(t.Context(), crashPlan("planner", c.settings.config(), t.Output()))
	s.check(err)
	t.Cleanup(func() { s.house.Close(context.Background()) })
	crowd(t, s.house.DB, s.list, n)
	campaign := s.draft("June")

	c.start("first")
	c.start("second")
	s.schedule(campaign)
	s.accepted(n / 10)
	c.kill("first")
	c.start("first again")
	s.accepted(n * 3 / 10)
	s.check(broker.FlushDB(t.Context()).Err())
	s.accepted(n / 2)
	c.dismiss()
	s.check(broker.FlushDB(t.Context()).Err())
	c.start("third")
	c.start("fourth")
	s.finished(campaign)
	s.tally(campaign, n, c.kills*crashWorkers*crashWindow)
	s.verify()
}

// accepted waits until the other side has counted n messages.
func (s *scene) accepted(n int) {
	s.t.Helper()
	s.eventually(fmt.Sprintf("%d messages were accepted", n), func() bool { return s.world.Counts().Accepted >= n })
}

// tally holds the database's account of a campaign against that of the other side.
func (s *scene) tally(campaign int64, people, inFlight int) {
	s.t.Helper()
	counts, _, err := s.house.Mailer.Progress(s.t.Context(), campaign)
	s.check(err)
	seen := s.world.Counts()
	s.t.Logf("%d people: %d sent, %d uncertain (at most %d were in flight); the other side took %d messages for %d people",
		people, counts.Sent, counts.Uncertain, inFlight, seen.Accepted, len(seen.ByRecipient))
	for to, n := range seen.ByRecipient {
		if n != 1 {
			s.t.Errorf("%s got %d messages", to, n)
		}
	}
	if counts.Sent+counts.Uncertain != int64(people) || counts.Waiting != 0 {
		s.t.Errorf("of %d people %d are accounted for: %+v", people, counts.Sent+counts.Uncertain, counts)
	}
	if counts.Uncertain > int64(inFlight) {
		s.t.Errorf("%d are uncertain, though at most %d were in flight", counts.Uncertain, inFlight)
	}
	if missing := int64(people) - int64(len(seen.ByRecipient)); missing > counts.Uncertain {
		s.t.Errorf("%d people got nothing, and only %d of them are shown as uncertain", missing, counts.Uncertain)
	}
}

// crashPlan is plan with small windows.
func crashPlan(worker string, c config.Config, log io.Writer) assembly.Plan {
	pace := mailer.DefaultPace()
	pace.Window, pace.Connections, pace.Lease = crashWindow, 4, 3*time.Second
	return assembly.Plan{Config: c, Now: time.Now, Log: quiet(log), Worker: worker, Pace: pace, Check: 50 * time.Millisecond, Patience: 2 * time.Second}
}
