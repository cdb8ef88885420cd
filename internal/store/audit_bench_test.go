package store_test

import (
	"fmt"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/store/storetest"
	"assent/subscriptions"
)

// BenchmarkRecord notes readings one by one, alone and beside others: each is a transaction that locks the trail's end.
func BenchmarkRecord(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": storetest.PostgresURL} {
		db := storetest.Open(b, url(b), time.Now)
		record := func(i int) error {
			return db.Record(b.Context(), audit.Note{Actor: "user:3", Action: audit.ReadPerson, Object: audit.About("subscriber", int64(i%1000+1)), Why: "she rang us"})
		}
		b.Run(name+"/alone", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if err := record(i); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/beside", func(b *testing.B) {
			b.SetParallelism(4)
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					if err := record(i); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}

// BenchmarkSubscribe is a request for a list by somebody new, which notes the person with their data encrypted.
func BenchmarkSubscribe(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": storetest.PostgresURL} {
		db := storetest.Open(b, url(b), time.Now)
		h := furnish(b, db, time.Now)
		n := 0
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				n++
				act := subscriptions.Act{ListID: h.lists[0].ID, Address: address.Must(fmt.Sprintf("person-%d@example.org", n)), Channel: subscriptions.ByForm, Actor: "subscriber", Source: "web form"}
				if err := h.svc.Subscribe(b.Context(), act); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
