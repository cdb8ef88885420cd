package senderdns

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// DMARC looks at what receivers are asked to do with forgeries of a From domain (RFC 7489).
func DMARC(ctx context.Context, r Resolver, domain string) Finding {
	name := domain
	found, unknown := records(ctx, r, "_dmarc."+domain, "v=DMARC1")
	if org := Organisation(domain); len(found) == 0 && !unknown && org != domain { // RFC 7489, section 6.6.3
		name = org
		found, unknown = records(ctx, r, "_dmarc."+org, "v=DMARC1")
	}
	if unknown {
		return unanswered("DMARC", domain)
	}
	return judgeDMARC(domain, name, found)
}

// StrictDKIM reports whether a From domain wants signatures of its very own name only (adkim=s; RFC 7489, sections 3.1.1 and 6.3). known is false where DNS does not
// answer.
func StrictDKIM(ctx context.Context, r TextResolver, domain string) (strict, known bool) {
	found, unknown := records(ctx, r, "_dmarc."+domain, "v=DMARC1")
	if org := Organisation(domain); len(found) == 0 && !unknown && org != domain {
		found, unknown = records(ctx, r, "_dmarc."+org, "v=DMARC1")
	}
	return len(found) == 1 && strings.EqualFold(tags(found[0])["adkim"], "s"), !unknown
}

func judgeDMARC(domain, at string, found []string) Finding {
	switch len(found) {
	case 0:
		return Finding{Bad, domain + " has no DMARC record.", `Publish a TXT record at _dmarc.` + Organisation(domain) + `, at first "v=DMARC1; p=none; rua=mailto:dmarc@` + Organisation(domain) + `".`}
	case 1:
	default:
		return Finding{Bad, fmt.Sprintf("_dmarc.%s has %d DMARC records, which receivers take for none.", at, len(found)), "Leave one."}
	}
	t := tags(found[0])
	policy := strings.ToLower(t["p"])
	if sp := strings.ToLower(t["sp"]); sp != "" && at != domain {
		policy = sp
	}
	switch policy {
	case "none":
		if t["rua"] == "" {
			return Finding{Warn, "DMARC of " + domain + " asks for nothing (p=none) and for no reports (rua), so it tells you nothing.", "Add rua=mailto:… to see who sends in your name; then p=quarantine."}
		}
	case "quarantine", "reject":
	default:
		return Finding{Bad, "The DMARC record at _dmarc." + at + " has no usable policy.", "Add p=none, p=quarantine or p=reject."}
	}
	return Finding{Good, "DMARC of " + domain + ": p=" + policy, ""}
}

// Organisation returns the domain that somebody registered: example.co.uk of news.example.co.uk.
func Organisation(domain string) string {
	domain = strings.ToLower(domain)
	org, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		return domain
	}
	return org
}

// Aligned reports whether SPF of the envelope sender's domain counts for a From domain under DMARC's relaxed rule
// (RFC 7489, section 3.1.2).
func Aligned(from, envelope string) bool {
	return Organisation(from) == Organisation(envelope)
}

// MX looks at whether a domain takes mail: bounces and opt-outs come there.
func MX(ctx context.Context, r Resolver, domain string) Finding {
	all, err := r.LookupMX(ctx, domain)
	switch {
	case err != nil && !notFound(err):
		return unanswered("MX", domain)
	case len(all) == 1 && strings.TrimSuffix(all[0].Host, ".") == "": // RFC 7505
		return Finding{Bad, domain + " says that it takes no mail (null MX).", "Have the mail for it delivered to a mailbox that Assent watches, or name another domain."}
	case len(all) == 0:
		return Finding{Warn, domain + " has no MX record.", "Publish one, so that delivery reports and opt-outs by mail arrive."}
	}
	return Finding{Good, "Mail for " + domain + " goes to " + strings.TrimSuffix(all[0].Host, "."), ""}
}
