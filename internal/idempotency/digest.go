package idempotency

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

const maxFormKey = 64 // octets

// NewFormKey makes the key that a page puts into its form.
func NewFormKey() string { return rand.Text() }

// FormKey names what was sent with a form: by the key that its page put into it and by all that was typed, so that who goes back, changes a word and sends it again is
// heard. Neither can be found out from it. It is "" where the form's key is none of ours: such a form is taken each time.
func FormKey(key string, typed ...string) string {
	if len(key) > maxFormKey || CheckKey(key) != nil {
		return ""
	}
	h := sha256.New()
	for _, text := range append([]string{key}, typed...) {
		fmt.Fprintf(h, "%d %s ", len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil))
}
