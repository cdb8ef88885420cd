// Package signed makes and opens JSON documents that are signed with Ed25519 (RFC 8032), so that whoever has the public key can check them offline and
// years later. The signature is over the exact octets: a document has one form, and one changed octet anywhere is refused.
package signed

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"assent/internal/errs"
)

// Signature stands in a document, as its last field.
type Signature struct {
	Algorithm   string `json:"algorithm"`   // "Ed25519"
	Key         string `json:"key"`         // the public key in base64
	Fingerprint string `json:"fingerprint"` // of the public key, as Fingerprint makes it
	Value       string `json:"value"`       // base64, over the whole document with this field empty
}

// Document is a struct with a Signature in it.
type Document interface{ Signed() *Signature }

const algorithm = "Ed25519"

// Fingerprint names a public key in a form that people can compare aloud: the first 16 octets of its SHA-256, in groups of four digits.
func Fingerprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	digits := hex.EncodeToString(sum[:16])
	var groups []string
	for len(digits) > 0 {
		groups, digits = append(groups, digits[:4]), digits[4:]
	}
	return strings.Join(groups, " ")
}

// KeyText returns a public key as it is given to others.
func KeyText(key ed25519.PublicKey) string { return base64.StdEncoding.EncodeToString(key) }

// ParseKey reads what KeyText wrote. Kind Invalid.
func ParseKey(text string) (ed25519.PublicKey, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(text))
	if err != nil || len(b) != ed25519.PublicKeySize {
		return nil, errs.E("signed: parse key", errs.Invalid, "This is no public key: it is 44 characters long and ends in =.", err)
	}
	return b, nil
}

// Sign signs a document and returns its one form: JSON, indented, with a line feed at its end.
func Sign(doc Document, key ed25519.PrivateKey) ([]byte, error) {
	public, _ := key.Public().(ed25519.PublicKey)
	sig := doc.Signed()
	*sig = Signature{Algorithm: algorithm, Key: KeyText(public), Fingerprint: Fingerprint(public)}
	unsigned, err := encode(doc)
	if err != nil {
		return nil, err
	}
	sig.Value = base64.StdEncoding.EncodeToString(ed25519.Sign(key, unsigned))
	return encode(doc)
}

// Open reads a signed document into doc. It is refused, with kind Invalid and a sentence that says why, when it is not in its one form, when its signature does
// not fit, or when it was signed with another key than want. A nil want takes the key that stands in the document, which shows only that nothing was
// changed since, and not by whom it was made.
func Open(data []byte, doc Document, want ed25519.PublicKey) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(doc); err != nil {
		return refused("This is not such a document, or it was cut off or changed.", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return refused("Something stands behind the end of this document.", err)
	}
	again, err := encode(doc)
	if err != nil || !bytes.Equal(again, data) {
		return refused("This document is not in the form in which it was written: something in it was changed.", err)
	}
	sig := *doc.Signed()
	key, err := ParseKey(sig.Key)
	value, valueErr := base64.StdEncoding.Strict().DecodeString(sig.Value)
	if err != nil || valueErr != nil || sig.Algorithm != algorithm || sig.Fingerprint != Fingerprint(key) {
		return refused("The signature of this document cannot be read.", errors.Join(err, valueErr))
	}
	if want != nil && !key.Equal(want) {
		return refused("This document was signed with the key "+sig.Fingerprint+", which is not the one that you named.", nil)
	}
	doc.Signed().Value = ""
	unsigned, err := encode(doc)
	doc.Signed().Value = sig.Value
	if err != nil || !ed25519.Verify(key, unsigned, value) {
		return refused("The signature does not fit: this document was changed after it was signed.", err)
	}
	return nil
}

func refused(says string, cause error) error {
	return errs.E("signed: open", errs.Invalid, says, cause)
}

// encode writes the one form of a document.
func encode(doc Document) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(doc); err != nil {
		return nil, errs.E("signed: encode", errs.Internal, "", err)
	}
	return b.Bytes(), nil
}
