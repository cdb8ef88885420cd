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
	return onBeat(ctx, beat, work, func(error) bool { return true })
}

// refusedEvenly is evenly for work that answers at once when it succeeds: only who is refused learns nothing from the time.
func refusedEvenly(ctx context.Context, beat time.Duration, work func() error) error {
	return onBeat(ctx, beat, work, func(err error) bool { return err != nil })
}

func onBeat(ctx context.Context, beat time.Duration, work func() error, waits func(error) bool) error {
	ticks := time.NewTicker(beat)
	defer ticks.Stop()
	err := work()
	if !waits(err) {
		return err
	}
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
