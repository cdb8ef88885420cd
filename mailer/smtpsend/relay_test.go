package smtpsend_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"assent/internal/address"
	"assent/mailer/smtpsend"
	"assent/subscriptions"
)

// conduct is how a scripted relay behaves on one connection. Its steps are "greeting", a command's verb, "body" (the
// first line was read), and "end" (the final dot was read).
type conduct struct {
	reply    map[string]string // instead of the usual answer
	hangUp   string            // closes at this step instead of answering
	mute     string            // never answers at this step
	before   func(step string) // called before each answer
	features []string          // offered in answer to EHLO
	tls      *tls.Config       // for STARTTLS
}

// relay is a scripted SMTP server on raw TCP. It does what its conduct says, and writes down what it heard.
type relay struct {
	listener net.Listener
	conduct  func(connection int) conduct // connections count from 1
	quit     chan struct{}
	running  sync.WaitGroup

	mu     sync.Mutex
	opened int
	open   map[net.Conn]bool
	peak   int
	heard  []string // "1 MAIL FROM:<...>"
	bodies []string
}

func always(c conduct) func(int) conduct { return func(int) conduct { return c } }

func newRelay(t testing.TB, conduct func(int) conduct) *relay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveRelay(t, listener, conduct)
}

func serveRelay(t testing.TB, listener net.Listener, conduct func(int) conduct) *relay {
	r := &relay{listener: listener, conduct: conduct, quit: make(chan struct{}), open: map[net.Conn]bool{}}
	r.running.Go(r.accept)
	t.Cleanup(func() {
		close(r.quit)
		_ = listener.Close()
		r.hangUpAll()
		r.running.Wait()
	})
	return r
}

func (r *relay) accept() {
	for {
		c, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.mu.Lock()
		r.opened++
		n := r.opened
		r.open[c] = true
		r.peak = max(r.peak, len(r.open))
		r.mu.Unlock()
		r.running.Go(func() {
			defer func() {
				_ = c.Close()
				r.mu.Lock()
				delete(r.open, c)
				r.mu.Unlock()
			}()
			(&talk{relay: r, n: n, conduct: r.conduct(n), conn: c, in: bufio.NewReader(c)}).run()
		})
	}
}

// hangUpAll closes every connection, as a relay that restarts does.
func (r *relay) hangUpAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.open {
		_ = c.Close()
	}
}

// count returns how many commands began with prefix.
func (r *relay) count(prefix string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, line := range r.heard {
		if _, command, _ := strings.Cut(line, " "); strings.HasPrefix(command, prefix) {
			n++
		}
	}
	return n
}

func (r *relay) connections() (opened, open, peak int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.opened, len(r.open), r.peak
}

func (r *relay) heardAll() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.heard, "\n")
}

func (r *relay) lastBody() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.bodies) == 0 {
		return ""
	}
	return r.bodies[len(r.bodies)-1]
}

// talk is one connection.
type talk struct {
	relay   *relay
	conduct conduct
	n       int
	conn    net.Conn
	in      *bufio.Reader
}

// answer does what the conduct says for a step, and reports whether the talk goes on.
func (k *talk) answer(step, usual string) bool {
	if k.conduct.before != nil {
		k.conduct.before(step)
	}
	switch step {
	case k.conduct.hangUp:
		if tcp, ok := k.conn.(*net.TCPConn); ok && step == "body" {
			_ = tcp.SetLinger(0)
		}
		return false
	case k.conduct.mute:
		<-k.relay.quit
		return false
	}
	if other, ok := k.conduct.reply[step]; ok {
		usual = other
	}
	if usual != "" {
		if _, err := fmt.Fprintf(k.conn, "%s\r\n", usual); err != nil {
			return false
		}
	}
	return !strings.HasPrefix(usual, "421") && !strings.HasPrefix(usual, "221")
}

func (k *talk) run() {
	if !k.answer("greeting", "220 relay.test ESMTP") {
		return
	}
	for {
		line, err := k.in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		k.relay.mu.Lock()
		k.relay.heard = append(k.relay.heard, fmt.Sprintf("%d %s", k.n, line))
		k.relay.mu.Unlock()
		verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
		if !k.command(verb) {
			return
		}
	}
}

func (k *talk) command(verb string) bool {
	switch verb {
	case "EHLO":
		return k.answer(verb, "250-"+strings.Join(append([]string{"relay.test"}, k.conduct.features...), "\r\n250-")+"\r\n250 HELP")
	case "STARTTLS":
		if !k.answer(verb, "220 go ahead") {
			return false
		}
		if k.conduct.tls != nil {
			secure := tls.Server(k.conn, k.conduct.tls)
			if secure.Handshake() != nil {
				return false
			}
			k.conn, k.in = secure, bufio.NewReader(secure)
		}
		return true
	case "AUTH":
		return k.answer(verb, "235 2.7.0 welcome")
	case "DATA":
		return k.answer(verb, "354 go on") && k.body()
	case "QUIT":
		return k.answer(verb, "221 bye")
	default:
		return k.answer(verb, "250 2.0.0 ok")
	}
}

func (k *talk) body() bool {
	if strings.HasPrefix(k.conduct.reply["DATA"], "4") || strings.HasPrefix(k.conduct.reply["DATA"], "5") {
		return true
	}
	var body strings.Builder
	for first := true; ; first = false {
		line, err := k.in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			k.relay.mu.Lock()
			k.relay.bodies = append(k.relay.bodies, body.String())
			k.relay.mu.Unlock()
			return k.answer("end", "250 2.0.0 Ok: queued as 4XyZ")
		}
		body.WriteString(strings.TrimPrefix(line, "."))
		if first && !k.answer("body", "") {
			return false
		}
	}
}

// clock is a time that a test moves.
type clock struct{ nanos atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.nanos.Store(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.nanos.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.nanos.Add(int64(d)) }

const ann = "ann.lee@example.org"

const letter = "From: News <news@charity.example>\r\nTo: ann.lee@example.org\r\nSubject: Hello\r\n\r\nHello.\r\n.\r\nA line of one dot above.\r\n"

func permitFor(now func() time.Time, to string) subscriptions.Permit {
	return subscriptions.Gate{Now: now}.AdmitLetter(address.Must(to), 7)
}

// newPool returns a pool for a relay, with short timeouts, that is closed at the end of the test.
func newPool(t testing.TB, url string, change ...func(*smtpsend.Config)) *smtpsend.Pool {
	t.Helper()
	u, err := smtpsend.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := smtpsend.Config{
		URL: u, Now: time.Now, ConnectTimeout: 5 * time.Second,
		CommandTimeout: 5 * time.Second, SubmissionTimeout: 5 * time.Second, RestTime: time.Nanosecond,
	}
	for _, f := range change {
		f(&c)
	}
	p := smtpsend.New(c)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := p.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return p
}

func (r *relay) url(rest string) string { return "smtp://" + r.listener.Addr().String() + rest }

// until waits for a condition.
func until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// certificate makes one for relay.test and 127.0.0.1, and the pool of roots that trusts it.
func certificate(t testing.TB) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"relay.test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, roots
}
