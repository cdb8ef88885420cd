// Package pagestest is the pages and the console over a real database, with one programme and its lists, for their tests.
package pagestest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/inbox/cases/amending"
	"assent/inbox/cases/breach"
	"assent/inbox/cases/portability"
	"assent/inbox/cases/registers"
	"assent/inbox/cases/report"
	"assent/inbox/cases/telling"
	"assent/inbox/cases/thirdparty"
	"assent/inbox/identity"
	"assent/inbox/webform"
	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/internal/console"
	"assent/internal/errs"
	"assent/internal/exporting/copies"
	"assent/internal/pages"
	"assent/internal/scratch"
	"assent/internal/site"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/internal/token"
	"assent/internal/web"
	"assent/mailer"
	"assent/subscriptions"
	"assent/subscriptions/importing"
	"assent/subscriptions/importing/uploads"
	"assent/subscriptions/retention"
	"assent/subscriptions/segment"
	"assent/templates"
)

const BaseURL = "http://127.0.0.1:8080"

// Rig is the pages over a real database, with one programme and its lists.
type Rig struct {
	DB       *store.DB
	People   *subscriptions.Service
	Composer mailer.Composer
	Accounts *auth.Service
	Trail    *Trail
	Engine   *web.Engine
	Log      *bytes.Buffer
	Clock    *Clock

	Programme subscriptions.Programme
	News      subscriptions.List // open to everybody
	Quiet     subscriptions.List // has no page
	Express   subscriptions.List // needs a tick
	Casework  *cases.Service
	Access    *access.Service
	Amending  *amending.Service
	Telling   *telling.Service
	Keeper    *subscriptions.Keeper
	Copies    *copies.Service
	Uploads   *uploads.Service
}

// Clock stands still unless it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *Clock {
	return &Clock{now: time.Date(2026, 11, 25, 9, 5, 0, 0, time.UTC)}
}

func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Trail is an audit trail in memory that can be out of order.
type Trail struct {
	mu      sync.Mutex
	entries []string
	broken  bool
}

func (a *Trail) Record(_ context.Context, e audit.Note) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.broken {
		return errs.E("trail", errs.Unavailable, "The audit trail cannot be written.", nil)
	}
	a.entries = append(a.entries, e.Actor+" "+string(e.Action)+" "+e.Object)
	return nil
}

func (a *Trail) All() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return strings.Join(a.entries, "\n")
}

func (a *Trail) BreakDown(broken bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.broken = broken
}

// Each runs a test of the pages on every database.
func Each(t *testing.T, test func(t *testing.T, r *Rig)) {
	t.Helper()
	storetest.EachURL(t, func(t *testing.T, databaseURL string) { test(t, New(t, databaseURL, BaseURL)) })
}

// New makes the pages as they are served at a base URL. The database has their clock.
func New(t *testing.T, databaseURL, base string) *Rig {
	t.Helper()
	now := newClock()
	db := storetest.Open(t, databaseURL, now.Now)
	r := &Rig{DB: db, Trail: &Trail{}, Log: &bytes.Buffer{}, Clock: now}
	set := must(templates.Load())(t)
	log := slog.New(slog.NewTextHandler(&syncWriter{w: r.Log}, nil))
	keys := storetest.Keys(t)
	r.People = &subscriptions.Service{Store: db, Keys: keys, Now: r.Clock.Now}
	r.Composer = mailer.Composer{Templates: set, Keys: keys, Ways: mailer.Ways{
		BaseURL: base, MessageDomain: "mail.example.org", Bounces: address.Must("bounces@mail.example.org"), OptOuts: address.Must("leave@mail.example.org"),
	}}
	r.Accounts = &auth.Service{Store: db, Now: r.Clock.Now, Cost: auth.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}}
	r.Casework = &cases.Service{
		Store: db, Records: db, Reckoner: must(clock.New(must(clock.Embedded())(t), clock.DefaultSettings()))(t), Keys: keys, Now: r.Clock.Now, Log: log,
	}
	r.Casework.Practices = amending.Practices(db)
	r.Keeper = &subscriptions.Keeper{Store: db, Keys: keys, Now: r.Clock.Now}
	r.Amending = &amending.Service{Cases: r.Casework, Store: db, People: r.People, Preferences: &subscriptions.Preferences{Service: r.People, Kept: db, Trail: db}, Keeper: r.Keeper, Now: r.Clock.Now}
	r.Telling = &telling.Service{Store: db, Cases: r.Casework, Keys: keys, Reckoner: r.Casework.Reckoner, Days: 10, Now: r.Clock.Now, Log: log}
	r.Engine = must(web.New(web.Config{BaseURL: base, Log: log, Now: r.Clock.Now, Page: pages.Problem(set)}))(t)
	segments := &segment.Service{Store: db, Fewest: 5, Now: r.Clock.Now}
	zone := must(time.LoadLocation("Europe/London"))(t)
	r.Access = &access.Service{
		Store: db, Cases: r.Casework, Catalogue: db, Keys: keys, BaseURL: base, Now: r.Clock.Now, Log: log,
		Makers: map[cases.Kind]access.Maker{cases.Access: access.Layout{Templates: set, Zone: zone}, cases.Portability: portability.Layout{Templates: set, Zone: zone}},
	}
	r.Copies = &copies.Service{Store: db, Keys: keys, Register: &subscriptions.Disclosures{Store: db, Catalogue: db, Now: r.Clock.Now}, Templates: set, Days: 7, Zone: zone, Now: r.Clock.Now}
	r.Uploads = &uploads.Service{
		Store: db, Keys: keys, MaxBytes: 1 << 20, Worker: "test", Now: r.Clock.Now, Seen: func(lines int64) (uploads.Seen, error) { return scratch.Open(lines) },
	}
	err := site.Register(r.Engine, site.Deps{
		People: r.People, Preferences: &subscriptions.Preferences{Service: r.People, Kept: db, Trail: db}, Telling: r.Telling, Mail: r.Composer, Sent: db, Handovers: r.Access, Questions: r.Casework, Requests: &webform.Service{Cases: r.Casework, People: r.People, Passer: r.Access, Sent: db, Now: r.Clock.Now, Log: log}, Zone: zone, Now: r.Clock.Now, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	sending := &mailer.Service{Store: db, People: db, Gate: subscriptions.Gate{Store: db, Now: r.Clock.Now}, Targeting: segments, Composer: r.Composer, Now: r.Clock.Now}
	err = console.Register(r.Engine, console.Deps{
		Keeping: Keeping(db, keys, r.Clock.Now), Segments: segments, Targets: sending, Sending: sending,
		People: r.People, Editor: &subscriptions.Editor{Store: db, Catalogue: db, Now: r.Clock.Now}, Mail: r.Composer, Campaigns: db, Cases: db, Casework: r.Casework, Registers: r.registers(), Disclosures: &subscriptions.Disclosures{Store: db, Catalogue: db, Now: r.Clock.Now}, Amending: r.Amending, Telling: r.Telling, Access: r.Access, Looker: &inbox.Service{Store: db, Cases: r.Casework, Prover: &identity.Prover{}}, Figures: db, NoticeRuns: db,
		Notices: &mailer.NoticeTeller{Runs: db, People: r.People, Now: r.Clock.Now}, Accounts: r.Accounts, Audit: r.Trail, Proof: db, Copies: r.Copies, Uploads: r.Uploads, Asking: &importing.Asking{Store: db, Keys: keys, Now: r.Clock.Now}, Imports: db, Sent: db,
		Checks: []console.Check{
			{Name: "database", Check: db.Ping},
			{Name: "redis", Check: func(context.Context) error {
				return errs.E("test", errs.Unavailable, "Redis does not answer.", errors.New("dial 127.0.0.1:1"))
			}},
		},
		Zone: zone, Now: r.Clock.Now, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	r.furnish(t)
	return r
}

// Keeping is how people are erased and kept.
func Keeping(db *store.DB, keys *token.Keys, now func() time.Time) console.Keeping {
	k := &subscriptions.Keeper{Store: db, Keys: keys, Now: now}
	return console.Keeping{Keeper: k, Schedule: &retention.Service{Store: db, Keeper: k, Now: now}}
}

// syncWriter lets several requests write one log.
type syncWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *syncWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

func (r *Rig) furnish(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	r.Programme = must(r.People.CreateProgramme(ctx, subscriptions.Programme{
		Slug: "harbour", Name: "Harbour News", Owner: "Harbour Board", Controller: "Harbour Board Ltd", PostalAddress: "Quay House\nPortexample",
		DPOName: "Priya Shah", DPOAddress: address.Must("dpo@harbour.example"),
		Contact:  subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")},
		FromName: "Harbour News", FromAddress: address.Must("news@harbour.example"),
	}))(t)
	purposes := map[string]subscriptions.Purpose{}
	for _, u := range []subscriptions.Purpose{
		{Slug: "monthly", Basis: subscriptions.Consent},
		{Slug: "board-only", Basis: subscriptions.PublicTask, Conditions: subscriptions.Conditions{Reference: "Harbours Act"}},
		{Slug: "health", Basis: subscriptions.ExplicitConsent},
	} {
		u.ProgrammeID, u.Name, u.Class = r.Programme.ID, "News of "+u.Slug, subscriptions.Newsletter
		purposes[u.Slug] = must(r.People.CreatePurpose(ctx, u))(t)
	}
	notice := must(r.People.PublishNotice(ctx, subscriptions.NoticeDraft{ProgrammeID: r.Programme.ID, Texts: map[string]string{"en": "# How we use your data\n\nWe keep your **address**.\n\n<script>alert(1)</script>"}, Override: "a test"}))(t)
	declare := func(slug, name string, public, doubleOptIn bool) subscriptions.List {
		purpose := purposes[slug]
		return must(r.People.CreateList(ctx, subscriptions.List{
			ProgrammeID: r.Programme.ID, PurposeID: purpose.ID, NoticeID: notice.ID, Slug: slug, Name: name,
			Description: "What happens in the harbour, once a month.", Wording: "Yes, send me " + name + " by email. I can stop at any time.",
			DoubleOptIn: doubleOptIn, Public: public,
		}))(t)
	}
	r.News = declare("monthly", "Monthly update", true, true)
	r.Quiet = declare("board-only", "Board papers", false, true)
	r.Express = declare("health", "Harbour health", true, true)
}

// declareProgramme declares another programme of an owner, with one open list.
func (r *Rig) DeclareProgramme(t *testing.T, slug, owner string) subscriptions.List {
	t.Helper()
	ctx := t.Context()
	p := must(r.People.CreateProgramme(ctx, subscriptions.Programme{
		Slug: slug, Name: "News of " + slug, Owner: owner, Controller: owner, PostalAddress: "Town Hall, Porthaven PH2 2BB",
		Contact: r.Programme.Contact, FromName: owner, FromAddress: r.Programme.FromAddress,
	}))(t)
	purpose := must(r.People.CreatePurpose(ctx, subscriptions.Purpose{
		ProgrammeID: p.ID, Slug: slug, Name: "News", Basis: subscriptions.Consent, Class: subscriptions.Newsletter,
	}))(t)
	notice := must(r.People.PublishNotice(ctx, subscriptions.NoticeDraft{ProgrammeID: p.ID, Texts: map[string]string{"en": "We keep little."}, Override: "a test"}))(t)
	return must(r.People.CreateList(ctx, subscriptions.List{
		ProgrammeID: p.ID, PurposeID: purpose.ID, NoticeID: notice.ID, Slug: slug + "-news", Name: "News", Wording: "Send me news.", DoubleOptIn: true, Public: true,
	}))(t)
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// ask sends one request as a browser would.
func (r *Rig) Ask(method, path string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, BaseURL+path, body)
	req.Header.Set("Accept", "text/html,application/xhtml+xml")
	req.Header.Set("User-Agent", "Mozilla/5.0 (test)")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	r.Engine.ServeHTTP(w, req)
	return w
}

func (r *Rig) Get(path string, header ...string) *httptest.ResponseRecorder {
	return r.Ask(http.MethodGet, path, nil, header...)
}

func (r *Rig) Post(path string, form url.Values, header ...string) *httptest.ResponseRecorder {
	return r.Ask(http.MethodPost, path, strings.NewReader(form.Encode()), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, header...)...)
}

// member puts a confirmed person on a list and returns them.
func (r *Rig) Member(t *testing.T, addr string, l subscriptions.List) subscriptions.Subscriber {
	t.Helper()
	token := r.Request(t, addr, l)
	must(r.People.Confirm(t.Context(), token, subscriptions.Evidence{"act": "test"}))(t)
	return r.Find(t, addr)
}

// request asks for a list and returns the token of the confirmation link.
func (r *Rig) Request(t *testing.T, addr string, l subscriptions.List) string {
	t.Helper()
	err := r.People.Subscribe(t.Context(), subscriptions.Act{
		ListID: l.ID, Address: address.Must(addr), Language: "en", Channel: subscriptions.ByForm, Actor: "subscriber", Source: "web form",
		Evidence: subscriptions.Evidence{"act": "test"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r.ConfirmToken(t, addr, l)
}

// confirmToken makes the token that the mail would carry.
func (r *Rig) ConfirmToken(t *testing.T, addr string, l subscriptions.List) string {
	t.Helper()
	events := r.Ledger(t, addr)
	for i := len(events) - 1; i >= 0; i-- {
		if e := events[i]; e.Kind == subscriptions.Requested && e.Scope.ListID == l.ID {
			return r.People.ConfirmToken(subscriptions.Confirmation{SubscriberID: e.SubscriberID, ListID: l.ID, RequestSeq: e.Seq}, e.At)
		}
	}
	t.Fatal("nothing was requested")
	return ""
}

func (r *Rig) Find(t *testing.T, addr string) subscriptions.Subscriber {
	t.Helper()
	return must(r.DB.SubscriberByKey(t.Context(), r.Composer.Keys.AddressKey(address.Must(addr))))(t)
}

func (r *Rig) Ledger(t *testing.T, addr string) []subscriptions.Event {
	t.Helper()
	return must(r.DB.EventsByKey(t.Context(), r.Composer.Keys.AddressKey(address.Must(addr))))(t)
}

// mailable asks the gate.
func (r *Rig) Mailable(t *testing.T, addr string, l subscriptions.List) bool {
	t.Helper()
	q := subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(l)}}
	return subscriptions.Decide(q, subscriptions.Fold(r.Ledger(t, addr)), r.Clock.Now()).Reason == subscriptions.Allowed
}

// leavePath is the path behind List-Unsubscribe.
func (r *Rig) LeavePath(b mailer.Back) string {
	return strings.TrimPrefix(r.Composer.Ways.UnsubscribeURL(r.Composer.Keys, b), r.Composer.Ways.BaseURL)
}

func WantStatus(t *testing.T, w *httptest.ResponseRecorder, status int) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status %d, want %d\n%.600s", w.Code, status, w.Body.String())
	}
}

func WantText(t *testing.T, w *httptest.ResponseRecorder, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(w.Body.String(), text) {
			t.Errorf("the page lacks %q\n%s", text, w.Body.String())
		}
	}
}

func WantNoText(t *testing.T, w *httptest.ResponseRecorder, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(w.Body.String(), text) {
			t.Errorf("the page has %q\n%s", text, w.Body.String())
		}
	}
}

// OneClick posts as a mail provider does: without cookies, an Accept header or anything else (RFC 8058 section 3.1).
func (r *Rig) OneClick(path, contentType, body string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodPost, BaseURL+path, strings.NewReader(body))
	req.Header.Del("User-Agent")
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	r.Engine.ServeHTTP(w, req)
	return w
}

// Back is what a mail of a campaign carries back.
func Back(l subscriptions.List, p subscriptions.Subscriber, campaign int64) mailer.Back {
	return mailer.Back{ListID: l.ID, SubscriberID: p.ID, CampaignID: campaign}
}

// registers are those of the rig's cases.
func (r *Rig) registers() console.Registers {
	day := r.Casework.Reckoner.UKDate
	return console.Registers{
		Registers: &registers.Service{Store: r.DB, Day: day}, Reports: &report.Service{Source: r.DB, Day: day, Now: r.Clock.Now},
		Breaches:     &breach.Service{Store: r.DB, Cases: r.Casework, UK: r.Casework.Reckoner, Now: r.Clock.Now},
		ThirdParties: &thirdparty.Service{Store: r.DB, Cases: r.Casework, Day: day, Now: r.Clock.Now},
	}
}
