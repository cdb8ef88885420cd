package smtpsend_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"assent/internal/errs"
	"assent/mailer"
	"assent/mailer/smtpsend"
)

func TestOneConnectionCarriesManyMessages(t *testing.T) {
	t.Parallel()
	r := newRelay(t, always(conduct{}))
	p := newPool(t, r.url(""))
	for range 50 {
		if _, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter)); err != nil {
			t.Fatal(err)
		}
	}
	if opened, _, _ := r.connections(); opened != 1 || r.count("MAIL") != 50 {
		t.Errorf("%d messages over %d connections", r.count("MAIL"), opened)
	}
}

func TestNoMoreConnectionsThanAllowed(t *testing.T) {
	t.Parallel()
	r := newRelay(t, always(conduct{}))
	p := newPool(t, r.url("?conns=3"))
	var sent atomic.Int64
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if _, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter)); err != nil {
				t.Error(err)
				return
			}
			sent.Add(1)
		})
	}
	all.Wait()
	if opened, _, peak := r.connections(); sent.Load() != 40 || opened > 3 || peak > 3 {
		t.Errorf("%d sent, %d connections opened, %d at a time", sent.Load(), opened, peak)
	}
}

func TestAConnectionIsChangedAfterItsShareOfMessages(t *testing.T) {
	t.Parallel()
	r := newRelay(t, always(conduct{}))
	p := newPool(t, r.url("?conns=1&max=4"))
	for range 10 {
		if _, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter)); err != nil {
			t.Fatal(err)
		}
	}
	if opened, _, _ := r.connections(); opened != 3 {
		t.Errorf("%d connections for 10 messages of 4 each, want 3", opened)
	}
	until(t, "both full connections said QUIT", func() bool { return r.count("QUIT") == 2 })
}

func TestAnIdleConnectionIsClosedInTime(t *testing.T) {
	t.Parallel()
	r := newRelay(t, always(conduct{}))
	p := newPool(t, r.url(""), func(c *smtpsend.Config) { c.IdleTimeout = 20 * time.Millisecond })
	if _, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter)); err != nil {
		t.Fatal(err)
	}
	until(t, "the connection said QUIT and closed", func() bool {
		_, open, _ := r.connections()
		return open == 0 && r.count("QUIT") == 1
	})
}

func TestAConnectionPastItsTimeIsNotUsed(t *testing.T) {
	t.Parallel()
	r := newRelay(t, always(conduct{}))
	now := newClock()
	p := newPool(t, r.url(""), func(c *smtpsend.Config) { c.Now = now.now })
	for range 2 {
		if _, err := p.Send(t.Context(), permitFor(now.now, ann), "", []byte(letter)); err != nil {
			t.Fatal(err)
		}
		now.advance(31 * time.Second)
	}
	if opened, _, _ := r.connections(); opened != 2 {
		t.Errorf("%d connections, want 2", opened)
	}
}

// held is a relay that stops its first message before the answer, until release is closed.
func held(t *testing.T) (r *relay, arrived, release chan struct{}) {
	arrived, release = make(chan struct{}), make(chan struct{})
	var once sync.Once
	return newRelay(t, always(conduct{before: func(step string) {
		if step == "end" {
			once.Do(func() { close(arrived); <-release })
		}
	}})), arrived, release
}

func TestAPermitThatExpiresWhileWaitingForAConnectionBeginsNothing(t *testing.T) {
	t.Parallel()
	r, arrived, release := held(t)
	now := newClock()
	p := newPool(t, r.url("?conns=1"), func(c *smtpsend.Config) { c.Now = now.now })
	first, second := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := p.Send(context.Background(), permitFor(now.now, ann), "", []byte(letter))
		first <- err
	}()
	<-arrived
	permit := permitFor(now.now, ann)
	asked := make(chan struct{})
	go func() {
		close(asked)
		_, err := p.Send(context.Background(), permit, "", []byte(letter))
		second <- err
	}()
	<-asked
	now.advance(3 * time.Second)
	close(release)
	if err := <-first; err != nil {
		t.Error(err)
	}
	if err := <-second; errs.KindOf(err) != errs.Refused {
		t.Errorf("got %v, want kind Refused", err)
	}
	if r.count("MAIL") != 1 {
		t.Errorf("MAIL was begun %d times", r.count("MAIL"))
	}
}

func TestWaitingForAConnectionEndsWithTheContext(t *testing.T) {
	t.Parallel()
	r, arrived, release := held(t)
	p := newPool(t, r.url("?conns=1"))
	first := make(chan error, 1)
	go func() {
		_, err := p.Send(context.Background(), permitFor(time.Now, ann), "", []byte(letter))
		first <- err
	}()
	<-arrived
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err := p.Send(ctx, permitFor(time.Now, ann), "", []byte(letter))
	failed, ok := mailer.AsSendError(err)
	if !ok || failed.Fate != mailer.NotSent || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	close(release)
	if err := <-first; err != nil {
		t.Error(err)
	}
}

func TestCloseWaitsForMessagesInFlightAndStartsNoMore(t *testing.T) {
	t.Parallel()
	r, arrived, release := held(t)
	p := newPool(t, r.url("?conns=2"))
	first := make(chan error, 1)
	go func() {
		_, err := p.Send(context.Background(), permitFor(time.Now, ann), "", []byte(letter))
		first <- err
	}()
	<-arrived

	short, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := p.Close(short); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("closing in too short a time: got %v", err)
	}
	_, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter))
	if failed, ok := mailer.AsSendError(err); !ok || failed.Fate != mailer.NotSent {
		t.Errorf("sending while closing: got %v", err)
	}
	close(release)
	if err := p.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-first; err != nil {
		t.Errorf("the message in flight: %v", err)
	}
	if r.count("QUIT") != 1 {
		t.Error("the connection was not closed in good order")
	}
	if err := p.Close(t.Context()); err != nil {
		t.Errorf("closing again: %v", err)
	}
}

func TestAWindowOfMessagesDoesNotDialADeadRelayOneByOne(t *testing.T) {
	t.Parallel()
	r := newRelay(t, always(says("greeting", "554 5.7.1 go away")))
	now := newClock()
	p := newPool(t, r.url("?conns=4"), func(c *smtpsend.Config) { c.Now, c.RestTime = now.now, time.Second })
	window := func() {
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() {
				_, err := p.Send(context.Background(), permitFor(now.now, ann), "", []byte(letter))
				if failed, ok := mailer.AsSendError(err); !ok || failed.Fate != mailer.NotSent || failed.Code != 554 {
					t.Errorf("got %v", err)
				}
			})
		}
		all.Wait()
	}
	window()
	if opened, _, _ := r.connections(); opened > 4 {
		t.Errorf("64 messages dialled %d times", opened)
	}
	before, _, _ := r.connections()
	now.advance(1100 * time.Millisecond)
	window()
	if opened, _, _ := r.connections(); opened == before {
		t.Error("nobody dialled again after the rest")
	}
}

// Not parallel: it looks at all goroutines there are.
func TestAPoolLeavesNoGoroutineBehind(t *testing.T) {
	r := newRelay(t, func(n int) conduct {
		return conduct{hangUp: []string{"", "MAIL", "end", "QUIT"}[n%4]}
	})
	p := newPool(t, r.url("?conns=8&max=2"), func(c *smtpsend.Config) { c.IdleTimeout = time.Millisecond })
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() { _, _ = p.Send(context.Background(), permitFor(time.Now, ann), "", []byte(letter)) })
	}
	all.Wait()
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	stacks := make([]byte, 1<<20)
	until(t, "no goroutine runs in the package", func() bool {
		got := string(stacks[:runtime.Stack(stacks, true)])
		return !strings.Contains(got, "smtpsend.(*shelf)") && !strings.Contains(got, "smtpsend.(*Pool)") &&
			!strings.Contains(got, "smtpsend.(*conn)") && !strings.Contains(got, "smtpsend.(*dialer)")
	})
}
