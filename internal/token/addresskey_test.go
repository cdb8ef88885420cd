package token

import (
	"bytes"
	"testing"

	"assent/internal/address"
	"assent/internal/errs"
)

func TestANewSecretChangesNoHashOfAnAddress(t *testing.T) {
	t.Parallel()
	before := keys(t, secretA)
	wrapped, err := before.WrapAddressKey()
	if err != nil {
		t.Fatal(err)
	}
	rotated, err := NewKeys([]byte(secretB), []byte(secretA))
	if err != nil {
		t.Fatal(err)
	}
	after, err := rotated.WithAddressKey(wrapped)
	if err != nil {
		t.Fatal(err)
	}
	ann := address.Must("ann@example.org")
	if !bytes.Equal(before.AddressKey(ann), after.AddressKey(ann)) || !bytes.Equal(before.JournalKey(), after.JournalKey()) {
		t.Error("the hash changed with the secret")
	}
	if bytes.Equal(rotated.AddressKey(ann), after.AddressKey(ann)) {
		t.Error("the keys that were there before were changed")
	}
	if bytes.Contains(wrapped, before.address.key) {
		t.Error("the key stands open in its wrapping")
	}
}

func TestAStrangerDoesNotOpenTheAddressKey(t *testing.T) {
	t.Parallel()
	wrapped, err := keys(t, secretA).WrapAddressKey()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys(t, secretB).WithAddressKey(wrapped); errs.KindOf(err) != errs.Invalid {
		t.Errorf("got %v", err)
	}
	wrapped[len(wrapped)-1] ^= 1
	if _, err := keys(t, secretA).WithAddressKey(wrapped); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a changed wrapping: got %v", err)
	}
}
