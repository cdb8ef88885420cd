package identity

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"assent/internal/address"
	"assent/internal/senderdns"
)

// maxAge is how old a signature may be when the message arrives. Servers give up after some five days (RFC 5321, section 4.5.4.1); what is older was kept
// by somebody, and may be sent again by anybody.
const maxAge = 7 * 24 * time.Hour

// maxAhead is how far a signer's clock may be before ours: a wrong time zone, not a wrong date.
const maxAhead = 24 * time.Hour

// signature is one DKIM signature as it was found.
type signature struct {
	domain  string // d=, in lower case
	signed  time.Time
	good    bool
	later   bool   // DNS did not answer
	fault   string // why it is not good, in a few words
	aligned bool   // its domain counts for that of the From field
}

// evidence is what a message is judged by.
type evidence struct {
	from       address.Address
	received   time.Time
	flaw       string // what is wrong with the header, a sentence; "" for nothing
	report     report
	reported   bool // there is a report of a server that is trusted
	ignored    int  // further fields in which somebody says how the message was checked
	trusting   bool // at least one server is trusted
	signatures []signature
}

// judge weighs what was found. A flaw of the header leaves nothing to prove; else one good and aligned source is enough, and only a server that is
// trusted can contradict.
func judge(e evidence) Result {
	var r Result
	if e.flaw != "" {
		r.Standing = Unproved
		r.because(e.flaw)
		return r
	}
	server := e.server(&r)
	signed := e.signed(&r)
	switch {
	case signed != "":
		r.Standing, r.By, r.Domain = Proved, BySignature, signed
	case server == Proved:
		r.Standing, r.By, r.Domain = Proved, ByServer, e.from.Domain()
	case server == Contradicted:
		r.Standing, r.By = Contradicted, ByServer
	case e.waits():
		r.Standing = Undecided
	default:
		r.Standing = Unproved
	}
	if e.ignored > 0 {
		r.because(fmt.Sprintf("Not believed: %s on how the message was checked that our own server did not add as the last.", headers(e.ignored)))
	}
	return r
}

func headers(n int) string {
	if n == 1 {
		return "1 header"
	}
	return fmt.Sprintf("%d headers", n)
}

// waits reports whether a signature that would count could not be looked up.
func (e evidence) waits() bool {
	for _, s := range e.signatures {
		if s.later && s.aligned {
			return true
		}
	}
	return false
}

// server weighs the report of our own server: DMARC tells of alignment by itself (RFC 7489, section 11.1), of a DKIM result the domain must be aligned. SPF alone
// speaks of the envelope and not of the From field, so it proves nothing here.
func (e evidence) server(r *Result) Standing {
	if !e.trusting {
		r.because("No receiving server's headers are believed: none is named in the settings.")
		return Unproved
	}
	if !e.reported {
		r.because("There is no header of a receiving server that we trust.")
		return Unproved
	}
	out := Unproved
	for _, f := range e.report.findings {
		switch {
		case f.method == "dmarc" && f.result == "pass" && e.sameDomain(f.props["header.from"]):
			r.because(fmt.Sprintf("Our mail server %s found that %s vouches for the message (dmarc=pass).", e.report.server, e.from.Domain()))
			out = Proved
		case f.method == "dkim" && f.result == "pass" && senderdns.Aligned(e.from.Domain(), signer(f)):
			r.because(fmt.Sprintf("Our mail server %s found a good signature of %s (dkim=pass).", e.report.server, signer(f)))
			out = Proved
		case f.method == "dmarc" && f.result == "fail" && out != Proved:
			r.because(fmt.Sprintf("Our mail server %s found that the message is not from %s (dmarc=fail).", e.report.server, e.from.Domain()))
			out = Contradicted
		}
	}
	if out == Unproved {
		r.because(fmt.Sprintf("Our mail server %s found nothing that proves the From address.", e.report.server))
	}
	return out
}

// sameDomain reports whether the server judged the From that we read.
func (e evidence) sameDomain(headerFrom string) bool {
	_, domain, at := strings.Cut(headerFrom, "@")
	if !at {
		domain = headerFrom
	}
	return strings.EqualFold(strings.TrimSuffix(domain, "."), e.from.Domain())
}

// signer is the domain of a DKIM result: header.d, else that of header.i (RFC 8601, section 2.7.1).
func signer(f finding) string {
	_, of, _ := strings.Cut(f.props["header.i"], "@")
	return strings.ToLower(strings.TrimSuffix(cmp.Or(f.props["header.d"], of), "."))
}

// signed weighs the signatures that we looked at ourselves, and returns the domain of the first that proves the From address.
func (e evidence) signed(r *Result) string {
	if len(e.signatures) == 0 {
		r.because("The message is not signed (DKIM).")
	}
	for _, s := range e.signatures {
		switch {
		case s.later:
			r.because(fmt.Sprintf("The signature of %s could not be checked: DNS does not answer. Look again later.", s.domain))
		case !s.good:
			r.because(fmt.Sprintf("The signature of %s is not good: %s.", s.domain, s.fault))
		case !s.aligned:
			r.because(fmt.Sprintf("The signature of %s is good, but the From address is of %s.", s.domain, e.from.Domain()))
		case s.signed.Sub(e.received) > maxAhead:
			r.because(fmt.Sprintf("The signature of %s is good, but dated %s: it claims not to have been signed yet when the message came.", s.domain, s.signed.UTC().Format("2 January 2006")))
		case !s.signed.IsZero() && e.received.Sub(s.signed) > maxAge:
			r.because(fmt.Sprintf("The signature of %s is good, but of %s: a message that old may have been sent again by anybody.", s.domain, s.signed.UTC().Format("2 January 2006")))
		default:
			r.because(fmt.Sprintf("The signature of %s is good (DKIM), and the From address is of that organisation.", s.domain))
			return s.domain
		}
	}
	return ""
}
