package main

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"assent/inbox/imappoll"
	"assent/internal/config"
	"assent/internal/errs"
	"assent/mailer/smtpsend"
)

// zone is DNS with TXT records by name; "mx " before a name gives mail hosts. The empty zone does not answer at all.
type zone map[string]string

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	if record, ok := z[name]; ok {
		return []string{record}, nil
	}
	return nil, &net.DNSError{Name: name, Err: "no such host", IsNotFound: len(z) > 0, IsTimeout: len(z) == 0}
}

func (z zone) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	hosts, err := z.LookupTXT(ctx, "mx "+name)
	if err != nil {
		return nil, err
	}
	return []*net.MX{{Host: hosts[0]}}, nil
}

// healthy is a world in which all is well.
func healthy() probes {
	return probes{
		dns: zone{
			"mail.harbour.example": "v=spf1 ip4:192.0.2.1 -all", "_dmarc.harbour.example": "v=DMARC1; p=quarantine",
			"mx mail.harbour.example":       "mx.harbour.example.",
			"s1._domainkey.harbour.example": "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
		},
		redis: func(context.Context, string) (time.Duration, error) { return 300 * time.Microsecond, nil },
		relay: func(context.Context, string) (smtpsend.Report, error) {
			return smtpsend.Report{TLS: "TLS 1.3", Extensions: []string{"8BITMIME", "STARTTLS"}, SignedIn: true}, nil
		},
		mailbox: func(context.Context, config.Mailbox) (imappoll.Finding, error) {
			return imappoll.Finding{Idle: true, Messages: 3}, nil
		},
	}
}

// examine runs doctor in a world.
func (r *rig) examine(p probes) (int, string) {
	r.t.Helper()
	return r.examineOn(time.Date(2027, 6, 30, 12, 0, 0, 0, time.UTC), p) // the embedded table of bank holidays reaches far enough
}

func (r *rig) examineOn(today time.Time, p probes) (int, string) {
	r.t.Helper()
	for name, value := range map[string]string{
		"ASSENT_AUTHSERV_ID": "mx.harbour.example", "ASSENT_BASE_URL": "https://mail.harbour.example", "ASSENT_SMTP_URL": "smtps://me:hunter2@relay.example", "ASSENT_REDIS_URL": "redis://:hunter2@redis.example",
		"ASSENT_BOUNCE_ADDRESS": "bounces@mail.harbour.example", "ASSENT_UNSUBSCRIBE_ADDRESS": "unsubscribe@mail.harbour.example", "ASSENT_DKIM_SELECTOR": "s1",
		"ASSENT_MAILBOXES": "imaps://b:hunter2@mail.example?role=bounces imaps://u:hunter2@mail.example?role=unsubscribe&programme=harbour",
	} {
		if _, set := r.env[name]; !set {
			r.env[name] = value
		}
	}
	var out strings.Builder
	a := &app{getenv: func(name string) string { return r.env[name] }, stdin: strings.NewReader(""), stdout: &out, stderr: &out, now: func() time.Time { return today }, probes: p}
	code := a.run(r.t.Context(), []string{"doctor"})
	if strings.Contains(out.String(), "hunter2") || strings.Contains(out.String(), testSecret) {
		r.t.Errorf("a secret is shown:\n%s", out.String())
	}
	return code, out.String()
}

func TestDoctorWarnsHalfAYearBeforeTheBankHolidaysRunOut(t *testing.T) {
	t.Parallel()
	code, got := ready(t).examineOn(time.Date(2027, 7, 1, 12, 0, 0, 0, time.UTC), healthy())
	if code != exitOK {
		t.Errorf("ended with %d", code)
	}
	contains(t, got, "warn  holidays    The bank-holiday table ends on Friday 31 December 2027", "No failure, 1 warning.")
}

func TestDoctorFindsNothingWhereAllIsWell(t *testing.T) {
	t.Parallel()
	code, got := ready(t).examine(healthy())
	if code != exitOK || strings.Contains(got, "fail") || strings.Contains(got, "warn") {
		t.Errorf("ended with %d:\n%s", code, got)
	}
	contains(t, got, "ok    settings    All are usable.", "ok    database    SQLite answers", "ok    redis       Takes a write in 300µs.",
		"ok    relay       Answers, TLS 1.3, takes our password, offers 8BITMIME STARTTLS.", "ok    mailbox     bounces opens, with 3 messages.", "ok    dns         SPF of mail.harbour.example", "All is well.")
}

func TestDoctorSaysWhatToDo(t *testing.T) {
	t.Parallel()
	down := func(says string) error { return errs.E("x", errs.Unavailable, says, nil) }
	for _, c := range []struct {
		name string
		do   func(*rig, *probes)
		code int
		says string
	}{
		{"a missing setting", func(r *rig, _ *probes) { r.env["ASSENT_SMTP_URL"] = "" }, 1, "fail  settings    ASSENT_SMTP_URL: is not set. Give the mail relay"},
		{"a database that is not migrated", func(r *rig, _ *probes) { r.env["ASSENT_DATABASE_URL"] = "sqlite:" + r.dir + "/new.db" }, 1, "fail  database    The database has schema 0"},
		{"no secret", func(r *rig, _ *probes) { r.env["ASSENT_SECRET"] = "" }, 1, "warn  database    It was not looked at"},
		{"Redis that is down", func(_ *rig, p *probes) {
			p.redis = func(context.Context, string) (time.Duration, error) { return 0, down("Redis does not answer.") }
		}, 1, "fail  redis       Redis does not answer."},
		{"no Redis", func(r *rig, _ *probes) { r.env["ASSENT_REDIS_URL"] = " " }, 0, "ok    redis       Inside the process."},
		{"a relay that refuses", func(_ *rig, p *probes) {
			p.relay = func(context.Context, string) (smtpsend.Report, error) {
				return smtpsend.Report{}, down("The relay refuses the password.")
			}
		}, 1, "fail  relay       The relay refuses the password."},
		{"a relay of the last century", func(_ *rig, p *probes) {
			p.relay = func(context.Context, string) (smtpsend.Report, error) { return smtpsend.Report{}, nil }
		}, 0, "warn  relay       It does not offer 8BITMIME"},
		{"a mailbox that does not open", func(_ *rig, p *probes) {
			p.mailbox = func(context.Context, config.Mailbox) (imappoll.Finding, error) {
				return imappoll.Finding{}, down("The server refuses the login.")
			}
		}, 1, "fail  mailbox     bounces: The server refuses the login."},
		{"a mailbox without IDLE", func(_ *rig, p *probes) {
			p.mailbox = func(context.Context, config.Mailbox) (imappoll.Finding, error) { return imappoll.Finding{}, nil }
		}, 0, "warn  mailbox     bounces: the server does not tell of new mail"},
		{"a mailbox for no programme", func(r *rig, _ *probes) {
			r.env["ASSENT_MAILBOXES"] = "imaps://b:x@mail.example?role=bounces imaps://u:x@mail.example?role=unsubscribe&programme=lighthouse"
		}, 1, `is for the programme "lighthouse", which does not exist.`},
		{"no mailbox", func(r *rig, _ *probes) { r.env["ASSENT_MAILBOXES"] = " " }, 0, "warn  mailbox     No mailbox is watched for delivery reports."},
		{"no network", func(_ *rig, p *probes) { p.dns = zone{} }, 0, "warn  dns         DNS does not answer, so the SPF record of mail.harbour.example was not checked."},
		{"no DMARC", func(_ *rig, p *probes) { delete(p.dns.(zone), "_dmarc.harbour.example") }, 1, "fail  dns         harbour.example has no DMARC record."},
		{"no DKIM key", func(_ *rig, p *probes) { delete(p.dns.(zone), "s1._domainkey.harbour.example") }, 1, "fail  dns         There is no DKIM key at s1._domainkey.harbour.example."},
		{"no receiving server that is believed", func(r *rig, _ *probes) { r.env["ASSENT_AUTHSERV_ID"] = " " }, 0, "warn  identity    No receiving server's word is believed"},
		{"no selector", func(r *rig, _ *probes) { r.env["ASSENT_DKIM_SELECTOR"] = " " }, 0, "warn  dns         The DKIM key was not looked up"},
		{"an envelope sender of others", func(r *rig, p *probes) {
			r.env["ASSENT_BOUNCE_ADDRESS"] = "b@relay.example"
			p.dns.(zone)["relay.example"], p.dns.(zone)["mx relay.example"] = "v=spf1 -all", "mx.relay.example."
		}, 0, "warn  dns         Mail from harbour.example has an envelope sender at relay.example"},
		{"pages without https", func(r *rig, _ *probes) { r.env["ASSENT_BASE_URL"] = "http://127.0.0.1:8080" }, 0, "warn  settings    ASSENT_BASE_URL is http://"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, p := ready(t), healthy()
			c.do(r, &p)
			code, got := r.examine(p)
			if code != c.code {
				t.Errorf("ended with %d and not %d:\n%s", code, c.code, got)
			}
			contains(t, got, c.says)
		})
	}
}

func TestDoctorLooksAtRealServices(t *testing.T) {
	t.Parallel()
	r := ready(t)
	for name, value := range map[string]string{
		"ASSENT_SMTP_URL": "smtp://127.0.0.1:1", "ASSENT_REDIS_URL": "redis://:hunter2@127.0.0.1:1", "ASSENT_MAILBOXES": "imap://u:hunter2@127.0.0.1:1?role=bounces",
	} {
		r.env[name] = value
	}
	p := realProbes(zone{})
	code, got := r.examine(p)
	if code != exitFailure {
		t.Errorf("ended with %d", code)
	}
	contains(t, got, "fail  redis ", "fail  relay ", "fail  mailbox ")
}
