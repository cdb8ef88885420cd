package identity

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/senderdns"
)

const (
	maxSignatures = 5       // of one message; the rest is not looked at
	maxRecord     = 4 << 10 // octets of a key in DNS: RSA with 16,384 bits has some 2,800
	maxName       = 253     // octets of a domain name
)

// Resolver asks DNS for text records. *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// Prover finds out who wrote a message.
type Prover struct {
	Trusted []string      // authserv-ids of our own receiving servers, in lower case; none believes no header
	DNS     Resolver      // nil verifies no signature
	Within  time.Duration // for all of DNS for one message; 5 s if zero
}

// Prove looks at a message as it came, whose From was read as from and which reached the server at received. It reads raw through, to hash what is signed. The
// only error is one of raw.
func (p *Prover) Prove(ctx context.Context, raw io.Reader, from address.Address, received time.Time) (Result, error) {
	src := &source{r: raw}
	fields, head, ok, err := readHeader(src)
	if err := cmp.Or(err, src.err); err != nil {
		return Result{}, errs.Wrap("identity: prove", err)
	}
	e := evidence{from: from, received: received, trusting: len(p.Trusted) > 0}
	if !ok {
		e.flaw = "The header of the message is broken or far too long, so that it can be read in more than one way."
	} else {
		e.flaw = oneAuthor(fields, from)
	}
	if e.flaw != "" {
		return judge(e), nil
	}
	e.report, e.ignored, e.reported = topmost(fields, p.Trusted)
	if p.DNS != nil && len(valuesOf(fields, "dkim-signature")) > 0 {
		ctx, cancel := context.WithTimeout(ctx, cmp.Or(p.Within, 5*time.Second))
		defer cancel()
		e.signatures = p.verify(ctx, io.MultiReader(bytes.NewReader(head), src), from)
		if src.err != nil {
			return Result{}, errs.Wrap("identity: prove", src.err)
		}
	}
	return judge(e), nil
}

// verify checks the first signatures of a message. The body length tag l= makes a signature bad, for anything can be put under what it covers; so do SHA-1, short
// keys (RFC 8301) and an expiry that has passed (RFC 6376, section 3.5).
func (p *Prover) verify(ctx context.Context, raw io.Reader, from address.Address) []signature {
	found, err := dkim.VerifyWithOptions(raw, &dkim.VerifyOptions{
		LookupTXT:        func(name string) ([]string, error) { return p.lookUp(ctx, name) },
		MaxVerifications: maxSignatures,
	})
	if err != nil && !errors.Is(err, dkim.ErrTooManySignatures) {
		return nil
	}
	var out []signature
	for _, v := range found {
		s := signature{domain: strings.ToLower(strings.TrimSuffix(v.Domain, ".")), signed: v.Time, good: v.Err == nil}
		s.aligned = p.aligned(ctx, from.Domain(), s.domain)
		if v.Err != nil {
			s.later = dkim.IsTempFail(v.Err)
			s.fault = strings.TrimPrefix(v.Err.Error(), "dkim: ")
		}
		s.domain, s.fault = cmp.Or(printable(s.domain), "nobody"), printable(s.fault)
		out = append(out, s)
	}
	return out
}

// aligned reports whether a signing domain counts for that of the From field: the same one, or one of the same organisation, unless the domain asks receivers to take
// its own name only (adkim=s; RFC 7489, section 6.3). Where DNS does not tell, it is taken to ask for that.
func (p *Prover) aligned(ctx context.Context, from, signing string) bool {
	switch {
	case signing == "" || !senderdns.Aligned(from, signing):
		return false
	case from == signing:
		return true
	}
	strict, known := senderdns.StrictDKIM(ctx, limited{p}, from)
	return known && !strict
}

// lookUp asks DNS within limits. An answer that is too long is none.
func (p *Prover) lookUp(ctx context.Context, name string) ([]string, error) {
	if len(name) > maxName || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, &net.DNSError{Err: "no domain name", IsNotFound: true}
	}
	all, err := p.DNS.LookupTXT(ctx, name)
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return nil, dns
	case err != nil:
		return nil, &net.DNSError{Err: "no answer", IsTemporary: true}
	}
	for _, one := range all {
		if len(one) > maxRecord {
			return nil, &net.DNSError{Err: "the record is too long", IsNotFound: true}
		}
	}
	return all, nil
}

// limited is the prover's DNS within its limits.
type limited struct{ *Prover }

// LookupTXT implements senderdns.TextResolver.
func (l limited) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return l.lookUp(ctx, name)
}

// source remembers a failure and gives an end instead: the verifier's goroutines would wait for ever on a reader that fails.
type source struct {
	r   io.Reader
	err error // other than io.EOF
}

// Read implements io.Reader.
func (s *source) Read(b []byte) (int, error) {
	if s.err != nil {
		return 0, io.EOF
	}
	n, err := s.r.Read(b)
	if err != nil && err != io.EOF {
		s.err = err
		return n, io.EOF
	}
	return n, err
}

// printable keeps what strangers wrote from leaving its line.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
	return s[:min(len(s), 100)]
}

// Reports reports whether a message has an Authentication-Results field of one of some servers. A server that is trusted must add one to every message: where it
// adds none, the topmost in its name is a sender's.
func Reports(raw io.Reader, servers []string) (bool, error) {
	fields, _, ok, err := readHeader(raw)
	if err != nil || !ok {
		return false, err
	}
	_, _, found := topmost(fields, servers)
	return found, nil
}
