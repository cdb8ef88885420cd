package smtpsend

import (
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"assent/internal/errs"
)

// Security is how a connection becomes private.
type Security uint8

const (
	// Opportunistic uses STARTTLS when the relay offers it. Off loopback a relay that does not is refused,
	// unless URL.Insecure.
	Opportunistic Security = iota
	// StartTLS refuses a relay without STARTTLS (RFC 3207).
	StartTLS
	// ImplicitTLS speaks TLS from the first byte (RFC 8314, section 3.3).
	ImplicitTLS
)

// Bounds of a URL's settings.
const (
	maxURL          = 2048 // octets
	maxHost         = 253  // octets, RFC 1035 section 2.3.4 without the final dot
	defaultConns    = 20
	maxConns        = 500
	defaultMessages = 1000
	maxMessages     = 1_000_000
)

// URL says which relay to use and how. Only ParseURL makes one with a password, and nothing prints it.
type URL struct {
	Security    Security
	Host        string // a name or an IP address without brackets
	Port        uint16
	User        string // "" for a relay that asks for none
	password    string
	Name        string // for EHLO; "" says the connection's own address (RFC 5321, section 4.1.4)
	Conns       int    // connections at most
	MaxMessages int    // messages at most over one connection
	Insecure    bool   // do not verify the certificate; smtp:// may stay in the clear off loopback
}

// ParseURL reads the value of ASSENT_SMTP_URL:
//
//	smtp://host:25            STARTTLS when offered; in the clear only to a loopback address
//	smtp+starttls://host:587  STARTTLS or nothing
//	smtps://host:465          TLS from the first byte
//
// with user:password@ before the host (percent-encoded; never sent in the clear off loopback), and after a ? any of
// conns=20, max=1000, name=helo.example and insecure=1. An error is of kind Invalid, names
// the setting, and repeats nothing of the value: a password with an unencoded @, / or # could stand anywhere in it.
func ParseURL(raw string) (URL, error) {
	if strings.TrimSpace(raw) == "" {
		return URL{}, invalid("is empty; give the mail relay, such as smtp://127.0.0.1:25.")
	}
	if !strings.Contains(raw, "://") {
		return URL{}, errScheme()
	}
	parsed, err := url.Parse(raw)
	if err != nil || len(raw) > maxURL || parsed.Opaque != "" || parsed.Fragment != "" || strings.Contains(raw, "#") {
		return URL{}, invalid("is not a URL; in a user name or password write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23 and % as %25.")
	}
	if parsed.Path != "" && parsed.Path != "/" {
		return URL{}, invalid("has a path; nothing but ? and settings may follow the port.")
	}
	u := URL{Conns: defaultConns, MaxMessages: defaultMessages}
	for _, read := range []func(*url.URL) error{u.readScheme, u.readHost, u.readUser, u.readSettings} {
		if err := read(parsed); err != nil {
			return URL{}, err
		}
	}
	return u, nil
}

func invalid(sentence string) error {
	return errs.E("smtpsend: parse URL", errs.Invalid, "ASSENT_SMTP_URL "+sentence, nil)
}

func (u *URL) readScheme(parsed *url.URL) error {
	switch parsed.Scheme {
	case "smtp":
		u.Security, u.Port = Opportunistic, 25
	case "smtp+starttls":
		u.Security, u.Port = StartTLS, 587
	case "smtps":
		u.Security, u.Port = ImplicitTLS, 465
	default:
		return errScheme()
	}
	return nil
}

func errScheme() error { return invalid("must begin with smtp://, smtp+starttls:// or smtps://.") }

func (u *URL) readHost(parsed *url.URL) error {
	u.Host = parsed.Hostname()
	if _, err := netip.ParseAddr(u.Host); err != nil && !hostName(u.Host) {
		return invalid("has no usable host; give a name such as relay.example or an IP address.")
	}
	if port := parsed.Port(); port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return invalid("has a port that is not a number from 1 to 65535.")
		}
		u.Port = uint16(n)
	}
	return nil
}

func (u *URL) readUser(parsed *url.URL) error {
	if parsed.User == nil {
		return nil
	}
	password, _ := parsed.User.Password()
	u.User, u.password = parsed.User.Username(), password
	if u.User == "" || u.password == "" {
		return invalid("must give both a user name and a password, or neither.")
	}
	// SASL PLAIN separates its fields with NUL (RFC 4616, section 2).
	if strings.ContainsRune(u.User+u.password, 0) {
		return invalid("has a NUL in its user name or password.")
	}
	return nil
}

func (u *URL) readSettings(parsed *url.URL) error {
	settings, err := url.ParseQuery(parsed.RawQuery)
	if err != nil {
		return invalid("has settings after the ? that cannot be read; write them as conns=20&max=1000.")
	}
	for key, values := range settings {
		if len(values) != 1 {
			return invalid("gives the same setting twice after the ?.")
		}
		if err := u.set(key, values[0]); err != nil {
			return err
		}
	}
	return nil
}

func (u *URL) set(key, value string) error {
	switch key {
	case "conns":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > maxConns {
			return invalid("must have conns from 1 to " + strconv.Itoa(maxConns) + ".")
		}
		u.Conns = n
	case "max":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > maxMessages {
			return invalid("must have max, the messages over one connection, from 1 to " + strconv.Itoa(maxMessages) + ".")
		}
		u.MaxMessages = n
	case "name":
		if !hostName(value) {
			return invalid("has a name for EHLO that is no host name.")
		}
		u.Name = value
	case "insecure":
		if value != "0" && value != "1" {
			return invalid("must have insecure as 0 or 1.")
		}
		u.Insecure = value == "1"
	default:
		return invalid("has an unknown setting after the ?; known are conns, max, name and insecure.")
	}
	return nil
}

// hostName reports whether s may stand as a host, and in EHLO. Underscores are let through, for container
// networks use them.
func hostName(s string) bool {
	if s == "" || len(s) > maxHost {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(s, "."), ".") {
		if label == "" || len(label) > 63 || label[0] == '-' {
			return false
		}
		for i := range len(label) {
			c := label[i]
			if c != '-' && c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
				return false
			}
		}
	}
	return true
}

// Addr returns host:port, to dial.
func (u URL) Addr() string { return net.JoinHostPort(u.Host, strconv.Itoa(int(u.Port))) }

// String returns the URL for logs, without user and password.
func (u URL) String() string {
	scheme := [...]string{"smtp://", "smtp+starttls://", "smtps://"}[u.Security]
	if u.User != "" {
		scheme += "***@"
	}
	return scheme + u.Addr()
}

// GoString returns String, so that %#v shows no password.
func (u URL) GoString() string { return u.String() }

// LogValue returns String.
func (u URL) LogValue() slog.Value { return slog.StringValue(u.String()) }
