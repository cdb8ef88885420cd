package senderdns

import (
	"context"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// DKIM looks at the public key under a selector, with which receivers check the relay's signature (RFC 6376).
func DKIM(ctx context.Context, r Resolver, selector, domain string) Finding {
	name := selector + "._domainkey." + domain
	all, err := r.LookupTXT(ctx, name)
	if err != nil && !notFound(err) {
		return unanswered("DKIM", name)
	}
	if len(all) == 0 {
		return Finding{Bad, "There is no DKIM key at " + name + ".", "Publish there the public key with which your relay signs, or set ASSENT_DKIM_SELECTOR to the selector that it uses."}
	}
	if len(all) > 1 {
		return Finding{Bad, "There are several records at " + name + ", and receivers may take any.", "Leave one."}
	}
	return judgeDKIM(name, all[0])
}

func judgeDKIM(name, record string) Finding {
	t := tags(record)
	if v, ok := t["v"]; ok && v != "DKIM1" {
		return Finding{Bad, "The record at " + name + " is no DKIM key.", "Publish the public key with which your relay signs."}
	}
	key, present := t["p"]
	key = strings.Join(strings.Fields(key), "")
	if present && key == "" { // RFC 6376, section 3.6.1
		return Finding{Bad, "The DKIM key at " + name + " is revoked (p= is empty).", "Publish the key with which your relay signs now."}
	}
	raw, err := base64.StdEncoding.DecodeString(key)
	if !present || err != nil {
		return Finding{Bad, "The DKIM key at " + name + " cannot be read.", "Publish it again, in one piece."}
	}
	if h, ok := t["h"]; ok && !slices.Contains(strings.Split(strings.ReplaceAll(h, " ", ""), ":"), "sha256") {
		return Finding{Bad, "The DKIM key at " + name + " allows only SHA-1, which nobody accepts any more (RFC 8301).", "Remove h=, or make it h=sha256."}
	}
	what, f := strength(name, t["k"], raw)
	switch {
	case f != nil:
		return *f
	case slices.Contains(strings.Split(t["t"], ":"), "y"):
		return Finding{Warn, "The DKIM key at " + name + " is marked as a test (t=y), so receivers may ignore it.", "Remove t=y."}
	}
	return Finding{Good, fmt.Sprintf("DKIM key at %s: %s", name, what), ""}
}

// strength tells what key it is, or what is wrong with it (RFC 8301, section 3.2; RFC 8463, section 3).
func strength(name, kind string, raw []byte) (string, *Finding) {
	switch strings.ToLower(kind) {
	case "ed25519":
		if len(raw) != ed25519.PublicKeySize {
			return "", &Finding{Bad, "The Ed25519 key at " + name + " has the wrong length.", "Publish it again."}
		}
		return "Ed25519; not every receiver knows it, so have the relay sign with an RSA key too", nil
	case "", "rsa":
		bits := rsaBits(raw)
		switch {
		case bits == 0:
			return "", &Finding{Bad, "The DKIM key at " + name + " is no RSA key.", "Publish it again, in one piece."}
		case bits < 1024:
			return "", &Finding{Bad, fmt.Sprintf("The DKIM key at %s has %d bits; receivers refuse fewer than 1024.", name, bits), "Make a key of 2048 bits."}
		case bits < 2048:
			return "", &Finding{Warn, fmt.Sprintf("The DKIM key at %s has %d bits.", name, bits), "Make a key of 2048 bits."}
		}
		return fmt.Sprintf("RSA, %d bits", bits), nil
	}
	return "", &Finding{Bad, fmt.Sprintf("The DKIM key at %s is of the unknown kind %.20q.", name, kind), "Publish an RSA key."}
}

// rsaBits returns the size of an RSA key, 0 when it is none. Both forms in which people publish one are read.
func rsaBits(raw []byte) int {
	if any, err := x509.ParsePKIXPublicKey(raw); err == nil {
		if key, ok := any.(*rsa.PublicKey); ok {
			return key.N.BitLen()
		}
		return 0
	}
	if key, err := x509.ParsePKCS1PublicKey(raw); err == nil {
		return key.N.BitLen()
	}
	return 0
}
