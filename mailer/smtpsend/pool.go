package smtpsend

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"assent/internal/errs"
	"assent/mailer"
	"assent/subscriptions"
)

var _ mailer.Transport = (*Pool)(nil)

// Config is what a Pool needs. A duration of 0 takes its default.
type Config struct {
	URL     URL
	Now     func() time.Time
	Log     *slog.Logger
	RootCAs *x509.CertPool // nil for the machine's own

	ConnectTimeout    time.Duration // from dialling until signed in; 30 s
	CommandTimeout    time.Duration // for the answer to one command; 30 s
	SubmissionTimeout time.Duration // from the first octet of the body to the answer after its end; 2 min
	IdleTimeout       time.Duration // how long an unused connection is kept; 30 s
	RestTime          time.Duration // how long nobody dials after dialling failed; 1 s
}

// Pool sends messages over at most URL.Conns connections at a time. It is safe for many goroutines at once.
type Pool struct {
	dialer   dialer
	breaker  breaker
	shelf    shelf
	now      func() time.Time
	log      *slog.Logger
	messages int           // at most over one connection
	slots    chan struct{} // one is held for each message on its way
	closing  chan struct{} // closed when no further message may start
	stop     sync.Once
	ending   sync.Mutex // held by the one Close that waits
	closed   bool
}

// New returns a Pool that has not connected yet.
func New(c Config) *Pool {
	p := &Pool{
		dialer: dialer{
			url: c.URL,
			tls: &tls.Config{
				ServerName: c.URL.Host, RootCAs: c.RootCAs, MinVersion: tls.VersionTLS12,
				ClientSessionCache: tls.NewLRUClientSessionCache(c.URL.Conns),
			},
			network:    (&net.Dialer{}).DialContext,
			connect:    orDefault(c.ConnectTimeout, 30*time.Second),
			command:    orDefault(c.CommandTimeout, 30*time.Second),
			submission: orDefault(c.SubmissionTimeout, 2*time.Minute),
		},
		breaker:  breaker{rest: orDefault(c.RestTime, time.Second)},
		shelf:    shelf{life: orDefault(c.IdleTimeout, 30*time.Second), now: c.Now},
		now:      c.Now,
		log:      c.Log,
		messages: max(c.URL.MaxMessages, 1),
		slots:    make(chan struct{}, max(c.URL.Conns, 1)),
		closing:  make(chan struct{}),
	}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	return p
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

// Send hands one message over, as mailer.Transport says. It waits for a free connection as long as ctx allows; once MAIL
// FROM is written ctx no longer matters, and Send returns when the relay answered or a timeout passed.
func (p *Pool) Send(ctx context.Context, permit subscriptions.Permit, envelopeFrom string, body []byte) (mailer.Receipt, error) {
	if err := permit.Valid(p.now()); err != nil {
		return mailer.Receipt{}, errs.Wrap("smtpsend: send", err)
	}
	o, err := newOutgoing(permit, envelopeFrom, body)
	if err != nil {
		return mailer.Receipt{}, err
	}
	if err := p.enter(ctx); err != nil {
		return mailer.Receipt{}, notSent(err, o)
	}
	defer p.leave()

	if c := p.shelf.take(); c != nil {
		receipt, err := p.sendOver(ctx, c, o)
		if !errors.Is(err, errStale) {
			return receipt, err
		}
		p.log.Debug("the mail relay had closed an idle connection", "relay", p.dialer.url)
	}
	c, err := p.dial(ctx)
	if err != nil {
		return mailer.Receipt{}, notSent(err, o)
	}
	return p.sendOver(ctx, c, o)
}

// errStale marks an idle connection that the relay had given up before it took anything of the message.
var errStale = errors.New("stale connection")

// sendOver sends o over c and puts c where it belongs afterwards.
func (p *Pool) sendOver(ctx context.Context, c *conn, o *outgoing) (mailer.Receipt, error) {
	defer p.putBack(c)
	idled := !c.idleSince.IsZero()
	if err := c.clean(); err != nil {
		return mailer.Receipt{}, errStale // only a connection from the shelf is unclean
	}
	if err := o.fits(c); err != nil {
		return mailer.Receipt{}, err
	}
	if err := ctx.Err(); err != nil {
		return mailer.Receipt{}, notSent(err, o)
	}
	// H1: nothing but the write of MAIL FROM comes between this moment and the start.
	started := p.now()
	if err := o.permit.Valid(started); err != nil {
		return mailer.Receipt{}, errs.Wrap("smtpsend: send", err)
	}
	at, words, err := c.transact(o, p.dialer.submission)
	if err == nil {
		return mailer.Receipt{StartedAt: started, FinishedAt: p.now(), Code: 250, Reply: clean(words, o.permit.To())}, nil
	}
	if code := codeOf(err); at == atEnd && code/100 == 2 { // any 2yz is a yes (RFC 5321, section 4.3.2)
		_, words := replyOf(err, o.permit.To())
		c.broken = true
		return mailer.Receipt{StartedAt: started, FinishedAt: p.now(), Code: code, Reply: words}, nil
	}
	c.unclean, c.broken = true, !usable(err)
	if idled && at == atMail && c.broken && fateOf(at, err) == mailer.NotSent {
		return mailer.Receipt{}, errStale
	}
	return mailer.Receipt{}, failed(at, err, o, started)
}

// failed is the SendError of a transaction that ended with err.
func failed(at step, err error, o *outgoing, started time.Time) error {
	out := &mailer.SendError{Fate: fateOf(at, err), StartedAt: started, Err: err}
	if out.Code, out.Reply = replyOf(err, o.permit.To()); out.Code != 0 {
		out.Err = errors.New(out.Reply) // the relay's own words may name the recipient
	}
	return out
}

// notSent is the SendError of a message for which no transaction began.
func notSent(err error, o *outgoing) error {
	code, words := replyOf(err, o.permit.To())
	return &mailer.SendError{Fate: mailer.NotSent, Code: code, Reply: words, Err: err}
}

// enter waits for one of the slots.
func (p *Pool) enter(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-p.closing:
		return errClosing()
	}
	select {
	case <-p.closing: // both were ready
		p.leave()
		return errClosing()
	default:
		return nil
	}
}

func (p *Pool) leave() { <-p.slots }

func errClosing() error {
	return errs.E("smtpsend: send", errs.Unavailable, "Sending is being shut down.", nil)
}

// dial opens a connection, unless the relay was found out of reach a moment ago.
func (p *Pool) dial(ctx context.Context) (*conn, error) {
	if err := p.breaker.open(p.now()); err != nil {
		return nil, err
	}
	c, err := p.dialer.dial(ctx)
	if err != nil && ctx.Err() != nil {
		return nil, err // the caller gave up, which says nothing of the relay
	}
	if p.breaker.trip(p.now(), err) {
		p.log.Warn("the mail relay cannot be used", "relay", p.dialer.url, "error", err)
	}
	if err == nil {
		p.log.Debug("connected to the mail relay", "relay", p.dialer.url, "tls", c.wire.tlsVersion())
	}
	return c, err
}

// putBack shelves c, or closes it when it is broken or has carried its share.
func (p *Pool) putBack(c *conn) {
	switch {
	case c.broken:
		c.wire.abort()
	case c.sent >= p.messages:
		p.shelf.retire(c)
	default:
		p.shelf.put(c)
	}
}

// Close lets no further message start, waits for those on their way, and closes the connections. When
// ctx ends first it returns an error of kind Unavailable; the messages still end by themselves, and Close may be called again.
func (p *Pool) Close(ctx context.Context) error {
	p.stop.Do(func() { close(p.closing) })
	p.ending.Lock()
	defer p.ending.Unlock()
	if p.closed {
		return nil
	}
	for held := range cap(p.slots) {
		select {
		case p.slots <- struct{}{}:
		case <-ctx.Done():
			for range held {
				p.leave()
			}
			return errs.E("smtpsend: close", errs.Unavailable, "Messages were still being handed to the mail relay.", ctx.Err())
		}
	}
	p.closed = true
	p.shelf.empty()
	return nil
}
