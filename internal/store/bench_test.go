package store_test

import (
	"fmt"
	"testing"
	"time"

	"assent/internal/store/storetest"
	"assent/subscriptions"
	"assent/subscriptions/segment"
)

// eachBench runs a benchmark on every database, with people on two lists of which every tenth has left the first.
func eachBench(b *testing.B, people int, bench func(b *testing.B, h house, ids []int64)) {
	for name, url := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": storetest.PostgresURL} {
		b.Run(name, func(b *testing.B) {
			h := furnish(b, storetest.Open(b, url(b), time.Now), time.Now)
			ids := h.crowd(b, 0, people, h.lists[0], h.lists[1])
			err := h.db.Update(b.Context(), func(tx subscriptions.Tx) error {
				var events []subscriptions.Event
				for i := 0; i < people; i += 10 {
					p, err := h.db.Subscriber(b.Context(), ids[i])
					if err != nil {
						return err
					}
					events = append(events, subscriptions.Event{
						At: time.Now(), Kind: subscriptions.Withdrawn, Scope: subscriptions.ListScope(h.lists[0]), SubscriberID: p.ID, AddressKey: p.Key,
						Channel: subscriptions.ByOneClick, Actor: "subscriber", Evidence: []byte("{}"), Salt: []byte("salt"),
					})
				}
				return tx.Append(events)
			})
			if err != nil {
				b.Fatal(err)
			}
			bench(b, h, ids)
		})
	}
}

// BenchmarkAsk is what a window costs at the gate.
func BenchmarkAsk(b *testing.B) {
	eachBench(b, 5000, func(b *testing.B, h house, ids []int64) {
		for _, window := range []int{1, 16, 64, 256} {
			b.Run(fmt.Sprintf("window=%d", window), func(b *testing.B) {
				q := question(h.lists[0], h.lists[1])
				q.Purposes = []subscriptions.Scope{subscriptions.PurposeScope(h.purposes[0])}
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					from := i * window % (len(ids) - window)
					if _, _, err := h.db.Ask(b.Context(), q, ids[from:from+window], time.Now()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	})
}

// BenchmarkPlan is what planning a page of the audience costs: 5,000 people.
func BenchmarkPlan(b *testing.B) {
	eachBench(b, 5000, func(b *testing.B, h house, _ []int64) {
		q := audience(h.lists[0], h.lists[1])
		for b.Loop() {
			c := h.campaign(b, h.lists[0], h.lists[1])
			if _, err := h.db.PlanPage(b.Context(), c.ID, q, time.Now()); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(5000*float64(b.N)/b.Elapsed().Seconds(), "people/s")
	})
}

// BenchmarkVerify is what proving a ledger of 11,000 events costs.
func BenchmarkVerify(b *testing.B) {
	eachBench(b, 5000, func(b *testing.B, h house, _ []int64) {
		events := int64(0)
		for b.Loop() {
			n, err := subscriptions.VerifyLedger(b.Context(), h.db)
			if err != nil {
				b.Fatal(err)
			}
			events += n
		}
		b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
	})
}

// BenchmarkSegment is what counting a segment over an audience costs, beside the gate alone (none). The two sizes show whether later pages cost more.
func BenchmarkSegment(b *testing.B) {
	for _, people := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			eachBench(b, people, func(b *testing.B, h house, _ []int64) {
				h.declareAll(b)
				svc := &segment.Service{Store: h.db, Now: time.Now}
				for name, text := range map[string]string{
					"none":       "",
					"attributes": `region is "Môn" and not sector contains "ports" or company starts with "an"`,
					"history":    `not sent any campaign in the last 30 days and joined list-0-0-0 since 2026-01-01`,
				} {
					a := segment.Audience{Question: question(h.lists[0], h.lists[1])}
					if text != "" {
						rule := must(svc.Bind(b.Context(), h.lists[0].ProgrammeID, must(segment.Parse(text))(b), a.Question, time.Now()))(b)
						a.Rule, a.Excluded = &rule, []int64{h.lists[2].ID}
					}
					b.Run(name, func(b *testing.B) {
						for b.Loop() {
							if _, _, err := h.db.Survey(b.Context(), a, time.Now(), segment.SampleSize); err != nil {
								b.Fatal(err)
							}
						}
						b.ReportMetric(float64(people)*float64(b.N)/b.Elapsed().Seconds(), "people/s")
					})
				}
			})
		})
	}
}
