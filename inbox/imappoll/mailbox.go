package imappoll

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"assent/internal/errs"
)

// TLSMode says how a connection is protected.
type TLSMode uint8

const (
	// TLS speaks TLS from the first octet (RFC 8314, section 3.2), mostly on port 993.
	TLS TLSMode = iota
	// STARTTLS begins in plain text and turns to TLS before the login, mostly on port 143. A server that
	// does not offer it is refused.
	STARTTLS
	// None is plain text: on loopback addresses only.
	None
)

// String returns the URL scheme of the mode.
func (m TLSMode) String() string {
	switch m {
	case TLS:
		return "imaps"
	case STARTTLS:
		return "imap+starttls"
	}
	return "imap"
}

// Mailbox names a folder on an IMAP server and how to get at it.
type Mailbox struct {
	// Name is what the Receiver knows the mailbox by. It must stay the same for ever:
	// what is held is held under it.
	Name string
	// Addr is host:port.
	Addr string
	TLS  TLSMode
	// TLSConfig may be nil, which means the roots of this machine.
	TLSConfig *tls.Config
	Username  string
	// Password is for LOGIN and PLAIN. It is never logged.
	Password string
	// XOAUTH2 logs in with what Token returns instead of the password.
	XOAUTH2 bool
	// Token returns a valid access token; it is called for each login. It is never logged.
	Token func(ctx context.Context) (string, error)
	// Folder is the folder to watch; INBOX if empty.
	Folder string
}

// maxURL bounds a mailbox URL, and each of its parts, in octets.
const maxURL = 2048

// ParseURL reads imaps://user:password@host:port/folder. The schemes are imaps, imap+starttls
// and imap; the port is 993 or 143 and the folder INBOX when left out. With ?auth=xoauth2 the password is an access token,
// or is left out and Token is set by the caller. Name becomes the user name, with /folder
// unless that is INBOX. Error: Invalid, without the URL in it.
func ParseURL(s string) (Mailbox, error) {
	const op = "imappoll: parse URL"
	bad := func(msg string) (Mailbox, error) { return Mailbox{}, errs.E(op, errs.Invalid, msg, nil) }
	// The errors of package url quote the URL, password and all: they are not passed on.
	u, err := url.Parse(s)
	if err != nil || len(s) > maxURL || u.Opaque != "" || u.Fragment != "" {
		return bad("A mailbox URL looks like imaps://user:password@mail.example.org/INBOX; special characters in the password are written as %40 and so on.")
	}
	m, port := Mailbox{}, "143"
	switch u.Scheme {
	case "imaps":
		m.TLS, port = TLS, "993"
	case "imap+starttls":
		m.TLS = STARTTLS
	case "imap":
		m.TLS = None
	default:
		return bad("A mailbox URL begins with imaps://, imap+starttls:// or imap://.")
	}
	if u.Port() != "" {
		port = u.Port()
	}
	m.Addr = net.JoinHostPort(u.Hostname(), port)
	m.Username = u.User.Username()
	m.Password, _ = u.User.Password()
	m.Folder = strings.TrimPrefix(u.Path, "/")
	if m.Folder == "" {
		m.Folder = "INBOX"
	}
	if m.Name = m.Username; m.Folder != "INBOX" {
		m.Name += "/" + m.Folder
	}
	for key, values := range u.Query() {
		switch {
		case key != "auth" || len(values) != 1 || values[0] != "xoauth2" && values[0] != "password":
			return bad("After the question mark, a mailbox URL may have auth=xoauth2 or auth=password.")
		case values[0] == "xoauth2":
			m = m.withToken()
		}
	}
	if err := m.check(m.XOAUTH2); err != nil {
		return Mailbox{}, errs.Wrap(op, err)
	}
	return m, nil
}

// withToken takes the password for an access token.
func (m Mailbox) withToken() Mailbox {
	if token := m.Password; token != "" {
		m.Token = func(context.Context) (string, error) { return token, nil }
	}
	m.XOAUTH2, m.Password = true, ""
	return m
}

// check says what is wrong with the mailbox as it is set. tokenLater allows Token to be missing still.
func (m Mailbox) check(tokenLater bool) error {
	const op = "imappoll: mailbox"
	bad := func(msg string) error { return errs.E(op, errs.Invalid, msg, nil) }
	host, port, err := net.SplitHostPort(m.Addr)
	switch {
	case err != nil || !plain(host) || !plain(port):
		return bad("The mailbox needs the mail server's host and port, as in mail.example.org:993.")
	case m.Name == "" || !printable(m.Name):
		return bad("The mailbox needs a name.")
	case m.Username == "" || !printable(m.Username):
		return bad("The mailbox needs a user name, without control characters.")
	case !m.XOAUTH2 && (m.Password == "" || !printable(m.Password)):
		return bad("The mailbox needs a password, without control characters.")
	case m.XOAUTH2 && m.Token == nil && !tokenLater:
		return bad("The mailbox logs in with an access token (xoauth2), but nothing supplies one.")
	case !printable(m.Folder):
		return bad("The mailbox's folder has a name that is not text.")
	case m.TLS > None:
		return bad("The mailbox has an unknown way of encryption.")
	case m.TLS == None && !loopback(host):
		return bad("A mailbox without encryption (imap://) is allowed on this machine only. Use imaps:// or imap+starttls://.")
	}
	return nil
}

// loopback reports whether a host is this machine. A name other than localhost is not looked
// up: what it means may change.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func plain(s string) bool {
	return s != "" && len(s) <= 255 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

func printable(s string) bool {
	return len(s) <= maxURL && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func (m Mailbox) host() string {
	host, _, _ := net.SplitHostPort(m.Addr) // Addr was checked
	return host
}

// String returns the mailbox without its user name and secrets.
func (m Mailbox) String() string { return m.TLS.String() + "://" + m.Addr }

// GoString returns the same as String, so that a careless %#v shows no password.
func (m Mailbox) GoString() string { return m.String() }

// LogValue returns the same as String, for logs.
func (m Mailbox) LogValue() slog.Value { return slog.StringValue(m.String()) }
