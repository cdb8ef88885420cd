package subscriptions_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
)

// answers is a GateStore that says what a test wants.
type answers struct {
	candidates []subscriptions.Candidate
	seq        int64
	ledger     []subscriptions.Event
	err        error
	asked      func()
}

func (a answers) Ask(context.Context, subscriptions.Question, []int64, time.Time) ([]subscriptions.Candidate, int64, error) {
	if a.asked != nil {
		a.asked()
	}
	return a.candidates, a.seq, a.err
}

func (a answers) EventsByKey(context.Context, []byte) ([]subscriptions.Event, error) {
	return a.ledger, a.err
}

// IsOperator knows one.
func (a answers) IsOperator(_ context.Context, to address.Address) (bool, error) {
	return to.Normal() == "lee@harbour.example", a.err
}

func candidate(id int64, addr string, d subscriptions.Decision) subscriptions.Candidate {
	c := subscriptions.Candidate{Subscriber: subscriptions.Subscriber{ID: id}, Decision: d}
	if addr != "" {
		c.Subscriber.Address = address.Must(addr)
	}
	return c
}

func TestOnlyThoseWhomTheGateAdmitsGetAPermit(t *testing.T) {
	t.Parallel()
	c := &clock{at: began}
	g := subscriptions.Gate{Now: c.now, Store: answers{seq: 90, candidates: []subscriptions.Candidate{
		candidate(1, "ann@example.org", subscriptions.Decision{Seq: 11, ListID: 100}),
		candidate(2, "bob@example.org", subscriptions.Decision{Reason: subscriptions.ReasonWithdrawn, Seq: 12, ListID: 100}),
		candidate(3, "", subscriptions.Decision{Seq: 13, ListID: 100}),
	}, asked: func() { c.advance(time.Second) }}}
	got, err := g.Admit(t.Context(), to(listA), subscriptions.Targeted, []int64{1, 2, 3, 4})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Admitted) != 1 || got.GateSeq != 90 || !got.AskedAt.Equal(began) {
		t.Fatalf("%+v", got)
	}
	p := got.Admitted[0].Permit
	if p.To().String() != "ann@example.org" || p.Subscriber() != 1 || p.List() != 100 || p.Event() != 11 || p.GateSeq() != 90 || !p.AskedAt().Equal(began) || p.Class() != subscriptions.Targeted {
		t.Errorf("the permit is %+v", p)
	}
	want := []subscriptions.Refusal{
		{SubscriberID: 2, Reason: subscriptions.ReasonWithdrawn, Seq: 12},
		{SubscriberID: 3, Reason: subscriptions.ReasonErased, Seq: 13}, // allowed, and there is no address to send to
		{SubscriberID: 4, Reason: subscriptions.ReasonNotMember},
	}
	if len(got.Refused) != len(want) {
		t.Fatalf("refused %+v", got.Refused)
	}
	for i, w := range want {
		if got.Refused[i] != w {
			t.Errorf("refused %+v, want %+v", got.Refused[i], w)
		}
	}
}

func TestAPermitHoldsForTwoSecondsFromTheQuestion(t *testing.T) {
	t.Parallel()
	g := subscriptions.Gate{Now: func() time.Time { return began }, Store: answers{
		candidates: []subscriptions.Candidate{candidate(1, "ann@example.org", subscriptions.Decision{Seq: 11, ListID: 100})},
	}}
	got, err := g.Admit(t.Context(), to(listA), subscriptions.Newsletter, []int64{1})
	if err != nil {
		t.Fatal(err)
	}
	p := got.Admitted[0].Permit
	for _, c := range []struct {
		name string
		now  time.Time
		good bool
	}{
		{"at once", began, true},
		{"after two seconds", began.Add(2 * time.Second), true},
		{"a nanosecond later", began.Add(2*time.Second + 1), false},
		{"before it was asked", began.Add(-1), false},
	} {
		if err := p.Valid(c.now); (err == nil) != c.good || err != nil && errs.KindOf(err) != errs.Refused {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAPermitEndsWithWhatItRestsOn(t *testing.T) {
	t.Parallel()
	ends := began.Add(time.Second)
	g := subscriptions.Gate{Now: func() time.Time { return began }, Store: answers{
		candidates: []subscriptions.Candidate{candidate(1, "ann@example.org", subscriptions.Decision{Seq: 11, ListID: 100, Until: ends})},
	}}
	got, err := g.Admit(t.Context(), to(listA), subscriptions.Newsletter, []int64{1})
	if err != nil {
		t.Fatal(err)
	}
	p := got.Admitted[0].Permit
	if err := p.Valid(ends.Add(-1)); err != nil {
		t.Errorf("just before its end: %v", err)
	}
	if err := p.Valid(ends); errs.KindOf(err) != errs.Refused {
		t.Errorf("a second after the gate was asked, when the term had ended: %v", err)
	}
}

func TestTheZeroPermitPermitsNothing(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]subscriptions.Permit{
		"none at all":              {},
		"of a letter to nobody":    subscriptions.Gate{Now: func() time.Time { return began }}.AdmitLetter(address.Address{}, 0),
		"of a gate without a time": subscriptions.Gate{Now: func() time.Time { return time.Time{} }}.AdmitLetter(address.Must("ann@example.org"), 1),
	} {
		if err := p.Valid(began); errs.KindOf(err) != errs.Refused {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAGateThatCannotAskAdmitsNobody(t *testing.T) {
	t.Parallel()
	down := errs.E("store", errs.Unavailable, "The database does not answer.", errors.New("gone"))
	g := subscriptions.Gate{Now: func() time.Time { return began }, Store: answers{
		candidates: []subscriptions.Candidate{candidate(1, "ann@example.org", subscriptions.Decision{Seq: 11})}, err: down,
	}}
	got, err := g.Admit(t.Context(), to(listA), subscriptions.Newsletter, []int64{1})
	if errs.KindOf(err) != errs.Unavailable || len(got.Admitted) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	ann := subscriptions.Subscriber{ID: 1, Address: address.Must("ann@example.org")}
	if p, err := g.AdmitConfirmation(t.Context(), ann, listA, 1); errs.KindOf(err) != errs.Unavailable || p.Valid(began) == nil {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestAConfirmationMailIsPermittedWhileItsRequestStands(t *testing.T) {
	t.Parallel()
	var nobody history
	asked := nobody.signs(listC).requests(listA)
	for _, c := range []struct {
		name   string
		ledger history
		addr   string
		after  time.Duration
		good   bool
	}{
		{"a request", asked, "ann@example.org", 0, true},
		{"a request of somebody who left before", nobody.leaves(everything).requests(listA), "ann@example.org", 0, true},
		{"another list withdrawn since", asked.leaves(listC), "ann@example.org", 0, true},
		{"asked for again since", asked.requests(listA), "ann@example.org", 0, true},
		{"withdrawn since", asked.leaves(listA), "ann@example.org", 0, false},
		{"everything withdrawn since", asked.leaves(everything), "ann@example.org", 0, false},
		{"a dead mailbox since", asked.isSuppressed(everything, "dead address"), "ann@example.org", 0, false},
		{"confirmed since", asked.confirms(listA), "ann@example.org", 0, false},
		{"restricted since", asked.isRestricted(), "ann@example.org", 0, false},
		{"erased since", asked.isErased(), "", 0, false},
		{"no address", asked, "", 0, false},
		{"no such request", nobody.signs(listC), "ann@example.org", 0, false},
		{"not a request", nobody.signs(listA).signs(listA), "ann@example.org", 0, false},
		{"a request for another list", nobody.signs(listC).requests(listB), "ann@example.org", 0, false},
		{"as old as its link is good for", asked, "ann@example.org", subscriptions.ConfirmWithin - time.Minute, true},
		{"older than its link is good for", asked, "ann@example.org", subscriptions.ConfirmWithin + time.Minute, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			now := began.Add(2 * time.Minute).Add(c.after)
			g := subscriptions.Gate{Now: func() time.Time { return now }, Store: answers{ledger: c.ledger}}
			p, err := g.AdmitConfirmation(t.Context(), candidate(1, c.addr, subscriptions.Decision{}).Subscriber, listA, 2)
			if (err == nil) != c.good || (p.Valid(now) == nil) != c.good {
				t.Fatalf("%v, %v", p.Valid(now), err)
			}
			if err != nil && errs.KindOf(err) != errs.Refused {
				t.Errorf("kind %v", errs.KindOf(err))
			}
			if err == nil && (p.Event() != 2 || p.Class() != subscriptions.ServiceClass || p.To().String() != c.addr) {
				t.Errorf("the permit is %+v", p)
			}
		})
	}
}

func TestATrialIsPermittedToOperatorsAlone(t *testing.T) {
	t.Parallel()
	g := subscriptions.Gate{Now: func() time.Time { return began }, Store: answers{}}
	if _, err := g.AdmitTrial(t.Context(), address.Must("lee@harbour.example")); err != nil {
		t.Error(err)
	}
	if _, err := g.AdmitTrial(t.Context(), address.Must("ann@example.org")); errs.KindOf(err) != errs.Refused {
		t.Errorf("a reader gets a trial: %v", err)
	}
}
