package mailworld

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"assent/internal/address"
)

// maxHeader bounds what a discarding world reads to find the Message-ID, in octets.
const maxHeader = 64 << 10

// maxRecipients is the number of recipients of one message (RFC 5321, section 4.5.3.1.8, asks for 100).
const maxRecipients = 100

func (w *World) newSMTP() *smtp.Server {
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &smtpSession{world: w, client: clientName(c)}, nil
	}))
	s.Domain = w.cfg.Hostname
	s.MaxMessageBytes = w.cfg.MaxMessage
	s.MaxRecipients = maxRecipients
	s.ReadTimeout, s.WriteTimeout = 5*time.Minute, 5*time.Minute
	s.EnableSMTPUTF8, s.EnableDSN = true, true
	s.TLSConfig = w.cfg.TLS
	s.ErrorLog = serverLog{w.log, "smtp"}
	return s
}

// clientName describes a client for the Received header: "from <HELO> ([<IP>])".
func clientName(c *smtp.Conn) string {
	host, _, err := net.SplitHostPort(c.Conn().RemoteAddr().String())
	if err != nil {
		host = "127.0.0.1"
	}
	return fmt.Sprintf("from %s ([%s])", printable(c.Hostname()), host)
}

// printable keeps what may stand in a Received header of ours.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || strings.ContainsRune("()<>;\\\"", r) {
			return -1
		}
		return r
	}, s)
	return s[:min(len(s), 255)]
}

// smtpSession takes one client's messages, one after another.
type smtpSession struct {
	world  *World
	client string
	env    envelope
}

// envelope is what SMTP says beside the message.
type envelope struct {
	from   string // "" is the null sender
	id     string // ENVID (RFC 3461, section 4.4)
	heads  bool   // RET=HDRS (RFC 3461, section 4.3)
	client string
	to     []recipient
}

type recipient struct {
	addr    address.Address
	conduct Conduct
	orcpt   string // "rfc822;ann@example.org" (RFC 3461, section 4.2)
	never   bool   // NOTIFY=NEVER (RFC 3461, section 4.1)
}

func (s *smtpSession) Reset()        { s.env = envelope{} }
func (s *smtpSession) Logout() error { return nil }

func (s *smtpSession) Mail(from string, opts *smtp.MailOptions) error {
	s.env = envelope{from: from, client: s.client}
	if opts != nil {
		s.env.id, s.env.heads = opts.EnvelopeID, opts.Return == smtp.DSNReturnHeaders
	}
	return nil
}

func (s *smtpSession) Rcpt(to string, opts *smtp.RcptOptions) error {
	a, err := address.Parse(to)
	if err != nil {
		return s.world.refuse(501, smtp.EnhancedCode{5, 1, 3}, "Bad recipient address syntax")
	}
	conduct, err := s.world.admit(a)
	if err != nil {
		return err
	}
	r := recipient{addr: a, conduct: conduct}
	if opts != nil {
		if opts.OriginalRecipient != "" {
			r.orcpt = string(opts.OriginalRecipientType) + ";" + opts.OriginalRecipient
		}
		for _, n := range opts.Notify {
			r.never = r.never || n == smtp.DSNNotifyNever
		}
	}
	s.env.to = append(s.env.to, r)
	return nil
}

func (s *smtpSession) Data(r io.Reader) error {
	if s.world.cfg.Discard {
		head, err := io.ReadAll(io.LimitReader(r, maxHeader))
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			return err
		}
		return s.world.accept(s.env, head)
	}
	var raw bytes.Buffer
	if _, err := raw.ReadFrom(r); err != nil {
		return err
	}
	return s.world.accept(s.env, raw.Bytes())
}

// serverLog turns what the server libraries print into log records.
type serverLog struct {
	log    *slog.Logger
	server string
}

func (l serverLog) Printf(format string, args ...any) {
	l.log.Debug("mail world: "+l.server, "detail", fmt.Sprintf(format, args...))
}

func (l serverLog) Println(args ...any) {
	l.log.Debug("mail world: "+l.server, "detail", fmt.Sprint(args...))
}
