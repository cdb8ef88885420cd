package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/assembly"
	"assent/internal/config"
	"assent/internal/store"
	"assent/subscriptions"
)

const testSecret = "kD9fQ2mZx7Lw4TgB1sVh6RnJ3cYp8EuA"

// TestMain lets a test run the program itself as a child, to kill it.
func TestMain(m *testing.M) {
	if os.Getenv("ASSENT_TEST_AS_PROGRAM") != "" {
		main()
	}
	os.Exit(m.Run())
}

// rig runs commands with settings of their own.
type rig struct {
	t   *testing.T
	dir string
	env map[string]string
}

// newRig has a database file that is not there yet, and a secret.
func newRig(t *testing.T) *rig {
	t.Helper()
	dir := t.TempDir()
	return &rig{t, dir, map[string]string{"ASSENT_DATABASE_URL": "sqlite:" + filepath.Join(dir, "assent.db") + "?synchronous=normal", "ASSENT_SECRET": testSecret}}
}

// furnished is the database file of ready: one test makes it, and the others copy it.
var furnished struct {
	sync.Mutex
	file []byte
}

// ready has a database with the list "news", which needs consent.
func ready(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	path := filepath.Join(r.dir, "assent.db")
	furnished.Lock()
	defer furnished.Unlock()
	var err error
	if furnished.file == nil {
		r.furnish()
		furnished.file, err = os.ReadFile(path)
	} else {
		err = os.WriteFile(path, furnished.file, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) furnish() {
	t := r.t
	t.Helper()
	r.want(0, "", "migrate")
	r.withStore(func(db *store.DB) {
		keys, err := assembly.Keys(config.Config{Secret: testSecret})
		if err != nil {
			t.Fatal(err)
		}
		ctx, s := t.Context(), &subscriptions.Service{Store: db, Keys: keys, Now: time.Now}
		p, err := s.CreateProgramme(ctx, subscriptions.Programme{Slug: "harbour", Name: "Harbour News", Owner: "Harbour Board", Controller: "Harbour Board", PostalAddress: "1 Quay, Porthaven PH1 1AA",
			Contact: subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")}, FromName: "Harbour News", FromAddress: address.Must("news@harbour.example")})
		if err != nil {
			t.Fatal(err)
		}
		u, err1 := s.CreatePurpose(ctx, subscriptions.Purpose{ProgrammeID: p.ID, Slug: "news", Name: "Monthly news", Basis: subscriptions.Consent, Class: subscriptions.Newsletter})
		n, err2 := s.PublishNotice(ctx, subscriptions.NoticeDraft{ProgrammeID: p.ID, Texts: map[string]string{"en": "How we use your data."}, Override: "a test"})
		_, err3 := s.CreateList(ctx, subscriptions.List{ProgrammeID: p.ID, PurposeID: u.ID, NoticeID: n.ID, Slug: "news", Name: "Harbour News", Wording: "Send me the news.", DoubleOptIn: true})
		if err1 != nil || err2 != nil || err3 != nil {
			t.Fatal(err1, err2, err3)
		}
	})
}

// run runs a command and returns its exit code and what it printed.
func (r *rig) run(stdin string, args ...string) (code int, stdout, stderr string) {
	r.t.Helper()
	var out, errOut strings.Builder
	code = run(r.t.Context(), args, func(name string) string { return r.env[name] }, strings.NewReader(stdin), &out, &errOut)
	return code, out.String(), errOut.String()
}

// want runs a command and checks its exit code. It returns everything that was printed.
func (r *rig) want(code int, stdin string, args ...string) string {
	r.t.Helper()
	got, stdout, stderr := r.run(stdin, args...)
	if got != code {
		r.t.Fatalf("assent %s ended with %d and not %d:\n%s%s", strings.Join(args, " "), got, code, stdout, stderr)
	}
	return stdout + stderr
}

func (r *rig) withStore(fn func(*store.DB)) {
	r.t.Helper()
	keys, err := assembly.Keys(config.Config{Secret: testSecret})
	if err != nil {
		r.t.Fatal(err)
	}
	db, err := store.Open(r.t.Context(), r.env["ASSENT_DATABASE_URL"], store.Options{Keys: keys, Now: time.Now})
	if err != nil {
		r.t.Fatal(err)
	}
	defer db.Close()
	fn(db)
}

// sql changes the database behind Assent's back.
func (r *rig) sql(statement string) {
	r.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(r.dir, "assent.db"))
	if err == nil {
		_, err = db.ExecContext(r.t.Context(), statement)
		db.Close()
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// count asks the database for a number, while another process writes to it.
func (r *rig) count(query string) (n int64) {
	r.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(r.dir, "assent.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		r.t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(r.t.Context(), query).Scan(&n); err != nil {
		r.t.Fatal(err)
	}
	return n
}

// write makes a file and returns its path.
func (r *rig) write(name, text string) string {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is missing in:\n%s", p, text)
		}
	}
}
