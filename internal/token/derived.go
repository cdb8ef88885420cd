package token

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"

	"assent/internal/errs"
)

// derive returns the key for one use, from a root that was itself derived from the secret: 32 bytes.
func derive(root []byte, use string) ([]byte, error) {
	key, err := hkdf.Expand(sha256.New, root, "assent "+use, 32)
	if err != nil {
		return nil, errs.E("token: derive", errs.Internal, "", err)
	}
	return key, nil
}

// SealFor is Seal with a key of its own for each domain, so that no seal of one thing is good for another.
func (k *Keys) SealFor(domain string, data []byte) ([]byte, error) {
	return sealWith(k.root, domain, data)
}

func sealWith(root []byte, domain string, data []byte) ([]byte, error) {
	key, err := derive(root, "seal "+domain)
	if err != nil {
		return nil, err
	}
	h := hmac.New(sha256.New, key)
	h.Write(data)
	return h.Sum(nil), nil
}

// Sealed reports whether a seal of SealFor is ours, made with the secret of now or a former one.
func (k *Keys) Sealed(domain string, data, seal []byte) bool {
	good := false
	for _, root := range k.roots() {
		own, err := sealWith(root, domain, data)
		good = err == nil && hmac.Equal(own, seal) || good
	}
	return good
}

// Wrap encrypts a small secret, such as a person's key, so that only a holder of the installation's secret can open it (AES-256-GCM, a random
// nonce before the ciphertext). about is bound to it and must be given again.
func (k *Keys) Wrap(secret []byte, about string) ([]byte, error) {
	key, err := derive(k.root, "wrap")
	if err != nil {
		return nil, err
	}
	return Encrypt(key, secret, about)
}

// Unwrap opens what Wrap closed, under the secret of now or a former one. Kind Invalid for anything else.
func (k *Keys) Unwrap(wrapped []byte, about string) ([]byte, error) {
	var last error
	for _, root := range k.roots() {
		key, err := derive(root, "wrap")
		if err != nil {
			return nil, err
		}
		secret, err := Decrypt(key, wrapped, about)
		if err == nil {
			return secret, nil
		}
		last = err
	}
	return nil, last
}

// Signer returns the key that signs what is handed out and can be checked by anybody with the public half (Ed25519, RFC 8032).
func (k *Keys) Signer() (ed25519.PrivateKey, error) {
	seed, err := derive(k.root, "signature")
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func (k *Keys) roots() [][]byte { return append([][]byte{k.root}, k.formerRoots...) }

// Encrypt encrypts under a key of 32 bytes with AES-256-GCM and a random nonce, which stands before the ciphertext. about is bound to it.
func Encrypt(key, plain []byte, about string) ([]byte, error) {
	gcm, err := newGCM(key)
	if err != nil {
		return nil, errs.E("token: encrypt", errs.Internal, "", err)
	}
	return gcm.Seal(nil, nil, plain, []byte(about)), nil
}

// Decrypt opens what Encrypt closed. Kind Invalid when it was changed, or key or about are others.
func Decrypt(key, sealed []byte, about string) ([]byte, error) {
	const op = "token: decrypt"
	gcm, err := newGCM(key)
	if err != nil {
		return nil, errs.E(op, errs.Internal, "", err)
	}
	plain, err := gcm.Open(nil, nil, sealed, []byte(about))
	if err != nil {
		return nil, errs.E(op, errs.Invalid, "This was encrypted with another secret, or changed since.", err)
	}
	return plain, nil
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}
