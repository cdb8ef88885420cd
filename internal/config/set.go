package config

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"assent/internal/address"
)

const (
	minSecret  = 32 // characters
	minVaried  = 10 // different characters in a secret
	maxWorkers = 1000

	maxSmallCount = 1000
	// What is left for the name of a mailbox beside a tag with a signed token, as package mailer has it: a local part has
	// at most 64 octets (RFC 5321, section 4.5.3.1.1).
	maxTaggedLocal = 20
)

// placeholders are pieces of the secrets that examples use.
var placeholders = []string{"changeme", "change-me", "change_me", "placeholder", "replace", "your-secret", "your_secret", "yoursecret", "example", "password", "0123456789", "abcdefghij"}

func setDatabaseURL(c *Config, v string) error {
	c.DatabaseURL = Secret(v)
	if path, ok := strings.CutPrefix(v, "sqlite:"); ok {
		if strings.TrimPrefix(path, "//") == "" {
			return says("names no file. Write sqlite:/var/lib/assent/assent.db, or just sqlite:assent.db.")
		}
		return nil
	}
	if !strings.HasPrefix(v, "postgres://") && !strings.HasPrefix(v, "postgresql://") {
		return says("must begin with postgres:// or sqlite:.")
	}
	if _, err := url.Parse(v); err != nil {
		return says("is not a URL such as postgres://user:password@host/assent; in a password write @ as %40, / as %2F, ? as %3F, # as %23 and % as %25.")
	}
	return nil
}

func setSecret(c *Config, v string) error {
	c.Secret = Secret(v)
	return checkSecret(v)
}

func checkSecret(v string) error {
	if len(v) < minSecret {
		return says(fmt.Sprintf("has %d characters and needs at least %d. %s", len(v), minSecret, makeSecret))
	}
	varied := map[rune]bool{}
	for _, r := range v {
		varied[r] = true
	}
	lower := strings.ToLower(v)
	for _, p := range placeholders {
		if strings.Contains(lower, p) {
			return says("looks like the placeholder of an example, which others know too. " + makeSecret)
		}
	}
	if len(varied) < minVaried {
		return says("repeats a few characters, so it can be guessed. " + makeSecret)
	}
	return nil
}

func setFormerSecrets(c *Config, v string) error {
	for i, s := range strings.Fields(v) {
		if len(s) < minSecret {
			return says(fmt.Sprintf("The former secret at place %d has fewer than %d characters, so it never was one. Separate them with spaces.", i+1, minSecret))
		}
		c.FormerSecrets = append(c.FormerSecrets, Secret(s))
	}
	return nil
}

func setFolding(c *Config, v string) (err error) {
	c.Folding, err = address.ParseFolding(v)
	if err != nil {
		return says("takes plus, dots, or plus,dots.")
	}
	return nil
}

func setBaseURL(c *Config, v string) error {
	u, err := url.Parse(v)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return says("must be a URL such as https://mail.example.org.")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(v, "#"):
		return says("must have no user name, ? or #; write only https:// and the host.")
	case strings.Trim(u.Path, "/") != "":
		return says("must have no path: the pages are served from the root of their host. Give them a host of their own, such as https://mail.example.org.")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		// RFC 8058, section 3.1: the one-click URI is https.
		return says("must begin with https://, or mailbox providers will not show the unsubscribe button. http:// is for a loopback address only.")
	}
	if port := u.Port(); port != "" && !validPort(port, 1) {
		return says("has a port that is not a number from 1 to 65535.")
	}
	c.BaseURL = u.Scheme + "://" + strings.ToLower(u.Host)
	return nil
}

func setListen(c *Config, v string) error {
	c.Listen = v
	host, port, err := net.SplitHostPort(v)
	if err != nil || !validPort(port, 0) || strings.ContainsAny(host, "/@ ") {
		return says("must be a host and a port, such as 127.0.0.1:8080, or :8080 for every address of this machine.")
	}
	return nil
}

func setTrustedProxies(c *Config, v string) error {
	for _, s := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' }) {
		if ip, err := netip.ParseAddr(s); err == nil {
			c.TrustedProxies = append(c.TrustedProxies, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return says(fmt.Sprintf("has %q, which is neither an IP address nor a network such as 10.0.0.0/8.", s))
		}
		if p.Bits() == 0 {
			return says("trusts the whole world, so that anybody could say to be anybody. Name the proxies.")
		}
		c.TrustedProxies = append(c.TrustedProxies, p.Masked())
	}
	return nil
}

func setWorkers(c *Config, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > maxWorkers {
		return says(fmt.Sprintf("must be a number from 1 to %d.", maxWorkers))
	}
	c.Workers = n
	return nil
}

func setSmallCount(c *Config, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > maxSmallCount {
		return says(fmt.Sprintf("must be a number from 0 to %d.", maxSmallCount))
	}
	c.SmallCount = n
	return nil
}

func setRecipientDays(c *Config, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > 60 {
		return says("must be a number of working days from 1 to 60.")
	}
	c.RecipientDays = n
	return nil
}

func setCopyDays(c *Config, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > 90 {
		return says("must be a number of days from 1 to 90.")
	}
	c.CopyDays = n
	return nil
}

func setImportMB(c *Config, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > 4096 {
		return says("must be a number of megabytes from 1 to 4096.")
	}
	c.ImportBytes = int64(n) << 20
	return nil
}

func setQuarantineDays(c *Config, v string) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > 365 {
		return says("must be a number of days from 1 to 365.")
	}
	c.QuarantineDays = n
	return nil
}

func setLogLevel(c *Config, v string) error {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	level, ok := levels[strings.ToLower(v)]
	if !ok {
		return says("must be debug, info, warn or error.")
	}
	c.LogLevel = level
	return nil
}

func setLogFormat(c *Config, v string) error {
	c.LogFormat = strings.ToLower(v)
	if c.LogFormat != "text" && c.LogFormat != "json" {
		return says("must be text or json.")
	}
	return nil
}

// setTagged keeps an address that +tags are put on.
func setTagged(into *address.Address, v string) error {
	a, err := address.Parse(v)
	switch {
	case err != nil:
		return says("must be one email address, such as bounces@mail.example.org.")
	case strings.Contains(a.Local(), "+"):
		return says("must have no + before the @: that is where the tag of each message goes.")
	case len(a.Local()) > maxTaggedLocal:
		return says(fmt.Sprintf("has more than %d characters before the @, which leaves no room for the tag of each message (RFC 5321 allows 64 in all).", maxTaggedLocal))
	case a.NeedsSMTPUTF8():
		return says("must have plain letters before the @, for not every server can answer to others.")
	}
	*into = a
	return nil
}

func setMailboxes(c *Config, v string, check func(string) error) error {
	for i, raw := range strings.Fields(v) {
		m, err := readMailbox(raw, Mailbox{}, check)
		if err != nil {
			return says(fmt.Sprintf("Mailbox %d: %s", i+1, sentence(err)))
		}
		c.Mailboxes = append(c.Mailboxes, m)
	}
	return nil
}

func setMessageDomain(c *Config, v string) error {
	a, err := address.Parse("x@" + v)
	if err != nil {
		return says("must be a domain name, such as mail.example.org.")
	}
	c.MessageDomain = a.Domain()
	return nil
}

func setAuthservID(c *Config, v string) error {
	for _, id := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' }) {
		if len(id) > 255 || strings.ContainsAny(id, ";=\"()") {
			return says("must be a name such as mx.example.org, as it stands before the first semicolon of the header, or several.")
		}
		c.AuthservIDs = append(c.AuthservIDs, strings.ToLower(id))
	}
	return nil
}

func setDKIMSelector(c *Config, v string) error {
	if _, err := address.Parse("x@" + v + ".example"); err != nil {
		return says("must be a selector such as mail2026: the s= of your relay's DKIM-Signature.")
	}
	c.DKIMSelector = strings.ToLower(v)
	return nil
}

func validPort(s string, least uint64) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n >= least
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.IsLoopback()
}

// setSMTPCountry reads a country code (ISO 3166-1 alpha-2).
func setSMTPCountry(c *Config, value string) error {
	if len(value) != 2 || strings.Trim(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return says("must be two capitals, such as GB.")
	}
	c.SMTPCountry = value
	return nil
}
