package queue_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"assent/queue"
	"assent/queue/queuetest"
)

func handedOver(t *testing.T, o *queuetest.Outbox, b *broker, state queue.State, ids ...string) {
	t.Helper()
	addTasks(t, o, time.Now(), ids...)
	if err := o.Sent(t.Context(), time.Now(), ids...); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		b.set(id+".1", state)
	}
}

func waiting(t *testing.T, o *queuetest.Outbox) string {
	t.Helper()
	tasks, err := o.Due(t.Context(), time.Now(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	ids := []string{}
	for _, task := range tasks {
		ids = append(ids, task.ID)
	}
	return strings.Join(ids, " ")
}

func TestSweeperPutsBackWhatNobodyWillRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, b := queuetest.NewOutbox(time.Now), newBroker()
		handedOver(t, o, b, queue.Missing, "missing")
		handedOver(t, o, b, queue.Waiting, "waiting")
		handedOver(t, o, b, queue.Active, "active")
		handedOver(t, o, b, queue.Stuck, "stuck")
		handedOver(t, o, b, queue.Missing, "done")
		if err := o.Done(t.Context(), "done", time.Now()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		s := queue.Sweeper{Outbox: o, Broker: b, Now: time.Now, Log: discard()}
		n, err := s.Sweep(t.Context(), 0)
		if err != nil || n != 2 || waiting(t, o) != "missing stuck" {
			t.Errorf("put back %d (%v): %q", n, err, waiting(t, o))
		}
	})
}

func TestSweeperLooksAtOnceAtTheStartAndWithPatienceAfterwards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, b := queuetest.NewOutbox(time.Now), newBroker()
		handedOver(t, o, b, queue.Missing, "from-an-earlier-process")
		time.Sleep(time.Millisecond)
		ctx, cancel := context.WithCancel(t.Context())
		kicks := 0
		s := queue.Sweeper{
			Outbox: o, Broker: b, Now: time.Now, Log: discard(), Kick: func() { kicks++ },
			Every: time.Second, Patience: 10 * time.Second,
		}
		ended := make(chan error)
		go func() { ended <- s.Run(ctx) }()
		synctest.Wait()
		if waiting(t, o) != "from-an-earlier-process" || kicks != 1 {
			t.Errorf("at the start: %q, %d kicks", waiting(t, o), kicks)
		}
		handedOver(t, o, b, queue.Missing, "busy")
		time.Sleep(9 * time.Second)
		if strings.Contains(waiting(t, o), "busy") {
			t.Error("the sweeper had no patience")
		}
		time.Sleep(3 * time.Second)
		if !strings.Contains(waiting(t, o), "busy") {
			t.Error("the sweeper forgot a task")
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestSweeperGoesOverEveryPage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, b := queuetest.NewOutbox(time.Now), newBroker()
		for i := range 777 {
			state := queue.Waiting
			if i%7 == 0 {
				state = queue.Missing
			}
			handedOver(t, o, b, state, fmt.Sprintf("task:%d", i))
		}
		time.Sleep(time.Second)
		s := queue.Sweeper{Outbox: o, Broker: b, Now: time.Now, Log: discard()}
		if n, err := s.Sweep(t.Context(), 0); n != 111 || err != nil {
			t.Errorf("put back %d of 111 (%v)", n, err)
		}
	})
}

func TestSweeperPutsNothingBackWhileTheBrokerDoesNotAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o, b := queuetest.NewOutbox(time.Now), newBroker()
		handedOver(t, o, b, queue.Missing, "a")
		b.breakDown(unavailable())
		time.Sleep(time.Second)
		s := queue.Sweeper{Outbox: o, Broker: b, Now: time.Now, Log: discard()}
		if n, err := s.Sweep(t.Context(), 0); n != 0 || err == nil {
			t.Errorf("put back %d (%v)", n, err)
		}
	})
}
