package token

import "assent/internal/errs"

// addressKeyUse is bound to the wrapped address key, so that no other wrapped secret passes for it.
const addressKeyUse = "address key"

// WrapAddressKey returns the key that hashes addresses, wrapped by the secret. It is what a database keeps, so that a new secret changes no
// hash: who is suppressed stays so, although nobody knows their address any more.
func (k *Keys) WrapAddressKey() ([]byte, error) { return k.Wrap(k.address.key, addressKeyUse) }

// WithAddressKey returns the same keys with the address key that a database keeps. Kind Invalid when neither the secret nor a former one opens it.
func (k *Keys) WithAddressKey(wrapped []byte) (*Keys, error) {
	key, err := k.Unwrap(wrapped, addressKeyUse)
	if err != nil {
		return nil, errs.Wrap("token: open address key", err)
	}
	with := *k
	with.address = &macs{key: key}
	return &with, nil
}

// JournalKey returns the key that chains the journal outside the database. It hangs on the address key, so it outlives a change of the
// secret, and a journal cannot be taken for that of another database.
func (k *Keys) JournalKey() []byte {
	return k.address.of([]byte("assent journal"))
}
