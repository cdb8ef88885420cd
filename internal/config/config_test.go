package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assent/internal/config"
	"assent/internal/errs"
)

const goodSecret = "kD9fQ2mZx7Lw4TgB1sVh6RnJ3cYp8EuA"

// env returns settings that are good for everything, changed by pairs of name and value.
func env(pairs ...string) func(string) string {
	m := map[string]string{
		"ASSENT_SECRET":              goodSecret,
		"ASSENT_BASE_URL":            "https://mail.example.org",
		"ASSENT_SMTP_URL":            "smtp://relay.example:25",
		"ASSENT_BOUNCE_ADDRESS":      "bounces@mail.example.org",
		"ASSENT_UNSUBSCRIBE_ADDRESS": "unsubscribe@mail.example.org",
	}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return m[name] }
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "assent.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaultsNeedOnlyASecret(t *testing.T) {
	t.Parallel()
	c, err := config.Load(config.Source{Getenv: func(name string) string { return map[string]string{"ASSENT_SECRET": goodSecret}[name] }})
	if err != nil {
		t.Fatal(err)
	}
	if c.DatabaseURL.Reveal() != "sqlite:assent.db" || c.Listen != "127.0.0.1:8080" || c.Workers != 10 || c.LogFormat != "text" || c.LogLevel != slog.LevelInfo || c.RedisURL != "" {
		t.Errorf("defaults: %+v", c)
	}
}

func TestAllMistakesComeAtOnce(t *testing.T) {
	t.Parallel()
	_, err := config.Load(config.Source{Use: config.Mail, Getenv: func(name string) string {
		return map[string]string{
			"ASSENT_DATABASE_URL": "mysql://somewhere", "ASSENT_LISTEN": "8080", "ASSENT_WORKERS": "many",
			"ASSENT_LOG_LEVEL": "loud", "ASSENT_BASE_URL": "http://mail.example.org", "ASSENT_BOUNCE_ADDRESS": "bounces",
		}[name]
	}})
	if errs.KindOf(err) != errs.Invalid {
		t.Fatalf("kind %v of %v", errs.KindOf(err), err)
	}
	var named []string
	for _, m := range config.MistakesOf(err) {
		named = append(named, m.Setting)
	}
	want := "ASSENT_DATABASE_URL ASSENT_SECRET ASSENT_BASE_URL ASSENT_LISTEN ASSENT_WORKERS ASSENT_LOG_LEVEL ASSENT_SMTP_URL ASSENT_BOUNCE_ADDRESS ASSENT_UNSUBSCRIBE_ADDRESS"
	if got := strings.Join(named, " "); got != want {
		t.Errorf("mistakes in\n%s, want\n%s", got, want)
	}
	if msg := errs.Message(err); !strings.HasPrefix(msg, "9 settings are not usable:\n  - ASSENT_DATABASE_URL: must begin") {
		t.Errorf("message:\n%s", msg)
	}
}

func TestEachMistakeSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, setting, value, says string }{
		{"a database that is not known", "ASSENT_DATABASE_URL", "mysql://x", "postgres:// or sqlite:"},
		{"SQLite without a file", "ASSENT_DATABASE_URL", "sqlite:", "names no file"},
		{"a database URL with a bare % in its password", "ASSENT_DATABASE_URL", "postgres://u:p%zz@h/d", "write @ as %40"},
		{"a short secret", "ASSENT_SECRET", "short", "has 5 characters and needs at least 32. Make one with: openssl rand"},
		{"a secret out of an example", "ASSENT_SECRET", "please-changeme-please-kD9fQ2mZx7Lw4", "placeholder"},
		{"a secret of one letter", "ASSENT_SECRET", strings.Repeat("ab", 20), "repeats a few characters"},
		{"a former secret that never was one", "ASSENT_FORMER_SECRETS", goodSecret + " oops", "place 2"},
		{"a base URL without https", "ASSENT_BASE_URL", "http://mail.example.org", "must begin with https://"},
		{"a base URL with a path", "ASSENT_BASE_URL", "https://example.org/mail/", "must have no path"},
		{"a base URL with a question mark", "ASSENT_BASE_URL", "https://example.org/?", "must have no user name, ? or #"},
		{"a base URL with a user", "ASSENT_BASE_URL", "https://u:p@example.org", "must have no user name"},
		{"a base URL that is a host", "ASSENT_BASE_URL", "mail.example.org", "must be a URL such as"},
		{"a base URL with port 0", "ASSENT_BASE_URL", "https://mail.example.org:0", "1 to 65535"},
		{"a port without a host and colon", "ASSENT_LISTEN", "8080", "host and a port"},
		{"a port out of range", "ASSENT_LISTEN", "127.0.0.1:80800", "host and a port"},
		{"a proxy that is a name", "ASSENT_TRUSTED_PROXIES", "proxy.example", "neither an IP address nor a network"},
		{"a proxy that is everybody", "ASSENT_TRUSTED_PROXIES", "0.0.0.0/0", "whole world"},
		{"no workers", "ASSENT_WORKERS", "0", "from 1 to 1000"},
		{"a log format that is not known", "ASSENT_LOG_FORMAT", "xml", "text or json"},
		{"a bounce address with a tag", "ASSENT_BOUNCE_ADDRESS", "a+b@example.org", "no + before the @"},
		{"a bounce address too long for a tag", "ASSENT_BOUNCE_ADDRESS", strings.Repeat("b", 21) + "@example.org", "leaves no room"},
		{"a bounce address that is also for opt-outs", "ASSENT_UNSUBSCRIBE_ADDRESS", "Bounces@mail.example.org", "is the same as ASSENT_BOUNCE_ADDRESS"},
		{"a mailbox with a bad role", "ASSENT_MAILBOXES", "imaps://u:p@h.example/INBOX?role=king", "Mailbox 1: has an unknown role"},
		{"a second mailbox that is not a URL", "ASSENT_MAILBOXES", "imaps://u:p@h.example/INBOX what", "Mailbox 2: is not a URL"},
		{"two mailboxes of one name", "ASSENT_MAILBOXES", "imaps://u:p@h.example imaps://v:p@h.example", `Two mailboxes have the name "contact"`},
		{"a message domain that is a URL", "ASSENT_MESSAGE_DOMAIN", "https://x.example", "must be a domain name"},
		{"an authserv-id with results", "ASSENT_AUTHSERV_ID", "mx.example.org; spf=pass", "as it stands before the first semicolon"},
		{"a selector that is a name with spaces", "ASSENT_DKIM_SELECTOR", "my key", "selector"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(config.Source{Use: config.Mail, Getenv: env(c.setting, c.value)})
			m := config.MistakesOf(err)
			if len(m) != 1 || m[0].Setting != c.setting || !strings.Contains(m[0].Says, c.says) {
				t.Errorf("got %q, want one for %s with %q", m, c.setting, c.says)
			}
		})
	}
}

func TestGoodValuesAreBroughtToOneForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, setting, value string
		got                  func(config.Config) any
		want                 string
	}{
		{"a slash after the host goes", "ASSENT_BASE_URL", "https://Mail.Example.org/", func(c config.Config) any { return c.BaseURL }, "https://mail.example.org"},
		{"http is for loopback", "ASSENT_BASE_URL", "http://127.0.0.1:8080", func(c config.Config) any { return c.BaseURL + " " + c.MessageDomain }, "http://127.0.0.1:8080 localhost"},
		{"the message domain is the host of the base URL", "ASSENT_BASE_URL", "https://mail.example.org:8443", func(c config.Config) any { return c.MessageDomain }, "mail.example.org"},
		{"a proxy's address is a network of one", "ASSENT_TRUSTED_PROXIES", "127.0.0.1, 10.1.2.3/8", func(c config.Config) any { return c.TrustedProxies }, "[127.0.0.1/32 10.0.0.0/8]"},
		{"white space around a value goes", "ASSENT_SECRET", goodSecret + "\n", func(c config.Config) any { return c.Secret.Reveal() }, goodSecret},
		{"several receiving servers", "ASSENT_AUTHSERV_ID", "MX1.example.org, mx2.example.org", func(c config.Config) any { return c.AuthservIDs }, "[mx1.example.org mx2.example.org]"},
		{"several former secrets", "ASSENT_FORMER_SECRETS", goodSecret + "\n" + goodSecret, func(c config.Config) any { return len(c.FormerSecrets) }, "2"},
		{"a mailbox gets a name from programme and role", "ASSENT_MAILBOXES", "imaps://u:p@h.example/INBOX?programme=harbour-news&role=rights&auth=xoauth2",
			func(c config.Config) any { m := c.Mailboxes[0]; return []any{m.Name, m.Role, m.URL.Reveal()} }, "[harbour-news-rights rights imaps://u:p@h.example/INBOX?auth=xoauth2]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := config.Load(config.Source{Use: config.Mail, Getenv: env(c.setting, c.value)})
			if err != nil {
				t.Fatal(err)
			}
			if s := fmt.Sprint(c.got(got)); s != c.want {
				t.Errorf("got %s, want %s", s, c.want)
			}
		})
	}
}

func TestTheEnvironmentWinsOverTheFile(t *testing.T) {
	t.Parallel()
	path := writeFile(t, `
secret = "`+goodSecret+`"
listen = "127.0.0.1:1"
workers = 3
trusted_proxies = ["10.0.0.0/8", "127.0.0.1"]

[[mailbox]]
url = "imaps://u:p@h.example/INBOX?name=old&role=bounces"
name = "privacy"
programme = "harbour-news"
`)
	c, err := config.Load(config.Source{Getenv: func(name string) string {
		return map[string]string{"ASSENT_CONFIG": path, "ASSENT_LISTEN": "127.0.0.1:2"}[name]
	}})
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:2" || c.Workers != 3 || len(c.TrustedProxies) != 2 {
		t.Errorf("got %+v", c)
	}
	if m := c.Mailboxes; len(m) != 1 || m[0].Name != "privacy" || m[0].Role != config.Bounces || m[0].Programme != "harbour-news" {
		t.Errorf("mailboxes %+v", m)
	}
}

func TestMistakesInTheFileNameTheirPlace(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, says string }{
		{"a key that is mistyped", `data_base_url = "x"`, `assent.toml: "data_base_url" is no setting. Did you mean "database_url"?`},
		{"the name of the environment variable", `ASSENT_LISTEN = "x"`, `"ASSENT_LISTEN" is no setting. Did you mean "listen"?`},
		{"a key like nothing", `xyzzy = 1`, `'assent settings' lists all of them`},
		{"a value of the wrong type", `listen = 1.5`, "assent.toml: listen must be text"},
		{"a bad value", `listen = "here"`, "ASSENT_LISTEN (listen in assent.toml): must be a host and a port"},
		{"no TOML", "listen = \"a\"\nsmtp_url = hunter2", "assent.toml: line 2 is not TOML"},
		{"a mailbox that is text", `mailbox = "imaps://u:p@h"`, "[[mailbox]]"},
		{"a mailbox with a mistyped key", "[[mailbox]]\nurl='imaps://u:p@h.example'\nrol='rights'", `"rol" is no setting. Did you mean "role"?`},
		{"a mailbox without URL", "[[mailbox]]\nname='x'", "ASSENT_MAILBOXES (mailbox 1 in assent.toml): is not a URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(config.Source{Getenv: env(), File: writeFile(t, c.text)})
			if m := config.MistakesOf(err); len(m) != 1 || !strings.Contains(m[0].String(), c.says) {
				t.Errorf("got %q, want %q", m, c.says)
			}
			if strings.Contains(fmt.Sprint(err), "hunter2") {
				t.Errorf("the error repeats a value: %v", err)
			}
		})
	}
	t.Run("a file that is not there", func(t *testing.T) {
		t.Parallel()
		_, err := config.Load(config.Source{Getenv: env(), File: "/nowhere/assent.toml"})
		if m := config.MistakesOf(err); len(m) != 1 || !strings.Contains(m[0].Says, "/nowhere/assent.toml cannot be opened") {
			t.Errorf("got %q", m)
		}
	})
}

func TestWhatOnlyItsPackageCanCheckIsCheckedToo(t *testing.T) {
	t.Parallel()
	refuse := func(string) error { return errs.E("x", errs.Invalid, "is refused.", errors.New("hunter2")) }
	refuseByName := func(string) error { return errs.E("x", errs.Invalid, "ASSENT_SMTP_URL is refused.", nil) }
	_, err := config.Load(config.Source{
		Use: config.Mail, Getenv: env("ASSENT_REDIS_URL", "redis://x", "ASSENT_MAILBOXES", "imaps://u:hunter2@h.example"),
		Checks: config.URLChecks{SMTP: refuseByName, Redis: refuse, Mailbox: refuse},
	})
	if m := config.MistakesOf(err); len(m) != 3 || m[1].String() != "ASSENT_SMTP_URL: is refused." || m[2].String() != "ASSENT_MAILBOXES: Mailbox 1: is refused." {
		t.Errorf("got %q", m)
	}
	if strings.Contains(fmt.Sprintf("%v %+v", err, err), "hunter2") {
		t.Errorf("the error shows a password: %v", err)
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	t.Parallel()
	c, err := config.Load(config.Source{Use: config.Mail, Getenv: env(
		"ASSENT_SMTP_URL", "smtps://me:hunter2@relay.example", "ASSENT_REDIS_URL", "redis://:hunter2@r.example",
		"ASSENT_DATABASE_URL", "postgres://me:hunter2@db.example/assent", "ASSENT_MAILBOXES", "imaps://me:hunter2@h.example",
		"ASSENT_FORMER_SECRETS", goodSecret+"hunter2")})
	if err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("settings", "config", c, "secret", c.Secret)
	all := fmt.Sprintf("%v %+v %#v %d %x %q %s %s", c, c, c, c.Secret, c.Secret, c.SMTPURL, asJSON, logged.String())
	if strings.Contains(all, "hunter2") || strings.Contains(all, goodSecret) || strings.Contains(all, fmt.Sprintf("%x", goodSecret)) {
		t.Errorf("a secret is shown in:\n%s", all)
	}
	if !strings.Contains(all, "***") {
		t.Error("a set secret should show as ***")
	}
}
