package importing_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"assent/internal/address"
	"assent/internal/csvfile"
	"assent/internal/scratch"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

// rejects is a RejectLog in memory.
type rejects struct{ rows []importing.Reject }

func (l *rejects) Rewind(mark int64) error {
	l.rows = l.rows[:min(int(mark), len(l.rows))]
	return nil
}

func (l *rejects) Write(_ importing.Tx, _ int64, rows []importing.Reject) (int64, error) {
	l.rows = append(l.rows, rows...)
	return int64(len(l.rows)), nil
}

// unsteady is a store that loses power at a chosen batch, when all of its work is done and nothing is kept.
type unsteady struct {
	*store.DB
	mu   sync.Mutex
	left int // batches until then; negative for never
}

var errPower = errors.New("power cut")

func (u *unsteady) fault() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.left--; u.left == -1 {
		return errPower
	}
	return nil
}

func (u *unsteady) UpdateImport(ctx context.Context, fn func(importing.Tx) error) error {
	return u.DB.UpdateImport(ctx, func(tx importing.Tx) error { return errors.Join(fn(tx), u.fault()) })
}

func (u *unsteady) AppendAhead(ctx context.Context, b importing.Ahead, fn func(importing.Tx) error) error {
	return u.DB.AppendAhead(ctx, b, func(tx importing.Tx) error { return errors.Join(fn(tx), u.fault()) })
}

// brings runs an import, of whose rows none waits for its neighbours, as a process of its own would, which ends after so many batches; negative for never.
func (h house) brings(t rapid.TB, text string, batch, lives int, log *rejects) (importing.Report, error) {
	t.Helper()
	return h.bringsWith(t, text, importing.Importer{Batch: batch, Room: -1}, lives, log)
}

// bringsWith is brings with the sizes of an importer.
func (h house) bringsWith(t rapid.TB, text string, im importing.Importer, lives int, log *rejects) (importing.Report, error) {
	t.Helper()
	survey, err := csvfile.Examine(strings.NewReader(text), csvfile.UTF8)
	fatal(t, err)
	seen, err := scratch.Open(survey.Lines)
	fatal(t, err)
	defer seen.Close()
	im.Store, im.Keys, im.Now = &unsteady{DB: h.db, left: lives}, h.svc.Keys, h.svc.Now
	return im.Run(context.Background(), importing.Job{
		List: h.news, FileName: "people.csv", Survey: survey, Rows: csvfile.NewReader(strings.NewReader(text), survey), Actor: "user:3", Rejects: log, Seen: seen,
	})
}

func fatal(t rapid.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// drawnFile is a file about a few people of one domain, with rows of every sort.
func drawnFile(rt *rapid.T) string {
	var b strings.Builder
	b.WriteString("address,act,acted_at,source,status\nfirst@DOMAIN,Ticked,2026-03-31,Fair,\n") // no two files are the same
	for range rapid.IntRange(0, 40).Draw(rt, "rows") {
		who := fmt.Sprintf("p%d@DOMAIN", rapid.IntRange(0, 12).Draw(rt, "who"))
		b.WriteString(strings.ReplaceAll(rapid.SampledFrom([]string{
			"WHO,Ticked,2026-03-31,Fair,\n", "WHO,Ticked,2026-03-31,Fair,active\n", "WHO,,,,\n", "WHO,Ticked,31/03/2026,Fair,\n", "WHO,Ticked,2026-03-31,Fair,pending\n",
			"WHO,,,,unsubscribed\n", "WHO,,,,bounced\n", "no address,Ticked,2026-03-31,Fair,\n",
		}).Draw(rt, "row"), "WHO", who))
	}
	return b.String()
}

// Wherever an import loses power, and however often, in the end each row had the same fate as without it, and the ledger says the same.
func TestAnImportThatIsInterruptedAnywhereEndsAsOneThatIsNot(t *testing.T) {
	t.Parallel()
	h := onSQLite(t)
	runs := 0
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		text := drawnFile(rt)
		batch := rapid.IntRange(1, 9).Draw(rt, "batch")
		var broken, whole rejects
		first := strings.ReplaceAll(text, "DOMAIN", fmt.Sprintf("a%d.example", runs))
		second := strings.ReplaceAll(text, "DOMAIN", fmt.Sprintf("b%d.example", runs))
		begins, _, err := h.db.Head(context.Background())
		fatal(rt, err)
		var one importing.Report
		for _, lives := range append(rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(rt, "lives"), -1) {
			if one, err = h.brings(rt, first, batch, lives, &broken); err != nil && !errors.Is(err, errPower) {
				rt.Fatal(err)
			}
		}
		between, _, err := h.db.Head(context.Background())
		fatal(rt, err)
		two, err := h.brings(rt, second, batch, -1, &whole)
		fatal(rt, err)
		if one.Counts != two.Counts || one.Rows != int64(strings.Count(text, "\n")-1) {
			rt.Errorf("interrupted: %+v\nwhole:       %+v", one.Counts, two.Counts)
		}
		if got, want := refusals(broken), refusals(whole); got != want {
			rt.Errorf("the rows not taken differ:\n%s\n%s", got, want)
		}
		if got, want := h.ledger(rt, begins.Seq, between.Seq), h.ledger(rt, between.Seq, 1<<60); got != want {
			rt.Errorf("the ledgers differ:\n%s\n%s", got, want)
		}
	})
	if _, err := subscriptions.VerifyLedger(t.Context(), h.db); err != nil {
		t.Error(err)
	}
}

func refusals(l rejects) (text string) {
	for _, r := range l.rows {
		text += fmt.Sprintln(r.Line, r.Reason)
	}
	return text
}

// ledger tells what the ledger says of a stretch of events, apart from whom and when.
func (h house) ledger(t rapid.TB, after, upTo int64) string {
	t.Helper()
	events, err := h.db.Events(context.Background(), after, 1000)
	fatal(t, err)
	said := map[string]int{}
	for _, e := range events {
		if e.Seq <= upTo {
			said[fmt.Sprint(e.Kind, " ", e.Scope, " ", e.Reason, " ", string(e.Evidence))]++
		}
	}
	return fmt.Sprint(said)
}

// What an import does to people one by one, whoever stands before it.
func TestWhatAnImportMayNotUndo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		before func(h house) error
		row    string
		want   importing.Counts
	}{
		{"somebody new", nil, "WHO,Ticked,2026-03-31,Fair,", importing.Counts{Granted: 1}},
		{"somebody who left this list", leaves(func(h house) subscriptions.Scope { return subscriptions.ListScope(h.news) }), "WHO,Ticked,2026-11-21,Fair,", importing.Counts{Refused: 1}},
		{"somebody who left everything", leaves(func(house) subscriptions.Scope { return subscriptions.Everything() }), "WHO,Ticked,2026-11-21,Fair,", importing.Counts{Refused: 1}},
		{"somebody who left another list", leaves(func(h house) subscriptions.Scope { return subscriptions.ListScope(h.register) }), "WHO,Ticked,2026-11-21,Fair,", importing.Counts{Granted: 1}},
		{"somebody who left, without evidence", leaves(func(house) subscriptions.Scope { return subscriptions.Everything() }), "WHO,,,,", importing.Counts{Refused: 1}},
		{"somebody who left, and is said to have left", leaves(func(house) subscriptions.Scope { return subscriptions.Everything() }), "WHO,,,,unsubscribed", importing.Counts{Unchanged: 1}},
		{"somebody whose data may only be stored", restricts, "WHO,Ticked,2026-03-31,Fair,", importing.Counts{Refused: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				h := furnish(t, db)
				if c.before != nil {
					fatal(t, c.before(h))
				}
				report := must(h.brings(t, "address,act,acted_at,source,status\n"+strings.ReplaceAll(c.row, "WHO", "Ann@EXAMPLE.org")+"\n", 0, -1, &rejects{}))(t)
				want := c.want
				if want.Rows = 1; report.Counts != want {
					t.Errorf("got %+v, want %+v", report.Counts, want)
				}
			})
		})
	}
}

var ann = address.Must("ann@example.org")

func leaves(scope func(house) subscriptions.Scope) func(house) error {
	return func(h house) error {
		_, err := h.svc.Withdraw(context.Background(), subscriptions.Withdrawal{Address: ann, Scope: scope(h), Channel: subscriptions.ByMail, Actor: "subscriber"})
		return err
	}
}

func restricts(h house) error {
	ctx := context.Background()
	if _, err := h.svc.Grant(ctx, subscriptions.Act{
		ListID: h.register.ID, Address: ann, Channel: subscriptions.ByStaff, Actor: "user:1", Source: "register", ActedAt: today.Add(-time.Hour), Evidence: subscriptions.Evidence{"act": "asked by phone"},
	}); err != nil {
		return err
	}
	person, err := h.db.SubscriberByKey(ctx, h.svc.Keys.AddressKey(ann))
	if err != nil {
		return err
	}
	return h.svc.Restrict(ctx, person.ID, "user:1", "accuracy is in dispute")
}

// The file of rows that were not taken has nothing of those who are kept away, whatever was wrong with their rows.
func TestTheRejectsHoldNothingOfWhoeverIsKeptAway(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db)
		keeper := &subscriptions.Keeper{Store: db, Keys: h.svc.Keys, Now: h.svc.Now}
		must(keeper.Erase(t.Context(), subscriptions.ErasureRequest{Address: ann, Ground: subscriptions.GroundRequest, Actor: "user:1"}))(t)
		fatal(t, leaves(func(house) subscriptions.Scope { return subscriptions.Everything() })(h))
		text := "address,name,act,acted_at,source,status\n" +
			"Ann@EXAMPLE.org,Ann Quill,Ticked,2026-11-01,Fair,\n" + // refused
			"ann@example.org,Ann Quill,Ticked,1/11/2026,Fair,\n" + // a mistake
			"ann@example.org,Ann Quill,,,,\n" + // without evidence
			"ann@example.org,Ann Quill,,,,pending\n" + // not mailed there either
			"bob@example.org,Bob Hull,Ticked,1/11/2026,Fair,\n" // a mistake, and nobody is kept away
		for _, dry := range []bool{true, false} {
			var log rejects
			job := importing.Job{List: h.news, FileName: "people.csv", Actor: "user:3", DryRun: dry, Rejects: &log}
			job.Survey = must(csvfile.Examine(strings.NewReader(text), csvfile.UTF8))(t)
			job.Rows = csvfile.NewReader(strings.NewReader(text), job.Survey)
			seen := must(scratch.Open(job.Survey.Lines))(t)
			defer seen.Close()
			job.Seen = seen
			must((&importing.Importer{Store: db, Keys: h.svc.Keys, Now: h.svc.Now}).Run(t.Context(), job))(t)
			if len(log.rows) != 4 && len(log.rows) != 5 { // rows of one address may count as duplicates
				t.Errorf("rejects %+v", log.rows)
			}
			for _, r := range log.rows {
				if strings.Contains(r.Row, "Quill") || strings.Contains(r.Row, "ann@") || (r.Row != "") != (r.Line == 6) || r.Reason == "" {
					t.Errorf("line %d: %q, %q", r.Line, r.Reason, r.Row)
				}
			}
		}
	})
}
