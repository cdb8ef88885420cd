package subscriptions_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/queue"
	"assent/subscriptions"
)

// clock is a time that moves only when a test moves it.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// rig is a Service on an open database with two programmes: harbour has the purposes news (consent, ends after 30 days), offers
// (consent, marketing) and harbour works (public task), ferry has one of its own.
type rig struct {
	*subscriptions.Service
	t     *testing.T
	db    *store.DB
	clock *clock

	harbour, ferry                       subscriptions.Programme
	news, offers, works, crossing        subscriptions.Purpose
	monthly, weekly, sales, dredge, boat subscriptions.List // of news, news, offers, works, crossing
}

var began = time.Date(2026, 5, 4, 9, 30, 0, 0, time.UTC)

// eachRig runs a test on every database.
func eachRig(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		test(t, newRig(t, db))
	})
}

func newRig(t *testing.T, db *store.DB) *rig {
	t.Helper()
	r := &rig{t: t, db: db, clock: &clock{at: began}}
	r.Service = &subscriptions.Service{Store: db, Keys: storetest.Keys(t), Now: r.clock.now}
	r.harbour, r.ferry = r.programme("harbour"), r.programme("ferry")
	purpose := func(p subscriptions.Programme, slug string, basis subscriptions.Basis, class subscriptions.Class, term time.Duration) subscriptions.Purpose {
		u := subscriptions.Purpose{ProgrammeID: p.ID, Slug: slug, Name: slug, Basis: basis, Class: class, Term: term}
		if basis == subscriptions.PublicTask {
			u.Conditions.Reference = "Harbours Act"
		}
		return check(r.CreatePurpose(t.Context(), u))(t)
	}
	r.news = purpose(r.harbour, "news", subscriptions.Consent, subscriptions.Newsletter, 30*24*time.Hour)
	r.offers = purpose(r.harbour, "offers", subscriptions.Consent, subscriptions.Marketing, 0)
	r.works = purpose(r.harbour, "works", subscriptions.PublicTask, subscriptions.Targeted, 0)
	r.crossing = purpose(r.ferry, "crossing", subscriptions.Consent, subscriptions.Newsletter, 0)
	notice := map[int64]int64{}
	for _, p := range []subscriptions.Programme{r.harbour, r.ferry} {
		notice[p.ID] = check(r.PublishNotice(t.Context(), anyNotice(p.ID, "How "+p.Slug+" uses your data.")))(t).ID
	}
	list := func(u subscriptions.Purpose, slug string, doubleOptIn bool) subscriptions.List {
		return check(r.CreateList(t.Context(), subscriptions.List{
			ProgrammeID: u.ProgrammeID, PurposeID: u.ID, NoticeID: notice[u.ProgrammeID], Slug: slug, Name: slug,
			Wording: "Send me " + slug + ".", DoubleOptIn: doubleOptIn, Public: doubleOptIn,
		}))(t)
	}
	r.monthly, r.weekly = list(r.news, "monthly", true), list(r.news, "weekly", true)
	r.sales, r.dredge, r.boat = list(r.offers, "sales", true), list(r.works, "dredge", false), list(r.crossing, "boat", true)
	return r
}

// anyNotice is a notice that says too little, for tests of something else.
func anyNotice(programmeID int64, text string) subscriptions.NoticeDraft {
	return subscriptions.NoticeDraft{ProgrammeID: programmeID, Texts: map[string]string{"en": text}, Override: "a test"}
}

func (r *rig) programme(slug string) subscriptions.Programme {
	r.t.Helper()
	return check(r.CreateProgramme(r.t.Context(), subscriptions.Programme{
		Slug: slug, Name: "Harbour News", Owner: "Harbour Board", Controller: "Harbour Board", PostalAddress: "1 Quay, Porthaven PH1 1AA",
		Contact:  subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")},
		FromName: "Harbour News", FromAddress: address.Must("news@harbour.example"),
	}))(r.t)
}

// check fails the test on an error: check(f())(t) is f's value.
func check[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (r *rig) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// refused checks an error's kind, and that its sentence says something.
func (r *rig) refused(err error, kind errs.Kind, says string) {
	r.t.Helper()
	if errs.KindOf(err) != kind || err == nil || !strings.Contains(errs.Message(err), says) {
		r.t.Fatalf("got %v %q (%v), want %v with %q", errs.KindOf(err), errs.Message(err), err, kind, says)
	}
}

func (r *rig) key(addr string) []byte { return r.Keys.AddressKey(address.Must(addr)) }

func (r *rig) ledger(addr string) []subscriptions.Event {
	r.t.Helper()
	return check(r.db.EventsByKey(r.t.Context(), r.key(addr)))(r.t)
}

func (r *rig) state(addr string) subscriptions.State {
	r.t.Helper()
	return subscriptions.Fold(r.ledger(addr))
}

// reason asks the gate of the ledger about one list.
func (r *rig) reason(addr string, l subscriptions.List) subscriptions.Reason {
	r.t.Helper()
	q := subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(l)}}
	return subscriptions.Decide(q, r.state(addr), r.clock.now()).Reason
}

func (r *rig) person(addr string) subscriptions.Subscriber {
	r.t.Helper()
	return check(r.db.SubscriberByKey(r.t.Context(), r.key(addr)))(r.t)
}

func asks(l subscriptions.List, addr string) subscriptions.Act {
	return subscriptions.Act{ListID: l.ID, Address: address.Must(addr), Channel: subscriptions.ByForm, Actor: "subscriber", Source: "web form"}
}

func agrees(l subscriptions.List, addr string, by subscriptions.Channel) subscriptions.Act {
	a := asks(l, addr)
	a.Channel, a.Actor, a.Source, a.Evidence = by, "user:1", "paper form", subscriptions.Evidence{"act": "signed form 12"}
	return a
}

func leaves(s subscriptions.Scope, addr string) subscriptions.Withdrawal {
	return subscriptions.Withdrawal{Address: address.Must(addr), Scope: s, Channel: subscriptions.ByOneClick, Actor: "subscriber"}
}

// requests returns the confirmation tasks that wait in the outbox.
func (r *rig) requests() []subscriptions.Confirmation {
	r.t.Helper()
	var out []subscriptions.Confirmation
	for _, task := range check(r.db.Due(r.t.Context(), r.clock.now().Add(time.Second), 1000))(r.t) {
		var c subscriptions.Confirmation
		if task.Kind != c.TaskKind() {
			continue
		}
		r.ok(json.Unmarshal(task.Payload, &c))
		out = append(out, c)
	}
	return out
}

// asked subscribes an address to a list and returns the token of the link in the mail that it is sent.
func (r *rig) asked(l subscriptions.List, addr string) string {
	r.t.Helper()
	at := r.clock.now()
	r.ok(r.Subscribe(r.t.Context(), asks(l, addr)))
	events := r.ledger(addr)
	last := events[len(events)-1]
	return r.ConfirmToken(subscriptions.Confirmation{SubscriberID: last.SubscriberID, ListID: l.ID, RequestSeq: last.Seq}, at)
}

// joined subscribes an address and confirms it.
func (r *rig) joined(l subscriptions.List, addr string) {
	r.t.Helper()
	check(r.Confirm(r.t.Context(), r.asked(l, addr), nil))(r.t)
}

// verified holds the whole database to its ledger.
func (r *rig) verified() {
	r.t.Helper()
	check(subscriptions.VerifyLedger(r.t.Context(), r.db))(r.t)
}

// failing is a Store whose transactions fail after their work.
type failing struct {
	subscriptions.Store
	err error
}

func (f failing) Update(ctx context.Context, fn func(subscriptions.Tx) error) error {
	return f.Store.Update(ctx, func(tx subscriptions.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return f.err
	})
}

var _ queue.Args = subscriptions.Confirmation{}
