package store_test

import (
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
)

// The ledger is found by person, and an address may be on it before there is one.
func TestWhatIsKnownOfAnAddressBeforeThereIsAPersonIsFoundAfterwards(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const addr = "early@example.org"
		h := furnish(t, db, time.Now)
		key := storetest.Keys(t).AddressKey(address.Must(addr))
		must(h.svc.Suppress(t.Context(), subscriptions.Withdrawal{Address: address.Must(addr), Scope: subscriptions.Everything(), Channel: subscriptions.ByStaff, Actor: "user:1"}, "complaint"))(t)
		before := must(db.EventsByKey(t.Context(), key))(t)
		if len(before) != 1 || before[0].SubscriberID != 0 {
			t.Fatalf("before there is a person: %+v", before)
		}
		h.asks(t, h.lists[0], addr)
		after := must(db.EventsByKey(t.Context(), key))(t)
		if len(after) != 2 || after[0].Seq != before[0].Seq || after[1].SubscriberID == 0 {
			t.Errorf("once there is a person: %+v", after)
		}
		err := db.Update(t.Context(), func(tx subscriptions.Tx) error {
			byKey, err := tx.EventsByKey(key)
			if len(byKey[string(key)]) != 2 {
				t.Errorf("while the ledger's end is held: %+v", byKey)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
