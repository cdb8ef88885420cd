package mailer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/mailer"
	"assent/queue"
	"assent/subscriptions"
)

func TestACampaignReachesEverybodyOnce(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		ids := r.join(r.lists[0], crowd(35)...)
		c := r.planned(r.lists[0])
		r.wants(c.ID, mailer.Sending, "35 planned: 0 sent, 0 failed, 0 refused, 0 uncertain, 35 waiting")
		r.work()
		r.wants(c.ID, mailer.Finished, "35 planned: 35 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
		if n := r.relay.total(t); n != 35 {
			t.Errorf("%d messages", n)
		}
		d := r.delivery(c.ID, ids[3])
		if d.State != mailer.Sent || d.EventSeq != 4 || d.GateSeq != 35 || d.ListID != r.lists[0].ID || d.Code != 250 || d.StartedAt.Before(d.AskedAt) {
			t.Errorf("%+v", d)
		}
		if got := r.now(c.ID); got.FinishedAt.IsZero() || got.PlannedAt.IsZero() {
			t.Errorf("%+v", got)
		}
		r.verified()
	})
}

// Whatever the relay does with one message, its delivery says so, and the others go out.
func TestEachFateIsRecorded(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		fates := map[string]func() error{"no@example.org": saysNo, "later@example.org": saysLater, "silent@example.org": goesSilent, "broken@example.org": hangsUp}
		r.relay.answer = func(to string, n int) error {
			if fate := fates[to]; fate != nil {
				return fate()
			}
			return nil
		}
		people := map[string]int64{}
		for to := range fates {
			people[to] = r.join(r.lists[0], to)[0]
		}
		r.join(r.lists[0], crowd(5)...)
		c := r.planned(r.lists[0])
		r.work()
		r.wants(c.ID, mailer.Sending, "9 planned: 5 sent, 1 failed, 0 refused, 1 uncertain, 2 waiting")
		for to, want := range map[string]string{
			"no@example.org":     "failed, refused by the relay, 550 5.1.1 No such user",
			"silent@example.org": "uncertain, the connection was lost before the relay's answer, 0 ",
		} {
			d := r.delivery(c.ID, people[to])
			if got := fmt.Sprintf("%s, %s, %d %s", d.State, d.Reason, d.Code, d.Reply); got != want || d.EventSeq == 0 || d.StartedAt.IsZero() {
				t.Errorf("%s: %s; want %s (%+v)", to, got, want, d)
			}
		}
		r.clock.advance(time.Minute)
		r.work() // the second time of three
		r.clock.advance(59 * time.Minute)
		r.work()
		r.wants(c.ID, mailer.Sending, "9 planned: 5 sent, 1 failed, 0 refused, 1 uncertain, 2 waiting")
		r.clock.advance(time.Minute)
		r.work()
		r.wants(c.ID, mailer.Finished, "9 planned: 5 sent, 3 failed, 0 refused, 1 uncertain, 0 waiting")
		d := r.delivery(c.ID, people["later@example.org"])
		if d.Reason != "put off by the relay too often" || d.Code != 451 || d.EventSeq == 0 || d.StartedAt.IsZero() || d.ListID != r.lists[0].ID {
			t.Errorf("%+v", d)
		}
		if d := r.delivery(c.ID, people["broken@example.org"]); d.State != mailer.Failed || !strings.Contains(d.Reply, "connection broke") || d.StartedAt.IsZero() {
			t.Errorf("%+v", d)
		}
		if n := r.relay.total(t); n != 5 {
			t.Errorf("%d messages", n)
		}
		r.verified()
	})
}

func TestWhoeverIsPutOffGetsTheMessageLater(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(12)...)
		r.relay.answer = func(to string, n int) error {
			if n == 1 && to > "person-008@example.org" {
				return saysLater()
			}
			return nil
		}
		c := r.planned(r.lists[0])
		r.work()
		n, _, err := r.Progress(t.Context(), c.ID)
		r.ok(err)
		if n.Sent != 9 || n.Waiting != 3 || n.Deferred != 3 {
			t.Errorf("%+v", n)
		}
		r.clock.advance(time.Minute)
		r.work()
		r.wants(c.ID, mailer.Finished, "12 planned: 12 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
		r.relay.total(t)
		r.verified()
	})
}

func TestARelayThatIsAwayLosesNothing(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(25)...)
		away := false
		r.relay.answer = func(to string, n int) error {
			if to == "person-013@example.org" && n == 1 {
				away = true
			}
			if away {
				return isAway()
			}
			return nil
		}
		c := r.planned(r.lists[0])
		chunk := r.chunks()[0]
		if err := r.HandleChunk(t.Context(), chunk, "first"); err == nil {
			t.Fatal("no error")
		}
		r.wants(c.ID, mailer.Sending, "25 planned: 13 sent, 0 failed, 0 refused, 0 uncertain, 12 waiting")
		tried := r.relay.tried()
		if err := r.HandleChunk(t.Context(), chunk, "second"); err == nil || r.relay.tried() != tried+1 {
			t.Errorf("%v after %d tries", err, r.relay.tried()-tried)
		}
		away = false
		r.ok(r.HandleChunk(t.Context(), chunk, "third"))
		r.wants(c.ID, mailer.Finished, "25 planned: 25 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
		r.relay.total(t)
		r.verified()
	})
}

// One message on which the connection breaks each time must not hold up the others.
func TestAMessageThatBreaksTheConnectionIsPutOff(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		const poison = "aa-poison@example.org"
		r.join(r.lists[0], append([]string{poison}, crowd(15)...)...)
		r.relay.answer = func(to string, _ int) error {
			if to == poison {
				return hangsUp()
			}
			return nil
		}
		c := r.planned(r.lists[0])
		r.work()
		r.wants(c.ID, mailer.Sending, "16 planned: 15 sent, 0 failed, 0 refused, 0 uncertain, 1 waiting")
		// Alone in its chunk it might as well be the relay: so it is tried some times before it is put off once more.
		for range 40 {
			r.clock.advance(20 * time.Minute)
			r.work()
		}
		r.wants(c.ID, mailer.Finished, "16 planned: 15 sent, 1 failed, 0 refused, 0 uncertain, 0 waiting")
		r.verified()
	})
}

func TestARelayThatBreaksEveryConnectionFailsNobodyAtOnce(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(15)...)
		ill := true
		r.relay.answer = func(string, int) error {
			if ill {
				return hangsUp()
			}
			return nil
		}
		c := r.planned(r.lists[0])
		chunk := r.chunks()[0]
		for i := range r.Pace.Claims {
			if err := r.HandleChunk(t.Context(), chunk, fmt.Sprint(i)); errs.KindOf(err) != errs.Unavailable {
				t.Fatalf("claim %d: %v", i, err)
			}
		}
		r.wants(c.ID, mailer.Sending, "15 planned: 0 sent, 0 failed, 0 refused, 0 uncertain, 15 waiting")
		ill = false
		r.ok(r.HandleChunk(t.Context(), chunk, "last"))
		r.wants(c.ID, mailer.Finished, "15 planned: 15 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
		r.relay.total(t)
	})
}

func TestACampaignThatTheRelayRefusesPausesItself(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.Pace.Connections = 3
		r.join(r.lists[0], crowd(60)...)
		blocked := true
		r.relay.answer = func(to string, n int) error {
			if blocked && to > "person-009@example.org" {
				return &mailer.SendError{Fate: mailer.Rejected, StartedAt: startsNow, Code: 554, Reply: "5.7.1 Your network is blocked"}
			}
			return nil
		}
		c := r.planned(r.lists[0])
		r.work()
		got := r.now(c.ID)
		if !got.Paused || got.State != mailer.Sending || !strings.Contains(got.Trouble, "refused ") || !strings.Contains(got.Trouble, "554 5.7.1 Your network is blocked") {
			t.Fatalf("%+v", got)
		}
		r.wants(c.ID, mailer.Sending, "60 planned: 10 sent, 0 failed, 0 refused, 0 uncertain, 50 waiting")
		if tried := r.relay.tried(); tried > 10+r.Pace.StopLoss+r.Pace.Connections {
			t.Errorf("%d messages were tried", tried)
		}
		r.clock.advance(time.Hour)
		r.work()
		if tried := r.relay.tried(); tried > 10+r.Pace.StopLoss+r.Pace.Connections {
			t.Errorf("%d messages were tried while it was paused", tried)
		}
		blocked = false
		_, err := r.Resume(t.Context(), c.ID)
		r.ok(err)
		if got := r.now(c.ID); got.Trouble != "" {
			t.Errorf("after resuming its trouble is %q", got.Trouble)
		}
		r.work()
		r.clock.advance(time.Minute)
		r.work()
		r.wants(c.ID, mailer.Finished, "60 planned: 60 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
		r.relay.total(t)
		r.verified()
	})
}

func TestDeadAddressesAmongOthersStopNothing(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(50)...)
		r.relay.answer = func(to string, _ int) error {
			if to[len("person-00")]%2 == 0 || to > "person-045" {
				return saysNo()
			}
			return nil
		}
		c := r.planned(r.lists[0])
		r.work()
		r.wants(c.ID, mailer.Finished, "50 planned: 22 sent, 28 failed, 0 refused, 0 uncertain, 0 waiting")
		r.verified()
	})
}

// Refused the first time and refused the second time is refused.
func TestAnOperatorWhoResumesTakesTheRelayAtItsWord(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(20)...)
		r.relay.answer = func(string, int) error { return saysNo() }
		c := r.planned(r.lists[0])
		for range 6 {
			r.work()
			if r.now(c.ID).Paused {
				_, err := r.Resume(t.Context(), c.ID)
				r.ok(err)
			}
			r.clock.advance(time.Hour)
		}
		r.wants(c.ID, mailer.Finished, "20 planned: 0 sent, 20 failed, 0 refused, 0 uncertain, 0 waiting")
		if tried := r.relay.tried(); tried > 40 {
			t.Errorf("%d tries for 20 people", tried)
		}
	})
}

// A slow relay makes permits grow old. Then the gate is asked again, and nothing starts later than 2 s after it was.
func TestAPermitThatGrewOldIsAskedForAgain(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(12)...)
		r.relay.answer = func(string, int) error { r.clock.advance(900 * time.Millisecond); return nil }
		c := r.planned(r.lists[0])
		r.work()
		r.wants(c.ID, mailer.Finished, "12 planned: 12 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
		if r.relay.late == 0 {
			t.Error("no time passed")
		}
		r.verified()
	})
}

func TestWaitingForAConnectionForEverIsNoHotLoop(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(12)...)
		r.relay.before = func(string) { r.clock.advance(3 * time.Second) }
		c := r.planned(r.lists[0])
		if err := r.HandleChunk(t.Context(), r.chunks()[0], "first"); errs.KindOf(err) != errs.Unavailable {
			t.Errorf("%v", err)
		}
		r.wants(c.ID, mailer.Sending, "12 planned: 0 sent, 0 failed, 0 refused, 0 uncertain, 12 waiting")
	})
}

func TestWhoeverLeavesMeanwhileGetsNothing(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		ids := r.join(r.lists[0], crowd(25)...)
		r.relay.before = func(to string) {
			if to != "person-005@example.org" {
				return
			}
			_, err := r.people.Withdraw(t.Context(), subscriptions.Withdrawal{
				Address: address.Must("person-017@example.org"), Scope: subscriptions.Everything(), Channel: subscriptions.ByOneClick, Actor: "subscriber",
			})
			if err != nil {
				t.Error(err)
			}
		}
		c := r.planned(r.lists[0])
		r.work()
		r.wants(c.ID, mailer.Finished, "25 planned: 24 sent, 0 failed, 1 refused, 0 uncertain, 0 waiting")
		if d := r.delivery(c.ID, ids[17]); d.State != mailer.Refused || d.Reason != string(subscriptions.ReasonWithdrawn) || d.EventSeq != 26 || !d.StartedAt.IsZero() {
			t.Errorf("%+v", d)
		}
		if r.relay.taken["person-017@example.org"] != 0 {
			t.Error("somebody who had left got a message")
		}
		r.verified()
	})
}

func TestAPauseHoldsAndResumingGoesOn(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(35)...)
		c := r.planned(r.lists[0])
		r.relay.before = func(to string) {
			if to == "person-013@example.org" {
				if _, err := r.Pause(t.Context(), c.ID); err != nil {
					t.Error(err)
				}
			}
		}
		r.work()
		r.wants(c.ID, mailer.Sending, "35 planned: 20 sent, 0 failed, 0 refused, 0 uncertain, 15 waiting")
		r.clock.advance(24 * time.Hour)
		r.work()
		if n := r.relay.total(t); n != 20 {
			t.Errorf("%d messages while it was paused", n)
		}
		r.relay.before = nil
		_, err := r.Resume(t.Context(), c.ID)
		r.ok(err)
		r.work()
		r.wants(c.ID, mailer.Finished, "35 planned: 35 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
		r.relay.total(t)
		r.verified()
	})
}

func TestAPauseDuringTheLastWindowEndsWithTheCampaign(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(5)...)
		c := r.planned(r.lists[0])
		r.relay.before = func(to string) {
			if to == "person-004@example.org" {
				if _, err := r.Pause(t.Context(), c.ID); err != nil {
					t.Error(err)
				}
			}
		}
		r.work()
		if got := r.now(c.ID); got.State != mailer.Finished || got.Paused {
			t.Errorf("%+v", got)
		}
		if _, err := r.Resume(t.Context(), c.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("resuming what is finished: %v", err)
		}
	})
}

func TestCancellingEndsACampaignInTheMiddle(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(25)...)
		c := r.planned(r.lists[0])
		r.relay.before = func(to string) {
			if to == "person-003@example.org" {
				if _, err := r.Cancel(t.Context(), c.ID); err != nil {
					t.Error(err)
				}
			}
		}
		r.work()
		r.clock.advance(24 * time.Hour)
		r.work()
		r.wants(c.ID, mailer.Cancelled, "25 planned: 10 sent, 0 failed, 0 refused, 0 uncertain, 15 waiting")
		if _, err := r.Resume(t.Context(), c.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("resuming what is cancelled: %v", err)
		}
		r.verified()
	})
}

// A worker that is thought dead comes back with its answers. It learns that its chunk is another's, and starts no further message.
func TestAWorkerWhoseLeaseWasLostSendsNothingMore(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(25)...)
		c := r.planned(r.lists[0])
		chunk := r.chunks()[0]
		var once sync.Once
		r.relay.answer = func(to string, _ int) error {
			if to != "person-009@example.org" { // the last of the first window
				return nil
			}
			once.Do(func() {
				r.clock.advance(time.Minute)
				if err := r.HandleChunk(t.Context(), chunk, "second"); err != nil {
					t.Error(err)
				}
				r.wants(c.ID, mailer.Finished, "25 planned: 15 sent, 0 failed, 0 refused, 10 uncertain, 0 waiting")
			})
			return nil
		}
		if err := r.HandleChunk(t.Context(), chunk, "first"); !errors.Is(err, queue.ErrBusy) {
			t.Errorf("the first worker ends with %v", err)
		}
		r.wants(c.ID, mailer.Finished, "25 planned: 25 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
		if n := r.relay.total(t); n != 25 {
			t.Errorf("%d messages", n)
		}
	})
}

func TestAShutdownInTheMiddleLosesNothing(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(25)...)
		c := r.planned(r.lists[0])
		chunk := r.chunks()[0]
		ctx, stop := context.WithCancel(t.Context())
		r.relay.before = func(to string) {
			if to == "person-013@example.org" {
				stop()
			}
		}
		if err := r.HandleChunk(ctx, chunk, "first"); err == nil {
			t.Error("a worker that was told to stop says that it is done")
		}
		r.wants(c.ID, mailer.Sending, "25 planned: 14 sent, 0 failed, 0 refused, 0 uncertain, 11 waiting")
		r.ok(r.HandleChunk(t.Context(), chunk, "second")) // the chunk was given back: nobody waits for the lease
		r.wants(c.ID, mailer.Finished, "25 planned: 25 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
		r.relay.total(t)
	})
}

// flaky is a Store whose CloseWindow fails a few times.
type flaky struct {
	mailer.Store
	mu    sync.Mutex
	fails int
	kind  errs.Kind
}

func (f *flaky) CloseWindow(ctx context.Context, campaign int64, w mailer.Window) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fails > 0 {
		f.fails--
		return errs.E("store", f.kind, "", errors.New("the connection was reset"))
	}
	return f.Store.CloseWindow(ctx, campaign, w)
}

func TestOutcomesAreWrittenStubbornly(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(12)...)
		r.Store = &flaky{Store: r.db, fails: 3, kind: errs.Unavailable}
		c := r.planned(r.lists[0])
		r.work()
		r.wants(c.ID, mailer.Finished, "12 planned: 12 sent, 0 failed, 0 refused, 0 uncertain, 0 waiting")
		r.relay.total(t)
	})
}

// What was sent and could not be written down is uncertain: never sent again, and shown.
func TestOutcomesThatCannotBeWrittenAreUncertain(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], crowd(12)...)
		r.Store = &flaky{Store: r.db, fails: 1, kind: errs.Internal}
		c := r.planned(r.lists[0])
		chunk := r.chunks()[0]
		if err := r.HandleChunk(t.Context(), chunk, "first"); err == nil {
			t.Error("no error")
		}
		r.ok(r.HandleChunk(t.Context(), chunk, "second"))
		r.wants(c.ID, mailer.Finished, "12 planned: 2 sent, 0 failed, 0 refused, 10 uncertain, 0 waiting")
		if n := r.relay.total(t); n != 12 {
			t.Errorf("%d messages", n)
		}
		r.verified()
	})
}

func TestALateWithdrawalIsSeenByTheSecondAttempt(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		ids := r.join(r.lists[0], crowd(3)...)
		r.relay.answer = func(string, int) error { return saysLater() }
		c := r.planned(r.lists[0])
		r.work()
		_, err := r.people.Withdraw(t.Context(), subscriptions.Withdrawal{SubscriberID: ids[1], Scope: subscriptions.Everything(), Channel: subscriptions.ByMail, Actor: "subscriber"})
		r.ok(err)
		r.relay.answer = nil
		r.clock.advance(time.Minute)
		r.work()
		r.wants(c.ID, mailer.Finished, "3 planned: 2 sent, 0 failed, 1 refused, 0 uncertain, 0 waiting")
		r.verified()
	})
}
