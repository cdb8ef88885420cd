package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/inbox/cases/amending"
	"assent/inbox/cases/portability"
	"assent/inbox/cases/telling"
	"assent/inbox/identity"
	"assent/internal/address"
	"assent/internal/api"
	"assent/internal/auth"
	"assent/internal/clock"
	"assent/internal/exporting/copies"
	"assent/internal/scratch"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/internal/token"
	"assent/internal/web"
	"assent/mailer"
	"assent/subscriptions"
	"assent/subscriptions/importing/uploads"
	"assent/subscriptions/retention"
	"assent/subscriptions/segment"
	"assent/templates"
)

// house is the API over a real store.
type house struct {
	*web.Engine
	deps api.Deps
	db   *store.DB
	log  *bytes.Buffer
	key  string // has every scope
}

// newHouse opens the API over a database. change may replace parts before it is registered.
func newHouse(t testing.TB, db *store.DB, change func(*api.Deps)) *house {
	t.Helper()
	h := &house{db: db, log: &bytes.Buffer{}}
	log := slog.New(slog.NewTextHandler(&locked{w: h.log}, nil))
	t.Cleanup(func() {
		if _, fuzzing := t.(*testing.F); t.Failed() && !fuzzing {
			t.Logf("the log:\n%s", h.log)
		}
	})
	keys := storetest.Keys(t)
	set, err := templates.Load()
	if err != nil {
		t.Fatal(err)
	}
	ways := mailer.Ways{
		BaseURL: "https://news.example.org", MessageDomain: "news.example.org",
		Bounces: address.Must("bounces@news.example.org"), OptOuts: address.Must("leave@news.example.org"),
	}
	people := &subscriptions.Service{Store: db, Keys: keys, Now: time.Now}
	segments := &segment.Service{Store: db, Fewest: 5, Now: time.Now}
	h.deps = api.Deps{
		BaseURL: "https://news.example.org", People: people,
		Editor:      &subscriptions.Editor{Store: db, Catalogue: db, Now: time.Now},
		Notices:     &mailer.NoticeTeller{Runs: db, People: people, Now: time.Now},
		Preferences: &subscriptions.Preferences{Service: people, Kept: db, Trail: db},
		Mailer: &mailer.Service{
			Store: db, People: db, Gate: subscriptions.Gate{Store: db, Now: time.Now}, Confirm: people, Targeting: segments,
			Composer: mailer.Composer{Templates: set, Ways: ways, Keys: keys}, Now: time.Now, Log: log, Pace: mailer.DefaultPace(),
		},
		Segments: segments, Inbox: db, Cases: casework(t, db, keys), Registers: registersOf(t, db, keys), Reads: db, Auth: &auth.Service{Store: db, Now: time.Now}, Requests: db, Audit: db, Imports: db,
		Checks: []api.Check{{Name: "database", Check: db.Ping}}, Now: time.Now, Log: log,
	}
	h.deps.Looker = &inbox.Service{Store: db, Cases: h.deps.Cases, Prover: &identity.Prover{}}
	h.deps.Keeper = &subscriptions.Keeper{Store: db, Keys: keys, Now: time.Now}
	h.deps.Schedule = &retention.Service{Store: db, Keeper: h.deps.Keeper, Now: time.Now}
	h.deps.Copies = &copies.Service{Store: db, Keys: keys, Register: &subscriptions.Disclosures{Store: db, Catalogue: db, Now: time.Now}, Templates: set, Days: 7, Zone: time.UTC, Now: time.Now}
	h.deps.Uploads = &uploads.Service{
		Store: db, Keys: keys, MaxBytes: 1 << 20, Worker: "test", Now: time.Now, Seen: func(lines int64) (uploads.Seen, error) { return scratch.Open(lines) },
	}
	h.deps.Disclosures = &subscriptions.Disclosures{Store: db, Catalogue: db, Now: time.Now}
	h.deps.Cases.Practices = amending.Practices(db)
	h.deps.Amending = &amending.Service{Cases: h.deps.Cases, Store: db, People: people, Preferences: h.deps.Preferences, Keeper: h.deps.Keeper, Now: time.Now}
	h.deps.Telling = &telling.Service{Store: db, Cases: h.deps.Cases, Keys: keys, Reckoner: h.deps.Cases.Reckoner, Days: 10, Now: time.Now, Log: log}
	h.deps.Access = disclosing(h.deps.Cases, db, keys, set, log)
	h.key = makeKey(t, h.deps.Auth, everyScope()...)
	makeKey(t, h.deps.Auth, auth.ListsRead) // key 2, for tests to revoke
	if change != nil {
		change(&h.deps)
	}
	h.Engine, err = web.New(web.Config{BaseURL: h.deps.BaseURL, Log: log, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := api.Register(h.Engine, h.deps); err != nil {
		t.Fatal(err)
	}
	return h
}

// disclosing carries out requests for access and portability as in the house.
func disclosing(casework *cases.Service, db *store.DB, keys *token.Keys, set *templates.Set, log *slog.Logger) *access.Service {
	return &access.Service{
		Store: db, Cases: casework, Catalogue: db, Keys: keys, BaseURL: "https://news.example.org", Now: time.Now, Log: log,
		Makers: map[cases.Kind]access.Maker{cases.Access: access.Layout{Templates: set, Zone: time.UTC}, cases.Portability: portability.Layout{Templates: set, Zone: time.UTC}},
	}
}

// casework works on cases as in the house.
func casework(t testing.TB, db *store.DB, keys *token.Keys) *cases.Service {
	t.Helper()
	calendar, err := clock.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	reckoner, err := clock.New(calendar, clock.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	return &cases.Service{Store: db, Records: db, Reckoner: reckoner, Keys: keys, Now: time.Now}
}

// each runs a test over every database.
func each(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(t, newHouse(t, db, nil)) })
}

// small is a house on SQLite, for what has nothing to do with the database.
func small(t testing.TB, change func(*api.Deps)) *house {
	t.Helper()
	return newHouse(t, storetest.Open(t, storetest.SQLiteURL(t), time.Now), change)
}

func everyScope() []auth.Scope {
	var all []auth.Scope
	for _, g := range auth.Scopes {
		all = append(all, g.Scope)
	}
	return all
}

func makeKey(t testing.TB, s *auth.Service, scopes ...auth.Scope) string {
	t.Helper()
	_, text, err := s.MakeKey(t.Context(), auth.Actor{Kind: auth.SystemActor}, "test", scopes)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// answer is what came back.
type answer struct {
	*httptest.ResponseRecorder
	object map[string]any
}

// ask sends a request with the key of every scope. body is "" for none; header is name, value, …
func (h *house) ask(t testing.TB, method, path, body string, header ...string) answer {
	t.Helper()
	r := httptest.NewRequestWithContext(context.WithoutCancel(t.Context()), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+h.key)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	a := answer{ResponseRecorder: httptest.NewRecorder()}
	h.ServeHTTP(a, r)
	if strings.Contains(a.Header().Get("Content-Type"), "json") {
		if err := json.Unmarshal(a.Body.Bytes(), &a.object); err != nil {
			t.Fatalf("%s %s: %v in %q", method, path, err, a.Body)
		}
	}
	if a.Code >= 400 {
		a.checkProblem(t, method, path)
	}
	return a
}

// must is ask where the status is known.
func (h *house) must(t testing.TB, status int, method, path, body string, header ...string) answer {
	t.Helper()
	a := h.ask(t, method, path, body, header...)
	if a.Code != status {
		t.Fatalf("%s %s: status %d, want %d: %s", method, path, a.Code, status, a.Body)
	}
	return a
}

// checkProblem holds what is the same for every failure.
func (a answer) checkProblem(t testing.TB, method, path string) {
	t.Helper()
	o := a.object
	typ, _ := o["type"].(string)
	if a.Header().Get("Content-Type") != web.ProblemJSON || o["status"] != float64(a.Code) || o["title"] == "" || o["detail"] == "" ||
		o["instance"] == "" || a.Header().Get("Idempotent-Replayed") == "" && o["instance"] != a.Header().Get("X-Request-Id") || !strings.HasPrefix(typ, "/api/docs#") {
		t.Errorf("%s %s: %d %q is no whole problem: %s", method, path, a.Code, a.Header().Get("Content-Type"), a.Body)
	}
	for _, internal := range []string{"json:", "Go ", "sql", "store:", "goroutine", ".go", "dial", "$schema", "api:", "address:"} {
		if strings.Contains(strings.ReplaceAll(a.Body.String(), fmt.Sprint(o["instance"]), ""), internal) {
			t.Errorf("%s %s: internal text %q in %s", method, path, internal, a.Body)
		}
	}
}

// at returns what stands at a path such as "items.0.id".
func (a answer) at(t testing.TB, path string) any {
	t.Helper()
	var v any = a.object
	for part := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			i := int(part[0] - '0')
			if i >= len(x) {
				t.Fatalf("nothing at %s of %s", path, a.Body)
			}
			v = x[i]
		default:
			t.Fatalf("nothing at %s of %s", path, a.Body)
		}
	}
	return v
}

// want compares what stands at some paths: path, value, …
func (a answer) want(t testing.TB, pairs ...any) {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		want := pairs[i+1]
		if n, ok := want.(int); ok {
			want = float64(n)
		}
		if got := a.at(t, pairs[i].(string)); got != want {
			t.Errorf("%v is %v, want %v, in %s", pairs[i], got, want, a.Body)
		}
	}
}

const (
	programmeBody = `{"slug":"harbour-news","name":"Harbour News","owner":"Harbour Board","controller":"Harbour Board","postal_address":"1 Quay Street, Port Example",
		"contact":{"name":"Sam Poole","address":"contact@harbour.example"},"from":{"name":"Harbour News","address":"news@harbour.example"}}`
	purposeBody  = `{"slug":"monthly-news","name":"Monthly news","basis":"consent","class":"newsletter"}`
	noticeBody   = `{"text":"We use your address to send you the news.","override":"a test"}`
	listBody     = `{"programme_id":1,"purpose_id":1,"notice_id":1,"slug":"monthly","name":"Harbour Monthly","wording":"Send me Harbour Monthly.","double_opt_in":true,"public":true}`
	grantBody    = `{"address":"ann@example.org","name":"Ann Lee","source":"paper form","evidence":{"act":"ticked the box"}}`
	campaignBody = `{"programme_id":1,"name":"December","subject":"The lights are on","body":"Dear {{name|reader}},\n\nthe lights are **on**.","lists":[1]}`
)

// furnish declares a programme with a list.
func (h *house) furnish(t testing.TB) {
	t.Helper()
	h.must(t, http.StatusCreated, "POST", "/api/v1/programmes", programmeBody)
	h.must(t, http.StatusCreated, "POST", "/api/v1/programmes/harbour-news/purposes", purposeBody)
	h.must(t, http.StatusCreated, "POST", "/api/v1/programmes/harbour-news/notices", noticeBody)
	h.must(t, http.StatusCreated, "POST", "/api/v1/lists", listBody)
}
