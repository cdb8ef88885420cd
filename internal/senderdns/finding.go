package senderdns

import (
	"context"
	"errors"
	"net"
	"strings"
)

// Level is how bad a finding is.
type Level uint8

const (
	Good Level = iota
	Warn       // mail goes out, and something should be done; or it could not be found out
	Bad        // mail will be refused, or mistrusted
)

// Finding is what one look at DNS brought.
type Finding struct {
	Level Level
	Says  string // a sentence
	Do    string // what to do, "" when there is nothing
}

// TextResolver asks DNS for text records.
type TextResolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

// Resolver asks DNS. *net.Resolver is one.
type Resolver interface {
	TextResolver
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
}

const maxRecord = 4096 // octets of a record that are looked at

// records returns the TXT records that begin with a version, such as "v=spf1". unknown means that DNS did not answer.
func records(ctx context.Context, r TextResolver, name, version string) (found []string, unknown bool) {
	all, err := r.LookupTXT(ctx, name)
	if err != nil && !notFound(err) {
		return nil, true
	}
	for _, one := range all {
		if len(one) > maxRecord {
			one = one[:maxRecord]
		}
		head, _, _ := strings.Cut(strings.ReplaceAll(one, ";", " "), " ")
		if strings.EqualFold(head, version) {
			found = append(found, one)
		}
	}
	return found, false
}

func notFound(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

func unanswered(what, name string) Finding {
	return Finding{Warn, "DNS does not answer, so the " + what + " record of " + name + " was not checked.", "Run this again where DNS can be reached."}
}

// tags reads "a=b; c=d", the form of DKIM and DMARC records (RFC 6376, section 3.2).
func tags(record string) map[string]string {
	out := map[string]string{}
	for part := range strings.SplitSeq(record, ";") {
		name, value, ok := strings.Cut(part, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := out[name]; ok && !twice {
			out[name] = strings.TrimSpace(value)
		}
	}
	return out
}
