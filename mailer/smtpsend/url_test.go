package smtpsend_test

import (
	"fmt"
	"strings"
	"testing"

	"assent/internal/errs"
	"assent/mailer/smtpsend"
)

func TestParseURL(t *testing.T) {
	t.Parallel()
	usual := smtpsend.URL{Host: "relay.example", Port: 25, Conns: 20, MaxMessages: 1000}
	with := func(change func(*smtpsend.URL)) smtpsend.URL {
		u := usual
		change(&u)
		return u
	}
	tests := []struct {
		name, raw string
		want      smtpsend.URL
	}{
		{"a host alone takes port 25", "smtp://relay.example", usual},
		{"a slash may end it", "smtp://relay.example/", usual},
		{"STARTTLS takes port 587", "smtp+starttls://relay.example", with(func(u *smtpsend.URL) { u.Security, u.Port = smtpsend.StartTLS, 587 })},
		{"smtps takes port 465", "smtps://relay.example", with(func(u *smtpsend.URL) { u.Security, u.Port = smtpsend.ImplicitTLS, 465 })},
		{"the scheme in capitals", "SMTPS://relay.example", with(func(u *smtpsend.URL) { u.Security, u.Port = smtpsend.ImplicitTLS, 465 })},
		{"IPv4 and a port", "smtp://127.0.0.1:2525", with(func(u *smtpsend.URL) { u.Host, u.Port = "127.0.0.1", 2525 })},
		{"IPv6 and a port", "smtp://[::1]:2525", with(func(u *smtpsend.URL) { u.Host, u.Port = "::1", 2525 })},
		{"a container's name", "smtp://mail_pit:1025", with(func(u *smtpsend.URL) { u.Host, u.Port = "mail_pit", 1025 })},
		{"all settings", "smtp://relay.example?conns=3&max=9&name=helo.example&insecure=1", with(func(u *smtpsend.URL) {
			u.Conns, u.MaxMessages, u.Name, u.Insecure = 3, 9, "helo.example", true
		})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := smtpsend.ParseURL(tt.raw)
			if err != nil || got != tt.want {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestParseURLRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, raw, words string }{
		{"nothing", " ", "is empty"},
		{"another scheme", "http://relay.example", "must begin with"},
		{"no scheme", "relay.example:25", "must begin with smtp://"},
		{"no host", "smtp://:25", "no usable host"},
		{"a host with a space", "smtp://relay%20x", "not a URL"},
		{"port 0", "smtp://relay.example:0", "65535"},
		{"port 65536", "smtp://relay.example:65536", "65535"},
		{"a path", "smtp://relay.example/x", "has a path"},
		{"a fragment", "smtp://relay.example#x", "%23"},
		{"a password with an unencoded slash", "smtp://news:s3cret/word@relay.example", "%2F"},
		{"a password with an unencoded #", "smtp://news:s3cret#word@relay.example", "%23"},
		{"a password with an unencoded ?", "smtp://news:s3cret?word@relay.example", "%3F"},
		{"a password of digits with an unencoded ?", "smtp://news:1?s3cret@relay.example", "unknown setting"},
		{"a user without a password", "smtp://news@relay.example", "both"},
		{"a password without a user", "smtp://:s3cret@relay.example", "both"},
		{"NUL in the password", "smtp://news:s3cret%00@relay.example", "NUL"},
		{"no connections", "smtp://relay.example?conns=0", "conns"},
		{"too many connections", "smtp://relay.example?conns=501", "conns"},
		{"no messages", "smtp://relay.example?max=0", "max"},
		{"a name that injects", "smtp://relay.example?name=a%0d%0aMAIL", "EHLO"},
		{"an odd insecure", "smtp://relay.example?insecure=yes", "0 or 1"},
		{"an unknown setting", "smtp://relay.example?pool=3", "known are"},
		{"a setting twice", "smtp://relay.example?conns=1&conns=2", "twice"},
		{"settings that cannot be read", "smtp://relay.example?conns=%zz", "cannot be read"},
		{"endless", "smtp://relay.example?name=" + strings.Repeat("a", 3000), "not a URL"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := smtpsend.ParseURL(tt.raw)
			if errs.KindOf(err) != errs.Invalid || !strings.HasPrefix(errs.Message(err), "ASSENT_SMTP_URL ") || !strings.Contains(errs.Message(err), tt.words) {
				t.Errorf("got %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "s3cret") {
				t.Errorf("the error shows the password: %v", err)
			}
		})
	}
}

func TestAURLShowsNoPassword(t *testing.T) {
	t.Parallel()
	u, err := smtpsend.ParseURL("smtps://news:s3cret@relay.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{u.String(), fmt.Sprintf("%v %+v %#v %s", u, u, &u, u), u.LogValue().String()} {
		if strings.Contains(shown, "s3cret") || strings.Contains(shown, "news") || !strings.Contains(shown, "smtps://***@relay.example:465") {
			t.Errorf("got %q", shown)
		}
	}
}

func FuzzParseURL(f *testing.F) {
	for _, seed := range []string{
		"smtp://127.0.0.1:25", "smtps://a:b@relay.example?conns=3&max=1&name=x.example&insecure=1", "smtp+starttls://[::1]",
		"smtp://a:b/c@d", "smtp://a:b#c@d", "smtp://%00", "smtp://h?x=%zz", "://", "smtp:opaque",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := smtpsend.ParseURL(raw)
		if err != nil {
			// Every error is one of a few sentences of ours, so that none repeats a part of the value.
			if errs.KindOf(err) != errs.Invalid || !strings.HasPrefix(errs.Message(err), "ASSENT_SMTP_URL ") || !sentences[errs.Message(err)] {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		if u.Host == "" || u.Port == 0 || u.Conns < 1 || u.Conns > 500 || u.MaxMessages < 1 || strings.ContainsAny(u.Name+u.Host, "\r\n ") {
			t.Fatalf("%q gave %+v", raw, u)
		}
		if u.User == "" {
			again, err := smtpsend.ParseURL(u.String())
			if err != nil || again.Addr() != u.Addr() || again.Security != u.Security {
				t.Fatalf("%q is shown as %q, which gave %+v, %v", raw, u, again, err)
			}
		}
	})
}

// sentences are all that ParseURL says.
var sentences = func() map[string]bool {
	all := map[string]bool{}
	for _, s := range []string{
		"is empty; give the mail relay, such as smtp://127.0.0.1:25.",
		"is not a URL; in a user name or password write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23 and % as %25.",
		"has a path; nothing but ? and settings may follow the port.",
		"must begin with smtp://, smtp+starttls:// or smtps://.",
		"has no usable host; give a name such as relay.example or an IP address.",
		"has a port that is not a number from 1 to 65535.",
		"must give both a user name and a password, or neither.",
		"has a NUL in its user name or password.",
		"has settings after the ? that cannot be read; write them as conns=20&max=1000.",
		"gives the same setting twice after the ?.",
		"must have conns from 1 to 500.",
		"must have max, the messages over one connection, from 1 to 1000000.",
		"has a name for EHLO that is no host name.",
		"must have insecure as 0 or 1.",
		"has an unknown setting after the ?; known are conns, max, name and insecure.",
	} {
		all["ASSENT_SMTP_URL "+s] = true
	}
	return all
}()
