package e2e

import (
	"fmt"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
)

// crowd puts n people on a list by one act each, as an import does, and returns their row numbers.
func crowd(t testing.TB, db *store.DB, list subscriptions.List, n int) []int64 {
	t.Helper()
	keys, now := storetest.Keys(t), time.Now()
	var ids []int64
	for from := 0; from < n; from += 1000 {
		err := db.Update(t.Context(), func(tx subscriptions.Tx) error {
			var people []*subscriptions.Subscriber
			for i := from; i < min(from+1000, n); i++ {
				a := address.Must(fmt.Sprintf("person-%05d@example.org", i))
				people = append(people, &subscriptions.Subscriber{Key: keys.AddressKey(a), Address: a, Name: fmt.Sprintf("Person %d", i), CreatedAt: now, UpdatedAt: now})
			}
			if err := tx.CreateSubscribers(people); err != nil {
				return err
			}
			var events []subscriptions.Event
			for _, p := range people {
				ids = append(ids, p.ID)
				events = append(events, subscriptions.Event{
					At: now, Kind: subscriptions.Granted, Scope: subscriptions.ListScope(list), SubscriberID: p.ID, AddressKey: p.Key,
					Channel: subscriptions.ByImport, Actor: "system", Source: "test", Evidence: []byte(`{"act":"signed the form"}`), Salt: []byte("0123456789abcdef"),
				})
			}
			return tx.Append(events)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

// draft makes a campaign to the scene's list.
func (s *scene) draft(name string) int64 {
	s.t.Helper()
	c, err := s.house.Mailer.Create(s.t.Context(), campaignTo(s.list, name), "user:1")
	s.check(err)
	return c.ID
}

func (s *scene) schedule(id int64) {
	s.t.Helper()
	_, err := s.house.Mailer.Schedule(s.t.Context(), id, time.Time{}, "user:1")
	s.check(err)
}
