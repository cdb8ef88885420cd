package main

import (
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// service returns ASSENT_TEST_name, or skips the test when it is not set.
func service(t *testing.T, name string) string {
	t.Helper()
	v := os.Getenv("ASSENT_TEST_" + name)
	if v == "" {
		t.Skip("set ASSENT_TEST_" + name + " to run this")
	}
	return v
}

// unique returns a local part that no other test and no earlier run has used.
func unique(prefix string) string { return fmt.Sprintf("%s-%d", prefix, time.Now().UnixNano()) }

func TestPostgresLetsTestsMakeTheirOwnDatabases(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), service(t, "POSTGRES_URL"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	name := pgx.Identifier{unique("smoke")}.Sanitize()
	for _, q := range []string{"CREATE DATABASE " + name, "DROP DATABASE " + name} {
		if _, err := conn.Exec(t.Context(), q); err != nil {
			t.Error(err)
		}
	}
}

func TestEveryRedisAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, command, want string }{
		{"REDIS_URL", "INFO persistence", "aof_enabled:0"},
		{"REDIS_SENTINEL_URL", "INFO sentinel", "name=assent,status=ok"},
		{"REDIS_CLUSTER_URL", "CLUSTER INFO", "cluster_slots_ok:16384"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			u, err := url.Parse(service(t, tt.name))
			if err != nil {
				t.Fatal(err)
			}
			for addr := range strings.SplitSeq(u.Host, ",") {
				reply, err := redisCommand(addr, tt.command)
				if err != nil || !strings.Contains(reply, tt.want) {
					t.Errorf("%s answers %q, %v to %s", addr, reply, err, tt.command)
				}
			}
		})
	}
}

func TestIMAPOpensAnyMailbox(t *testing.T) {
	t.Parallel()
	login(t, dial(t, "DOVECOT_IMAP"), unique("reader")+"@assent.test").must("NOOP")
}

func TestIMAPSHasACertificateThatATestCanTrust(t *testing.T) {
	t.Parallel()
	login(t, dialTLS(t, "DOVECOT_IMAPS"), unique("reader")+"@assent.test").must("NOOP")
}

func TestLMTPRefusesAnUnknownUser(t *testing.T) {
	t.Parallel()
	c, err := textproto.Dial("tcp", service(t, "DOVECOT_LMTP"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, step := range []struct {
		say  string
		code int
	}{
		{"", 220}, {"LHLO smoke.test", 250}, {"MAIL FROM:<news@assent.test>", 250},
		{"RCPT TO:<somebody@assent.test>", 250}, {"RCPT TO:<nobody-here@assent.test>", 550},
	} {
		if step.say != "" {
			if err := c.PrintfLine("%s", step.say); err != nil {
				t.Fatal(err)
			}
		}
		if code, text, _ := c.ReadResponse(0); code != step.code {
			t.Errorf("%q: %d %s, want %d", step.say, code, text, step.code)
		}
	}
}

func TestMailToATaggedAddressReachesItsMailbox(t *testing.T) {
	t.Parallel()
	user, subject := unique("reader"), unique("Hello")
	send(t, "news@assent.test", user+"+tag@example.org", subject)
	got := login(t, dial(t, "DOVECOT_IMAP"), user+"@example.org").waitFor(subject)
	if !strings.Contains(got, "Delivered-To: "+user+"+tag@example.org") {
		t.Errorf("the tag is lost:\n%s", got)
	}
}

func TestMailToAnUnknownUserComesBackAsADeliveryReport(t *testing.T) {
	t.Parallel()
	sender, subject := unique("bounces"), unique("Hello")
	send(t, sender+"+v1@assent.test", "nobody-here@example.org", subject)
	got := login(t, dial(t, "DOVECOT_IMAP"), sender+"@assent.test").waitFor(subject)
	for _, want := range []string{
		"Content-Type: multipart/report; report-type=delivery-status", "Action: failed", "Status: 5.1.1",
		"Final-Recipient: rfc822; nobody-here@example.org", "To: " + sender + "+v1@assent.test",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the report has no %q:\n%s", want, got)
		}
	}
}

func TestNothingIsRelayedOutward(t *testing.T) {
	t.Parallel()
	err := deliver(t, "news@assent.test", "someone@outside.invalid", "Hello")
	if err == nil || !strings.HasPrefix(err.Error(), "554 ") {
		t.Errorf("mail to the outside: %v, want 554", err)
	}
}

func TestChromiumStarts(t *testing.T) {
	t.Parallel()
	if out, err := exec.CommandContext(t.Context(), service(t, "CHROMIUM"), "--version").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func send(t *testing.T, from, to, subject string) {
	t.Helper()
	if err := deliver(t, from, to, subject); err != nil {
		t.Fatal(err)
	}
}

func deliver(t *testing.T, from, to, subject string) error {
	t.Helper()
	message := "From: <" + from + ">\r\nTo: <" + to + ">\r\nSubject: " + subject + "\r\nMessage-ID: <" + unique("m") + "@assent.test>\r\n\r\nHello.\r\n"
	return smtp.SendMail(service(t, "POSTFIX_SMTP"), nil, from, []string{to}, []byte(message))
}

func TestAPortIsFreeWhenItIsHandedOut(t *testing.T) {
	t.Parallel()
	ports, err := freePorts(20)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for _, p := range ports {
		if seen[p] {
			t.Errorf("port %d is handed out twice", p)
		}
		seen[p] = true
		l, err := net.Listen("tcp", loopback(p))
		if err != nil {
			t.Error(err)
			continue
		}
		l.Close()
	}
}
