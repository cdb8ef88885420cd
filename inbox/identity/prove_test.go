package identity_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"assent/inbox/identity"
	"assent/internal/address"
)

// received is when a message of these tests came in. They are signed while they run, and a signature counts for some days.
var received = time.Now()

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

// domain is somebody who signs, with the key as it stands in DNS.
type domain struct {
	name   string
	key    crypto.Signer
	record string
}

func newDomain(t testing.TB, name string) domain {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public := key.Public().(ed25519.PublicKey)
	return domain{name, key, "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)}
}

func (d domain) publish(z zone) zone { z["s1._domainkey."+d.name] = []string{d.record}; return z }

// sign signs a message as the domain; change may alter the options.
func (d domain) sign(t testing.TB, raw string, change ...func(*dkim.SignOptions)) string {
	t.Helper()
	o := &dkim.SignOptions{Domain: d.name, Selector: "s1", Signer: d.key, Hash: crypto.SHA256,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed}
	for _, c := range change {
		c(o)
	}
	var out bytes.Buffer
	if err := dkim.Sign(&out, strings.NewReader(raw), o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

const plain = "From: Ann <ann@example.org>\r\nTo: rights@harbour.example\r\nSubject: My data\r\nDate: Sun, 22 Nov 2026 09:59:00 +0000\r\n\r\nPlease send me my data.\r\n"

func prove(t *testing.T, p *identity.Prover, raw string) identity.Result {
	t.Helper()
	r, err := p.Prove(t.Context(), strings.NewReader(raw), address.Must("ann@example.org"), received)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func server(results string) string {
	return "Authentication-Results: mx.harbour.example; " + results + "\r\n"
}

func TestOnlyTheTopmostHeaderOfOurOwnServerProves(t *testing.T) {
	t.Parallel()
	const hop = "Received: from x.example by mx.harbour.example; Sun, 22 Nov 2026 10:00:00 +0000\r\n"
	pass := server("dmarc=pass header.from=example.org")
	for _, c := range []struct {
		name, raw string
		want      identity.Standing
	}{
		{"our server says pass", pass + hop + plain, identity.Proved},
		{"our server's field stands under its own Received", hop + pass + plain, identity.Proved},
		{"our server checked the signature alone", server("dkim=pass header.d=example.org header.s=s1 header.b=abc=") + plain, identity.Proved},
		{"the signature is of a subdomain", server("dkim=pass header.i=@mail.example.org") + plain, identity.Proved},
		{"the field has comments and a version", "Authentication-Results: mx.harbour.example 1 (our (own) filter);\r\n\tdmarc=pass (p=reject) header.from=example.org\r\n" + plain, identity.Proved},
		{"the name is in capitals", "authentication-results: MX.Harbour.Example; dmarc=pass header.from=example.org\r\n" + plain, identity.Proved},
		{"no header at all", plain, identity.Unproved},
		{"a forged field of another server", "Authentication-Results: mx.google.example; dmarc=pass header.from=example.org\r\n" + plain, identity.Unproved},
		{"a forged field in our name under our own", server("dmarc=fail header.from=example.org") + hop + pass + plain, identity.Contradicted},
		{"a forged field in our name right under our own", server("dkim=none; dmarc=none") + pass + plain, identity.Unproved},
		{"our server checked nothing, and a forged field says pass", server("none") + pass + plain, identity.Unproved},
		{"the forged result hides in a comment", server("spf=none (x; dmarc=pass header.from=example.org)") + plain, identity.Unproved},
		{"the forged result hides in a quoted name", server(`spf=fail smtp.mailfrom="x; dmarc=pass header.from=example.org"`) + plain, identity.Unproved},
		{"the forged result hides in an encoded word", server("spf=fail smtp.mailfrom==?us-ascii?q?x;_dmarc=3Dpass?=") + plain, identity.Unproved},
		{"a comment does not end", server("dmarc=pass (header.from=example.org") + plain, identity.Unproved},
		{"a name that begins like ours", "Authentication-Results: mx.harbour.example.evil.example; dmarc=pass header.from=example.org\r\n" + plain, identity.Unproved},
		{"pass for another From than the one that we read", server("dmarc=pass header.from=evil.example") + plain, identity.Unproved},
		{"pass for a From that is not named", server("dmarc=pass") + plain, identity.Unproved},
		{"a good signature of somebody else", server("dkim=pass header.d=evil.example") + plain, identity.Unproved},
		{"one property twice", server("dkim=pass header.d=example.org header.d=evil.example") + plain, identity.Unproved},
		{"a good envelope sender alone", server("spf=pass smtp.mailfrom=ann@example.org") + plain, identity.Unproved},
		{"two From fields", pass + "From: eve@evil.example\r\n" + plain, identity.Unproved},
		{"two addresses in one From", pass + strings.Replace(plain, "Ann <ann@example.org>", "ann@example.org, eve@evil.example", 1), identity.Unproved},
		{"another From than the one that was read", pass + strings.Replace(plain, "ann@example.org", "eve@example.org", 1), identity.Unproved},
		{"a second From with a space before its colon", pass + "From : eve@example.org\r\n" + plain, identity.Unproved},
		{"a header with a bare line feed", pass + "X-A: b\nFrom: eve@example.org\r\n" + plain, identity.Unproved},
		{"a header without end", pass + strings.Repeat("X-Pad: "+strings.Repeat("x", 900)+"\r\n", 90) + plain, identity.Unproved},
		{"a name in a charset that nobody knows", pass + strings.Replace(plain, "Ann", "=?utf-99?q?Ann?=", 1), identity.Proved},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := prove(t, &identity.Prover{Trusted: []string{"mx.harbour.example"}}, c.raw)
			if r.Standing != c.want || len(r.Grounds) == 0 {
				t.Errorf("got %+v, want %s", r, c.want)
			}
		})
	}
}

func TestNoHeaderIsBelievedWhereNoServerIsNamed(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"mx.harbour.example", "", "localhost"} {
		if r := prove(t, &identity.Prover{}, "Authentication-Results: "+id+"; dmarc=pass header.from=example.org\r\n"+plain); r.Standing != identity.Unproved {
			t.Errorf("%q: %+v", id, r)
		}
	}
}

func TestAGoodSignatureOfTheFromDomainProves(t *testing.T) {
	t.Parallel()
	example, mail, evil := newDomain(t, "example.org"), newDomain(t, "mail.example.org"), newDomain(t, "evil.example")
	dns := evil.publish(mail.publish(example.publish(zone{})))
	signed := example.sign(t, plain)
	old := func(o *dkim.SignOptions) { o.Expiration = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) }
	tagged := func(tag string) string { return strings.Replace(signed, "v=1;", "v=1; "+tag+";", 1) }
	for _, c := range []struct {
		name string
		raw  string
		dns  zone
		want identity.Standing
		says string
	}{
		{"signed by the From domain", signed, dns, identity.Proved, "example.org is good"},
		{"signed by a subdomain", mail.sign(t, plain), dns, identity.Proved, "mail.example.org is good"},
		{"signed by a subdomain where the domain wants its own name", mail.sign(t, plain), with(dns, "_dmarc.example.org", "v=DMARC1; p=reject; adkim=s"), identity.Unproved, "is of example.org"},
		{"signed by a subdomain, and DNS does not tell what the domain wants", mail.sign(t, plain), with(dns, "_dmarc.example.org"), identity.Unproved, "is of example.org"},
		{"signed by two", evil.sign(t, signed), dns, identity.Proved, "example.org is good"},
		{"signed by somebody else", evil.sign(t, plain), dns, identity.Unproved, "evil.example is good, but"},
		{"a changed body", strings.Replace(signed, "my data", "all data", 1), dns, identity.Unproved, "body hash"},
		{"a changed From", strings.Replace(signed, "From: Ann", "From: Eve", 1), dns, identity.Unproved, "did not verify"},
		{"an added From", "From: ann@example.org\r\n" + signed, dns, identity.Unproved, "2 From fields"},
		{"a signature without From", strings.Replace(signed, "h=", "h=x:", 1), dns, identity.Unproved, "not good"},
		{"a body length tag", tagged("l=10"), dns, identity.Unproved, "body length"},
		{"an expired signature", example.sign(t, plain, old), dns, identity.Unproved, "expired"},
		{"SHA-1", strings.Replace(signed, "ed25519-sha256", "ed25519-sha1", 1), dns, identity.Unproved, "too weak"},
		{"a revoked key", signed, with(dns, "s1._domainkey.example.org", "v=DKIM1; k=ed25519; p="), identity.Unproved, "revoked"},
		{"no key", signed, zone{}, identity.Unproved, "no key"},
		{"two keys under one name", signed, with(dns, "s1._domainkey.example.org", example.record, evil.record), identity.Unproved, "multiple"},
		{"a key of a megabyte", signed, with(dns, "s1._domainkey.example.org", "v=DKIM1; p="+strings.Repeat("A", 1<<20)), identity.Unproved, "no key"},
		{"DNS does not answer", signed, with(dns, "s1._domainkey.example.org"), identity.Undecided, "Look again later"},
		{"DNS does not answer about somebody else", evil.sign(t, plain), with(dns, "s1._domainkey.evil.example"), identity.Unproved, "could not be checked"},
		{"not signed", plain, dns, identity.Unproved, "not signed"},
		{"signatures without end", strings.Repeat("DKIM-Signature: v=1; a=rsa-sha256; d=evil.example; s=s1; h=from; bh=; b=\r\n", 200) + signed, dns, identity.Unproved, "not good"},
		{"a signature that is no such thing", "DKIM-Signature: \xff\xfe;;;=\r\n" + plain, dns, identity.Unproved, "not good"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := prove(t, &identity.Prover{DNS: c.dns}, c.raw)
			if r.Standing != c.want || !strings.Contains(strings.Join(r.Grounds, " "), c.says) {
				t.Errorf("got %+v, want %s with %q", r, c.want, c.says)
			}
		})
	}
}

// with is a zone with the records of one name replaced; none means that it does not answer.
func with(z zone, name string, records ...string) zone {
	out := zone{name: records}
	for n, r := range z {
		if n != name {
			out[n] = r
		}
	}
	return out
}

// An old signed message is as good as new to whoever kept it: it may be sent again with another reply address.
func TestASignatureOfAnotherTimeProvesNothingToday(t *testing.T) {
	t.Parallel()
	example := newDomain(t, "example.org")
	now := time.Now()
	signed := example.sign(t, plain) // t= is the time of signing
	p := &identity.Prover{DNS: example.publish(zone{})}
	const day = 24 * time.Hour
	for _, c := range []struct {
		after  time.Duration
		want   identity.Standing
		ground string
	}{
		{time.Minute, identity.Proved, "of that organisation"},
		{5 * day, identity.Proved, "of that organisation"},
		{8 * day, identity.Unproved, "may have been sent again by anybody"},
		{-2 * day, identity.Unproved, "not to have been signed yet"},
	} {
		r, err := p.Prove(t.Context(), strings.NewReader(signed), address.Must("ann@example.org"), now.Add(c.after))
		if err != nil || r.Standing != c.want || !strings.Contains(strings.Join(r.Grounds, " "), c.ground) {
			t.Errorf("%v after signing: %+v, %v", c.after, r, err)
		}
	}
}

func TestRSAKeysBelow1024BitsAreNotBelieved(t *testing.T) {
	t.Parallel()
	for bits, want := range map[int]identity.Standing{1024: identity.Proved, 2048: identity.Proved} {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		d := domain{"example.org", key, "v=DKIM1; p=" + base64.StdEncoding.EncodeToString(der)}
		if r := prove(t, &identity.Prover{DNS: d.publish(zone{})}, d.sign(t, plain)); r.Standing != want {
			t.Errorf("%d bits: %+v", bits, r)
		}
	}
}

// broken fails after some octets.
type broken struct {
	r    io.Reader
	left int
}

var errLine = errors.New("the line broke")

func (b *broken) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errLine
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

func TestAMessageThatCannotBeReadIsNoVerdict(t *testing.T) {
	t.Parallel()
	example := newDomain(t, "example.org")
	signed := example.sign(t, example.sign(t, plain+strings.Repeat("more\r\n", 20_000)))
	for _, left := range []int{0, 10, 800, 60_000} {
		_, err := (&identity.Prover{DNS: example.publish(zone{})}).Prove(t.Context(), &broken{strings.NewReader(signed), left}, address.Must("ann@example.org"), received)
		if !errors.Is(err, errLine) {
			t.Errorf("after %d octets: %v", left, err)
		}
	}
}

func TestALargeSignedMessageGoesThroughAsAStream(t *testing.T) {
	t.Parallel()
	example := newDomain(t, "example.org")
	signed := example.sign(t, plain+strings.Repeat(strings.Repeat("x", 998)+"\r\n", 5_000))
	if r := prove(t, &identity.Prover{DNS: example.publish(zone{})}, signed); r.Standing != identity.Proved {
		t.Errorf("%+v", r)
	}
}

// Whatever a stranger writes, without a key in DNS and without our server's word nothing is proved.
func FuzzProve(f *testing.F) {
	f.Add(plain)
	f.Add(server("dmarc=pass header.from=example.org") + plain)
	f.Add("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=s1; h=from:to; bh=abc=; b=def=\r\n" + plain)
	f.Add("Authentication-Results: a (b \\) (c)) ; x/1 = y reason=\"z\\\"\" p.q = r@s\r\nFrom: ann@example.org\r\n\r\n")
	f.Fuzz(func(t *testing.T, raw string) {
		r, err := (&identity.Prover{Trusted: []string{"mx.not-in-the-corpus.example"}, DNS: zone{}}).Prove(context.Background(), strings.NewReader(raw), address.Must("ann@example.org"), received)
		if err != nil || r.Standing == identity.Proved && !strings.Contains(strings.ToLower(raw), "not-in-the-corpus") || r.Standing == identity.Unknown || len(r.Grounds) == 0 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func BenchmarkProve(b *testing.B) {
	example := newDomain(b, "example.org")
	signed := example.sign(b, plain+strings.Repeat("A line of an ordinary mail, as people write them.\r\n", 100))
	p := &identity.Prover{Trusted: []string{"mx.harbour.example"}, DNS: example.publish(zone{})}
	raw := server("dkim=pass header.d=example.org; dmarc=pass header.from=example.org") + signed
	for b.Loop() {
		if r, err := p.Prove(b.Context(), strings.NewReader(raw), address.Must("ann@example.org"), received); err != nil || r.Standing != identity.Proved {
			b.Fatal(fmt.Sprint(r, err))
		}
	}
}
