package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"sync"
)

// macs makes MACs under one key. Making one ready costs as much as a short MAC itself, and every mail has several, so they are used again.
type macs struct {
	key   []byte
	ready sync.Pool // of hash.Hash
}

// of returns the MAC over all parts, 32 bytes.
func (m *macs) of(parts ...[]byte) []byte {
	if m == nil {
		m = &macs{}
	}
	h, used := m.ready.Get().(hash.Hash)
	if used {
		h.Reset()
	} else {
		h = hmac.New(sha256.New, m.key)
	}
	defer m.ready.Put(h)
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}
