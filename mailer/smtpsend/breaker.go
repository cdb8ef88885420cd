package smtpsend

import (
	"sync"
	"time"
)

// breaker remembers for a moment that the relay could not be reached, so that the messages that wait do not
// each dial it in turn.
type breaker struct {
	rest time.Duration

	mu    sync.Mutex
	until time.Time
	err   error
}

// open returns why nobody should dial now, nil when anybody may.
func (b *breaker) open(now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.until) {
		return b.err
	}
	return nil
}

// trip records that dialling ended with err, nil for success. It reports whether the relay was thought well until now.
func (b *breaker) trip(now time.Time, err error) (first bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	first = err != nil && b.err == nil
	b.err, b.until = err, time.Time{}
	if err != nil {
		b.until = now.Add(b.rest)
	}
	return first
}
