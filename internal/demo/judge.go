package demo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"assent/internal/address"
	"assent/internal/clock"
	"assent/subscriptions"
)

// optOutWithin is what an opt-out may take until the gate refuses, on a machine that does nothing else.
const optOutWithin = 2 * time.Second

// judge holds what happened against what should have.
func (s *stage) judge(ctx context.Context, people []*person, r *Result) error {
	expect := func(what string, want, was any) {
		e := Expectation{What: what, Held: fmt.Sprint(want) == fmt.Sprint(was)}
		if !e.Held {
			e.Was = fmt.Sprintf("%v, not %v", was, want)
		}
		r.Expectations = append(r.Expectations, e)
	}
	mailed := func(p *person) bool { return p.confirms && !p.dead }
	var wrong [2]int
	for _, p := range people {
		of := s.programmes[p.programme]
		for round, subject := range of.subjects {
			want := 0
			if mailed(p) && (round == 0 || p.leaves == stays) {
				want = 1
			}
			if s.got(p, subject) != want {
				wrong[round]++
			}
		}
		reason, err := s.asked(ctx, p)
		if err != nil {
			return err
		}
		if reason != subscriptions.Allowed {
			why, err := s.why(ctx, p, reason)
			if err != nil {
				return err
			}
			r.NotMailed = append(r.NotMailed, NotMailed{Address: p.address, Programme: of.is.Name, Reason: why})
		}
	}
	expect("The first campaigns reached everybody who had confirmed, once, and nobody else", 0, wrong[0])
	expect("The second campaigns reached everybody who had not left, once, and nobody else", 0, wrong[1])
	within := cmp.Or(s.Within, optOutWithin)
	slow := slices.IndexFunc(r.OptOuts, func(o OptOutResult) bool { return o.RefusedMS > float64(within.Milliseconds()) })
	expect(fmt.Sprintf("Every opt-out made the gate refuse within %v", within), -1, slow)
	expect("Everybody who left is refused, in each of the ways to leave", len(those(people, func(p *person) bool { return p.leaves != stays })), len(r.OptOuts))
	away := those(people, func(p *person) bool { return p.away })
	reason, err := s.asked(ctx, away[0])
	if err != nil {
		return err
	}
	expect("A holiday reply that quotes the unsubscribe line is no opt-out", subscriptions.Allowed, reason)
	s.expectCase(r, expect)
	expect("Every message is proved by the ledger, and the ledger's chain holds", true, r.Ledger > 0 && r.Deliveries > 0)
	r.OK = !slices.ContainsFunc(r.Expectations, func(e Expectation) bool { return !e.Held })
	return nil
}

func (s *stage) expectCase(r *Result, expect func(what string, want, was any)) {
	expect("The request for a copy of one's data became an access case", "access", r.Case.Kind)
	var want string
	if reckoning, err := s.house.Reckoner.Reckon(clock.Input{Kind: clock.Access, Received: r.Case.ReceivedAt, Division: clock.EnglandAndWales}); err == nil {
		for _, k := range reckoning.Clocks {
			if k.Name == clock.Answer {
				want = k.Due.String()
			}
		}
	}
	expect("The case is due one month after its mail arrived, by the calendar of the law", want, r.Case.DueOn)
	expect("The case shows the working of its clock", true, len(r.Case.Working) > 0)
	expect("The time of receipt is that of the mail server, not of our reading", true, !r.Case.ReceivedAt.IsZero() && !r.Case.ReceivedAt.After(s.Now().Add(time.Second)))
}

// why says more of a refusal than the gate does: whether the person left, or their mailbox is gone.
func (s *stage) why(ctx context.Context, p *person, reason subscriptions.Reason) (string, error) {
	ledger, err := s.house.DB.EventsByKey(ctx, s.house.Keys.AddressKey(address.Must(p.address)))
	if err != nil {
		return "", err
	}
	for _, bar := range subscriptions.Fold(ledger).Bars {
		return bar.Reason, nil
	}
	return string(reason), nil
}
