package imappoll_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"assent/inbox/imappoll"
	"assent/internal/errs"
)

func TestParseURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		want     imappoll.Mailbox
	}{
		{"TLS, with everything left out that can be", "imaps://desk:secret@mail.example.org",
			imappoll.Mailbox{Name: "desk", Addr: "mail.example.org:993", TLS: imappoll.TLS, Username: "desk", Password: "secret", Folder: "INBOX"}},
		{"STARTTLS, with a port and a folder", "imap+starttls://desk:secret@mail.example.org:1143/Rights/New",
			imappoll.Mailbox{Name: "desk/Rights/New", Addr: "mail.example.org:1143", TLS: imappoll.STARTTLS, Username: "desk", Password: "secret", Folder: "Rights/New"}},
		{"an address for a user name, and a password with everything in it", "imaps://desk%40example.org:a%2Fb%3Ac%40d%23@[::1]:993/INBOX",
			imappoll.Mailbox{Name: "desk@example.org", Addr: "[::1]:993", TLS: imappoll.TLS, Username: "desk@example.org", Password: "a/b:c@d#", Folder: "INBOX"}},
		{"plain text on this machine", "imap://desk:secret@127.0.0.1:1143",
			imappoll.Mailbox{Name: "desk", Addr: "127.0.0.1:1143", TLS: imappoll.None, Username: "desk", Password: "secret", Folder: "INBOX"}},
		{"a folder name in another script", "imaps://desk:secret@mail.example.org/Заявки",
			imappoll.Mailbox{Name: "desk/Заявки", Addr: "mail.example.org:993", TLS: imappoll.TLS, Username: "desk", Password: "secret", Folder: "Заявки"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := imappoll.ParseURL(c.in)
			if err != nil {
				t.Fatal(err)
			}
			if got.Name != c.want.Name || got.Addr != c.want.Addr || got.TLS != c.want.TLS || got.Username != c.want.Username ||
				got.Password != c.want.Password || got.Folder != c.want.Folder || got.XOAUTH2 {
				t.Errorf("got %q %q %v %q %q %q", got.Name, got.Addr, got.TLS, got.Username, got.Password, got.Folder)
			}
		})
	}
}

func TestParseURLWithXOAUTH2(t *testing.T) {
	t.Parallel()
	m, err := imappoll.ParseURL("imaps://desk:tok%2Ben@mail.example.org?auth=xoauth2")
	if err != nil {
		t.Fatal(err)
	}
	token, err := m.Token(t.Context())
	if err != nil || token != "tok+en" || !m.XOAUTH2 || m.Password != "" {
		t.Errorf("token %q, %v; password %q", token, err, m.Password)
	}
	if m, err = imappoll.ParseURL("imaps://desk@mail.example.org?auth=xoauth2"); err != nil || !m.XOAUTH2 || m.Token != nil {
		t.Errorf("a token that is to be set later: %v", err)
	}
}

func TestParseURLRefusesWithoutShowingTheSecret(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "mail.example.org", "https://desk:hunter2@mail.example.org", "imaps://mail.example.org", "imaps://desk@mail.example.org",
		"imaps://:hunter2@mail.example.org", "imaps://desk:hunter2@", "imaps://desk:hunter2@mail.example.org:port",
		"imaps://desk:hunter2@mail.example.org#x", "imaps:desk:hunter2@mail.example.org", "imaps://desk:hunter2@mail.example.org?auth=magic",
		"imaps://desk:hunter2@mail.example.org?tls=no", "imaps://desk:hunter2%0d%0aA1 DELETE@mail.example.org",
		"imap://desk:hunter2@mail.example.org", "imap://desk:hunter2@192.0.2.1", "imap://desk:hunter2@localhost.example.org",
		"imaps://desk:hunter2%zz@mail.example.org", "imaps://desk:hunter2@mail.example.org/a%00b",
		"imaps://desk:" + strings.Repeat("hunter2", 1000) + "@mail.example.org",
	} {
		_, err := imappoll.ParseURL(in)
		if errs.KindOf(err) != errs.Invalid || errs.Message(err) == "" {
			t.Errorf("ParseURL(%.60q) = %v", in, err)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

func TestNoFormattingOfAMailboxShowsItsSecrets(t *testing.T) {
	t.Parallel()
	m, err := imappoll.ParseURL("imaps://desk:hunter2@mail.example.org")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "mailbox", m)
	fmt.Fprintf(&b, "%v %+v %#v %s", m, m, m, m)
	if strings.Contains(b.String(), "hunter2") {
		t.Errorf("printed: %s", b.String())
	}
}

func TestRunRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	good := imappoll.Mailbox{Name: "desk", Addr: "127.0.0.1:143", TLS: imappoll.None, Username: "desk", Password: "x"}
	far, tokenless := good, good
	far.Addr = "mail.example.org:143"
	tokenless.XOAUTH2 = true
	for name, p := range map[string]*imappoll.Poller{
		"plain text to another machine": {Mailbox: far, Receiver: newDesk(), Now: time.Now},
		"no source of tokens":           {Mailbox: tokenless, Receiver: newDesk(), Now: time.Now},
		"no receiver":                   {Mailbox: good, Now: time.Now},
		"no clock":                      {Mailbox: good, Receiver: newDesk()},
		"no mailbox":                    {Receiver: newDesk(), Now: time.Now},
	} {
		if err := p.Run(t.Context()); errs.KindOf(err) != errs.Invalid || errs.Message(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestATokenIsAskedForAtEachLogin(t *testing.T) {
	t.Parallel()
	s := &hostile{letters: letters(1), caps: "IMAP4rev1 IDLE SASL-IR AUTH=XOAUTH2"}
	s.on = func(c *talk, cmd, tag, args string) bool {
		switch {
		case cmd == "AUTHENTICATE" && s.heard("AUTHENTICATE") == 1: // an outdated token: an account of it, an empty answer, NO
			c.say("+ eyJzdGF0dXMiOiI0MDEifQ==")
			_, _ = c.r.ReadString('\n')
			c.say("%s NO [AUTHENTICATIONFAILED] outdated", tag)
		case cmd == "AUTHENTICATE" && args != "XOAUTH2 dXNlcj1kZXNrAWF1dGg9QmVhcmVyIHRva2VuLTIBAQ==":
			c.say("%s NO [AUTHENTICATIONFAILED] got %s", tag, args)
		case cmd == "LOGIN":
			c.say("%s NO no passwords here", tag)
		default:
			return false
		}
		return true
	}
	startHostile(t, s)
	m := s.mailbox()
	m.Username, m.Password, m.XOAUTH2 = "desk", "", true
	asked := 0
	m.Token = func(context.Context) (string, error) { asked++; return fmt.Sprintf("token-%d", asked), nil }
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: m, Receiver: d, Pace: quick})
	expectAll(t, d, s.letters)
}

func TestInspectSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := &hostile{letters: letters(2)}
	var refused atomic.Value
	s.on = func(c *talk, cmd, tag, _ string) bool {
		if cmd == refused.Load() {
			c.say("%s NO no", tag)
			return true
		}
		return false
	}
	startHostile(t, s)
	p := &imappoll.Poller{Mailbox: s.mailbox()}
	got, err := p.Inspect(t.Context())
	if err != nil || !got.Idle || got.Messages != 2 || got.UIDValidity != 7 {
		t.Errorf("got %+v, %v", got, err)
	}
	for command, kind := range map[string]errs.Kind{"LOGIN": errs.Unauthenticated, "EXAMINE": errs.NotFound} {
		refused.Store(command)
		if err := p.Check(t.Context()); errs.KindOf(err) != kind || errs.Message(err) == "" {
			t.Errorf("%s refused: %v", command, err)
		}
	}
	p.Mailbox.Addr = "127.0.0.1:1"
	if err := p.Check(t.Context()); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("no server: %v", err)
	}
}

func FuzzParseURL(f *testing.F) {
	for _, s := range []string{
		"imaps://desk:secret@mail.example.org:993/INBOX", "imap+starttls://a%40b:c@[::1]/x/y?auth=xoauth2", "imap://a:b@127.0.0.1",
		"imap://a:b@localhost?auth=password", "imaps://", "://", "imaps://a:b@c:99999999999", "imaps://a:%00@c",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := imappoll.ParseURL(s)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid || errs.Message(err) == "" {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if m.Name == "" || m.Username == "" || m.Folder == "" || strings.ContainsAny(m.Addr+m.Username+m.Password+m.Folder, "\r\n\x00") {
			t.Fatalf("%q was let through as %q %q %q", s, m.Addr, m.Username, m.Folder)
		}
		if m.TLS == imappoll.None && !strings.HasPrefix(m.Addr, "localhost:") && !strings.HasPrefix(m.Addr, "127.") && !strings.HasPrefix(m.Addr, "[") {
			t.Fatalf("%q goes in plain text to %s", s, m.Addr)
		}
	})
}
