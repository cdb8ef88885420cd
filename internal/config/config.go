package config

import (
	"cmp"
	"log/slog"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"

	"assent/internal/address"
	"assent/internal/errs"
)

// Config holds every setting, checked.
type Config struct {
	DatabaseURL        Secret
	RedisURL           Secret // "" for the embedded Redis
	SMTPURL            Secret
	SMTPCountry        string // where the relay handles mail, as two capitals; "" when not told
	BaseURL            string // without a slash at its end
	Listen             string // host:port
	Secret             Secret
	FormerSecrets      []Secret
	Journal            string // path; "none" for no journal; "" for beside an SQLite file
	Folding            address.Folding
	BounceAddress      address.Address // bounces@…, whose +tags name deliveries
	UnsubscribeAddress address.Address // whose +tags name deliveries
	CaseAddress        address.Address // zero: letters about cases come from the programme's own address
	BankHolidays       string          // file of bank holidays over the built-in table; "" for none
	MessageDomain      string          // right side of Message-ID
	Mailboxes          []Mailbox
	LogLevel           slog.Level
	LogFormat          string            // "text" or "json"
	TrustedProxies     []netip.Prefix    // whose X-Forwarded-For counts
	AuthservIDs        []string          // whose Authentication-Results count; none for nobody's
	DKIMSelector       string            // of the relay's DKIM key; "" when not told
	Workers            int               // tasks at one time
	SmallCount         int               // counts of people below it are not shown where they could give somebody away; 0 shows all
	RecipientDays      int               // working days until a recipient of data that was told of a change is reminded
	CopyDays           int               // for which files of exports and show-me packs are kept
	ImportBytes        int64             // most of a file that is handed over to be imported
	QuarantineDays     int               // for which rows of imports without evidence are kept
	AuditMonths        int               // for which the audit trail is kept; 0 for ever
	SealTo             []address.Address // to whom the seals are mailed each day
}

// Use says what the settings are for, and so which of them must be there.
type Use uint8

const (
	// Data is work on the database alone: migrate, import, user.
	Data Use = iota
	// Mail is all of it: mail goes out and comes in.
	Mail
)

// URLChecks are the checks that only the packages which use a URL can make. Each may be nil. Their errors carry a sentence
// (errs.Message) without anything of the URL.
type URLChecks struct {
	SMTP    func(string) error
	Redis   func(string) error
	Mailbox func(string) error
}

// Source says where settings come from.
type Source struct {
	Getenv func(string) string
	File   string // a TOML file; "" takes the one that ASSENT_CONFIG names, if any
	Use    Use
	Checks URLChecks
}

// Load reads and checks all settings. An error is of kind Invalid and tells every mistake (MistakesOf);
// the settings that could be read are returned with it.
func Load(src Source) (Config, error) {
	var c Config
	var mistakes Mistakes
	path := cmp.Or(src.File, src.Getenv("ASSENT_CONFIG"))
	var f file
	if path != "" {
		f = readFile(path, &mistakes)
	}
	for _, s := range settings(src.Checks) {
		value, where := strings.TrimSpace(src.Getenv(s.Name)), ""
		if v, ok := f.values[s.Key()]; ok && value == "" {
			value, where = v, s.Key()+" in "+filepath.Base(path)
		}
		value = cmp.Or(value, s.Default)
		switch {
		case value != "":
			if err := s.set(&c, value); err != nil {
				mistakes.add(s.Name, where, sentence(err))
			}
		case s.needed <= src.Use && s.needed != never && !f.broken[s.Key()]:
			mistakes.add(s.Name, "", "is not set. "+s.Advice)
		}
	}
	if len(c.Mailboxes) == 0 {
		c.Mailboxes = f.mailboxes(src.Checks.Mailbox, &mistakes)
	}
	c.together(&mistakes)
	return c, mistakes.err()
}

// Defaults are the settings where nothing is set. They lack what has no default, such as the secret.
func Defaults() Config {
	c, _ := Load(Source{Getenv: func(string) string { return "" }}) // the mistakes tell what has no default
	return c
}

// together checks what no setting shows alone.
func (c *Config) together(mistakes *Mistakes) {
	if c.MessageDomain == "" && c.BaseURL != "" {
		c.MessageDomain = domainOf(c.BaseURL)
	}
	seen := map[string]bool{}
	for _, m := range c.Mailboxes {
		if seen[m.Name] {
			mistakes.add("ASSENT_MAILBOXES", "", "Two mailboxes have the name \""+m.Name+"\". Give each a name of its own, after the ? as in name=privacy.")
		}
		seen[m.Name] = true
	}
	if c.BounceAddress.Normal() != "" && c.BounceAddress.Normal() == c.UnsubscribeAddress.Normal() {
		mistakes.add("ASSENT_UNSUBSCRIBE_ADDRESS", "", "is the same as ASSENT_BOUNCE_ADDRESS. Give opt-outs an address of their own, for a delivery report must never be taken for one.")
	}
}

// domainOf returns the host of the base URL where that may stand in a Message-ID, else "localhost".
func domainOf(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil {
		return "localhost"
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return "localhost"
	}
	return u.Hostname()
}

// says makes an error with a sentence that goes on after the name of the setting.
func says(sentence string) error { return errs.E("config: check", errs.Invalid, sentence, nil) }

func sentence(err error) string {
	return cmp.Or(errs.Message(err), "is not usable.")
}
