package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

// byHand is a store that never writes ahead, and writes newcomers as everybody else: by CreateSubscribers and Append.
type byHand struct{ *store.DB }

func (s byHand) AppendAhead(context.Context, importing.Ahead, func(importing.Tx) error) error {
	return importing.ErrMoved
}

func (s byHand) UpdateImport(ctx context.Context, fn func(importing.Tx) error) error {
	return s.DB.UpdateImport(ctx, func(tx importing.Tx) error { return fn(byHandTx{tx}) })
}

type byHandTx struct{ importing.Tx }

func (t byHandTx) Bring(people []*subscriptions.Subscriber, events []subscriptions.Event) error {
	if err := t.CreateSubscribers(people); err != nil {
		return err
	}
	for i, p := range people {
		events[i].SubscriberID = p.ID
	}
	return t.Append(events)
}

// The same files through the bulk way and through the way that everything else takes give the same ledger, but for its random salts, and the same tables.
func TestBothWaysInGiveTheSame(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"SQLite": storetest.SQLiteURL, "PostgreSQL": storetest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
			clock := func() time.Time { return now }
			var houses [2]house
			for i := range houses {
				houses[i] = furnish(t, storetest.Open(t, url(t), clock), clock)
			}
			chance := rand.New(rand.NewPCG(7, 11))
			for round := range 4 {
				text := mixedFile(chance, 300)
				list := houses[0].lists[round%2]
				var reports [2]importing.Report
				for i, h := range houses {
					var into importing.Store = h.db
					if i == 1 {
						into = byHand{h.db}
					}
					reports[i] = must(bring(t, into, clock, list, text, &rejectLog{}, false))(t)
					for n := range 10 { // people act in between
						who := subscriptions.Withdrawal{Address: address.Must(fmt.Sprintf("p%d@example.org", round*50+n*7)), Scope: subscriptions.ListScope(list), Channel: subscriptions.ByMail, Actor: "subscriber"}
						must(h.svc.Withdraw(t.Context(), who))(t)
					}
				}
				if tally(reports[0].Counts) != tally(reports[1].Counts) {
					t.Fatalf("bulk: %s\nelse: %s", tally(reports[0].Counts), tally(reports[1].Counts))
				}
			}
			a, b := everything(t, houses[0]), everything(t, houses[1])
			for what := range a {
				if !reflect.DeepEqual(a[what], b[what]) {
					t.Errorf("%s differ:\n%.2000v\n%.2000v", what, a[what], b[what])
				}
			}
			for _, h := range houses {
				if _, err := subscriptions.VerifyLedger(t.Context(), h.db); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// mixedFile has people who come again in other files, with and without evidence, opted out elsewhere, and mistakes.
func mixedFile(chance *rand.Rand, rows int) string {
	var b strings.Builder
	b.WriteString("address,name,act,acted_at,source,wording,status\n")
	for range rows {
		n := chance.IntN(600)
		who := fmt.Sprintf("p%d@example.org", n)
		switch chance.IntN(12) {
		case 0:
			fmt.Fprintf(&b, "%s,,,,Fair,,\n", who)
		case 1:
			fmt.Fprintf(&b, "%s,,,,,,unsubscribed\n", who)
		case 2:
			fmt.Fprintf(&b, "no address %d,,,,,,\n", n)
		case 3:
			fmt.Fprintf(&b, "%s,,,,,,blocklisted\n", who)
		default:
			fmt.Fprintf(&b, "%s,Person %d,Ticked <the> box & signed,2026-03-%02d,Fair,Wording %d.,active\n", who, n, 1+n%28, n%3)
		}
	}
	return b.String()
}

// everything reads what the ledger and the gate's tables hold, by address where row numbers may differ.
func everything(t *testing.T, h house) map[string]any {
	t.Helper()
	ctx := t.Context()
	people := must(h.db.Subscribers(ctx, 0, 100_000))(t)
	folded := must(h.db.Folded(ctx, people))(t)
	names := map[int64]string{}
	states := map[string]string{}
	for i, p := range people {
		names[p.ID] = p.Address.String()
		states[p.Address.String()] = fmt.Sprintf("%+v", folded[p.ID])
		people[i].ID = 0
	}
	var events []string
	for _, e := range must(h.db.Events(ctx, 0, 100_000))(t) {
		events = append(events, fmt.Sprint(e.Seq, e.Kind, e.Scope, names[e.SubscriberID], e.AddressKey, e.Channel, e.Actor, e.Source, e.WordingDigest, e.NoticeDigest, e.Reason, e.ExpiresAt, string(e.Evidence)))
	}
	return map[string]any{"people": people, "states": states, "events": events, "suppressions": must(h.db.Suppressions(ctx, 0, 100_000))(t)}
}
