// Package address holds an email address that is always valid: a value of type
// Address can be put into a header or an SMTP command as it is. Foreign bytes
// become one only through Parse.
package address

import (
	"log/slog"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"assent/internal/errs"
)

// Limits of RFC 5321 section 4.5.3.1, in octets.
const (
	maxLocal   = 64
	maxDomain  = 255
	maxAddress = 254
)

// Address is an email address with its domain in lower-case ASCII form. The zero
// value is no address; see IsZero.
type Address struct{ local, domain string }

// Parse reads one bare address such as "Ann.Lee@Example.ORG". White space around it is
// dropped; a display name, a comment, a list or a control character is refused
// with an error of kind Invalid. The domain is taken to its ASCII form (IDNA 2008).
func Parse(s string) (Address, error) {
	const op = "address: parse"
	s = strings.TrimSpace(s)
	if s == "" {
		return Address{}, errs.E(op, errs.Invalid, "The email address is empty.", nil)
	}
	if len(s) > maxAddress || !plain(s) && (!utf8.ValidString(s) || strings.ContainsFunc(s, forbidden)) {
		return Address{}, errs.E(op, errs.Invalid, "This is not a usable email address.", nil)
	}
	at := strings.LastIndexByte(s, '@')
	if at <= 0 || at == len(s)-1 {
		return Address{}, errs.E(op, errs.Invalid, "An email address looks like name@example.org.", nil)
	}
	local := norm.NFC.String(s[:at])
	domain, err := asciiDomain(strings.TrimSuffix(s[at+1:], "."))
	if err != nil || !validDomain(domain) {
		return Address{}, errs.E(op, errs.Invalid, "The part after the @ is not a domain name.", err)
	}
	if len(local) > maxLocal || !validLocal(local) {
		return Address{}, errs.E(op, errs.Invalid, "The part before the @ is not usable in an email address.", nil)
	}
	return Address{local: local, domain: strings.ToLower(domain)}, nil
}

// plain reports whether s has nothing in it but letters, digits and signs of ASCII that are never forbidden: most addresses, told in a tenth of the time.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_' || c == '+' || c == '@') {
			return false
		}
	}
	return true
}

// asciiDomain takes a domain to its ASCII form (IDNA 2008). A name in small letters without "--", which ACE prefixes have (RFC 5890 section 2.3.1), is its own.
func asciiDomain(name string) (string, error) {
	own := !strings.Contains(name, "--")
	for i := 0; i < len(name) && own; i++ {
		c := name[i]
		own = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == '-'
	}
	if own {
		return name, nil
	}
	return idna.Lookup.ToASCII(name)
}

// FromHeader reads the first address of a From-like header value, such as
// "Ann Lee <ann@example.org>", and its display name.
func FromHeader(value string) (a Address, name string, err error) {
	if len(value) > 4096 {
		return Address{}, "", errs.E("address: from header", errs.Invalid, "The address header is too long.", nil)
	}
	list, err := mail.ParseAddressList(value)
	if err != nil || len(list) == 0 {
		if i, j := strings.LastIndexByte(value, '<'), strings.LastIndexByte(value, '>'); i >= 0 && j > i {
			a, err = Parse(value[i+1 : j])
			return a, "", err
		}
		a, err = Parse(value)
		return a, "", err
	}
	a, err = Parse(list[0].Address)
	return a, list[0].Name, err
}

// Must parses an address that is known to be good, for tests and fixtures. It panics otherwise.
func Must(s string) Address {
	a, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return a
}

// String returns the address as it goes on the wire.
func (a Address) String() string {
	if a.IsZero() {
		return ""
	}
	return a.local + "@" + a.domain
}

// Local returns the part before the @.
func (a Address) Local() string { return a.local }

// Domain returns the part after the @, in lower-case ASCII.
func (a Address) Domain() string { return a.domain }

// IsZero reports whether a is no address.
func (a Address) IsZero() bool { return a.domain == "" }

// NeedsSMTPUTF8 reports whether the address can travel only by RFC 6531.
func (a Address) NeedsSMTPUTF8() bool {
	return strings.ContainsFunc(a.local, func(r rune) bool { return r > unicode.MaxASCII })
}

// Normal returns the form under which two spellings are one mailbox: case folded,
// NFC. RFC 5321 lets a host tell cases apart; no host in use does, and a person who opts out as
// Ann@ must not be mailed as ann@.
func (a Address) Normal() string {
	if a.IsZero() {
		return ""
	}
	return norm.NFC.String(strings.ToLower(a.local)) + "@" + a.domain
}

// Masked returns the address for logs: "a***@e***.org". It keeps too little to
// name a person.
func (a Address) Masked() string {
	if a.IsZero() {
		return "(none)"
	}
	first, _ := utf8.DecodeRuneInString(a.local)
	d, _ := utf8.DecodeRuneInString(a.domain)
	tld := ""
	if i := strings.LastIndexByte(a.domain, '.'); i >= 0 {
		tld = a.domain[i:]
	}
	return string(first) + "***@" + string(d) + "***" + tld
}

// GoString returns the masked form, so that a careless %#v names nobody.
func (a Address) GoString() string { return a.Masked() }

// MarshalText returns the address, so that JSON shows it as a string.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText parses an address; the empty text gives the zero value.
func (a *Address) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*a = Address{}
		return nil
	}
	got, err := Parse(string(b))
	if err != nil {
		return err
	}
	*a = got
	return nil
}

func forbidden(r rune) bool {
	return unicode.IsControl(r) || unicode.IsSpace(r) || strings.ContainsRune(`<>(),;:"\[]`, r) || r == utf8.RuneError
}

func validLocal(s string) bool {
	return s != "" && s[0] != '.' && s[len(s)-1] != '.' && !strings.Contains(s, "..") && !strings.Contains(s, "@")
}

func validDomain(d string) bool {
	if d == "" || len(d) > maxDomain || !strings.Contains(d, ".") {
		return d == "localhost"
	}
	for label := range strings.SplitSeq(d, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if strings.ContainsFunc(label, func(r rune) bool {
			return !(r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
		}) {
			return false
		}
	}
	return true
}

// LogValue returns the masked form: a log line names nobody.
func (a Address) LogValue() slog.Value { return slog.StringValue(a.Masked()) }
