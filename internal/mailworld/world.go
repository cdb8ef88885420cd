package mailworld

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-smtp"

	"assent/internal/address"
	"assent/internal/errs"
)

// Config says what world to start. Only Now and Password are needed.
type Config struct {
	// Now tells the time of receipt.
	Now func() time.Time
	// Password opens every mailbox over IMAP; the user name is the mailbox's address.
	Password string
	// Domains are those that have mailboxes here; mail to others is refused as
	// relaying. Empty means every domain.
	Domains []string
	// Aliases lead from one address to the mailbox of another, both without a +tag:
	// {"bounces@example.org": "inbox@example.org"}.
	Aliases map[string]string
	// Hostname is how both servers name themselves; "mail.world.example" if empty.
	Hostname string
	// SMTPListen and IMAPListen are loopback addresses; a free port if empty.
	SMTPListen, IMAPListen string
	// TLS makes both servers offer STARTTLS when it is set. Plain text stays allowed.
	TLS *tls.Config
	// Discard keeps no message: the world only counts.
	Discard bool
	// MaxMessage is the largest message taken, in octets; 64 MiB if zero.
	MaxMessage int64
	// MaxTotal bounds what all mailboxes hold together, in octets; 1 GiB if zero.
	MaxTotal int64
	// Log may be nil.
	Log *slog.Logger
}

// World is a running world of mail. All its methods may be called from many goroutines at once.
type World struct {
	cfg        Config
	log        *slog.Logger
	smtp       *smtp.Server
	imap       *imapserver.Server
	smtpLn     net.Listener
	imapLn     net.Listener
	serving    sync.WaitGroup
	reports    chain // delivery reports on their way back
	deliveries chain // calls of OnDeliver
	closing    sync.Once

	mu        sync.Mutex
	accounts  map[string]*account
	behaviour map[string]Behaviour
	onDeliver func(to address.Address, m Message)
	held      int64 // octets in all mailboxes
	queued    uint64
	validity  uint32
	counts    Counts
	seen      map[[16]byte]struct{} // recipient and Message-ID, to find doubles
}

// Start opens both servers on the loopback address. They stop when ctx ends or Close is
// called. Errors: Invalid for a configuration that cannot work, Unavailable for a taken port.
func Start(ctx context.Context, cfg Config) (*World, error) {
	const op = "mailworld: start"
	if cfg.Now == nil || cfg.Password == "" {
		return nil, errs.E(op, errs.Invalid, "The mail world needs a clock and a password.", nil)
	}
	withDefaults(&cfg)
	w := &World{
		cfg: cfg, log: cfg.Log,
		accounts: map[string]*account{}, behaviour: map[string]Behaviour{}, seen: map[[16]byte]struct{}{},
		counts:   Counts{ByRecipient: map[string]int{}, Doubles: map[string]int{}},
		validity: firstValidity(cfg.Now()),
	}
	var err error
	if w.smtpLn, err = listen(cfg.SMTPListen); err != nil {
		return nil, errs.E(op, errs.KindOf(err), "The SMTP port of the mail world cannot be opened; is it taken?", err)
	}
	if w.imapLn, err = listen(cfg.IMAPListen); err != nil {
		_ = w.smtpLn.Close()
		return nil, errs.E(op, errs.KindOf(err), "The IMAP port of the mail world cannot be opened; is it taken?", err)
	}
	w.smtp, w.imap = w.newSMTP(), w.newIMAP()
	w.serving.Go(func() { w.report("smtp", w.smtp.Serve(w.smtpLn)) })
	w.serving.Go(func() { w.report("imap", w.imap.Serve(w.imapLn)) })
	context.AfterFunc(ctx, w.Close)
	return w, nil
}

func withDefaults(cfg *Config) {
	if cfg.Hostname == "" {
		cfg.Hostname = "mail.world.example"
	}
	if cfg.SMTPListen == "" {
		cfg.SMTPListen = "127.0.0.1:0"
	}
	if cfg.IMAPListen == "" {
		cfg.IMAPListen = "127.0.0.1:0"
	}
	if cfg.MaxMessage == 0 {
		cfg.MaxMessage = 64 << 20
	}
	if cfg.MaxTotal == 0 {
		cfg.MaxTotal = 1 << 30
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
}

// firstValidity returns a UIDVALIDITY that is greater than that of any world started
// before: tenths of a second since 2025 (RFC 9051, section 2.3.1.1; good until 2038).
func firstValidity(now time.Time) uint32 {
	since := now.Sub(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC))
	return max(1, uint32(since/(100*time.Millisecond)))
}

// listen refuses any address that is not of this machine: the world has no secrets to keep.
func listen(addr string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, errs.E("mailworld: listen", errs.Invalid, "", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, errs.E("mailworld: listen", errs.Invalid, "", fmt.Errorf("%s is not a loopback address", host))
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, errs.E("mailworld: listen", errs.Unavailable, "", err)
	}
	return ln, nil
}

func (w *World) report(server string, err error) {
	if err != nil && !errors.Is(err, net.ErrClosed) {
		w.log.Warn("mail world: a server stopped", "server", server, "err", err)
	}
}

// SMTPAddr returns the host and port of the SMTP server.
func (w *World) SMTPAddr() string { return w.smtpLn.Addr().String() }

// IMAPAddr returns the host and port of the IMAP server.
func (w *World) IMAPAddr() string { return w.imapLn.Addr().String() }

// Close stops both servers, drops their connections, and waits for calls of
// OnDeliver that are under way. It may be called more than once.
func (w *World) Close() {
	w.closing.Do(func() {
		_ = w.smtp.Close()
		_ = w.imap.Close()
		_ = w.smtpLn.Close()
		_ = w.imapLn.Close()
		w.serving.Wait()
		w.reports.close()
		w.deliveries.close()
	})
}

// Counts says what the world has taken so far.
type Counts struct {
	// Accepted counts acknowledged deliveries: one message to two people is two.
	Accepted int
	// Refused and Deferred count recipients that were answered 5xx and 4xx.
	Refused, Deferred int
	// ByRecipient counts acknowledged deliveries by the address as it was given, case folded.
	ByRecipient map[string]int
	// Doubles holds the recipients that got a Message-ID more than once, with the
	// number of copies beyond the first.
	Doubles map[string]int
}

// Counts returns a copy of the counts.
func (w *World) Counts() Counts {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.counts
	c.ByRecipient, c.Doubles = clone(c.ByRecipient), clone(c.Doubles)
	return c
}

func clone(m map[string]int) map[string]int {
	out := make(map[string]int, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// count notes one acknowledged delivery and returns who wants to hear of it. A message without
// Message-ID is never a double.
func (w *World) count(to address.Address, messageID string) func(address.Address, Message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	who := to.Normal()
	w.counts.Accepted++
	w.counts.ByRecipient[who]++
	if messageID == "" {
		return w.onDeliver
	}
	sum := sha256.Sum256([]byte(who + "\x00" + messageID))
	key := [16]byte(sum[:16])
	if _, twice := w.seen[key]; twice {
		w.counts.Doubles[who]++
	}
	w.seen[key] = struct{}{}
	return w.onDeliver
}

// mailboxOf returns the address whose mailbox takes mail to a: without +tag, after aliases.
func (w *World) mailboxOf(a address.Address) string {
	local, domain := a.Normal(), ""
	if i := strings.LastIndexByte(local, '@'); i >= 0 {
		local, domain = local[:i], local[i:]
	}
	if base, _, tagged := strings.Cut(local, "+"); tagged && base != "" {
		local = base
	}
	if to, ok := w.cfg.Aliases[local+domain]; ok {
		return strings.ToLower(to)
	}
	return local + domain
}

func (w *World) hosts(a address.Address) bool {
	return len(w.cfg.Domains) == 0 || slices.Contains(w.cfg.Domains, a.Domain())
}
