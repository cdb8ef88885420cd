package token

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"assent/internal/address"
	"assent/internal/errs"
)

func keys(t testing.TB, secret string) *Keys {
	t.Helper()
	k, err := NewKeys([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

const secretA, secretB = "a secret of thirty-two characters", "b secret of thirty-two characters"

func TestATokenOpensForItsUseAndNoOther(t *testing.T) {
	t.Parallel()
	k := keys(t, secretA)
	tok := k.Sign(Unsubscribe, 7, math.MaxInt64)
	ids, err := k.Open(Unsubscribe, tok, 2)
	if err != nil || ids[0] != 7 || ids[1] != math.MaxInt64 {
		t.Fatalf("got %v, %v", ids, err)
	}
	for _, use := range []Use{Confirm, UnsubscribeMail, Bounce, Message, Letter, Case} {
		if _, err := k.Open(use, tok, 2); errs.KindOf(err) != errs.NotFound {
			t.Errorf("use %c opens a token for unsubscribing: %v", use, err)
		}
	}
}

func TestAnyChangedCharacterIsRefused(t *testing.T) {
	t.Parallel()
	k := keys(t, secretA)
	tok := k.Sign(Bounce, 12, 34567)
	for i := range tok {
		b := []byte(tok)
		b[i] = "abcdefghijklmnopqrstuvwxyz234567"[(strings.IndexByte("abcdefghijklmnopqrstuvwxyz234567", b[i])+1)%32]
		got, err := k.Open(Bounce, string(b), 2)
		if err == nil && (got[0] != 12 || got[1] != 34567) {
			t.Errorf("changed at %d it opens as %v", i, got)
		}
	}
}

func TestATokenSurvivesFoldedCaseAndFitsAnEnvelopeSender(t *testing.T) {
	t.Parallel()
	k := keys(t, secretA)
	tok := k.Sign(Bounce, 99_999_999, 9_999_999_999)
	if _, err := k.Open(Bounce, strings.ToUpper(tok), 2); err != nil {
		t.Error(err)
	}
	if len("b+"+tok) > 64 {
		t.Errorf("the local part has %d octets", len("b+"+tok))
	}
}

func TestAFormerSecretStillOpensAndAForeignOneDoesNot(t *testing.T) {
	t.Parallel()
	tok := keys(t, secretA).Sign(Confirm, 5)
	rotated, err := NewKeys([]byte(secretB), []byte(secretA))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rotated.Open(Confirm, tok, 1); err != nil {
		t.Errorf("former secret: %v", err)
	}
	if _, err := keys(t, secretB).Open(Confirm, tok, 1); err == nil {
		t.Error("a foreign secret opens the token")
	}
}

func TestAShortSecretIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := NewKeys([]byte("short")); errs.KindOf(err) != errs.Invalid {
		t.Errorf("got %v", err)
	}
}

func TestSpellingsOfOneMailboxHaveOneKey(t *testing.T) {
	t.Parallel()
	k := keys(t, secretA)
	if !bytes.Equal(k.AddressKey(address.Must("Ann@Example.org")), k.AddressKey(address.Must("ann@example.ORG"))) {
		t.Error("two spellings, two keys")
	}
}

func FuzzOpen(f *testing.F) {
	k := keys(f, secretA)
	f.Add(k.Sign(Confirm, 1, 2, 3))
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		if ids, err := k.Open(Confirm, s, 3); err == nil && k.Sign(Confirm, ids...) != strings.ToLower(s) {
			t.Fatalf("%q opens as %v but was not signed by us", s, ids)
		}
	})
}
