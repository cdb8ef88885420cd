package e2e

import (
	"math/rand/v2"
	"strings"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
)

// acts is what may happen to somebody. What the ledger does not allow is refused, and that is an outcome too.
var acts = []func(p *play, r *rand.Rand, addr address.Address) error{
	join, join, ask, confirm, confirm, sign, grantByAPI, importFile, importFile, takeBack, shortTerm, move, move,
	leaveList, leaveList, leavePurpose, leaveProgramme, leaveEverything, object, complain, die, restrict, release, release, eraseUntold, eraseTold,
	pauseList, pauseAll, resumeAll,
}

func (p *play) any(r *rand.Rand) subscriptions.List { return p.lists[r.IntN(len(p.lists))] }

func (p *play) act(l subscriptions.List, a address.Address, by subscriptions.Channel) subscriptions.Act {
	return subscriptions.Act{
		ListID: l.ID, Address: a, Channel: by, Actor: "user:1", Source: "histories",
		Evidence: subscriptions.Evidence{"act": "ticked the box for this list"},
	}
}

func (p *play) grant(l subscriptions.List, a address.Address, by subscriptions.Channel) error {
	_, err := p.house.People.Grant(p.t.Context(), p.act(l, a, by))
	return err
}

func join(p *play, r *rand.Rand, a address.Address) error {
	_, err := p.bring(p.lists[0], p.row(r, a, "active"))
	return err
}

func sign(p *play, r *rand.Rand, a address.Address) error {
	return p.grant(p.any(r), a, subscriptions.ByStaff)
}

func grantByAPI(p *play, r *rand.Rand, a address.Address) error {
	return p.grant(p.any(r), a, subscriptions.ByAPI)
}

func ask(p *play, r *rand.Rand, a address.Address) error {
	return p.house.People.Subscribe(p.t.Context(), p.act(p.any(r), a, subscriptions.ByForm))
}

// confirm presses the link of the last request.
func confirm(p *play, r *rand.Rand, a address.Address) error {
	l := p.any(r)
	if err := p.house.People.Subscribe(p.t.Context(), p.act(l, a, subscriptions.ByForm)); err != nil {
		return err
	}
	events, err := p.house.DB.EventsByKey(p.t.Context(), p.house.Keys.AddressKey(a))
	if err != nil {
		return err
	}
	asked := lastOf(events, func(e subscriptions.Event) bool { return e.Kind == "requested" && e.Scope.ListID == l.ID })
	if asked == nil {
		return nil // asked too often in a day
	}
	tok := p.house.People.ConfirmToken(subscriptions.Confirmation{SubscriberID: asked.SubscriberID, ListID: l.ID, RequestSeq: asked.Seq}, asked.At)
	_, err = p.house.People.Confirm(p.t.Context(), tok, nil)
	return err
}

func (p *play) withdraw(a address.Address, scope subscriptions.Scope, by subscriptions.Channel) error {
	_, err := p.house.People.Withdraw(p.t.Context(), subscriptions.Withdrawal{Address: a, Scope: scope, Channel: by, Actor: "subscriber"})
	return err
}

func leaveList(p *play, r *rand.Rand, a address.Address) error {
	return p.withdraw(a, subscriptions.ListScope(p.any(r)), subscriptions.ByOneClick)
}

func leavePurpose(p *play, r *rand.Rand, a address.Address) error {
	l := p.any(r)
	return p.withdraw(a, subscriptions.Scope{Reach: subscriptions.OnePurpose, ProgrammeID: l.ProgrammeID, PurposeID: l.PurposeID}, subscriptions.ByLink)
}

func leaveProgramme(p *play, r *rand.Rand, a address.Address) error {
	return p.withdraw(a, subscriptions.ProgrammeScope(p.any(r).ProgrammeID), subscriptions.ByMail)
}

func leaveEverything(p *play, _ *rand.Rand, a address.Address) error {
	return p.withdraw(a, subscriptions.Everything(), subscriptions.ByStaff)
}

func (p *play) suppress(a address.Address, scope subscriptions.Scope, reason string) error {
	_, err := p.house.People.Suppress(p.t.Context(), subscriptions.Withdrawal{Address: a, Scope: scope, Channel: subscriptions.ByReport, Actor: "system"}, reason)
	return err
}

func complain(p *play, _ *rand.Rand, a address.Address) error {
	return p.suppress(a, subscriptions.Everything(), "complaint")
}

func die(p *play, r *rand.Rand, a address.Address) error {
	return p.suppress(a, subscriptions.ProgrammeScope(p.any(r).ProgrammeID), "dead address")
}

func (p *play) known(a address.Address) (subscriptions.Subscriber, error) {
	return p.house.DB.SubscriberByKey(p.t.Context(), p.house.Keys.AddressKey(a))
}

func restrict(p *play, _ *rand.Rand, a address.Address) error {
	person, err := p.known(a)
	if err != nil {
		return err
	}
	return p.house.People.Restrict(p.t.Context(), person.ID, "user:1", "accuracy is disputed")
}

func release(p *play, _ *rand.Rand, a address.Address) error {
	person, err := p.known(a)
	if err != nil {
		return err
	}
	return p.house.People.Release(p.t.Context(), person.ID, "user:1", "corrected")
}

// object objects to the direct marketing of one programme.
func object(p *play, r *rand.Rand, a address.Address) error {
	_, err := p.house.People.Object(p.t.Context(), subscriptions.Objection{Address: a, ProgrammeIDs: []int64{p.any(r).ProgrammeID}, Channel: subscriptions.ByMail, Actor: "subscriber"})
	return err
}

func eraseUntold(p *play, _ *rand.Rand, a address.Address) error {
	return p.erase(a, "the mailbox is dead")
}

// eraseTold has a letter sent first; the erasure comes when it has left.
func eraseTold(p *play, _ *rand.Rand, a address.Address) error { return p.erase(a, "") }

func (p *play) erase(a address.Address, untold string) error {
	_, err := p.house.Keeper.Erase(p.t.Context(), subscriptions.ErasureRequest{Address: a, Ground: subscriptions.GroundRequest, Actor: "user:1", Untold: untold})
	if errs.KindOf(err) == errs.Unavailable && strings.Contains(errs.Message(err), "The data is erased") {
		return nil // somebody read the database file, which is then written over later
	}
	return err
}

func pauseList(p *play, r *rand.Rand, a address.Address) error {
	return p.pause(a, subscriptions.ListScope(p.any(r)), time.Now().Add(time.Hour))
}

func pauseAll(p *play, _ *rand.Rand, a address.Address) error {
	return p.pause(a, subscriptions.Everything(), time.Now().Add(time.Hour))
}

func resumeAll(p *play, _ *rand.Rand, a address.Address) error {
	return p.pause(a, subscriptions.Everything(), time.Time{})
}

func (p *play) pause(a address.Address, scope subscriptions.Scope, until time.Time) error {
	person, err := p.known(a)
	if err != nil {
		return err
	}
	_, err = p.house.Preferences.Pause(p.t.Context(), subscriptions.Pause{SubscriberID: person.ID, Scope: scope, Until: until, Channel: subscriptions.ByLink, Actor: "subscriber"})
	return err
}

// shortTerm is an act of so long ago that its permission ends in the midst of everything.
func shortTerm(p *play, r *rand.Rand, a address.Address) error {
	l := p.lists[len(p.lists)-1]
	act := p.act(l, a, subscriptions.ByAPI)
	act.ActedAt = time.Now().Add(-shortestTerm + time.Duration(r.IntN(4000))*time.Millisecond)
	_, err := p.house.People.Grant(p.t.Context(), act)
	return err
}

// move changes a person's address to their other one, or back. Now and then only one of the two mailboxes agrees, or one says no.
func move(p *play, r *rand.Rand, a address.Address) error {
	ctx := p.t.Context()
	person, err := p.known(a)
	if err != nil || person.Address.IsZero() {
		return err
	}
	if err := p.house.Preferences.AskMove(ctx, person, other(a), "en", "subscriber"); err != nil {
		return err
	}
	var open []subscriptions.Move
	err = p.house.DB.UpdatePreferences(ctx, func(tx subscriptions.PreferenceTx) (err error) {
		open, err = tx.OpenMoves(person.ID)
		return err
	})
	if err != nil || len(open) == 0 { // asked for too often in a day
		return err
	}
	sides := []subscriptions.Side{subscriptions.OldMailbox, subscriptions.NewMailbox}
	for _, side := range sides[:1+min(r.IntN(5), 1)] {
		tok := p.house.Preferences.MoveToken(open[0].ID, side)
		if r.IntN(10) == 0 {
			_, err = p.house.Preferences.RefuseMove(ctx, tok)
			return err
		}
		if _, err := p.house.Preferences.AgreeMove(ctx, tok, subscriptions.Evidence{"act": "pressed the button"}); err != nil {
			return err
		}
	}
	return nil
}

// other is the other address of the same person.
func other(a address.Address) address.Address {
	local, domain, _ := strings.Cut(a.Normal(), "@")
	if domain == "histories.example" {
		return address.Must(local + "@moved.example")
	}
	return address.Must(local + "@histories.example")
}
