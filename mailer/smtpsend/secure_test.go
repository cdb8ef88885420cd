package smtpsend_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/internal/errs"
	"assent/mailer"
	"assent/mailer/smtpsend"
)

func TestConnectionsAreSecuredAsTheURLSays(t *testing.T) {
	t.Parallel()
	config, roots := certificate(t)
	offers := conduct{tls: config, features: []string{"STARTTLS", "AUTH PLAIN LOGIN", "SIZE 5000", "8BITMIME"}}
	tests := []struct {
		name, scheme, rest string
		conduct            conduct
		implicit           bool
		roots              *x509.CertPool
		tls                bool
		wrong              string // part of the sentence
	}{
		{name: "smtp uses STARTTLS when offered, and any certificate on loopback", scheme: "smtp", conduct: offers, tls: true},
		{name: "smtp stays in the clear on loopback when STARTTLS is not offered", scheme: "smtp"},
		{name: "smtp+starttls verifies", scheme: "smtp+starttls", conduct: offers, roots: roots, tls: true},
		{name: "smtp+starttls refuses an unknown certificate", scheme: "smtp+starttls", conduct: offers, wrong: "certificate"},
		{name: "smtp+starttls takes it with insecure=1", scheme: "smtp+starttls", rest: "?insecure=1", conduct: offers, tls: true},
		{name: "smtp+starttls refuses a relay without", scheme: "smtp+starttls", wrong: "no STARTTLS"},
		{name: "smtps verifies", scheme: "smtps", implicit: true, roots: roots, tls: true},
		{name: "smtps refuses an unknown certificate", scheme: "smtps", implicit: true, wrong: "certificate"},
		{name: "smtps to a port in the clear", scheme: "smtps", roots: roots, wrong: "speaks TLS"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			if tt.implicit {
				listener = tls.NewListener(listener, config)
			}
			r := serveRelay(t, listener, always(tt.conduct))
			p := newPool(t, tt.scheme+"://"+listener.Addr().String()+tt.rest, func(c *smtpsend.Config) { c.RootCAs = tt.roots })
			_, err = p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter))
			if tt.wrong != "" {
				failed, ok := mailer.AsSendError(err)
				if !ok || failed.Fate != mailer.NotSent || !strings.Contains(errs.Message(err), tt.wrong) || r.count("MAIL") != 0 {
					t.Fatalf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			report, err := p.Check(t.Context())
			if err != nil || (report.TLS != "") != tt.tls {
				t.Errorf("got %+v, %v", report, err)
			}
		})
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	plain := "AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00news\x00s3cret/word"))
	tests := []struct {
		name, mechanisms string
		reply            string
		hears            string
		wrong            string
	}{
		{name: "prefers PLAIN", mechanisms: "LOGIN PLAIN", hears: plain},
		{name: "falls back on LOGIN", mechanisms: "CRAM-MD5 LOGIN", reply: "334 dXNlcjo=", hears: base64.StdEncoding.EncodeToString([]byte("s3cret/word"))},
		{name: "knows no other", mechanisms: "CRAM-MD5", wrong: "PLAIN or LOGIN"},
		{name: "is refused", mechanisms: "PLAIN", reply: "535 5.7.8 no such user news with s3cret/word", wrong: "(it answered 535)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := conduct{features: []string{"AUTH " + tt.mechanisms}, reply: map[string]string{}}
			if tt.reply != "" {
				c.reply["AUTH"] = tt.reply
			}
			if strings.Contains(tt.reply, "334") { // the two answers of LOGIN come as lines of their own
				c.reply[strings.ToUpper(base64.StdEncoding.EncodeToString([]byte("news")))] = "334 UGFzczo="
				c.reply[strings.ToUpper(base64.StdEncoding.EncodeToString([]byte("s3cret/word")))] = "235 welcome"
			}
			r := newRelay(t, always(c))
			p := newPool(t, strings.Replace(r.url(""), "smtp://", "smtp://news:s3cret%2Fword@", 1))
			_, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter))
			if tt.wrong == "" {
				if err != nil || !strings.Contains(r.heardAll(), tt.hears) {
					t.Errorf("got %v; the relay heard\n%s", err, r.heardAll())
				}
				return
			}
			failed, ok := mailer.AsSendError(err)
			if !ok || failed.Fate != mailer.NotSent || !strings.Contains(errs.Message(err), tt.wrong) {
				t.Errorf("got %v", err)
			}
			if strings.Contains(err.Error()+failed.Reply, "s3cret") {
				t.Error("the error shows the password")
			}
		})
	}
}

// far is a connection to another machine.
type far struct{ net.Conn }

func (far) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 25), Port: 25} }

func TestNothingSecretGoesInTheClearOffLoopback(t *testing.T) {
	t.Parallel()
	r := newRelay(t, always(conduct{features: []string{"AUTH PLAIN"}}))
	remote := func(url string) *smtpsend.Pool {
		p := newPool(t, url)
		p.Wrap(func(c net.Conn) net.Conn { return far{c} })
		return p
	}
	for rest, wrong := range map[string]string{"": "insecure=1", "?insecure=1": "password"} {
		p := remote(strings.Replace(r.url(rest), "smtp://", "smtp://news:s3cret@", 1))
		_, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter))
		if failed, ok := mailer.AsSendError(err); !ok || failed.Fate != mailer.NotSent || !strings.Contains(errs.Message(err), wrong) {
			t.Errorf("with %q: got %v", rest, err)
		}
	}
	if r.count("AUTH") != 0 || r.count("MAIL") != 0 {
		t.Errorf("the relay heard\n%s", r.heardAll())
	}
	if _, err := remote(r.url("?insecure=1")).Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter)); err != nil {
		t.Errorf("without a password, insecure=1 allows the clear: %v", err)
	}
}

func TestOffLoopbackTheCertificateIsVerified(t *testing.T) {
	t.Parallel()
	config, roots := certificate(t)
	r := newRelay(t, always(conduct{tls: config, features: []string{"STARTTLS"}}))
	for name, trusted := range map[string]*x509.CertPool{"trusted": roots, "unknown": x509.NewCertPool()} {
		p := newPool(t, r.url(""), func(c *smtpsend.Config) { c.RootCAs = trusted })
		p.Wrap(func(c net.Conn) net.Conn { return far{c} })
		_, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter))
		if taken := err == nil; taken != (name == "trusted") {
			t.Errorf("%s certificate: got %v", name, err)
		}
	}
}

func TestCheckReportsWhatTheRelayOffers(t *testing.T) {
	t.Parallel()
	config, roots := certificate(t)
	r := newRelay(t, always(conduct{tls: config, features: []string{"STARTTLS", "size 1", "SIZE 5000", "8BITMIME", "PIPELINING", "XFOO", "AUTH PLAIN"}}))
	p := newPool(t, "smtp+starttls://news:secret@"+r.listener.Addr().String(), func(c *smtpsend.Config) { c.RootCAs = roots })
	got, err := p.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"SIZE", "8BITMIME", "PIPELINING", "STARTTLS"}; !slices.Equal(got.Extensions, want) {
		t.Errorf("offers %v, want %v", got.Extensions, want)
	}
	if got.MaxSize != 5000 || !got.SignedIn || got.TLS != "TLS 1.3" {
		t.Errorf("got %+v", got)
	}
	if r.count("NOOP") != 1 || r.count("QUIT") != 1 || r.count("MAIL") != 0 {
		t.Errorf("the relay heard\n%s", r.heardAll())
	}
}

func TestCheckEndsWithItsContext(t *testing.T) {
	t.Parallel()
	r := newRelay(t, always(conduct{mute: "NOOP"}))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := newPool(t, r.url("")).Check(ctx); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("got %v", err)
	}
}
