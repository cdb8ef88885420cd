package site

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestWorkEndsOnABeatWhateverItWas(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		work, want time.Duration
	}{
		{"no work", 0, 100},
		{"a little work", 3, 100},
		{"nearly a beat", 99, 100},
		{"more than a beat", 130, 200},
		{"several beats", 350, 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				fault := errors.New("fault")
				err := evenly(t.Context(), 100*time.Millisecond, func() error {
					time.Sleep(c.work * time.Millisecond)
					return fault
				})
				if took := time.Since(start); took != c.want*time.Millisecond {
					t.Errorf("it took %v", took)
				}
				if err != fault {
					t.Errorf("error %v", err)
				}
			})
		})
	}
}

func TestNobodyWaitsForAClientThatLeft(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := evenly(ctx, time.Hour, func() error { return nil }); err != nil {
		t.Error(err)
	}
}
