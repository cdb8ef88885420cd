package mailer_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/mailer"
	"assent/queue"
	"assent/subscriptions"
	"assent/templates"
)

// clock is a time that moves only when a test moves it.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

var began = time.Date(2026, 5, 4, 9, 30, 0, 0, time.UTC)

// relay is a Transport that answers as a test wants, and counts.
type relay struct {
	clock *clock
	// answer says how the n-th message to an address ends; nil for a yes. It may be nil.
	answer func(to string, n int) error
	// before is called when a message is about to start. It may be nil.
	before func(to string)

	mu    sync.Mutex
	tries map[string]int
	taken map[string]int
	late  time.Duration // the longest time between question and start
	last  handed
}

// handed is a message as it was handed over.
type handed struct{ to, from, body string }

func (r *relay) Send(ctx context.Context, p subscriptions.Permit, from string, body []byte) (mailer.Receipt, error) {
	to := p.To().String()
	if r.before != nil {
		r.before(to)
	}
	if err := p.Valid(r.clock.now()); err != nil {
		return mailer.Receipt{}, err
	}
	started := r.clock.now()
	r.mu.Lock()
	r.tries[to]++
	n := r.tries[to]
	r.late = max(r.late, started.Sub(p.AskedAt()))
	r.last = handed{to, from, string(body)}
	r.mu.Unlock()
	if r.answer != nil {
		if err := r.answer(to, n); err != nil {
			var e *mailer.SendError
			if errors.As(err, &e) && e.StartedAt.Equal(startsNow) {
				e.StartedAt = started
			}
			return mailer.Receipt{}, err
		}
	}
	r.mu.Lock()
	r.taken[to]++
	r.mu.Unlock()
	return mailer.Receipt{StartedAt: started, FinishedAt: r.clock.now(), Code: 250, Reply: "2.0.0 Ok: queued"}, nil
}

// startsNow stands in a SendError for the moment at which the message started.
var startsNow = time.Unix(1, 0)

func saysNo() error {
	return &mailer.SendError{Fate: mailer.Rejected, StartedAt: startsNow, Code: 550, Reply: "5.1.1 No such user"}
}

func saysLater() error {
	return &mailer.SendError{Fate: mailer.PutOff, StartedAt: startsNow, Code: 451, Reply: "4.7.1 Greylisted"}
}

func hangsUp() error {
	return &mailer.SendError{Fate: mailer.NotSent, StartedAt: startsNow, Err: errors.New("EOF")}
}

func isAway() error {
	return &mailer.SendError{Fate: mailer.NotSent, Err: errors.New("connection refused")}
}

func goesSilent() error {
	return &mailer.SendError{Fate: mailer.Unknown, StartedAt: startsNow, Err: errors.New("EOF")}
}

// total counts messages taken, and fails when somebody got two.
func (r *relay) total(t *testing.T) int {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := 0
	for to, n := range r.taken {
		if n > 1 {
			t.Errorf("%s got %d messages", to, n)
		}
		sum += n
	}
	return sum
}

func (r *relay) tried() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := 0
	for _, n := range r.tries {
		sum += n
	}
	return sum
}

// rig is a mailer on an open database, with a programme of three lists.
type rig struct {
	*mailer.Service
	t         *testing.T
	db        *store.DB
	people    *subscriptions.Service
	clock     *clock
	relay     *relay
	programme subscriptions.Programme
	news      subscriptions.Purpose
	lists     []subscriptions.List // monthly, weekly, and sales of another purpose
}

func eachRig(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	for name, url := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": storetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newRig(t, url(t)))
		})
	}
}

func newRig(t *testing.T, databaseURL string) *rig {
	t.Helper()
	c := &clock{at: began}
	db := storetest.Open(t, databaseURL, c.now)
	r := &rig{t: t, db: db, clock: c}
	r.relay = &relay{clock: r.clock, tries: map[string]int{}, taken: map[string]int{}}
	keys := storetest.Keys(t)
	r.people = &subscriptions.Service{Store: db, Keys: keys, Now: r.clock.now}
	var err error
	r.programme, err = r.people.CreateProgramme(t.Context(), aProgramme())
	r.ok(err)
	for _, slug := range []string{"news", "offers"} {
		purpose, err := r.people.CreatePurpose(t.Context(), subscriptions.Purpose{
			ProgrammeID: r.programme.ID, Slug: slug, Name: slug, Basis: subscriptions.Consent, Class: subscriptions.Newsletter,
		})
		r.ok(err)
		notice, err := r.people.PublishNotice(t.Context(), subscriptions.NoticeDraft{ProgrammeID: r.programme.ID, Texts: map[string]string{"en": "How we use your data for " + slug + "."}, Override: "a test"})
		r.ok(err)
		names := []string{"sales"}
		if slug == "news" {
			r.news, names = purpose, []string{"monthly", "weekly"}
		}
		for _, name := range names {
			l, err := r.people.CreateList(t.Context(), subscriptions.List{
				ProgrammeID: r.programme.ID, PurposeID: purpose.ID, NoticeID: notice.ID, Slug: name, Name: "Harbour " + name, Wording: "Send me " + name + ".", DoubleOptIn: true, Public: true,
			})
			r.ok(err)
			r.lists = append(r.lists, l)
		}
	}
	texts, err := templates.Load()
	r.ok(err)
	r.Service = &mailer.Service{
		Store: db, People: db, Gate: subscriptions.Gate{Store: db, Now: r.clock.now}, Transport: r.relay, Confirm: r.people, Personal: db,
		Composer: mailer.Composer{Templates: texts, Ways: someWays(), Keys: keys},
		Now:      r.clock.now, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Pace: mailer.Pace{Window: 10, Connections: 1, Lease: 30 * time.Second, Retry: []time.Duration{time.Minute, time.Hour}, StopLoss: 8, Claims: 3},
	}
	return r
}

func aProgramme() subscriptions.Programme {
	return subscriptions.Programme{
		Slug: "harbour", Name: "Harbour News", Owner: "Harbour Board", Controller: "Porthaven Harbour Board", PostalAddress: "1 Quay\nPorthaven PH1 1AA",
		DPOName: "Data Protection Officer", DPOAddress: address.Must("privacy@harbour.example"),
		Contact:  subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")},
		FromName: "Harbour News", FromAddress: address.Must("news@harbour.example"), TimeZone: "Europe/London", Division: "england-and-wales",
	}
}

func someWays() mailer.Ways {
	return mailer.Ways{
		BaseURL: "https://lists.harbour.example", MessageDomain: "mail.harbour.example",
		Bounces: address.Must("bounces@mail.harbour.example"), OptOuts: address.Must("leave@mail.harbour.example"),
	}
}

func (r *rig) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// join puts addresses on a list, in one transaction, and returns their row numbers.
func (r *rig) join(l subscriptions.List, addresses ...string) []int64 {
	r.t.Helper()
	var ids []int64
	r.ok(r.db.Update(r.t.Context(), func(tx subscriptions.Tx) error {
		var events []subscriptions.Event
		for _, s := range addresses {
			a := address.Must(s)
			key := r.people.Keys.AddressKey(a)
			person, known, err := tx.SubscriberByKey(key)
			if err == nil && !known {
				person = subscriptions.Subscriber{Key: key, Address: a, Name: "Ann " + a.Local(), CreatedAt: r.clock.now(), UpdatedAt: r.clock.now()}
				err = tx.CreateSubscribers([]*subscriptions.Subscriber{&person})
			}
			if err != nil {
				return err
			}
			ids = append(ids, person.ID)
			events = append(events, subscriptions.Event{
				At: r.clock.now(), Kind: subscriptions.Granted, Scope: subscriptions.ListScope(l), SubscriberID: person.ID, AddressKey: key,
				Channel: subscriptions.ByStaff, Actor: "user:1", Source: "form", Evidence: []byte(`{"act":"signed"}`), Salt: []byte("salt"),
			})
		}
		return tx.Append(events)
	}))
	return ids
}

// crowd makes n addresses.
func crowd(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("person-%03d@example.org", i)
	}
	return out
}

func (r *rig) draft(lists ...subscriptions.List) mailer.Campaign {
	r.t.Helper()
	c := mailer.Campaign{ProgrammeID: r.programme.ID, Name: "May", Subject: "News for {{name|you}}", Body: "# News\n\nHello **{{name|there}}**."}
	for _, l := range lists {
		c.Lists = append(c.Lists, l.ID)
	}
	c, err := r.Create(r.t.Context(), c, "user:1")
	r.ok(err)
	return c
}

// scheduled makes a campaign that begins at once, planned into chunks.
func (r *rig) planned(lists ...subscriptions.List) mailer.Campaign {
	r.t.Helper()
	c, err := r.Schedule(r.t.Context(), r.draft(lists...).ID, time.Time{}, "user:1")
	r.ok(err)
	r.ok(r.HandlePlan(r.t.Context(), mailer.Plan{CampaignID: c.ID}))
	return r.now(c.ID)
}

func (r *rig) now(id int64) mailer.Campaign {
	r.t.Helper()
	c, err := r.db.Campaign(r.t.Context(), id)
	r.ok(err)
	return c
}

// chunks returns the tasks of chunks that are due.
func (r *rig) chunks() []mailer.SendChunk {
	r.t.Helper()
	due, err := r.db.Due(r.t.Context(), r.clock.now(), 1000)
	r.ok(err)
	var out []mailer.SendChunk
	mux := &queue.Mux{}
	queue.Handle(mux, func(_ context.Context, c mailer.SendChunk) error { out = append(out, c); return nil })
	for _, t := range due {
		if t.Kind == (mailer.SendChunk{}).TaskKind() {
			r.ok(mux.Run(r.t.Context(), t))
			r.ok(r.db.Done(r.t.Context(), t.ID, r.clock.now()))
		}
	}
	return out
}

// work runs every task that is due, and those that these make due, as a relay and a worker do.
func (r *rig) work() {
	r.t.Helper()
	mux, calls := &queue.Mux{}, 0
	queue.Handle(mux, r.HandlePlan)
	queue.Handle(mux, func(ctx context.Context, c mailer.SendChunk) error {
		calls++
		return r.HandleChunk(ctx, c, fmt.Sprint("worker ", calls, r.clock.now().UnixNano()))
	})
	queue.Handle(mux, r.HandleConfirmation)
	queue.Handle(mux, r.HandleVisitMail)
	queue.Handle(mux, r.HandleMoveMail)
	queue.Handle(mux, r.HandleLetter)
	queue.Handle(mux, r.HandleBulkLetter)
	queue.Handle(mux, r.teller().HandleOpen)
	queue.Handle(mux, r.teller().HandleSettle)
	queue.Handle(mux, r.teller().HandleRetell)
	worker := &queue.Worker{Outbox: r.db, Mux: mux, Now: r.clock.now, Log: r.Log, Jitter: func() float64 { return 0 }}
	for range 100 {
		due, err := r.db.Due(r.t.Context(), r.clock.now(), 1000)
		r.ok(err)
		if len(due) == 0 {
			return
		}
		for _, t := range due {
			r.ok(r.db.Sent(r.t.Context(), r.clock.now(), t.ID))
			worker.Do(r.t.Context(), t.ID, t.Sends+1)
		}
	}
	r.t.Fatal("there is no end to the work")
}

// counts returns a campaign's numbers as one line.
func (r *rig) counts(id int64) string {
	r.t.Helper()
	n, _, err := r.Progress(r.t.Context(), id)
	r.ok(err)
	return fmt.Sprintf("%d planned: %d sent, %d failed, %d refused, %d uncertain, %d waiting", n.Planned, n.Sent, n.Failed, n.Refused, n.Uncertain, n.Waiting)
}

func (r *rig) wants(id int64, state mailer.CampaignState, counts string) {
	r.t.Helper()
	if c := r.now(id); c.State != state {
		r.t.Errorf("the campaign is %s, want %s", c.State, state)
	}
	if got := r.counts(id); got != counts {
		r.t.Errorf("%s; want %s", got, counts)
	}
}

// verified holds the database to its ledger, and every delivery to the gate.
func (r *rig) verified() {
	r.t.Helper()
	_, err := subscriptions.VerifyLedger(r.t.Context(), r.db)
	r.ok(err)
	_, err = mailer.Verify(r.t.Context(), r.db, r.db)
	r.ok(err)
	if r.relay.late > subscriptions.PermitLife {
		r.t.Errorf("a message started %v after the gate was asked", r.relay.late)
	}
}

func (r *rig) delivery(campaign, subscriber int64) mailer.Delivery {
	r.t.Helper()
	d, err := r.db.Delivery(r.t.Context(), campaign, subscriber)
	r.ok(err)
	return d
}
