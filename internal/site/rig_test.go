package site_test

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

	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/internal/errs"
	"assent/internal/site"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/internal/web"
	"assent/mailer"
	"assent/subscriptions"
	"assent/subscriptions/segment"
	"assent/templates"
)

const baseURL = "http://127.0.0.1:8080"

// rig is the pages over a real database, with one programme and its lists.
type rig struct {
	db       *store.DB
	people   *subscriptions.Service
	composer mailer.Composer
	accounts *auth.Service
	trail    *trail
	engine   *web.Engine
	log      *bytes.Buffer
	clock    *testClock

	programme subscriptions.Programme
	news      subscriptions.List // open to everybody
	quiet     subscriptions.List // has no page
	express   subscriptions.List // needs a tick
	casework  *cases.Service
}

// testClock stands still unless it is moved.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func newTestClock() *testClock {
	return &testClock{now: time.Date(2026, 11, 25, 9, 5, 0, 0, time.UTC)}
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// trail is an audit trail in memory that can be out of order.
type trail struct {
	mu      sync.Mutex
	entries []string
	broken  bool
}

func (a *trail) Record(_ context.Context, e audit.Note) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.broken {
		return errs.E("trail", errs.Unavailable, "The audit trail cannot be written.", nil)
	}
	a.entries = append(a.entries, e.Actor+" "+string(e.Action)+" "+e.Object)
	return nil
}

func (a *trail) all() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return strings.Join(a.entries, "\n")
}

func (a *trail) breakDown(broken bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.broken = broken
}

// each runs a test of the pages on every database.
func each(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(t, newRig(t, db, baseURL)) })
}

func newRig(t *testing.T, db *store.DB, base string) *rig {
	t.Helper()
	r := &rig{db: db, trail: &trail{}, log: &bytes.Buffer{}, clock: newTestClock()}
	set := must(templates.Load())(t)
	log := slog.New(slog.NewTextHandler(&syncWriter{w: r.log}, nil))
	keys := storetest.Keys(t)
	r.people = &subscriptions.Service{Store: db, Keys: keys, Now: r.clock.Now}
	r.composer = mailer.Composer{Templates: set, Keys: keys, Ways: mailer.Ways{
		BaseURL: base, MessageDomain: "mail.example.org", Bounces: address.Must("bounces@mail.example.org"), OptOuts: address.Must("leave@mail.example.org"),
	}}
	r.accounts = &auth.Service{Store: db, Now: r.clock.Now, Cost: auth.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}}
	r.casework = &cases.Service{
		Store: db, Records: db, Reckoner: must(clock.New(must(clock.Embedded())(t), clock.DefaultSettings()))(t), Keys: keys, Now: r.clock.Now, Log: log,
	}
	r.engine = must(web.New(web.Config{BaseURL: base, Log: log, Now: r.clock.Now, Page: site.ProblemPage(set)}))(t)
	segments := &segment.Service{Store: db, Fewest: 5, Now: r.clock.Now}
	err := site.Register(r.engine, site.Deps{
		Keeping: keeping(db, keys, r.clock.Now), Segments: segments, Targets: &mailer.Service{Store: db, People: db, Targeting: segments, Now: r.clock.Now},
		People: r.people, Editor: &subscriptions.Editor{Store: db, Catalogue: db, Now: r.clock.Now}, Preferences: &subscriptions.Preferences{Service: r.people, Kept: db, Trail: db}, Mail: r.composer, Campaigns: db, Cases: db, Casework: r.casework, Figures: db, NoticeRuns: db, Notices: &mailer.NoticeTeller{Runs: db, People: r.people, Now: r.clock.Now}, Accounts: r.accounts, Audit: r.trail, Proof: db,
		Checks: []site.Check{
			{Name: "database", Check: db.Ping},
			{Name: "redis", Check: func(context.Context) error {
				return errs.E("test", errs.Unavailable, "Redis does not answer.", errors.New("dial 127.0.0.1:1"))
			}},
		},
		Zone: must(time.LoadLocation("Europe/London"))(t), Now: r.clock.Now, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	r.furnish(t)
	return r
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

func (r *rig) furnish(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	r.programme = must(r.people.CreateProgramme(ctx, subscriptions.Programme{
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
		u.ProgrammeID, u.Name, u.Class = r.programme.ID, "News of "+u.Slug, subscriptions.Newsletter
		purposes[u.Slug] = must(r.people.CreatePurpose(ctx, u))(t)
	}
	notice := must(r.people.PublishNotice(ctx, subscriptions.NoticeDraft{ProgrammeID: r.programme.ID, Texts: map[string]string{"en": "# How we use your data\n\nWe keep your **address**.\n\n<script>alert(1)</script>"}, Override: "a test"}))(t)
	declare := func(slug, name string, public, doubleOptIn bool) subscriptions.List {
		purpose := purposes[slug]
		return must(r.people.CreateList(ctx, subscriptions.List{
			ProgrammeID: r.programme.ID, PurposeID: purpose.ID, NoticeID: notice.ID, Slug: slug, Name: name,
			Description: "What happens in the harbour, once a month.", Wording: "Yes, send me " + name + " by email. I can stop at any time.",
			DoubleOptIn: doubleOptIn, Public: public,
		}))(t)
	}
	r.news = declare("monthly", "Monthly update", true, true)
	r.quiet = declare("board-only", "Board papers", false, true)
	r.express = declare("health", "Harbour health", true, true)
}

// declareProgramme declares another programme of an owner, with one open list.
func (r *rig) declareProgramme(t *testing.T, slug, owner string) subscriptions.List {
	t.Helper()
	ctx := t.Context()
	p := must(r.people.CreateProgramme(ctx, subscriptions.Programme{
		Slug: slug, Name: "News of " + slug, Owner: owner, Controller: owner, PostalAddress: "Town Hall, Porthaven PH2 2BB",
		Contact: r.programme.Contact, FromName: owner, FromAddress: r.programme.FromAddress,
	}))(t)
	purpose := must(r.people.CreatePurpose(ctx, subscriptions.Purpose{
		ProgrammeID: p.ID, Slug: slug, Name: "News", Basis: subscriptions.Consent, Class: subscriptions.Newsletter,
	}))(t)
	notice := must(r.people.PublishNotice(ctx, subscriptions.NoticeDraft{ProgrammeID: p.ID, Texts: map[string]string{"en": "We keep little."}, Override: "a test"}))(t)
	return must(r.people.CreateList(ctx, subscriptions.List{
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
func (r *rig) ask(method, path string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, baseURL+path, body)
	req.Header.Set("Accept", "text/html,application/xhtml+xml")
	req.Header.Set("User-Agent", "Mozilla/5.0 (test)")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	r.engine.ServeHTTP(w, req)
	return w
}

func (r *rig) get(path string, header ...string) *httptest.ResponseRecorder {
	return r.ask(http.MethodGet, path, nil, header...)
}

func (r *rig) post(path string, form url.Values, header ...string) *httptest.ResponseRecorder {
	return r.ask(http.MethodPost, path, strings.NewReader(form.Encode()), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, header...)...)
}

// member puts a confirmed person on a list and returns them.
func (r *rig) member(t *testing.T, addr string, l subscriptions.List) subscriptions.Subscriber {
	t.Helper()
	token := r.request(t, addr, l)
	must(r.people.Confirm(t.Context(), token, subscriptions.Evidence{"act": "test"}))(t)
	return r.find(t, addr)
}

// request asks for a list and returns the token of the confirmation link.
func (r *rig) request(t *testing.T, addr string, l subscriptions.List) string {
	t.Helper()
	err := r.people.Subscribe(t.Context(), subscriptions.Act{
		ListID: l.ID, Address: address.Must(addr), Language: "en", Channel: subscriptions.ByForm, Actor: "subscriber", Source: "web form",
		Evidence: subscriptions.Evidence{"act": "test"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r.confirmToken(t, addr, l)
}

// confirmToken makes the token that the mail would carry.
func (r *rig) confirmToken(t *testing.T, addr string, l subscriptions.List) string {
	t.Helper()
	events := r.ledger(t, addr)
	for i := len(events) - 1; i >= 0; i-- {
		if e := events[i]; e.Kind == subscriptions.Requested && e.Scope.ListID == l.ID {
			return r.people.ConfirmToken(subscriptions.Confirmation{SubscriberID: e.SubscriberID, ListID: l.ID, RequestSeq: e.Seq}, e.At)
		}
	}
	t.Fatal("nothing was requested")
	return ""
}

func (r *rig) find(t *testing.T, addr string) subscriptions.Subscriber {
	t.Helper()
	return must(r.db.SubscriberByKey(t.Context(), r.composer.Keys.AddressKey(address.Must(addr))))(t)
}

func (r *rig) ledger(t *testing.T, addr string) []subscriptions.Event {
	t.Helper()
	return must(r.db.EventsByKey(t.Context(), r.composer.Keys.AddressKey(address.Must(addr))))(t)
}

// mailable asks the gate.
func (r *rig) mailable(t *testing.T, addr string, l subscriptions.List) bool {
	t.Helper()
	q := subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(l)}}
	return subscriptions.Decide(q, subscriptions.Fold(r.ledger(t, addr)), r.clock.Now()).Reason == subscriptions.Allowed
}

// leavePath is the path behind List-Unsubscribe.
func (r *rig) leavePath(b mailer.Back) string {
	return strings.TrimPrefix(r.composer.Ways.UnsubscribeURL(r.composer.Keys, b), r.composer.Ways.BaseURL)
}

func wantStatus(t *testing.T, w *httptest.ResponseRecorder, status int) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status %d, want %d\n%.600s", w.Code, status, w.Body.String())
	}
}

func wantText(t *testing.T, w *httptest.ResponseRecorder, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(w.Body.String(), text) {
			t.Errorf("the page lacks %q\n%s", text, w.Body.String())
		}
	}
}

func wantNoText(t *testing.T, w *httptest.ResponseRecorder, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(w.Body.String(), text) {
			t.Errorf("the page has %q\n%s", text, w.Body.String())
		}
	}
}
