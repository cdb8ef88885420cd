package senderdns

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"net"
	"strings"
	"testing"
)

// zone is a Resolver with records by name; a name with a nil slice does not answer.
type zone map[string][]string

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	found, known := z[name]
	switch {
	case !known:
		return nil, &net.DNSError{Name: name, Err: "no such host", IsNotFound: true}
	case found == nil:
		return nil, &net.DNSError{Name: name, Err: "i/o timeout", IsTimeout: true}
	}
	return found, nil
}

func (z zone) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	hosts, err := z.LookupTXT(ctx, "mx "+name)
	var out []*net.MX
	for _, h := range hosts {
		out = append(out, &net.MX{Host: h})
	}
	return out, err
}

func rsaKey(t testing.TB, bits int) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

func TestRecords(t *testing.T) {
	t.Parallel()
	long, short := rsaKey(t, 2048), rsaKey(t, 1024)
	const d = "mail.example.org"
	spf := func(z zone) Finding { return SPF(t.Context(), z, d) }
	dkim := func(z zone) Finding { return DKIM(t.Context(), z, "s1", d) }
	dmarc := func(z zone) Finding { return DMARC(t.Context(), z, d) }
	mx := func(z zone) Finding { return MX(t.Context(), z, d) }
	at := func(name string, records ...string) zone { return zone{name: records} }
	const key = "s1._domainkey." + d
	for _, c := range []struct {
		name  string
		look  func(zone) Finding
		zone  zone
		level Level
		says  string
	}{
		{"a good SPF record among others", spf, at(d, "site-verification=1", "v=spf1 ip4:192.0.2.0/24 include:relay.example -all"), Good, "include:relay.example"},
		{"no SPF record", spf, zone{}, Bad, "has no SPF record"},
		{"two SPF records", spf, at(d, "v=spf1 -all", "V=SPF1 ~all"), Bad, "has 2 SPF records"},
		{"another version", spf, at(d, "v=spf10 -all"), Bad, "has no SPF record"},
		{"SPF for the whole world", spf, at(d, "v=spf1 +all"), Bad, "whole world"},
		{"SPF without an end", spf, at(d, "v=spf1 mx"), Warn, "does not say"},
		{"SPF that goes elsewhere", spf, at(d, "v=spf1 redirect=_spf.example.org"), Good, "redirect"},
		{"SPF with a mistyped network", spf, at(d, "v=spf1 ip4:192.0.2 -all"), Bad, "is no network"},
		{"SPF with a mistyped word", spf, at(d, "v=spf1 incude:relay.example -all"), Bad, "means nothing"},
		{"SPF with too many lookups", spf, at(d, "v=spf1"+strings.Repeat(" include:a.example", 11)+" -all"), Bad, "11 lookups"},
		{"no DNS for SPF", spf, at(d), Warn, "DNS does not answer"},
		{"a good DKIM key", dkim, at(key, "v=DKIM1; k=rsa; p="+long), Good, "RSA, 2048 bits"},
		{"a DKIM key without its version, with spaces", dkim, at(key, "p="+long[:50]+" "+long[50:]), Good, "RSA, 2048 bits"},
		{"a weak DKIM key", dkim, at(key, "v=DKIM1; p="+short), Warn, "1024 bits"},
		{"an Ed25519 key", dkim, at(key, "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="), Good, "Ed25519"},
		{"no DKIM key", dkim, zone{}, Bad, "no DKIM key"},
		{"a revoked DKIM key", dkim, at(key, "v=DKIM1; p="), Bad, "revoked"},
		{"a DKIM key cut off", dkim, at(key, "v=DKIM1; p="+long[:100]), Bad, "no RSA key"},
		{"a DKIM key that is no base64", dkim, at(key, "v=DKIM1; p=%%%"), Bad, "cannot be read"},
		{"a DKIM key for SHA-1", dkim, at(key, "v=DKIM1; h=sha1; p="+long), Bad, "SHA-1"},
		{"a DKIM key for a test", dkim, at(key, "v=DKIM1; t=y:s; p="+long), Warn, "marked as a test"},
		{"no DNS for DKIM", dkim, at(key), Warn, "DNS does not answer"},
		{"a good DMARC record", dmarc, at("_dmarc."+d, "v=DMARC1; p=reject"), Good, "p=reject"},
		{"DMARC of the organisation", dmarc, at("_dmarc.example.org", "v=DMARC1;p=reject;sp=none;rua=mailto:d@example.org"), Good, "p=none"},
		{"DMARC that tells nothing", dmarc, at("_dmarc."+d, "v=DMARC1; p=none"), Warn, "tells you nothing"},
		{"DMARC without policy", dmarc, at("_dmarc."+d, "v=DMARC1; rua=mailto:d@example.org"), Bad, "no usable policy"},
		{"two DMARC records", dmarc, at("_dmarc."+d, "v=DMARC1; p=none", "v=DMARC1; p=reject"), Bad, "2 DMARC records"},
		{"no DMARC record", dmarc, zone{}, Bad, "has no DMARC record"},
		{"no DNS for DMARC", dmarc, at("_dmarc." + d), Warn, "DNS does not answer"},
		{"a domain that takes mail", mx, at("mx "+d, "mx.example.org."), Good, "goes to mx.example.org"},
		{"a domain that takes none", mx, at("mx "+d, "."), Bad, "null MX"},
		{"a domain without MX", mx, zone{}, Warn, "no MX"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := c.look(c.zone)
			if f.Level != c.level || !strings.Contains(f.Says, c.says) || f.Level != Good && f.Do == "" {
				t.Errorf("got %d %q, do %q; want %d %q", f.Level, f.Says, f.Do, c.level, c.says)
			}
		})
	}
}

func TestAlignment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, envelope string
		want           bool
	}{
		{"example.org", "bounces.example.org", true},
		{"news.harbour.example.co.uk", "Example.CO.UK", true},
		{"example.org", "example.com", false},
		{"one.co.uk", "two.co.uk", false},
		{"localhost", "localhost", true},
	} {
		if got := Aligned(c.from, c.envelope); got != c.want {
			t.Errorf("Aligned(%s, %s) = %v", c.from, c.envelope, got)
		}
	}
}

func TestOtherErrorsAreNoVerdict(t *testing.T) {
	t.Parallel()
	if notFound(errors.New("network is unreachable")) {
		t.Error("an unreachable network was taken for a missing record")
	}
}

// Records are foreign text: each gets a verdict with something to say.
func FuzzRecords(f *testing.F) {
	f.Add("v=spf1 ip4:192.0.2.0/24 include: /24 -all")
	f.Add("v=DKIM1; k=rsa; t=y; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A")
	f.Add("v=DMARC1; p=none; sp=; rua=mailto:d@example.org")
	f.Fuzz(func(t *testing.T, record string) {
		z := zone{"example.org": {record}, "_dmarc.example.org": {record}}
		for _, finding := range []Finding{SPF(t.Context(), z, "example.org"), DMARC(t.Context(), z, "example.org"), judgeDKIM("s._domainkey.example.org", record)} {
			if finding.Says == "" || finding.Level != Good && finding.Do == "" {
				t.Errorf("%q: %+v", record, finding)
			}
		}
	})
}
