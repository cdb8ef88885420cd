// Package idempotency lets a caller repeat a request without repeating its effect: the first answer
// to a key is kept, and given again to whoever sends the same request under the same key
// (draft-ietf-httpapi-idempotency-key-header).
package idempotency

import (
	"context"
	"strings"
	"time"

	"assent/internal/errs"
)

// Life is how long an answer is kept.
const Life = 24 * time.Hour

// Lease is how long a request may run before its process counts as gone. It is longer than any request may take; after it the
// key is free for another try.
const Lease = 5 * time.Minute

const maxKey = 255 // octets

// State is how a key stands.
type State uint8

const (
	// Fresh: the key was not in use and is now the caller's, who must end with Finish or Forget.
	Fresh State = iota
	// Running: the same request runs at this moment.
	Running
	// Done: the same request was answered before.
	Done
	// Other: the key was used for another request.
	Other
)

// Answer is what was answered.
type Answer struct {
	Status int
	Header map[string][]string
	Body   []byte
}

// Store keeps keys by their owner, such as "key:5". The digest is that of the request: method, path and body.
type Store interface {
	// Begin takes a key, or says why not. The answer is set with Done alone.
	Begin(ctx context.Context, owner, key, digest string, now time.Time) (State, Answer, error)
	// Finish keeps the answer to a key that Begin found Fresh.
	Finish(ctx context.Context, owner, key string, a Answer) error
	// Forget frees a key whose request had no effect.
	Forget(ctx context.Context, owner, key string) error
	// ForgetOld removes keys that were begun before a moment, and returns their number.
	ForgetOld(ctx context.Context, before time.Time) (int64, error)
}

// CheckKey refuses, with kind Invalid, a key that is empty, longer than 255 characters, or has others than visible ASCII.
func CheckKey(key string) error {
	if key == "" || len(key) > maxKey || strings.ContainsFunc(key, func(r rune) bool { return r < '!' || r > '~' }) {
		return errs.E("idempotency: check key", errs.Invalid, "An Idempotency-Key has 1 to 255 visible ASCII characters; a UUID does well.", nil)
	}
	return nil
}
