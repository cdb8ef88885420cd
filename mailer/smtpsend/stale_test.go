package smtpsend_test

import (
	"testing"
	"time"

	"assent/internal/errs"
	"assent/mailer"
	"assent/mailer/smtpsend"
)

// closesAtSecond is a relay that answers the second of a step with 421 on its first connection.
func closesAtSecond(step string) func(int) conduct {
	return func(connection int) conduct {
		seen, c := 0, conduct{reply: map[string]string{}}
		c.before = func(at string) {
			if at == step {
				seen++
			}
			if connection == 1 && seen == 2 {
				c.reply[step] = "421 4.4.2 closing"
			}
		}
		return c
	}
}

func TestAnIdleConnectionThatTheRelayClosedIsNotNoticed(t *testing.T) {
	t.Parallel()
	r := newRelay(t, always(conduct{}))
	p := newPool(t, r.url("?conns=1"))
	for range 3 {
		if _, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter)); err != nil {
			t.Fatal(err)
		}
		r.hangUpAll()
	}
	if opened, _, _ := r.connections(); opened != 3 {
		t.Errorf("%d connections, want 3", opened)
	}
}

func TestAnIdleConnectionThatAnswersMAILWith421IsNotNoticed(t *testing.T) {
	t.Parallel()
	r := newRelay(t, closesAtSecond("MAIL"))
	p := newPool(t, r.url("?conns=1"))
	for range 2 {
		if _, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter)); err != nil {
			t.Fatal(err)
		}
	}
	if opened, _, _ := r.connections(); opened != 2 {
		t.Errorf("%d connections, want 2", opened)
	}
}

func TestAStaleConnectionIsReplacedOnceAndNoMore(t *testing.T) {
	t.Parallel()
	r := newRelay(t, func(connection int) conduct {
		if connection == 1 {
			return conduct{}
		}
		return conduct{hangUp: "MAIL"}
	})
	p := newPool(t, r.url("?conns=1"))
	if _, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter)); err != nil {
		t.Fatal(err)
	}
	r.hangUpAll()
	_, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter))
	failed, ok := mailer.AsSendError(err)
	if opened, _, _ := r.connections(); !ok || failed.Fate != mailer.NotSent || opened != 2 {
		t.Errorf("got %v over %d connections", err, opened)
	}
}

func TestNothingIsTriedAgainOnceMAILWasTaken(t *testing.T) {
	t.Parallel()
	r := newRelay(t, closesAtSecond("RCPT"))
	p := newPool(t, r.url("?conns=1"))
	if _, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter)); err != nil {
		t.Fatal(err)
	}
	_, err := p.Send(t.Context(), permitFor(time.Now, ann), "", []byte(letter))
	failed, ok := mailer.AsSendError(err)
	if opened, _, _ := r.connections(); !ok || failed.Fate != mailer.NotSent || opened != 1 {
		t.Errorf("got %v over %d connections", err, opened)
	}
}

func TestThePermitIsLookedAtAgainWhenAStaleConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	now := newClock()
	r := newRelay(t, func(n int) conduct {
		return conduct{before: func(step string) {
			if n == 2 && step == "greeting" {
				now.advance(3 * time.Second)
			}
		}}
	})
	p := newPool(t, r.url("?conns=1"), func(c *smtpsend.Config) { c.Now = now.now })
	if _, err := p.Send(t.Context(), permitFor(now.now, ann), "", []byte(letter)); err != nil {
		t.Fatal(err)
	}
	r.hangUpAll()
	if _, err := p.Send(t.Context(), permitFor(now.now, ann), "", []byte(letter)); errs.KindOf(err) != errs.Refused {
		t.Errorf("got %v, want kind Refused", err)
	}
	if r.count("MAIL") > 2 { // the second, if it was heard at all, on the dead connection
		t.Errorf("MAIL was begun %d times", r.count("MAIL"))
	}
}
