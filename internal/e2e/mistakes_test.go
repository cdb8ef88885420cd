package e2e

import (
	"net"
	"strings"
	"testing"

	"assent/internal/assembly"
	"assent/internal/config"
	"assent/internal/errs"
	"assent/internal/store/storetest"
)

// nobodyListens returns an address of this machine at which nothing answers.
func nobodyListens(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// Each mistake in the settings is told in one sentence that says what to do, without a password and without anything of ours.
func TestAMistakeAtTheStartIsToldInOneSentence(t *testing.T) {
	t.Parallel()
	const hidden = "hunter2"
	for _, tt := range []struct {
		name  string
		spoil func(c *config.Config)
		kind  errs.Kind
		says  []string
	}{
		{"a PostgreSQL that nobody runs", func(c *config.Config) {
			c.DatabaseURL = config.Secret("postgres://assent:" + hidden + "@" + nobodyListens(t) + "/assent")
		}, errs.Unavailable, []string{"database", "ASSENT_DATABASE_URL"}},
		{"a folder for SQLite that does not exist", func(c *config.Config) { c.DatabaseURL = "sqlite:/nowhere/at/all/assent.db" }, errs.Unavailable, []string{"database", "ASSENT_DATABASE_URL"}},
		{"a database of another kind", func(c *config.Config) { c.DatabaseURL = "mysql://127.0.0.1/assent" }, errs.Invalid, []string{"ASSENT_DATABASE_URL", "postgres://", "sqlite:"}},
		{"a database without our tables", func(c *config.Config) { c.DatabaseURL = config.Secret(storetest.BareSQLiteURL(t)) }, errs.Unavailable, []string{"assent migrate"}},
		{"another secret than the ledger was sealed with", func(c *config.Config) { c.Secret = "quite another secret, of no use here either" }, errs.Invalid, []string{"ASSENT_SECRET"}},
		{"a secret that is too short", func(c *config.Config) { c.Secret = hidden }, errs.Invalid, []string{"secret", "32"}},
		{"a Redis that nobody runs", func(c *config.Config) { c.RedisURL = config.Secret("redis://:" + hidden + "@" + nobodyListens(t)) }, errs.Unavailable, []string{"Redis"}},
		{"a Redis URL that is none", func(c *config.Config) { c.RedisURL = "memcached://127.0.0.1" }, errs.Invalid, []string{"redis://"}},
		{"an SMTP URL that is none", func(c *config.Config) { c.SMTPURL = config.Secret("http://user:" + hidden + "@mail.example.org") }, errs.Invalid, []string{"smtp"}},
		{"an address for bounces with a tag", func(c *config.Config) { c.BounceAddress = atHarbour("bounces+x") }, errs.Invalid, []string{"bounces", "+"}},
		{"a mailbox for a programme that nobody made", func(c *config.Config) { c.Mailboxes[0].Programme = "ferry" }, errs.Invalid, []string{`"bounces"`, `"ferry"`, "does not exist"}},
		{"a mailbox without encryption on another machine", func(c *config.Config) {
			c.Mailboxes[0].URL = config.Secret("imap://user:" + hidden + "@mail.example.org")
		}, errs.Invalid, []string{"imaps://"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			databaseURL := sqliteURL(t)
			s := prepare(t, databaseURL)
			p := s.plan(databaseURL)
			tt.spoil(&p.Config)
			h, err := assembly.Open(t.Context(), p)
			if err == nil {
				h.Close(t.Context())
				t.Fatal("it was opened all the same")
			}
			said := errs.Message(err)
			t.Log(said)
			for _, want := range tt.says {
				if !strings.Contains(said, want) {
					t.Errorf("%q does not say %q", said, want)
				}
			}
			if errs.KindOf(err) != tt.kind {
				t.Errorf("the mistake is %v, want %v", errs.KindOf(err), tt.kind)
			}
			if strings.Contains(err.Error(), hidden) {
				t.Errorf("the password is told: %v", err)
			}
			if strings.ContainsAny(said, "\n\t") || len(said) > 300 || !strings.HasSuffix(said, ".") {
				t.Errorf("this is no sentence: %q", said)
			}
		})
	}
}
