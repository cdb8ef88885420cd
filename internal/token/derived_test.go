package token_test

import (
	"bytes"
	"strings"
	"testing"

	"assent/internal/errs"
	"assent/internal/token"
)

func keysOf(t *testing.T, secret byte, former ...byte) *token.Keys {
	t.Helper()
	long := func(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }
	var earlier [][]byte
	for _, f := range former {
		earlier = append(earlier, long(f))
	}
	k, err := token.NewKeys(long(secret), earlier...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestWhatWasWrappedOpensWithItsSecretAndSubjectAlone(t *testing.T) {
	t.Parallel()
	now, later, other := keysOf(t, 1), keysOf(t, 2, 1), keysOf(t, 3)
	wrapped, err := now.Wrap([]byte("a person's key"), "subscriber:7")
	if err != nil {
		t.Fatal(err)
	}
	again, err := now.Wrap([]byte("a person's key"), "subscriber:7")
	if err != nil || bytes.Equal(again, wrapped) {
		t.Errorf("two wrappings are the same: %v", err)
	}
	for name, k := range map[string]*token.Keys{"the same secret": now, "a new secret that knows the former": later} {
		if got, err := k.Unwrap(wrapped, "subscriber:7"); err != nil || string(got) != "a person's key" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	changed := bytes.Clone(wrapped)
	changed[len(changed)-1] ^= 1
	for name, try := range map[string]func() ([]byte, error){
		"another secret":       func() ([]byte, error) { return other.Unwrap(wrapped, "subscriber:7") },
		"another subject":      func() ([]byte, error) { return now.Unwrap(wrapped, "subscriber:8") },
		"a changed octet":      func() ([]byte, error) { return now.Unwrap(changed, "subscriber:7") },
		"one that was cut off": func() ([]byte, error) { return now.Unwrap(wrapped[:5], "subscriber:7") },
		"nothing":              func() ([]byte, error) { return now.Unwrap(nil, "subscriber:7") },
	} {
		if got, err := try(); errs.KindOf(err) != errs.Invalid || err == nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestASealIsGoodForItsDomainAndDataAlone(t *testing.T) {
	t.Parallel()
	now, later, other := keysOf(t, 1), keysOf(t, 2, 1), keysOf(t, 3)
	seal, err := now.SealFor("audit head", []byte("12"))
	if err != nil {
		t.Fatal(err)
	}
	if !now.Sealed("audit head", []byte("12"), seal) || !later.Sealed("audit head", []byte("12"), seal) {
		t.Error("our own seal is refused")
	}
	for name, bad := range map[string]bool{
		"another domain": now.Sealed("seal", []byte("12"), seal), "other data": now.Sealed("audit head", []byte("13"), seal),
		"another secret": other.Sealed("audit head", []byte("12"), seal), "no seal": now.Sealed("audit head", []byte("12"), nil),
		"the ledger's seal": now.Sealed("audit head", []byte("12"), now.Seal([]byte("12"))),
	} {
		if bad {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestTheSigningKeyFollowsFromTheSecret(t *testing.T) {
	t.Parallel()
	one, err := keysOf(t, 1).Signer()
	if err != nil {
		t.Fatal(err)
	}
	again, err := keysOf(t, 1, 2).Signer()
	if err != nil || !one.Equal(again) {
		t.Errorf("the same secret signs otherwise: %v", err)
	}
	other, err := keysOf(t, 2).Signer()
	if err != nil || one.Equal(other) || strings.Contains(string(one), "\x01\x01\x01\x01") {
		t.Errorf("another secret signs the same: %v", err)
	}
}
