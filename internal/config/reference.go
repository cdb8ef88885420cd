package config

import (
	"slices"
	"strings"

	"assent/internal/errs"
)

// Setting describes one setting for the people who set it.
type Setting struct {
	Name    string // of the environment variable
	Default string // "" for none
	Meaning string
	Advice  string // what to do when it is missing
	Secret  bool   // its value is never shown
	Needed  string // "always", "to send mail" or ""
}

// Key returns the setting's name in the TOML file, "" for one that cannot stand there.
func (s Setting) Key() string {
	if s.Name == "ASSENT_CONFIG" {
		return ""
	}
	return strings.ToLower(strings.TrimPrefix(s.Name, "ASSENT_"))
}

const never = Use(255)

// setting is a Setting with what reads it.
type setting struct {
	Setting
	needed Use
	set    func(*Config, string) error
}

// Reference returns every setting in the order in which people meet them.
func Reference() []Setting {
	all := []Setting{{Name: "ASSENT_CONFIG", Meaning: "Path of a TOML file with settings. The environment wins over the file; --config wins over this."}}
	for _, s := range settings(URLChecks{}) {
		s.Needed = map[Use]string{Data: "always", Mail: "to send mail"}[s.needed]
		all = append(all, s.Setting)
	}
	return all
}

const makeSecret = "Make one with: openssl rand -base64 36"

// settings returns the table of all settings.
func settings(checks URLChecks) []setting {
	return slices.Concat(basics(checks), mailSettings(checks), auditSettings())
}

func basics(checks URLChecks) []setting {
	return []setting{
		{Setting{Name: "ASSENT_DATABASE_URL", Default: "sqlite:assent.db", Secret: true,
			Meaning: "The database: sqlite:/path/of/a/file, or postgres://user:password@host/database (PostgreSQL 13 or newer)."},
			Data, setDatabaseURL},
		{Setting{Name: "ASSENT_REDIS_URL", Secret: true,
			Meaning: "Redis, which says when work happens: redis://host:6379/0, redis-sentinel://host,host/0?master=name or redis-cluster://host,host; rediss:// and so on for TLS. Empty: one inside the process, for a single machine."},
			never, func(c *Config, v string) error { return setURL(&c.RedisURL, v, checks.Redis) }},
		{Setting{Name: "ASSENT_SECRET", Secret: true, Advice: makeSecret,
			Meaning: "At least 32 random characters. Links, addresses and the ledger's seal hang on it: keep it for as long as the database, and apart from it."},
			Data, setSecret},
		{Setting{Name: "ASSENT_FORMER_SECRETS", Secret: true,
			Meaning: "Earlier values of ASSENT_SECRET, separated by spaces, so that links in mail that is already out still work."},
			never, setFormerSecrets},
		{Setting{Name: "ASSENT_JOURNAL",
			Meaning: "Path of the journal outside the database, which keeps opt-outs, suppressions, restrictions and erasures (as keyed hashes) through the restoring of an old backup. Empty: beside the SQLite file, with .journal at its end; with PostgreSQL there is none until you name one. Keep it apart from the database's backups, on a disk of its own where you can. none keeps no journal."},
			never, func(c *Config, v string) error { c.Journal = v; return nil }},
		{Setting{Name: "ASSENT_FOLD",
			Meaning: "Which spellings of an address count as one mailbox for opt-outs, suppressions and erasures: plus (ann+news@ is ann@), dots (a.nn@ is ann@, only at domains that ignore dots, such as gmail.com), or both, separated by a comma. Empty: each spelling is an address of its own, but for capitals. After turning it on run 'assent suppress fold'."},
			never, setFolding},
		{Setting{Name: "ASSENT_BASE_URL", Advice: "Give the address under which people reach these pages, such as https://mail.example.org.",
			Meaning: "The public address of the pages, as it stands in every link. https, but for a loopback address; without a path."},
			Mail, setBaseURL},
		{Setting{Name: "ASSENT_LISTEN", Default: "127.0.0.1:8080",
			Meaning: "Host and port on which the API and the pages are served."},
			never, setListen},
		{Setting{Name: "ASSENT_TRUSTED_PROXIES",
			Meaning: "Addresses or networks of the proxies in front, such as 10.0.0.0/8, separated by spaces or commas. Only theirs is X-Forwarded-For believed."},
			never, setTrustedProxies},
		{Setting{Name: "ASSENT_WORKERS", Default: "10",
			Meaning: "How many tasks one process works on at a time, 1 to 1000."},
			never, setWorkers},
		{Setting{Name: "ASSENT_SMALL_COUNT", Default: "5",
			Meaning: "A segment on declared attributes that means fewer people than this is shown as \"fewer than\" it, without its numbers or a sample, for so small a group says something about each of them. 0 shows every count."},
			never, setSmallCount},
		{Setting{Name: "ASSENT_RECIPIENT_DAYS", Default: "10",
			Meaning: "After how many working days without an answer a recipient of personal data is reminded that it was rectified, erased or restricted, 1 to 60. After three reminders a person has to see to it."},
			never, setRecipientDays},
		{Setting{Name: "ASSENT_COPY_DAYS", Default: "7",
			Meaning: "How many days a file of an export or a show-me pack is kept where nobody says how long, 1 to 90. Then it is destroyed; the record of it stays."},
			never, setCopyDays},
		{Setting{Name: "ASSENT_IMPORT_MB", Default: "256",
			Meaning: "How many megabytes a file to import may have that is handed over in the console or through the API, 1 to 4096. At the command line there is no limit. A proxy in front must let bodies of that size through."},
			never, setImportMB},
		{Setting{Name: "ASSENT_QUARANTINE_DAYS", Default: "30",
			Meaning: "How many days people whom an import brought without evidence stay in quarantine, and how long after a request for permission an answer is waited for, 1 to 365. Then they are destroyed."},
			never, setQuarantineDays},
		{Setting{Name: "ASSENT_LOG_LEVEL", Default: "info", Meaning: "debug, info, warn or error."}, never, setLogLevel},
		{Setting{Name: "ASSENT_LOG_FORMAT", Default: "text", Meaning: "text or json."}, never, setLogFormat},
	}
}

func mailSettings(checks URLChecks) []setting {
	return []setting{
		{Setting{Name: "ASSENT_SMTP_URL", Secret: true, Advice: "Give the mail relay, such as smtp+starttls://user:password@relay.example:587.",
			Meaning: "The mail relay: smtp://host:25, smtp+starttls://user:password@host:587 or smtps://user:password@host:465, with ?conns=20 (connections) and max=1000 (messages over one)."},
			Mail, func(c *Config, v string) error { return setURL(&c.SMTPURL, v, checks.SMTP) }},
		{Setting{Name: "ASSENT_SMTP_COUNTRY",
			Meaning: "The country in which the relay handles mail, as two capitals (ISO 3166-1), such as GB. 'assent doctor' holds it to programmes that promise that no data leaves the United Kingdom."},
			never, setSMTPCountry},
		{Setting{Name: "ASSENT_BOUNCE_ADDRESS", Advice: "Give a mailbox that takes +tags and is watched, such as bounces@mail.example.org.",
			Meaning: "Where delivery reports come to. The envelope sender of each message is this address with a +tag that names its delivery (VERP), so its mailbox must take +tags, and be one of ASSENT_MAILBOXES."},
			Mail, func(c *Config, v string) error { return setTagged(&c.BounceAddress, v) }},
		{Setting{Name: "ASSENT_UNSUBSCRIBE_ADDRESS", Advice: "Give a mailbox that takes +tags and is watched, such as unsubscribe@mail.example.org.",
			Meaning: "Where opt-outs by mail come to: the mailto of List-Unsubscribe is this address with a +tag, so its mailbox must take +tags, and be one of ASSENT_MAILBOXES."},
			Mail, func(c *Config, v string) error { return setTagged(&c.UnsubscribeAddress, v) }},
		{Setting{Name: "ASSENT_CASE_ADDRESS",
			Meaning: "From which letters about cases come, and where answers to them go, with a +tag, so its mailbox must take +tags, and be one of ASSENT_MAILBOXES. Empty: letters come from the programme's own address, and answers to them go to ASSENT_UNSUBSCRIBE_ADDRESS with a +tag."},
			never, func(c *Config, v string) error { return setTagged(&c.CaseAddress, v) }},
		{Setting{Name: "ASSENT_BANK_HOLIDAYS",
			Meaning: "A file of bank holidays, as https://www.gov.uk/bank-holidays.json has them, that is laid over the built-in table. When it changes, Assent computes the clocks of open cases anew at its next start, and logs each date that moved."},
			never, func(c *Config, v string) error { c.BankHolidays = v; return nil }},
		{Setting{Name: "ASSENT_MAILBOXES", Secret: true,
			Meaning: "Mailboxes to watch, separated by spaces or line breaks: imaps://user:password@host:993/INBOX?name=privacy&programme=harbour-news&role=rights. Roles: contact, unsubscribe, rights, complaints, bounces. imap+starttls:// for STARTTLS; imap:// on loopback only; auth=xoauth2 takes the password for an access token, or reads one from token_file=/path at each login."},
			never, func(c *Config, v string) error { return setMailboxes(c, v, checks.Mailbox) }},
		{Setting{Name: "ASSENT_MESSAGE_DOMAIN",
			Meaning: "The right side of each Message-ID. Empty: the host of ASSENT_BASE_URL."},
			never, setMessageDomain},
		{Setting{Name: "ASSENT_AUTHSERV_ID",
			Meaning: "The name with which your receiving server begins its Authentication-Results (RFC 8601, section 2.5), or several names. The server must add that header to every mail, and take it off where a sender wrote it in the server's name. Empty: no such header is believed, and only a good DKIM signature proves who wrote a mail."},
			never, setAuthservID},
		{Setting{Name: "ASSENT_DKIM_SELECTOR",
			Meaning: "The selector of the DKIM key with which your relay signs, so that 'assent doctor' can look it up."},
			never, setDKIMSelector},
	}
}

// setURL keeps a URL that its own package finds good.
func setURL(into *Secret, value string, check func(string) error) error {
	*into = Secret(value)
	if check == nil {
		return nil
	}
	err := check(value)
	if err == nil {
		return nil
	}
	return errs.E("config: check", errs.Invalid, sentence(err), nil)
}
