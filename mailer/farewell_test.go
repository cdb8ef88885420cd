package mailer_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"assent/internal/errs"
	"assent/mailer"
	"assent/subscriptions"
)

// The letter leaves before the data goes, and the data goes when it has left.
func TestAPersonIsToldBeforeTheyAreErased(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		id := r.join(r.lists[0], "ann@example.org")[0]
		keeper := &subscriptions.Keeper{Store: r.db, Keys: r.people.Keys, Now: r.people.Now}
		farewell := &mailer.Farewell{Letters: r.db, People: r.db, Erasures: r.db, Keeper: keeper, Now: r.people.Now}
		e, err := keeper.Erase(t.Context(), subscriptions.ErasureRequest{SubscriberID: id, Ground: subscriptions.GroundRequest, Actor: "user:1"})
		r.ok(err)
		state := func() subscriptions.ErasureState {
			t.Helper()
			e, err := r.db.Erasure(t.Context(), e.ID)
			r.ok(err)
			return e.State
		}
		look := func() { t.Helper(); r.ok(farewell.HandleErasing(t.Context(), subscriptions.Erasing{ErasureID: e.ID})) }
		look()
		look()
		if got := state(); got != subscriptions.ErasureTelling {
			t.Fatalf("before the letter has left: %q", got)
		}
		r.work()
		if m := r.parsed(); r.relay.last.to != "ann@example.org" || !strings.Contains(m.Text, "You asked us to erase the personal data") || m.AutoSubmitted != "auto-generated" {
			t.Errorf("to %s:\n%s", r.relay.last.to, r.relay.last.body)
		}
		look()
		if got := state(); got != subscriptions.ErasureDone {
			t.Errorf("after the letter has left: %q", got)
		}
		p, err := r.db.Subscriber(t.Context(), id)
		r.ok(err)
		letters, err := r.db.LettersTo(t.Context(), id, 10)
		r.ok(err)
		if !p.Address.IsZero() || len(letters) != 1 || letters[0].To != "" {
			t.Errorf("what is left is %+v, %+v", p, letters)
		}
		look() // a task that comes twice does nothing
	})
}

// byFather is a case in which a father asked for his daughter.
type byFather struct{}

func (byFather) AskedForOther(context.Context, int64) (mailer.Asker, bool, error) {
	return mailer.Asker{Address: "tom@example.org", Language: "en", Reference: "R-2026-000123"}, true, nil
}

// Who asked for somebody else hears of it as well, and nothing goes before both letters have left. Neither letter offers preferences that are about to be gone.
func TestWhoAskedForSomebodyElseIsToldOfTheErasureToo(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		id := r.join(r.lists[0], "bea@example.org")[0]
		keeper := &subscriptions.Keeper{Store: r.db, Keys: r.people.Keys, Now: r.people.Now}
		farewell := &mailer.Farewell{Letters: r.db, People: r.db, Erasures: r.db, Askers: byFather{}, Keeper: keeper, Now: r.people.Now}
		e, err := keeper.Erase(t.Context(), subscriptions.ErasureRequest{SubscriberID: id, Ground: subscriptions.GroundUnneeded, Actor: "user:1", CaseID: 7})
		r.ok(err)
		r.ok(farewell.HandleErasing(t.Context(), subscriptions.Erasing{ErasureID: e.ID}))
		for _, want := range []struct{ key, to, says string }{
			{fmt.Sprintf("erasure:%d", e.ID), "bea@example.org", "You asked us to erase the personal data that"},
			{fmt.Sprintf("erasure:%d:asked", e.ID), "tom@example.org", "about somebody for whom you act. We do so, because we need it no longer."},
		} {
			l, err := r.db.LetterByKey(t.Context(), want.key)
			r.ok(err)
			r.ok(r.HandleLetter(t.Context(), mailer.SendLetter{LetterID: l.ID}))
			if m := r.parsed(); r.relay.last.to != want.to || !strings.Contains(strings.Join(strings.Fields(m.Text), " "), want.says) || strings.Contains(m.Text, "preferences") {
				t.Errorf("to %s:\n%s", r.relay.last.to, m.Text)
			}
			if now, err := r.db.Erasure(t.Context(), e.ID); err != nil || now.State != subscriptions.ErasureTelling {
				t.Errorf("it is %s, %v", now.State, err)
			}
		}
		r.ok(farewell.HandleErasing(t.Context(), subscriptions.Erasing{ErasureID: e.ID}))
		if now, err := r.db.Erasure(t.Context(), e.ID); err != nil || now.State != subscriptions.ErasureDone {
			t.Errorf("after both have left it is %s, %v", now.State, err)
		}
	})
}

func TestAHoldThatComesInBetweenStopsAnErasure(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		id := r.join(r.lists[0], "ann@example.org")[0]
		keeper := &subscriptions.Keeper{Store: r.db, Keys: r.people.Keys, Now: r.people.Now}
		farewell := &mailer.Farewell{Letters: r.db, People: r.db, Erasures: r.db, Keeper: keeper, Now: r.people.Now}
		e, err := keeper.Erase(t.Context(), subscriptions.ErasureRequest{SubscriberID: id, Ground: subscriptions.GroundRequest, Actor: "user:1"})
		r.ok(err)
		r.ok(farewell.HandleErasing(t.Context(), subscriptions.Erasing{ErasureID: e.ID}))
		_, err = keeper.PlaceHold(t.Context(), id, "user:2", "letter before action")
		r.ok(err)
		r.work()
		r.ok(farewell.HandleErasing(t.Context(), subscriptions.Erasing{ErasureID: e.ID}))
		e, err = r.db.Erasure(t.Context(), e.ID)
		r.ok(err)
		if e.State != subscriptions.ErasureRefused || !strings.Contains(e.Trouble, "a legal hold") {
			t.Errorf("the erasure is %+v", e)
		}
		if p, err := r.db.Subscriber(t.Context(), id); err != nil || p.Address.IsZero() {
			t.Errorf("%+v, %v", p, err)
		}
		if _, err := keeper.CarryOut(t.Context(), e.ID); errs.KindOf(err) != errs.Internal || err != nil {
			t.Errorf("carried out again: %v", err)
		}
	})
}
