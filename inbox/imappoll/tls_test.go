package imappoll_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"assent/inbox/imappoll"
	"assent/internal/address"
	"assent/internal/mailworld"
)

// selfSigned returns a certificate for this machine, and the pool that trusts it.
func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestBothWaysOfTLSFetch(t *testing.T) {
	t.Parallel()
	cert, pool := selfSigned(t)
	for _, mode := range []imappoll.TLSMode{imappoll.TLS, imappoll.STARTTLS} {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			s := &hostile{letters: letters(3), tls: &tls.Config{Certificates: []tls.Certificate{cert}}, implicit: mode == imappoll.TLS}
			s.on = func(c *talk, cmd, _, _ string) bool {
				if _, secured := c.Conn.(*tls.Conn); cmd == "LOGIN" && !secured {
					t.Error("a password was sent in plain text")
				}
				return false
			}
			startHostile(t, s)
			m := s.mailbox()
			m.TLS, m.TLSConfig = mode, &tls.Config{RootCAs: pool}
			d := newDesk()
			poll(t, &imappoll.Poller{Mailbox: m, Receiver: d, Pace: quick})
			expectAll(t, d, s.letters)
		})
	}
}

func TestSTARTTLSWorksWithTheMailWorld(t *testing.T) {
	t.Parallel()
	cert, pool := selfSigned(t)
	w, err := mailworld.Start(t.Context(), mailworld.Config{Now: time.Now, Password: "secret", TLS: &tls.Config{Certificates: []tls.Certificate{cert}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	if _, err := w.Place(address.Must("desk@example.org"), time.Now(), []byte("Subject: x\r\n\r\ny\r\n")); err != nil {
		t.Fatal(err)
	}
	m := imappoll.Mailbox{
		Name: "desk", Addr: w.IMAPAddr(), TLS: imappoll.STARTTLS, TLSConfig: &tls.Config{RootCAs: pool},
		Username: "desk@example.org", Password: "secret",
	}
	d := newDesk()
	poll(t, &imappoll.Poller{Mailbox: m, Receiver: d, Pace: quick})
	d.awaitCount(t, "desk", 1)
}

func TestNoPasswordIsSentWhereTLSFails(t *testing.T) {
	t.Parallel()
	cert, pool := selfSigned(t)
	server := &tls.Config{Certificates: []tls.Certificate{cert}}
	for _, c := range []struct {
		name string
		s    *hostile
		mode imappoll.TLSMode
		cfg  *tls.Config
		say  string
	}{
		{"an unknown certificate", &hostile{tls: server, implicit: true}, imappoll.TLS, nil, "certificate is not trusted"},
		{"a certificate for another name", &hostile{tls: server, implicit: true}, imappoll.TLS, &tls.Config{RootCAs: pool, ServerName: "other.test"}, "certificate is not trusted"},
		{"a port without TLS", &hostile{}, imappoll.TLS, nil, "does not speak TLS"},
		{"a server without STARTTLS", &hostile{}, imappoll.STARTTLS, nil, "does not offer STARTTLS"},
		{"a server that says it has logged in already", &hostile{greeting: "* PREAUTH welcome", tls: server}, imappoll.STARTTLS, &tls.Config{RootCAs: pool}, "does not offer STARTTLS"},
		{"an answer put before TLS", &hostile{on: func(c *talk, cmd, tag, _ string) bool {
			if cmd == "STARTTLS" {
				c.say("%s OK begin\r\n* OK [CAPABILITY IMAP4rev1] injected", tag)
				return true
			}
			return false
		}}, imappoll.STARTTLS, &tls.Config{RootCAs: pool}, "does not speak TLS"},
		{"an unknown certificate behind STARTTLS", &hostile{tls: server}, imappoll.STARTTLS, nil, "certificate is not trusted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			startHostile(t, c.s)
			m := c.s.mailbox()
			m.TLS, m.TLSConfig = c.mode, c.cfg
			d := newDesk()
			poll(t, &imappoll.Poller{Mailbox: m, Receiver: d, Pace: quick})
			d.await(t, c.say, func() bool {
				d.mu.Lock()
				defer d.mu.Unlock()
				return len(d.troubles) > 0 && strings.Contains(d.troubles[0], c.say)
			})
			if n := c.s.heard("LOGIN"); n != 0 {
				t.Errorf("%d logins", n)
			}
		})
	}
}
