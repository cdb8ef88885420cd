package e2e

import (
	"math/rand/v2"
	"time"

	"assent/internal/address"
	"assent/subscriptions"
)

// acts is what may happen to somebody. What the ledger does not allow is refused, and that is an outcome too.
var acts = []func(p *play, r *rand.Rand, addr address.Address) error{
	join, join, ask, confirm, confirm, sign, grantByAPI, importAgain, importAgain,
	leaveList, leaveList, leavePurpose, leaveProgramme, leaveEverything, complain, die, restrict, release, release, erase, pauseAll, resumeAll, shortTerm,
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

func join(p *play, _ *rand.Rand, a address.Address) error {
	return p.grant(p.lists[0], a, subscriptions.ByImport)
}

func sign(p *play, r *rand.Rand, a address.Address) error {
	return p.grant(p.any(r), a, subscriptions.ByStaff)
}

func grantByAPI(p *play, r *rand.Rand, a address.Address) error {
	return p.grant(p.any(r), a, subscriptions.ByAPI)
}

func importAgain(p *play, r *rand.Rand, a address.Address) error {
	return p.grant(p.any(r), a, subscriptions.ByImport)
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

func erase(p *play, _ *rand.Rand, a address.Address) error {
	return p.record(a, subscriptions.Erased, time.Time{})
}

func pauseAll(p *play, _ *rand.Rand, a address.Address) error {
	return p.record(a, subscriptions.Paused, time.Now().Add(time.Hour))
}

func resumeAll(p *play, _ *rand.Rand, a address.Address) error {
	return p.record(a, subscriptions.Paused, time.Time{})
}

// record appends an event about everything that has to do with a person.
func (p *play) record(a address.Address, kind subscriptions.EventKind, until time.Time) error {
	person, err := p.known(a)
	if err != nil {
		return err
	}
	return p.house.DB.Update(p.t.Context(), func(tx subscriptions.Tx) error {
		return tx.Append([]subscriptions.Event{{
			At: time.Now(), Kind: kind, Scope: subscriptions.Everything(), SubscriberID: person.ID, AddressKey: person.Key,
			Channel: subscriptions.ByLink, Actor: "subscriber", ExpiresAt: until, Evidence: []byte("{}"), Salt: []byte("salt"),
		}})
	})
}

// shortTerm is a permission that ends in the midst of everything.
func shortTerm(p *play, r *rand.Rand, a address.Address) error {
	person, err := p.known(a)
	if err != nil {
		return err
	}
	return p.house.DB.Update(p.t.Context(), func(tx subscriptions.Tx) error {
		return tx.Append([]subscriptions.Event{{
			At: time.Now(), Kind: subscriptions.Granted, Scope: subscriptions.ListScope(p.any(r)), SubscriberID: person.ID, AddressKey: person.Key,
			Channel: subscriptions.ByImport, Actor: "user:1", Source: "histories", ExpiresAt: time.Now().Add(time.Duration(r.IntN(4000)) * time.Millisecond),
			Evidence: []byte(`{"act":"signed"}`), Salt: []byte("salt"),
		}})
	})
}
