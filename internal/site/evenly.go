package site

import (
	"context"
	"time"
)

// beat is longer than what asking to join takes in ordinary times, so that an answer comes at the first beat
// whether the address was known or not.
const beat = 250 * time.Millisecond

// evenly does work and returns at the next beat after it, so that the time tells nothing about what the
// work was (H10). Work that takes longer than a beat is rounded up to the next one.
func evenly(ctx context.Context, beat time.Duration, work func() error) error {
	ticks := time.NewTicker(beat)
	defer ticks.Stop()
	err := work()
	select {
	case <-ticks.C: // a beat that passed during the work
	default:
	}
	select {
	case <-ticks.C:
	case <-ctx.Done():
	}
	return err
}
