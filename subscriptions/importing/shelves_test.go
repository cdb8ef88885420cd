package importing_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

const shelvedHead = "address,act,acted_at,source,status\n"

// crowd is so many rows of strangers.
func crowd(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "p%d@example.org,Ticked,2026-03-31,Fair,\n", i)
	}
	return b.String()
}

// Of strangers in any order, those come in together who stand together in the index by address.
func TestNeighboursOfALargeFileComeInTogether(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		room        int
		most, least int // how often the next person's key is before the last one's
	}{
		{"with room for them", 64, 400 / 64, 1},
		{"without", -1, 400, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := onSQLite(t)
			report := must(h.bringsWith(t, shelvedHead+crowd(400), importing.Importer{Batch: 8, Room: c.room}, -1, &rejects{}))(t)
			if report.Granted != 400 || report.Beyond != nil {
				t.Fatalf("%+v", report)
			}
			events := must(h.db.Events(t.Context(), 0, 1000))(t)
			back := 0
			for i := range events[1:] {
				if bytes.Compare(events[i].AddressKey, events[i+1].AddressKey) > 0 {
					back++
				}
			}
			if len(events) != 400 || back > c.most || back < c.least {
				t.Errorf("%d events, %d times back in the index", len(events), back)
			}
		})
	}
}

// Wherever the import of a large file loses power, with other sizes in each life, everybody ends as the file says, once.
func TestALargeFileThatIsInterruptedAnywhereEndsAsItSays(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			h := onSQLite(t)
			chance := rand.New(rand.NewPCG(seed, 3))
			text, says := fateFile(chance, 300)
			var log rejects
			var report importing.Report
			err := errPower
			for life := 0; errors.Is(err, errPower); life++ {
				im := importing.Importer{Batch: 1 + chance.IntN(9), Room: chance.IntN(60)}
				cut := chance.IntN(12)
				if life > 40 {
					cut = -1
				}
				report, err = h.bringsWith(t, text, im, cut, &log)
			}
			fatal(t, err)
			c := report.Counts
			if c.Rows != 300 || c.Granted+c.Unchanged+c.Duplicates+c.Quarantined+c.Refused+c.Barred+c.Invalid != 300 {
				t.Errorf("%+v", c)
			}
			h.endsAs(t, says)
			last := int64(0)
			for _, r := range log.rows {
				if strings.HasPrefix(r.Row, "no address") {
					if r.Line <= last {
						t.Errorf("line %d was not taken after line %d", r.Line, last)
					}
					last = r.Line
				}
			}
			if n := strings.Count(text, "no address"); int64(n) != c.Invalid {
				t.Errorf("%d rows with a mistake, of %d", c.Invalid, n)
			}
			must(subscriptions.VerifyLedger(t.Context(), h.db))(t)
		})
	}
}

// fateFile is a file about some people with rows of every sort, and tells of each whether they are on the list in the end.
func fateFile(chance *rand.Rand, rows int) (text string, on map[string]bool) {
	on = map[string]bool{}
	var b strings.Builder
	b.WriteString(shelvedHead)
	barred := map[string]bool{}
	for range rows {
		who := fmt.Sprintf("p%d@example.org", chance.IntN(200))
		switch chance.IntN(12) {
		case 0:
			fmt.Fprintf(&b, "%s,,,,\n", who)
		case 1:
			fmt.Fprintf(&b, "%s,,,,unsubscribed\n", who)
			barred[who], on[who] = true, false
		case 2:
			fmt.Fprintf(&b, "no address,Ticked,2026-03-31,Fair,\n")
		default:
			fmt.Fprintf(&b, "%s,Ticked,2026-03-31,Fair,active\n", who)
			on[who] = !barred[who]
		}
	}
	return b.String(), on
}

// endsAs checks who is on the list, and that nobody was put there twice.
func (h house) endsAs(t *testing.T, on map[string]bool) {
	t.Helper()
	events := must(h.db.Events(t.Context(), 0, 1000))(t)
	granted := map[string]int{}
	for _, e := range events {
		if e.Kind == subscriptions.Granted {
			granted[string(e.AddressKey)]++
		}
	}
	for who, want := range on {
		key := h.svc.Keys.AddressKey(address.Must(who))
		n := granted[string(key)]
		ledger := must(h.db.EventsByKey(t.Context(), key))(t)
		st := subscriptions.Fold(ledger)
		is := st.Lists[h.news.ID].Status == subscriptions.StatusActive
		if is != want || n > 1 {
			t.Errorf("%s: on the list %v, want %v; put there %d times", who, is, want, n)
		}
	}
}

// Somebody new waits for neighbours, but not to the end of a file of people who are known.
func TestNobodyWaitsForNeighboursForLong(t *testing.T) {
	t.Parallel()
	h := onSQLite(t)
	must(h.brings(t, shelvedHead+crowd(300), 50, -1, &rejects{}))(t)
	const room = 8
	text := shelvedHead + "new@example.org,Ticked,2026-03-31,Fair,\n" + crowd(300)
	if _, err := h.bringsWith(t, text, importing.Importer{Batch: 4, Room: room}, 20*room/4, &rejects{}); !errors.Is(err, errPower) {
		t.Fatal(err)
	}
	if _, err := h.db.SubscriberByKey(context.Background(), h.svc.Keys.AddressKey(address.Must("new@example.org"))); err != nil {
		t.Errorf("after %d rows: %v", 20*room, err)
	}
}

// An import that one version began goes on with another one's idea of how many rows wait, and whatever became of the keys.
func TestAnImportGoesOnWithAnotherRoom(t *testing.T) {
	t.Parallel()
	h := onSQLite(t)
	var log rejects
	text := shelvedHead + crowd(400)
	for _, room := range []int{64, 16, -1, 90} {
		if _, err := h.bringsWith(t, text, importing.Importer{Batch: 8, Room: room}, 5, &log); !errors.Is(err, errPower) {
			t.Fatal(err)
		}
	}
	h.svc.Now = func() time.Time { return today.Add(time.Hour) }
	report := must(h.bringsWith(t, text, importing.Importer{Batch: 8}, -1, &log))(t)
	if report.Granted != 400 || report.Resumed < 80 || report.Duplicates != 0 || report.Unchanged != 0 {
		t.Errorf("%+v", report)
	}
}
