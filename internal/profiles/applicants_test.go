package profiles_test

import (
	"slices"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/profiles"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

// The company’s promise of E2-13, from its profile to the erasure: six months, twelve with consent or until it is taken back, and held for a claim.
func TestApplicantsGoAfterSixMonthsLaterWithConsentAndNotWhileHeld(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, at := t.Context(), time.Date(2026, 1, 10, 9, 0, 0, 0, time.UTC)
		now := func() time.Time { return at }
		people := &subscriptions.Service{Store: db, Keys: storetest.Keys(t), Now: now}
		keeper := &subscriptions.Keeper{Store: db, Keys: people.Keys, Now: now}
		schedule := &retention.Service{Store: db, Keeper: keeper, Now: now}
		p, err := profiles.Get("brightwell-careers")
		if err != nil {
			t.Fatal(err)
		}
		out, err := profiles.Loader{People: people, Editor: &subscriptions.Editor{Store: db, Catalogue: db, Now: now}, Rules: schedule, Actor: "system"}.Load(ctx, p)
		if err != nil {
			t.Fatal(err)
		}
		list := func(slug string) subscriptions.List {
			return out.Lists[slices.IndexFunc(out.Lists, func(l subscriptions.List) bool { return l.Slug == slug })]
		}
		applications, vacancies := list("brightwell-applications"), list("brightwell-vacancies")
		on := func(who string, l subscriptions.List) {
			t.Helper()
			act := subscriptions.Act{ListID: l.ID, Address: address.Must(who), Channel: subscriptions.ByStaff, Actor: "user:1", Source: "application form", Evidence: subscriptions.Evidence{"act": "ticked the box"}}
			if _, err := people.Grant(ctx, act); err != nil {
				t.Fatal(err)
			}
		}
		off := func(who string, l subscriptions.List) {
			t.Helper()
			if _, err := people.Withdraw(ctx, subscriptions.Withdrawal{Address: address.Must(who), Scope: subscriptions.ListScope(l), Channel: subscriptions.ByStaff, Actor: "user:1"}); err != nil {
				t.Fatal(err)
			}
		}
		const plain, stays, regrets, claims = "ann@reader.example", "bea@reader.example", "cai@reader.example", "dee@reader.example"
		for _, who := range []string{plain, stays, regrets, claims} {
			on(who, applications)
			if who == stays || who == regrets {
				on(who, vacancies)
			}
			off(who, applications) // it is decided
		}
		held, err := db.SubscriberByKey(ctx, people.Keys.AddressKey(address.Must(claims)))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := keeper.PlaceHold(ctx, held.ID, "user:1", "a claim is threatened"); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			on    time.Time
			first func()
			left  []string
		}{
			{on: time.Date(2026, 7, 10, 8, 0, 0, 0, time.UTC), left: []string{plain, stays, regrets, claims}},
			{on: time.Date(2026, 7, 10, 9, 0, 0, 0, time.UTC), left: []string{stays, regrets, claims}},
			{on: time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC), first: func() { off(regrets, vacancies) }, left: []string{stays, claims}},
			{on: time.Date(2027, 1, 9, 9, 0, 0, 0, time.UTC), left: []string{stays, claims}},
			{on: time.Date(2027, 1, 10, 9, 0, 0, 0, time.UTC), left: []string{claims}},
		} {
			at = step.on
			if step.first != nil {
				step.first()
			}
			approveAll(t, schedule)
			var left []string
			for _, who := range []string{plain, stays, regrets, claims} {
				if x, err := db.SubscriberByKey(ctx, people.Keys.AddressKey(address.Must(who))); err == nil && !x.Address.IsZero() {
					left = append(left, who)
				}
			}
			if !slices.Equal(left, step.left) {
				t.Errorf("on %s there are %q; want %q", at.Format(time.DateOnly), left, step.left)
			}
		}
	})
}

// approveAll runs the schedule, approves what it found, and runs it again.
func approveAll(t *testing.T, s *retention.Service) {
	t.Helper()
	for range 2 {
		if _, err := s.Run(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		waiting, err := s.Store.Disposals(t.Context(), 0, 0, 10, retention.Waiting)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range waiting {
			if _, err := s.Decide(t.Context(), d.ID, retention.Approve, "user:2", "", time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
	}
}
