package imappoll

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"assent/internal/errs"
)

// Octets that a server may send in answer to different commands, beside message bodies.
const (
	talkOctets = 1 << 20  // greeting, login, EXAMINE, NOOP; between two messages of a FETCH
	idleOctets = 16 << 20 // notices during one IDLE
	uidOctets  = 12       // each UID in an answer to SEARCH
)

// conn is one connection to a mail server, logged in and with the folder open.
type conn struct {
	line     *line
	client   *imapclient.Client
	pace     Pace
	news     chan struct{} // has one element when the server told of new mail
	idles    bool          // the server offers IDLE
	validity uint32        // UIDVALIDITY of the open folder
	messages uint32        // number of messages when it was opened
	unhook   func() bool
}

// open connects, logs in and opens the folder. The connection is cut when ctx ends.
func open(ctx context.Context, m Mailbox, pace Pace) (*conn, error) {
	raw, err := (&net.Dialer{Timeout: pace.Patience}).DialContext(ctx, "tcp", m.Addr)
	if err != nil {
		return nil, unreachable(err)
	}
	c := &conn{line: newLine(raw), pace: pace, news: make(chan struct{}, 1)}
	c.unhook = context.AfterFunc(ctx, func() { _ = raw.Close() })
	c.await()
	secured, err := c.secure(ctx, m)
	if err != nil {
		c.unhook()
		_ = raw.Close()
		return nil, err
	}
	c.client = imapclient.New(secured, &imapclient.Options{
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: c.told},
	})
	if err := c.enter(ctx, m); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// await sets the limits for a short answer.
func (c *conn) await() { c.line.expect(c.pace.Patience, talkOctets) }

// told takes the server's notices. It runs on the client's reading goroutine.
func (c *conn) told(d *imapclient.UnilateralDataMailbox) {
	if d.NumMessages == nil {
		return
	}
	select {
	case c.news <- struct{}{}:
	default:
	}
}

// close drops the connection. Whatever waits on it fails.
func (c *conn) close() {
	c.unhook()
	_ = c.line.Conn.Close()
	_ = c.client.Close() // waits for the reading goroutine
}

// secure turns the line into what IMAP is spoken over.
func (c *conn) secure(ctx context.Context, m Mailbox) (net.Conn, error) {
	if m.TLS == None {
		return c.line, nil
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if m.TLSConfig != nil {
		cfg = m.TLSConfig.Clone()
	}
	if cfg.ServerName == "" {
		cfg.ServerName = m.host()
	}
	if m.TLS == STARTTLS {
		if err := startTLS(c.line); err != nil {
			return nil, err
		}
	}
	t := tls.Client(c.line, cfg)
	if err := t.HandshakeContext(ctx); err != nil {
		return nil, untrusted(err)
	}
	if m.TLS == STARTTLS {
		return prefixed{t, io.MultiReader(strings.NewReader("* OK\r\n"), t)}, nil
	}
	return t, nil
}

// startTLS says what there is to say before TLS (RFC 9051, section 6.2.1). The library would wait for ever
// when a server breaks off at the wrong octet. Reading octet by octet leaves nothing behind
// that came in plain text and would later be taken for a secured answer.
func startTLS(rw io.ReadWriter) error {
	greeting, err := readLine(rw)
	if err != nil {
		return unreachable(err)
	}
	if !strings.HasPrefix(strings.ToUpper(greeting), "* OK") {
		return refusesTLS(nil) // also PREAUTH, which leaves no way to TLS (RFC 9051, section 7.1.4)
	}
	if _, err := io.WriteString(rw, "S1 STARTTLS\r\n"); err != nil {
		return unreachable(err)
	}
	for {
		answer, err := readLine(rw)
		switch upper := strings.ToUpper(answer); {
		case err != nil:
			return unreachable(err)
		case strings.HasPrefix(upper, "S1 OK"):
			return nil
		case strings.HasPrefix(upper, "S1 "):
			return refusesTLS(nil)
		}
	}
}

// readLine reads up to a line feed, which it drops, from at most 8 KiB.
func readLine(r io.Reader) (string, error) {
	var b strings.Builder
	for one := [1]byte{}; b.Len() < 8<<10; b.WriteByte(one[0]) {
		if _, err := io.ReadFull(r, one[:]); err != nil {
			return "", err
		}
		if one[0] == '\n' {
			return strings.TrimSuffix(b.String(), "\r"), nil
		}
	}
	return "", errFlood
}

// enter logs in and opens the folder.
func (c *conn) enter(ctx context.Context, m Mailbox) error {
	if err := c.client.WaitGreeting(); err != nil {
		return unreachable(err)
	}
	if c.client.State() == imap.ConnStateNotAuthenticated { // else PREAUTH
		if err := c.login(ctx, m); err != nil {
			return err
		}
	}
	c.idles = c.client.Caps().Has(imap.CapIdle)
	return c.examine(m)
}

func (c *conn) login(ctx context.Context, m Mailbox) error {
	var err error
	caps := c.client.Caps()
	offersPlain := caps.Has(imap.AuthCap(sasl.Plain))
	switch {
	case m.XOAUTH2:
		token, terr := m.Token(ctx)
		if terr != nil {
			return errs.E("imappoll: token", errs.Unavailable, "No access token for the mailbox could be had. Check the settings of the token source.", terr)
		}
		c.await()
		err = c.client.Authenticate(xoauth2{m.Username, token})
	case offersPlain && (caps.Has(imap.CapLoginDisabled) || !ascii(m.Username+m.Password)):
		err = c.client.Authenticate(sasl.NewPlainClient("", m.Username, m.Password))
	case caps.Has(imap.CapLoginDisabled):
		return errs.E("imappoll: login", errs.Unauthenticated, "The mail server takes no password on this connection. Use imaps:// or imap+starttls://, or auth=xoauth2.", nil)
	default:
		err = c.client.Login(m.Username, m.Password).Wait()
	}
	return loginRefused(err)
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > '~' })
}

// examine opens the folder read-only, or opens it anew, and notes its UIDVALIDITY. A server
// that does not know EXAMINE gets SELECT: nothing is changed then either, as all is read with BODY.PEEK[].
func (c *conn) examine(m Mailbox) error {
	folder := m.Folder
	if folder == "" {
		folder = "INBOX"
	}
	c.await()
	d, err := c.client.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	var answer *imap.Error
	if errors.As(err, &answer) && answer.Type == imap.StatusResponseTypeBad {
		d, err = c.client.Select(folder, nil).Wait()
	}
	if err != nil {
		return notOpened(err)
	}
	if d.UIDValidity == 0 {
		return errs.E("imappoll: examine", errs.Unavailable, "The mail server gives its messages no lasting numbers (UIDVALIDITY), so that nothing could be kept apart. Use another server.", nil)
	}
	c.validity, c.messages = d.UIDValidity, d.NumMessages
	return nil
}
