package config

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// Role is what the mail in a mailbox is mostly about. Whatever comes in is sorted all the same.
type Role string

const (
	Contact     Role = "contact"     // a Point of Contact, to whom anybody may write about anything
	Unsubscribe Role = "unsubscribe" // opt-outs by mail
	Rights      Role = "rights"      // data-protection requests, and complaints too
	Complaints  Role = "complaints"  // complaints, where they have a mailbox of their own
	Bounces     Role = "bounces"     // delivery reports
)

// Roles holds every role.
var Roles = []Role{Contact, Unsubscribe, Rights, Complaints, Bounces}

// Mailbox is one mailbox to watch.
type Mailbox struct {
	Name      string // under which its mail is kept, for ever
	Programme string // slug of the programme whose mail comes here; "" for several
	Role      Role
	URL       Secret // imaps://user:password@host:993/folder, and no more than auth= after a ?
	TokenFile string // file that holds the access token for auth=xoauth2, read at each login; "" where the password is it
}

const (
	maxMailboxURL  = 2048 // octets
	maxMailboxName = 100  // octets
)

// parseMailbox reads a mailbox URL with name, programme and role after the ?, as in
// imaps://user:password@mail.example.org/INBOX?name=privacy&programme=harbour-news&role=rights. What it
// returns of a mistake repeats nothing of the URL.
func parseMailbox(raw string) (Mailbox, error) {
	u, err := url.Parse(raw)
	if err != nil || len(raw) > maxMailboxURL || u.Scheme == "" || u.Opaque != "" || u.Host == "" {
		return Mailbox{}, says("is not a URL such as imaps://user:password@mail.example.org/INBOX?role=rights; in a password write @ as %40, / as %2F, ? as %3F, # as %23 and % as %25.")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Mailbox{}, says("has settings after the ? that cannot be read; write them as name=privacy&role=rights.")
	}
	var m Mailbox
	role := ""
	for key, field := range map[string]*string{"name": &m.Name, "programme": &m.Programme, "role": &role, "token_file": &m.TokenFile} {
		if len(query[key]) > 1 {
			return Mailbox{}, says("gives " + key + " twice after the ?.")
		}
		*field = query.Get(key)
		query.Del(key)
	}
	m.Role = Role(role)
	u.RawQuery = query.Encode()
	if m.URL = Secret(u.String()); len(m.URL) > maxMailboxURL { // encoding makes it longer
		return Mailbox{}, says("is too long.")
	}
	return m, nil
}

// readMailbox reads a mailbox URL and what was said beside it, which wins.
func readMailbox(raw string, beside Mailbox, checkURL func(string) error) (Mailbox, error) {
	m, err := parseMailbox(raw)
	if err != nil {
		return Mailbox{}, err
	}
	m.Name = cmp.Or(beside.Name, m.Name)
	m.Programme = cmp.Or(beside.Programme, m.Programme)
	m.Role = cmp.Or(beside.Role, m.Role)
	if err := m.check(); err != nil {
		return Mailbox{}, err
	}
	if checkURL == nil {
		return m, nil
	}
	return m, checkURL(m.URL.Reveal())
}

// check fills in what was left out, and says what is wrong.
func (m *Mailbox) check() error {
	if m.Role == "" {
		m.Role = Contact
	}
	if !slices.Contains(Roles, m.Role) {
		return says("has an unknown role; it is contact, unsubscribe, rights, complaints or bounces.")
	}
	if m.Name == "" {
		m.Name = string(m.Role)
		if m.Programme != "" {
			m.Name = m.Programme + "-" + m.Name
		}
	}
	if len(m.Name) > maxMailboxName || strings.ContainsFunc(m.Name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return says("has a name that is too long or has characters that cannot be printed.")
	}
	if m.Programme != "" && !slug(m.Programme) {
		return says("has a programme that is not a slug such as harbour-news.")
	}
	return nil
}

// slug reports whether s may be the short name of a programme.
func slug(s string) bool {
	return s != "" && len(s) <= 60 && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}
