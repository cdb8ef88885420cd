package senderdns

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
)

// SPF looks at who may send with a domain as the envelope sender (RFC 7208).
func SPF(ctx context.Context, r Resolver, domain string) Finding {
	found, unknown := records(ctx, r, domain, "v=spf1")
	if unknown {
		return unanswered("SPF", domain)
	}
	return judgeSPF(domain, found)
}

func judgeSPF(domain string, found []string) Finding {
	switch len(found) {
	case 0:
		return Finding{Bad, domain + " has no SPF record.", `Publish a TXT record at ` + domain + ` that names your relay, such as "v=spf1 include:relay.example -all".`}
	case 1:
	default: // RFC 7208, section 4.5
		return Finding{Bad, fmt.Sprintf("%s has %d SPF records, which receivers take for none.", domain, len(found)), "Put their contents into one."}
	}
	var lookups int
	last := ""
	for _, term := range strings.Fields(found[0])[1:] {
		mechanism := strings.ToLower(strings.TrimLeft(term, "+-~?"))
		name := mechanism
		if i := strings.IndexAny(mechanism, ":/="); i >= 0 {
			name = mechanism[:i]
		}
		switch name {
		case "include", "a", "mx", "ptr", "exists", "redirect":
			lookups++
		case "ip4", "ip6":
			if !network(mechanism[len(name):]) {
				return Finding{Bad, fmt.Sprintf("The SPF record of %s has %.60q, which is no network.", domain, term), "Mend it: one mistake voids the whole record."}
			}
		case "all":
			last = strings.ToLower(term)
		default:
			if !strings.Contains(mechanism, "=") { // RFC 7208, section 6: only unknown modifiers are passed over
				return Finding{Bad, fmt.Sprintf("The SPF record of %s has %.60q, which means nothing.", domain, term), "Mend it: one mistake voids the whole record."}
			}
		}
	}
	switch {
	case lookups > 10: // RFC 7208, section 4.6.4
		return Finding{Bad, fmt.Sprintf("The SPF record of %s needs %d lookups or more; receivers stop at 10.", domain, lookups), "Name networks (ip4:, ip6:) in the place of names."}
	case last == "all" || last == "+all":
		return Finding{Bad, "The SPF record of " + domain + " lets the whole world send.", `End it with "-all" or "~all".`}
	case last == "" && !strings.Contains(strings.ToLower(found[0]), "redirect="), last == "?all":
		return Finding{Warn, "The SPF record of " + domain + " does not say what to do with other senders.", `End it with "-all" or "~all".`}
	}
	return Finding{Good, "SPF of " + domain + ": " + found[0], ""}
}

// network reports whether ":192.0.2.0/24" names an address or a network.
func network(s string) bool {
	s = strings.TrimPrefix(s, ":")
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	_, err := netip.ParsePrefix(s)
	return err == nil
}
