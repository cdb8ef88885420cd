package smtpsend

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/textproto"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"assent/internal/errs"
)

// dialer opens connections that are ready for MAIL FROM.
type dialer struct {
	url        URL
	tls        *tls.Config
	network    func(ctx context.Context, network, addr string) (net.Conn, error)
	connect    time.Duration // for everything up to AUTH
	command    time.Duration // for the answer to one command
	submission time.Duration // for the body and the answer to its end
}

// dial connects, greets, secures and signs in. An error is of kind Unavailable and says what to do.
func (d *dialer) dial(ctx context.Context) (*conn, error) {
	const op = "smtpsend: connect"
	limited, cancel := context.WithTimeout(ctx, d.connect)
	defer cancel()
	raw, err := d.network(limited, "tcp", d.url.Addr())
	if err != nil {
		return nil, errs.E(op, errs.Unavailable, "The mail relay of ASSENT_SMTP_URL cannot be reached; check its host and port, and that it runs.", err)
	}
	w := newWire(raw)
	release := context.AfterFunc(limited, w.abort)
	c, err := d.open(limited, w)
	if !release() { // w was aborted, whatever open made of that
		err = errs.E(op, errs.Unavailable, "The mail relay took too long to be ready; check ASSENT_SMTP_URL (a port that wants smtps:// does not greet).", limited.Err())
	}
	if err != nil {
		w.abort()
		return nil, err
	}
	return c, nil
}

// open brings a new TCP connection to where mail may begin.
func (d *dialer) open(ctx context.Context, w *wire) (*conn, error) {
	const op = "smtpsend: connect"
	name := d.heloName(w)
	offered, err := d.secure(ctx, w, name)
	if err != nil {
		return nil, err
	}
	client := smtp.NewClient(w)
	client.CommandTimeout, client.SubmissionTimeout = d.command, d.submission
	if err := client.Hello(name); err != nil {
		return nil, errs.E(op, errs.Unavailable, "The mail relay does not take us as a client"+answered(err)+"; check ?name= in ASSENT_SMTP_URL and the relay's permitted clients.", err)
	}
	if err := signIn(client, w, d.url); err != nil {
		return nil, err
	}
	c := &conn{client: client, wire: w, name: name, startTLS: offered}
	c.readLimits()
	return c, nil
}

// secure puts TLS on w as the URL says, and reports whether the relay offered STARTTLS.
func (d *dialer) secure(ctx context.Context, w *wire, name string) (offered bool, err error) {
	const op = "smtpsend: secure"
	if d.url.Security == ImplicitTLS {
		return false, d.handshake(ctx, w)
	}
	offered, err = askStartTLS(w, name)
	switch {
	case err != nil:
		return false, errs.E(op, errs.Unavailable, "The mail relay does not take us as a client"+answered(err)+"; check ASSENT_SMTP_URL and the relay's permitted clients.", err)
	case offered:
		return true, d.handshake(ctx, w)
	case d.url.Security == StartTLS:
		return false, errs.E(op, errs.Unavailable, "The mail relay offers no STARTTLS, which ASSENT_SMTP_URL asks for with smtp+starttls://.", nil)
	case !w.loopback() && !d.url.Insecure:
		return false, errs.E(op, errs.Unavailable, "The mail relay offers no STARTTLS; use smtps://, or add insecure=1 to ASSENT_SMTP_URL where the network between is trusted.", nil)
	}
	// go-smtp begins with a greeting; the relay's own has been read.
	w.greeting = []byte("220 again\r\n")
	return false, nil
}

func (d *dialer) handshake(ctx context.Context, w *wire) error {
	c := d.tls
	// Nobody listens between two programs of one machine, whose relay often has a certificate of its own making.
	if d.url.Insecure || d.url.Security == Opportunistic && w.loopback() {
		c = c.Clone()
		c.InsecureSkipVerify = true
	}
	if err := w.startTLS(ctx, c); err != nil {
		return errs.E("smtpsend: secure", errs.Unavailable, "The TLS handshake with the mail relay failed; check its certificate against the host name in ASSENT_SMTP_URL, and that the port speaks TLS.", err)
	}
	if d.url.Security != ImplicitTLS {
		w.greeting = []byte("220 again\r\n") // the relay greets once, before STARTTLS
	}
	return nil
}

// askStartTLS reads the greeting and, where the relay offers it, gives the STARTTLS command; TLS must follow. go-smtp
// can give it only under the name "localhost", which relays refuse.
func askStartTLS(w *wire, name string) (offered bool, err error) {
	text := textproto.NewConn(w)
	if _, _, err := text.ReadResponse(220); err != nil {
		return false, asReply(err)
	}
	if err := text.PrintfLine("EHLO %s", name); err != nil {
		return false, err
	}
	_, features, err := text.ReadResponse(250)
	if err != nil {
		if code := codeOf(asReply(err)); code == 500 || code == 502 {
			return false, nil // no ESMTP: go-smtp falls back to HELO (RFC 5321, section 3.2)
		}
		return false, asReply(err)
	}
	for line := range strings.SplitSeq(features, "\n") {
		offered = offered || strings.EqualFold(strings.TrimSpace(line), "STARTTLS")
	}
	if !offered {
		return false, nothingAhead(text)
	}
	if err := text.PrintfLine("STARTTLS"); err != nil {
		return false, err
	}
	if _, _, err := text.ReadResponse(220); err != nil {
		return false, asReply(err)
	}
	return true, nothingAhead(text)
}

// nothingAhead refuses words put in before the handshake, which would pass for the relay's own after it (CVE-2011-0411).
func nothingAhead(text *textproto.Conn) error {
	if n := text.R.Buffered(); n > 0 {
		return fmt.Errorf("%d octets came before they were asked for", n)
	}
	return nil
}

// heloName returns the name for EHLO: the one set, or the address of our end (RFC 5321, sections 4.1.3 and 4.1.4).
func (d *dialer) heloName(w *wire) string {
	if d.url.Name != "" {
		return d.url.Name
	}
	local, ok := w.raw.LocalAddr().(*net.TCPAddr)
	switch {
	case !ok:
		return "localhost"
	case local.IP.To4() != nil:
		return "[" + local.IP.String() + "]"
	}
	return "[IPv6:" + local.IP.String() + "]"
}

// asReply turns a reply that textproto read into go-smtp's form of it.
func asReply(err error) error {
	if said, ok := err.(*textproto.Error); ok {
		return &smtp.SMTPError{Code: said.Code, Message: said.Msg}
	}
	return err
}

// answered returns such as " (it answered 535)", "" for an error that is no reply.
func answered(err error) string {
	if code := codeOf(err); code != 0 {
		return fmt.Sprintf(" (it answered %d)", code)
	}
	return ""
}
