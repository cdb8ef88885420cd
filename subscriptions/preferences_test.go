package subscriptions_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/internal/token"
	"assent/subscriptions"
)

func (r *rig) own() *subscriptions.Preferences {
	return &subscriptions.Preferences{Service: r.Service, Kept: r.db, Trail: r.db, Vouched: func(context.Context, int64) (bool, error) { return true, nil }}
}

// asksToMove begins a change of address and returns the tokens of its two links.
func (r *rig) asksToMove(from, to string, id int64) (old, fresh string) {
	r.t.Helper()
	r.ok(r.own().AskMove(r.t.Context(), r.person(from), address.Must(to), "en", "subscriber"))
	return r.own().MoveToken(id, subscriptions.OldMailbox), r.own().MoveToken(id, subscriptions.NewMailbox)
}

// moves changes an address, with both mailboxes agreeing.
func (r *rig) moves(from, to string) subscriptions.Move {
	r.t.Helper()
	old, fresh := r.asksToMove(from, to, 1)
	check(r.own().AgreeMove(r.t.Context(), fresh, nil))(r.t)
	return check(r.own().AgreeMove(r.t.Context(), old, nil))(r.t)
}

const (
	before = "ann@old.example"
	after  = "ann@new.example"
)

func TestAMoveCarriesOverWhatWasAgreedAndNoMore(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.joined(r.monthly, before)
		r.joined(r.boat, before)
		r.joined(r.sales, before)
		check(r.Withdraw(t.Context(), leaves(subscriptions.ListScope(r.sales), before)))(t)
		ends := r.state(before).Lists[r.monthly.ID].ExpiresAt
		r.clock.advance(10 * 24 * time.Hour)
		pauseEnds := r.clock.now().Add(20 * 24 * time.Hour)
		check(r.own().Pause(t.Context(), subscriptions.Pause{SubscriberID: r.person(before).ID, Scope: subscriptions.ListScope(r.boat), Until: pauseEnds, Channel: subscriptions.ByLink, Actor: "subscriber"}))(t)
		check(r.own().SetProfiling(t.Context(), r.person(before).ID, false, subscriptions.ByLink, "subscriber", nil))(t)
		if m := r.moves(before, after); m.Outcome != subscriptions.MoveDone {
			t.Fatalf("the move is %q", m.Outcome)
		}
		now := r.state(after)
		if got := now.Lists[r.monthly.ID]; r.reason(after, r.monthly) != subscriptions.Allowed || !got.ExpiresAt.Equal(ends) {
			t.Errorf("monthly ends at %v, want %v", got.ExpiresAt, ends)
		}
		if r.reason(after, r.boat) != subscriptions.ReasonPaused || !now.Lists[r.boat.ID].PausedUntil.Equal(pauseEnds.Truncate(time.Millisecond)) {
			t.Errorf("boat: %s until %v", r.reason(after, r.boat), now.Lists[r.boat.ID].PausedUntil)
		}
		if now.ProfilingRefusedBy == 0 || !now.Barred(subscriptions.ListScope(r.sales)) {
			t.Error("a refusal or an opt-out stayed behind")
		}
		for _, l := range []subscriptions.List{r.monthly, r.boat, r.sales} {
			if r.reason(before, l) != subscriptions.ReasonWithdrawn {
				t.Errorf("the old address: %s on %s", r.reason(before, l), l.Slug)
			}
		}
		if bar := r.state(before).Bars[subscriptions.Everything()]; bar.Reason != subscriptions.Moved {
			t.Errorf("the old address is barred for %q", bar.Reason)
		}
		if _, err := r.Grant(t.Context(), agrees(r.sales, after, subscriptions.ByImport)); errs.KindOf(err) != errs.Refused {
			t.Errorf("an import undid the opt-out that moved: %v", err)
		}
		r.verified()
	})
}

func TestWhatIsSaidOfAMailboxHidesNoOptOutFromAMove(t *testing.T) {
	t.Parallel()
	for _, reason := range []string{subscriptions.DeadAddress, subscriptions.Moved} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			eachRig(t, func(t *testing.T, r *rig) {
				r.joined(r.monthly, before)
				check(r.Withdraw(t.Context(), leaves(subscriptions.Everything(), before)))(t)
				check(r.Suppress(t.Context(), leaves(subscriptions.Everything(), before), reason))(t)
				r.moves(before, after)
				if bar := r.state(after).Bars[subscriptions.Everything()]; bar.Reason != "withdrawn" {
					t.Errorf("the new address is barred for %q", bar.Reason)
				}
			})
		})
	}
}

func TestAWithdrawalInTheMidstVoidsAMove(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.joined(r.monthly, before)
		r.joined(r.boat, before)
		for i, c := range []struct {
			name string
			act  func() error
		}{
			{"the old address leaves a list", func() error {
				_, err := r.Withdraw(t.Context(), leaves(subscriptions.ListScope(r.boat), before))
				return err
			}},
			{"the new address opts out", func() error {
				_, err := r.Withdraw(t.Context(), leaves(subscriptions.Everything(), after))
				return err
			}},
			{"the old address complains", func() error {
				_, err := r.Suppress(t.Context(), leaves(subscriptions.ListScope(r.sales), before), "complaint")
				return err
			}},
			{"processing is restricted", func() error {
				return r.Restrict(t.Context(), r.person(before).ID, "user:1", "accuracy contested")
			}},
		} {
			t.Run(c.name, func(t *testing.T) {
				r.clock.advance(25 * time.Hour) // past the day's limit
				old, fresh := r.asksToMove(before, after, int64(i+1))
				check(r.own().AgreeMove(t.Context(), old, nil))(t)
				r.ok(c.act())
				_, err := r.own().AgreeMove(t.Context(), fresh, nil)
				r.refused(err, errs.Refused, "Something else was changed")
				if r.reason(after, r.monthly) == subscriptions.Allowed {
					t.Error("it moved all the same")
				}
				for _, tok := range []string{old, fresh} { // and it stays void
					_, err := r.own().AgreeMove(t.Context(), tok, nil)
					r.refused(err, errs.Refused, "Something else was changed")
				}
			})
		}
		r.refused(r.own().AskMove(t.Context(), r.person(before), address.Must(after), "en", "subscriber"), errs.Refused, "restricted")
	})
}

func TestAnAddressThatOptedOutBeforeComesBackByItsOwnAct(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		check(r.Withdraw(t.Context(), leaves(subscriptions.Everything(), after)))(t)
		r.joined(r.monthly, before)
		r.moves(before, after)
		if r.reason(after, r.monthly) != subscriptions.Allowed {
			t.Errorf("the new address: %s", r.reason(after, r.monthly))
		}
		if r.reason(after, r.weekly) == subscriptions.Allowed || !r.state(after).Barred(subscriptions.ListScope(r.weekly)) {
			t.Error("more came back than was carried over")
		}
	})
}

func TestWhatTheNewAddressHasByItselfStays(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.joined(r.monthly, before)
		check(r.Withdraw(t.Context(), leaves(subscriptions.ListScope(r.boat), before)))(t)
		r.clock.advance(24 * time.Hour)
		r.joined(r.monthly, after)
		r.joined(r.boat, after)
		own := r.state(after).Lists[r.monthly.ID]
		r.moves(before, after)
		if got := r.state(after).Lists[r.monthly.ID]; !got.ExpiresAt.Equal(own.ExpiresAt) || got.Seq != own.Seq {
			t.Errorf("monthly is %+v, was %+v", got, own)
		}
		if r.reason(after, r.boat) != subscriptions.Allowed {
			t.Error("an older opt-out of the old address ended what the new one agreed to later")
		}
		r.verified()
	})
}

func TestAMoveNeedsBothMailboxesInTime(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.joined(r.monthly, before)
		old, fresh := r.asksToMove(before, after, 1)
		for range 2 { // agreeing twice is one agreement
			if m := check(r.own().AgreeMove(t.Context(), old, nil))(t); m.Outcome != subscriptions.MoveOpen {
				t.Fatalf("one mailbox alone: %q", m.Outcome)
			}
		}
		r.clock.advance(subscriptions.MoveWithin + time.Minute)
		_, err := r.own().AgreeMove(t.Context(), fresh, nil)
		r.refused(err, errs.Refused, "7 days")
		r.ok(r.db.ForgetMoves(t.Context(), r.clock.now(), r.clock.now()))
		if m := check(r.db.Move(t.Context(), 1))(t); m.Outcome != subscriptions.MoveExpired || !m.To.IsZero() {
			t.Errorf("the expired move is %+v", m)
		}
		_, err = r.own().AgreeMove(t.Context(), r.Keys.Sign(token.Move, 99, 1), nil)
		r.refused(err, errs.NotFound, "")
	})
}

// A member of staff saw who asks, who has lost the old mailbox: the new one's yes is enough, and what a report says of the old one is no withdrawal.
func TestALostMailboxNeedNotAgreeWhereStaffSawWhoAsks(t *testing.T) {
	t.Parallel()
	seen := subscriptions.OfCase{ID: 7, Seen: true}
	eachRig(t, func(t *testing.T, r *rig) {
		ctx := t.Context()
		r.joined(r.monthly, before)
		foundDead := func() {
			check(r.Suppress(ctx, leaves(subscriptions.Everything(), before), subscriptions.DeadAddress))(t)
		}
		foundDead()
		r.ok(r.own().AskMoveIn(ctx, seen, r.person(before), address.Must(after), "en", "user:1"))
		foundDead()
		m := check(r.own().AgreeMove(ctx, r.own().MoveToken(1, subscriptions.NewMailbox), nil))(t)
		if m.Outcome != subscriptions.MoveDone || r.reason(after, r.monthly) != subscriptions.Allowed || r.reason(before, r.monthly) != subscriptions.ReasonWithdrawn {
			t.Errorf("the move is %q; %s there, %s here", m.Outcome, r.reason(after, r.monthly), r.reason(before, r.monthly))
		}
		if e := r.ledger(after); !strings.Contains(string(e[len(e)-1].Evidence), "A member of staff saw who asks") {
			t.Errorf("the evidence is %s", e[len(e)-1].Evidence)
		}
	})
	for _, c := range []struct {
		name      string
		meanwhile func(t *testing.T, r *rig)
	}{
		{"the old mailbox said no", func(t *testing.T, r *rig) {
			check(r.own().RefuseMove(t.Context(), r.own().MoveToken(1, subscriptions.OldMailbox)))(t)
		}},
		{"the person opted out", func(t *testing.T, r *rig) {
			check(r.Withdraw(t.Context(), leaves(subscriptions.Everything(), before)))(t)
		}},
		{"the old mailbox complained", func(t *testing.T, r *rig) {
			check(r.Suppress(t.Context(), leaves(subscriptions.Everything(), before), "complaint"))(t)
		}},
		{"the new mailbox is dead", func(t *testing.T, r *rig) {
			check(r.Suppress(t.Context(), leaves(subscriptions.Everything(), after), subscriptions.DeadAddress))(t)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			eachRig(t, func(t *testing.T, r *rig) {
				r.joined(r.monthly, before)
				r.ok(r.own().AskMoveIn(t.Context(), seen, r.person(before), address.Must(after), "en", "user:1"))
				c.meanwhile(t, r)
				_, err := r.own().AgreeMove(t.Context(), r.own().MoveToken(1, subscriptions.NewMailbox), nil)
				r.refused(err, errs.Refused, "the address stays as it was")
				if r.reason(after, r.monthly) == subscriptions.Allowed {
					t.Error("the new address gets mail")
				}
			})
		})
	}
}

func TestMovesAreLimitedAndNobodyIsTold(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.joined(r.monthly, before)
		for i := range 6 {
			to := strings.Repeat("x", i+1) + "@new.example"
			r.ok(r.own().AskMove(t.Context(), r.person(before), address.Must(to), "en", "subscriber"))
		}
		if _, err := r.db.Move(t.Context(), 3); err != nil {
			t.Error(err)
		}
		if _, err := r.db.Move(t.Context(), 4); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a fourth on one day: %v", err)
		}
	})
}

// Whatever order a withdrawal and the last agreement come in, the withdrawal stands: the old address is never mailable after both, and the new one only if the
// move came first, and then it is the withdrawal's place in the ledger that tells.
func TestAWithdrawalAndAMoveRace(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.joined(r.monthly, before)
		old, fresh := r.asksToMove(before, after, 1)
		check(r.own().AgreeMove(t.Context(), old, nil))(t)
		var both sync.WaitGroup
		both.Go(func() {
			if _, err := r.own().AgreeMove(context.WithoutCancel(t.Context()), fresh, nil); err != nil && errs.KindOf(err) != errs.Refused {
				t.Error(err)
			}
		})
		both.Go(func() {
			if _, err := r.Withdraw(context.WithoutCancel(t.Context()), leaves(subscriptions.ProgrammeScope(r.harbour.ID), before)); err != nil {
				t.Error(err)
			}
		})
		both.Wait()
		m := check(r.db.Move(t.Context(), 1))(t)
		moved := r.reason(after, r.monthly) == subscriptions.Allowed
		if r.reason(before, r.monthly) == subscriptions.Allowed || moved != (m.Outcome == subscriptions.MoveDone) {
			t.Errorf("the move is %q, the old address %s, the new one %s", m.Outcome, r.reason(before, r.monthly), r.reason(after, r.monthly))
		}
		r.verified()
	})
}

func TestAFreshActEndsAPauseAndAnImportDoesNot(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.joined(r.monthly, before)
		p := r.person(before)
		pause := subscriptions.Pause{SubscriberID: p.ID, Scope: subscriptions.Everything(), Until: r.clock.now().Add(24 * time.Hour), Channel: subscriptions.ByLink, Actor: "subscriber"}
		check(r.own().Pause(t.Context(), pause))(t)
		check(r.Grant(t.Context(), agrees(r.monthly, before, subscriptions.ByImport)))(t)
		if r.reason(before, r.monthly) != subscriptions.ReasonPaused {
			t.Errorf("an import ended a pause: %q", r.reason(before, r.monthly))
		}
		if how := check(r.own().Join(t.Context(), p, r.monthly.ID, subscriptions.TextDigest(r.monthly.Wording), nil))(t); how != subscriptions.JoinedNow {
			t.Errorf("joining is %q", how)
		}
		if r.reason(before, r.monthly) != subscriptions.Allowed {
			t.Errorf("a fresh act did not end the pause: %q", r.reason(before, r.monthly))
		}
		for name, until := range map[string]time.Time{"past": began.Add(-time.Hour), "more than a year": r.clock.now().Add(subscriptions.MaxPause + time.Hour)} {
			pause.Until = until
			if _, err := r.own().Pause(t.Context(), pause); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		pause.Until = time.Time{}
		check(r.own().Pause(t.Context(), pause))(t)
		if out := check(r.own().Pause(t.Context(), pause))(t); !out.Already {
			t.Error("ending no pause left an event")
		}
		r.verified()
	})
}

func TestAnObjectionEndsMarketingAndNothingElse(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.joined(r.monthly, before)
		r.joined(r.sales, before)
		r.joined(r.boat, before)
		check(r.Grant(t.Context(), agrees(r.dredge, before, subscriptions.ByStaff)))(t)
		object := subscriptions.Objection{Address: address.Must(before), ProgrammeIDs: []int64{r.harbour.ID}, Channel: subscriptions.ByStaff, Actor: "user:1"}
		if out := check(r.Object(t.Context(), object))(t); out.Already || out.Seq == 0 {
			t.Errorf("the outcome is %+v", out)
		}
		for l, want := range map[*subscriptions.List]subscriptions.Reason{&r.monthly: subscriptions.ReasonWithdrawn, &r.sales: subscriptions.ReasonWithdrawn, &r.boat: subscriptions.Allowed, &r.dredge: subscriptions.Allowed} {
			if got := r.reason(before, *l); got != want {
				t.Errorf("%s: %q, want %q", l.Slug, got, want)
			}
		}
		if out := check(r.Object(t.Context(), object))(t); !out.Already {
			t.Error("objecting twice is not as once")
		}
		object.Address = address.Must("nobody@old.example") // not on record: barred all the same
		check(r.Object(t.Context(), object))(t)
		if !r.state("nobody@old.example").Barred(subscriptions.ListScope(r.sales)) {
			t.Error("a later import could bring them in")
		}
		_, err := r.Object(t.Context(), subscriptions.Objection{Address: address.Must(before)})
		r.refused(err, errs.Invalid, "whose marketing")
		r.verified()
	})
}

func TestAnErasedPersonsLinkIsLikeAForeignOne(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.joined(r.monthly, before)
		p := r.person(before)
		r.ok(r.db.Update(t.Context(), func(tx subscriptions.Tx) error {
			gone := p
			gone.Address, gone.Name = address.Address{}, ""
			return tx.UpdateSubscriber(gone)
		}))
		_, erased := r.own().Person(t.Context(), r.Keys.Sign(token.Preferences, p.ID))
		_, foreign := r.own().Person(t.Context(), "nothing")
		if errs.KindOf(erased) != errs.NotFound || errs.Message(erased) != errs.Message(foreign) {
			t.Errorf("erased %v, foreign %v", erased, foreign)
		}
	})
}

// Random lives: whatever the old address did before it moved, the new one is mailable on exactly the same lists at the same moments, and the old one on none.
func TestAMoveIsTheSamePersonElsewhere(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRig(t, db)
		lists := []subscriptions.List{r.monthly, r.weekly, r.sales, r.boat}
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			if n++; n > 25 { // each life takes a database its time
				return
			}
			from, to := fmt.Sprintf("a%d@old.example", n), fmt.Sprintf("a%d@new.example", n)
			r.joined(r.weekly, from)
			for range rapid.IntRange(0, 5).Draw(rt, "acts") {
				l := rapid.SampledFrom(lists).Draw(rt, "list")
				switch rapid.SampledFrom([]string{"join", "leave", "leave all", "pause", "wait"}).Draw(rt, "act") {
				case "join":
					r.joined(l, from)
				case "leave":
					check(r.Withdraw(t.Context(), leaves(subscriptions.ListScope(l), from)))(t)
				case "leave all":
					check(r.Withdraw(t.Context(), leaves(subscriptions.ProgrammeScope(l.ProgrammeID), from)))(t)
				case "pause":
					check(r.own().Pause(t.Context(), subscriptions.Pause{SubscriberID: r.person(from).ID, Scope: subscriptions.ListScope(l), Until: r.clock.now().Add(48 * time.Hour), Channel: subscriptions.ByLink, Actor: "subscriber"}))(t)
				case "wait":
					r.clock.advance(30 * time.Hour)
				}
			}
			was := map[int64]subscriptions.Reason{}
			for _, l := range lists {
				was[l.ID] = r.reason(from, l)
			}
			old, fresh := r.asksToMove(from, to, int64(n))
			check(r.own().AgreeMove(t.Context(), old, nil))(t)
			check(r.own().AgreeMove(t.Context(), fresh, nil))(t)
			for _, wait := range []time.Duration{0, 49 * time.Hour} {
				r.clock.advance(wait)
				for _, l := range lists {
					got := r.reason(to, l)
					if wait == 0 && (got == subscriptions.Allowed) != (was[l.ID] == subscriptions.Allowed) || wait == 0 && was[l.ID] == subscriptions.ReasonPaused && got != was[l.ID] {
						rt.Fatalf("%s was %q and is %q", l.Slug, was[l.ID], got)
					}
					if r.reason(from, l) == subscriptions.Allowed {
						rt.Fatalf("the old address is mailable on %s", l.Slug)
					}
				}
			}
		})
		r.verified()
	})
}
