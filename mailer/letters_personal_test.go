package mailer_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/mailer"
	"assent/subscriptions"
)

// own is the preferences of the rig's people.
func (r *rig) own() *subscriptions.Preferences {
	return &subscriptions.Preferences{Service: r.people, Kept: r.db, Trail: r.db}
}

func (r *rig) subscriber(addr string) subscriptions.Subscriber {
	r.t.Helper()
	p, err := r.db.SubscriberByKey(r.t.Context(), r.people.Keys.AddressKey(address.Must(addr)))
	r.ok(err)
	return p
}

// pathIn finds the token of a link in the last mail.
func (r *rig) pathIn(kind string) string {
	r.t.Helper()
	found := regexp.MustCompile(`https://lists\.harbour\.example/` + kind + `/([a-z2-7]+)`).FindStringSubmatch(r.parsed().Text)
	if len(found) == 0 {
		r.t.Fatalf("no link /%s/:\n%s", kind, r.parsed().Text)
	}
	return found[1]
}

func TestTheLinkOfAVisitIsMailedAndOpensOnce(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], "ann@example.org")
		p := r.subscriber("ann@example.org")
		r.ok(r.own().AskVisit(t.Context(), p, "cy"))
		r.work()
		if n := r.relay.total(t); n != 1 || r.relay.last.to != "ann@example.org" || !strings.Contains(r.parsed().Text, "unwaith") {
			t.Fatalf("%d mails, the last to %s:\n%s", n, r.relay.last.to, r.relay.last.body)
		}
		if m := r.parsed(); m.AutoSubmitted != "auto-generated" || m.Header.Has("List-Unsubscribe") {
			t.Errorf("the mail:\n%s", r.relay.last.body)
		}
		if got, err := r.own().Person(t.Context(), r.pathIn("p")); err != nil || got.ID != p.ID {
			t.Errorf("the preference link in the mail: %+v, %v", got.ID, err)
		}
		key, got, err := r.own().OpenVisit(t.Context(), r.pathIn("v"))
		if err != nil || got.ID != p.ID {
			t.Fatal(err)
		}
		if inside, err := r.own().Inside(t.Context(), key); err != nil || inside.ID != p.ID {
			t.Errorf("inside: %v", err)
		}
		if _, _, err := r.own().OpenVisit(t.Context(), r.pathIn("v")); err == nil {
			t.Error("it opened twice")
		}
	})
}

func TestALinkThatIsOverIsNotMailed(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], "ann@example.org")
		r.ok(r.own().AskVisit(t.Context(), r.subscriber("ann@example.org"), "en"))
		r.clock.advance(subscriptions.VisitWithin + time.Minute) // the queue was away
		r.work()
		if n := r.relay.total(t); n != 0 {
			t.Errorf("%d mails", n)
		}
		if l := r.letter("ann@example.org"); l.State != mailer.LetterRefused {
			t.Errorf("the letter is %s", l.State)
		}
	})
}

func TestBothMailboxesAreAskedToAgreeToAMove(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.join(r.lists[0], "ann@example.org")
		r.ok(r.own().AskMove(t.Context(), r.subscriber("ann@example.org"), address.Must("ann@new.example"), "en", "subscriber"))
		r.work()
		if r.relay.taken["ann@example.org"] != 1 || r.relay.taken["ann@new.example"] != 1 || r.relay.total(t) != 2 {
			t.Fatalf("asked %v", r.relay.taken)
		}
		if strings.Contains(r.parsed().Text, "/p/") {
			t.Errorf("the mail to %s names a page of somebody's own", r.relay.last.to)
		}
		side := subscriptions.OldMailbox // of the other mail
		if r.relay.last.to == "ann@example.org" {
			side = subscriptions.NewMailbox
		}
		for _, tok := range []string{r.pathIn("x"), r.own().MoveToken(1, side)} {
			if _, err := r.own().AgreeMove(t.Context(), tok, nil); err != nil {
				t.Error(err)
			}
		}
		if m, err := r.db.Move(t.Context(), 1); err != nil || m.Outcome != subscriptions.MoveDone || !m.To.IsZero() {
			t.Errorf("the move is %+v, %v", m, err)
		}
	})
}
