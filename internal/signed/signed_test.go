package signed_test

import (
	"bytes"
	"crypto/ed25519"
	"testing"

	"assent/internal/errs"
	"assent/internal/signed"
)

type letter struct {
	Words     string           `json:"words"`
	Number    int64            `json:"number"`
	Signature signed.Signature `json:"signature"`
}

func (l *letter) Signed() *signed.Signature { return &l.Signature }

func key(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
}

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

func TestADocumentOpensAsItWasSigned(t *testing.T) {
	t.Parallel()
	data, err := signed.Sign(&letter{Words: "Zażółć <b>", Number: 7}, key(1))
	if err != nil {
		t.Fatal(err)
	}
	var l letter
	for _, want := range []ed25519.PublicKey{nil, public(key(1))} {
		if err := signed.Open(data, &l, want); err != nil || l.Words != "Zażółć <b>" {
			t.Errorf("%+v, %v", l, err)
		}
	}
	if err := signed.Open(data, &l, public(key(2))); errs.KindOf(err) != errs.Invalid {
		t.Errorf("with another key: %v", err)
	}
	if got := must(signed.ParseKey(signed.KeyText(public(key(1)))))(t); !got.Equal(public(key(1))) {
		t.Errorf("the key reads back as %x", got)
	}
}

func TestOneChangedOctetAnywhereIsRefused(t *testing.T) {
	t.Parallel()
	data := must(signed.Sign(&letter{Words: "agreed", Number: 7}, key(1)))(t)
	for i := range data {
		for bit := range 8 {
			changed := bytes.Clone(data)
			changed[i] ^= 1 << bit
			if err := signed.Open(changed, &letter{}, nil); errs.KindOf(err) != errs.Invalid || err == nil {
				t.Fatalf("octet %d, bit %d: %v", i, bit, err)
			}
		}
	}
	for _, other := range [][]byte{nil, data[:len(data)-1], append(bytes.Clone(data), '\n'), append(bytes.Clone(data), data...), bytes.TrimSpace(data)} {
		if signed.Open(other, &letter{}, nil) == nil {
			t.Errorf("took %q", other)
		}
	}
}

func FuzzOpen(f *testing.F) {
	data, err := signed.Sign(&letter{Words: "agreed"}, key(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, b []byte) {
		var l letter
		if signed.Open(b, &l, public(key(1))) == nil && !bytes.Equal(b, data) {
			t.Errorf("took %q", b)
		}
	})
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
