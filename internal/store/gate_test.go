package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
)

// house is a programme with purposes and lists, in an open database.
type house struct {
	db       *store.DB
	svc      *subscriptions.Service
	lists    []subscriptions.List
	purposes []subscriptions.Purpose
}

func furnish(t testing.TB, db *store.DB, now func() time.Time) house {
	t.Helper()
	h := house{db: db, svc: &subscriptions.Service{Store: db, Keys: storetest.Keys(t), Now: now}}
	for p := range 2 {
		programme := must(h.svc.CreateProgramme(t.Context(), subscriptions.Programme{
			Slug: fmt.Sprintf("programme-%d", p), Name: "Harbour News", Owner: "Harbour Board", Controller: "Harbour Board", PostalAddress: "1 Quay, Porthaven PH1 1AA",
			Contact:  subscriptions.Contact{Name: "Sam Poole", Address: address.Must("contact@harbour.example")},
			FromName: "Harbour News", FromAddress: address.Must("news@harbour.example"),
		}))(t)
		for u := range 2 {
			purpose := must(h.svc.CreatePurpose(t.Context(), subscriptions.Purpose{
				ProgrammeID: programme.ID, Slug: fmt.Sprintf("purpose-%d", u), Name: "Monthly news", Basis: subscriptions.Consent, Class: subscriptions.Newsletter,
			}))(t)
			h.purposes = append(h.purposes, purpose)
			notice := h.publishes(t, programme.ID, fmt.Sprintf("How we use your data for %d purposes.", u+1))
			for l := range 2 {
				h.lists = append(h.lists, must(h.svc.CreateList(t.Context(), subscriptions.List{
					ProgrammeID: programme.ID, PurposeID: purpose.ID, NoticeID: notice.ID, Slug: fmt.Sprintf("list-%d-%d-%d", p, u, l),
					Name: "News", Wording: "Send me the news.", DoubleOptIn: true, Public: true,
				}))(t))
			}
		}
	}
	return h
}

// publishes puts out a notice that tells of all purposes that the programme has.
func (h house) publishes(t testing.TB, programmeID int64, text string) subscriptions.Notice {
	t.Helper()
	return must(h.svc.PublishNotice(t.Context(), subscriptions.NoticeDraft{ProgrammeID: programmeID, Texts: map[string]string{"en": text}, Override: "a test"}))(t)
}

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (h house) randomScope(r *rand.Rand) subscriptions.Scope {
	list := h.lists[r.IntN(len(h.lists))]
	switch r.IntN(8) {
	case 0:
		return subscriptions.Everything()
	case 1:
		return subscriptions.ProgrammeScope(list.ProgrammeID)
	case 2, 3:
		return subscriptions.PurposeScope(h.purposes[r.IntN(len(h.purposes))])
	}
	return subscriptions.ListScope(list)
}

// randomEvent makes an event as careless as a bug could make it: imports after opt-outs, terms that end, releases without restriction.
func (h house) randomEvent(r *rand.Rand, p *subscriptions.Subscriber, now time.Time) subscriptions.Event {
	e := subscriptions.Event{At: now, SubscriberID: p.ID, AddressKey: p.Key, Actor: "system", Salt: []byte("salt"), Evidence: []byte(`{}`)}
	e.Kind = subscriptions.EventKinds[r.IntN(len(subscriptions.EventKinds))]
	if r.IntN(3) > 0 { // most people agree more often than they are erased
		e.Kind = []subscriptions.EventKind{subscriptions.Requested, subscriptions.Confirmed, subscriptions.Granted, subscriptions.Enrolled}[r.IntN(4)]
	}
	e.Channel = subscriptions.Channels[r.IntN(len(subscriptions.Channels))]
	e.Scope = h.randomScope(r)
	switch e.Kind {
	case subscriptions.Requested, subscriptions.Confirmed, subscriptions.Granted, subscriptions.Enrolled, subscriptions.Lapsed:
		e.Scope = subscriptions.ListScope(h.lists[r.IntN(len(h.lists))])
		if r.IntN(4) == 0 {
			e.ExpiresAt = now.Add(time.Duration(r.IntN(7)-3) * time.Hour)
		}
		if e.Kind == subscriptions.Enrolled && r.IntN(2) == 0 {
			e.NoticeDigest = "the notice"
		}
	case subscriptions.Paused:
		e.ExpiresAt = now.Add(time.Duration(r.IntN(7)-3) * time.Hour)
	case subscriptions.Restricted, subscriptions.Released, subscriptions.Erased, subscriptions.ProfilingRefused, subscriptions.ProfilingAllowed:
		e.Scope = subscriptions.Everything()
	}
	return e
}

func (h house) randomQuestion(r *rand.Rand) subscriptions.Question {
	var q subscriptions.Question
	for _, i := range r.Perm(len(h.lists))[:1+r.IntN(3)] {
		q.Lists = append(q.Lists, subscriptions.ListScope(h.lists[i]))
	}
	for _, i := range r.Perm(len(h.purposes))[:r.IntN(3)] {
		q.Purposes = append(q.Purposes, subscriptions.PurposeScope(h.purposes[i]))
	}
	if r.IntN(8) == 0 {
		q.Ends = time.Now().Add(time.Duration(r.IntN(7)-3) * time.Hour)
	}
	return q
}

// The gate stands twice: as Decide over one person's ledger, and as a join over audiences. Over random histories both must say the same.
func TestGateAgreesWithDecide(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		now := time.Now().UTC().Truncate(time.Millisecond)
		h := furnish(t, db, func() time.Time { return now })
		seed := uint64(now.UnixNano())
		t.Logf("seed %d", seed)
		r := rand.New(rand.NewPCG(seed, 1))
		people := h.randomHistories(t, r, 150, now)
		states := h.states(t, people)
		for range 40 {
			q, at := h.randomQuestion(r), now.Add(time.Duration(r.IntN(5)-2)*time.Hour)
			want := map[int64]subscriptions.Decision{}
			funnel := map[subscriptions.Reason]int64{}
			for _, p := range people {
				d := subscriptions.Decide(q, states[p.ID], at)
				if d.Reason != subscriptions.ReasonNotMember {
					want[p.ID] = d
					funnel[d.Reason]++
				}
			}
			h.checkAsk(t, q, people, want, at)
			if got := must(db.Funnel(t.Context(), q, at))(t); fmt.Sprint(got) != fmt.Sprint(funnel) {
				t.Fatalf("seed %d: question %+v: funnel %v, the ledger says %v", seed, q, got, funnel)
			}
		}
	})
}

func (h house) randomHistories(t *testing.T, r *rand.Rand, n int, now time.Time) []*subscriptions.Subscriber {
	t.Helper()
	var people []*subscriptions.Subscriber
	for i := range n {
		a := address.Must(fmt.Sprintf("person-%d@example.org", i))
		people = append(people, &subscriptions.Subscriber{Key: h.svc.Keys.AddressKey(a), Address: a, CreatedAt: now, UpdatedAt: now})
	}
	err := h.db.Update(t.Context(), func(tx subscriptions.Tx) error { return tx.CreateSubscribers(people) })
	if err != nil {
		t.Fatal(err)
	}
	for range 8 { // rounds, so that folding goes over ledgers that stand already
		var events []subscriptions.Event
		for _, p := range people {
			for range r.IntN(3) {
				events = append(events, h.randomEvent(r, p, now))
			}
		}
		r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		if err := h.db.Update(t.Context(), func(tx subscriptions.Tx) error { return tx.Append(events) }); err != nil {
			t.Fatal(err)
		}
	}
	return people
}

// states folds each person's ledger.
func (h house) states(t *testing.T, people []*subscriptions.Subscriber) map[int64]subscriptions.State {
	t.Helper()
	keys := make([][]byte, len(people))
	for i, p := range people {
		keys[i] = p.Key
	}
	ledgers := must(h.db.Ledgers(t.Context(), keys...))(t)
	out := map[int64]subscriptions.State{}
	for _, p := range people {
		out[p.ID] = subscriptions.Fold(ledgers[string(p.Key)])
	}
	return out
}

func (h house) checkAsk(t *testing.T, q subscriptions.Question, people []*subscriptions.Subscriber, want map[int64]subscriptions.Decision, at time.Time) {
	t.Helper()
	var ids []int64
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	got, _, err := h.db.Ask(t.Context(), q, ids, at)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range got {
		d, ok := want[c.Subscriber.ID]
		if !ok || d.Reason != c.Decision.Reason || d.Seq != c.Decision.Seq || d.Reason == subscriptions.Allowed && d.ListID != c.Decision.ListID || !d.Until.Equal(c.Decision.Until) {
			t.Fatalf("person %d, question %+v: the join says %+v, the ledger %+v", c.Subscriber.ID, q, c.Decision, d)
		}
		delete(want, c.Subscriber.ID)
	}
	if len(want) > 0 {
		t.Fatalf("the join left out %v", want)
	}
}
