package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/csvfile"
	"assent/internal/errs"
	"assent/internal/scratch"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

// rejectLog is a RejectLog in memory.
type rejectLog struct{ rows []importing.Reject }

func (l *rejectLog) Rewind(mark int64) error {
	l.rows = l.rows[:min(int(mark), len(l.rows))]
	return nil
}

func (l *rejectLog) Write(_ importing.Tx, _ int64, rows []importing.Reject) (int64, error) {
	l.rows = append(l.rows, rows...)
	return int64(len(l.rows)), nil
}

// bring imports a file into a list, as a process of its own would.
func bring(t *testing.T, into importing.Store, now func() time.Time, list subscriptions.List, text string, log *rejectLog, dry bool) (importing.Report, error) {
	t.Helper()
	return bringAs(t, into, now, list, text, importing.Mapping{}, log, dry)
}

func bringAs(t *testing.T, into importing.Store, now func() time.Time, list subscriptions.List, text string, m importing.Mapping, log *rejectLog, dry bool) (importing.Report, error) {
	t.Helper()
	survey := must(csvfile.Examine(strings.NewReader(text), csvfile.UTF8))(t)
	seen := must(scratch.Open(survey.Lines))(t)
	defer seen.Close()
	im := &importing.Importer{Store: into, Keys: storetest.Keys(t), Now: now, Batch: 50}
	return im.Run(t.Context(), importing.Job{
		List: list, FileName: "people.csv", Survey: survey, Rows: csvfile.NewReader(strings.NewReader(text), survey), Columns: m,
		Actor: "user:3", DryRun: dry, Rejects: log, Seen: seen,
	})
}

func tally(c importing.Counts) string {
	text := fmt.Sprintf("%d rows: %d granted, %d unchanged, %d duplicates, %d quarantined, %d refused, %d invalid", c.Rows, c.Granted, c.Unchanged, c.Duplicates, c.Quarantined, c.Refused, c.Invalid)
	if c.Barred > 0 {
		text += fmt.Sprintf(", %d barred", c.Barred)
	}
	return text
}

const header = "address,name,language,act,acted_at,source,wording\n"

func good(n int) string {
	return fmt.Sprintf("p%d@example.org,Person %d,en,Ticked the box,2026-03-31,Spring fair,Send me news.\n", n, n)
}

func people(from, to int) string {
	var b strings.Builder
	for n := from; n < to; n++ {
		b.WriteString(good(n))
	}
	return b.String()
}

func TestEachRowOfAnImportIsAccountedFor(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		clock := func() time.Time { return now }
		h := furnish(t, db, clock)
		list := h.lists[0]
		for _, a := range []string{"gone@example.org", "held@example.org"} {
			if _, err := h.svc.Withdraw(ctx, subscriptions.Withdrawal{Address: address.Must(a), Scope: subscriptions.ProgrammeScope(list.ProgrammeID), Channel: subscriptions.ByMail, Actor: "subscriber"}); err != nil {
				t.Fatal(err)
			}
		}
		must(h.svc.Grant(ctx, subscriptions.Act{ListID: list.ID, Address: address.Must("here@example.org"), Channel: subscriptions.ByStaff, Actor: "user:1", Source: "phone", Evidence: subscriptions.Evidence{"act": "asked by phone"}}))(t)
		text := header + good(1) +
			"Here@Example.org,,,Ticked the box,2026-03-31,Spring fair,\n" + // on the list
			good(1) + // twice
			"p2@example.org,,,,2026-03-31,Spring fair,\n" + // no act
			"p3@example.org,,,Ticked,,Spring fair,\n" + // no date
			"p4@example.org,,,Ticked,2026-03-31,,\n" + // no source
			"p4@example.org,,,Ticked,2026-03-31,Spring fair,\n" + // the same person, with evidence
			"GONE@example.org,,,Ticked,2026-11-21,Spring fair,\n" + // opted out
			"held@example.org,,,,,,\n" + // opted out, without evidence
			"not an address,,,Ticked,2026-03-31,Spring fair,\n" +
			"p5@example.org,,,Ticked,31/03/2026,Spring fair,\n" +
			"p6@example.org,,,Ticked,2027-03-31,Spring fair,\n" +
			"p7@example.org,\"A\nBcc: x@example.org\",,Ticked,2026-03-31,Spring fair,\n" +
			"p8@example.org,,klingon!,Ticked,2026-03-31,Spring fair,\n" +
			"p9@example.org,,,\"Ticked,2026-03-31,Spring fair,\n" + // broken quote
			good(10)
		want := "16 rows: 3 granted, 1 unchanged, 1 duplicates, 3 quarantined, 2 refused, 6 invalid"

		var dryLog, log rejectLog
		before := must(db.Events(ctx, 0, 1000))(t)
		dry := must(bring(t, db, clock, list, text, &dryLog, true))(t)
		if after := must(db.Events(ctx, 0, 1000))(t); len(after) != len(before) {
			t.Errorf("a dry run wrote %d events", len(after)-len(before))
		}
		report := must(bring(t, db, clock, list, text, &log, false))(t)
		if tally(dry.Counts) != want || tally(report.Counts) != want {
			t.Errorf("dry: %s\nreal: %s\nwant: %s", tally(dry.Counts), tally(report.Counts), want)
		}
		if fmt.Sprint(dryLog) != fmt.Sprint(log) {
			t.Errorf("the rows not taken differ:\n%v\n%v", dryLog, log)
		}
		checkRejects(t, log.rows, map[int64]string{
			5: "It does not say what the person did to agree (act).", 6: "when they did it (acted_at)", 7: "where their data came from (source)",
			9: "opted out", 10: "opted out", 11: "email address", 12: "must be a date such as", 13: "future", 14: "line break", 16: "language", 17: "opened and not closed",
		})
		h.checkMailable(t, list, []string{"p1@example.org", "here@example.org", "p4@example.org", "p10@example.org"})
	})
}

func checkRejects(t *testing.T, got []importing.Reject, want map[int64]string) {
	t.Helper()
	for _, r := range got {
		withheld := strings.Contains(r.Reason, "opted out") // whoever did has no row in yet another file
		if says, ok := want[r.Line]; !ok || !strings.Contains(r.Reason, says) || (r.Row == "") != withheld {
			t.Errorf("line %d: %q, want %q", r.Line, r.Reason, says)
		}
		delete(want, r.Line)
	}
	if len(want) > 0 {
		t.Errorf("not in the log: %v", want)
	}
}

// checkMailable compares whom the gate lets through with the addresses of those who agreed.
func (h house) checkMailable(t *testing.T, list subscriptions.List, want []string) {
	t.Helper()
	everybody := must(h.db.Subscribers(t.Context(), 0, 10_000))(t)
	var ids []int64
	for _, p := range everybody {
		ids = append(ids, p.ID)
	}
	gate := subscriptions.Gate{Store: h.db, Now: h.svc.Now}
	admission := must(gate.Admit(t.Context(), subscriptions.Question{Lists: []subscriptions.Scope{subscriptions.ListScope(list)}}, subscriptions.Newsletter, ids))(t)
	got := map[string]bool{}
	for _, a := range admission.Admitted {
		got[a.Permit.To().Normal()] = true
	}
	for _, a := range want {
		if !got[a] {
			t.Errorf("%s may not be mailed", a)
		}
		delete(got, a)
	}
	if len(got) > 0 {
		t.Errorf("these may be mailed, and should not: %v", got)
	}
}

func TestTheLedgerSaysWhatAnImportKnew(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		h := furnish(t, db, func() time.Time { return now })
		text := header + good(1) + "p2@example.org,,,Signed a form,2026-03-31T14:05:00+01:00,Summer fair,\n"
		must(bring(t, db, h.svc.Now, h.lists[0], text, &rejectLog{}, false))(t)
		events := must(db.Events(ctx, 0, 10))(t)
		if len(events) != 2 {
			t.Fatalf("%d events", len(events))
		}
		for i, want := range []string{
			`{"act":"Ticked the box","acted_at":"2026-03-31","line":"2","source":"Spring fair"}`,
			`{"act":"Signed a form","acted_at":"2026-03-31T13:05:00Z","line":"3","source":"Summer fair"}`,
		} {
			if e := events[i]; string(e.Evidence) != want || e.Kind != subscriptions.Granted || e.Channel != subscriptions.ByImport || e.Actor != "user:3" || e.Source != "import 1" {
				t.Errorf("event %d: %+v\n%s", i+1, e, e.Evidence)
			}
		}
		if events[0].WordingDigest != subscriptions.TextDigest("Send me news.") || events[1].WordingDigest != "" {
			t.Errorf("wordings %q, %q", events[0].WordingDigest, events[1].WordingDigest)
		}
		if p := must(db.SubscriberByKey(ctx, h.svc.Keys.AddressKey(address.Must("p1@example.org"))))(t); p.Name != "Person 1" || p.Language != "en" || p.Source != "Spring fair" {
			t.Errorf("person %+v", p)
		}
	})
}

// flaky is a store that fails at chosen batches, after all of the batch's work and before it is kept.
type flaky struct {
	*store.DB
	mu     sync.Mutex
	failAt map[int]bool
	calls  int
}

var errPower = errors.New("power cut")

// fault counts the batches in their order.
func (f *flaky) fault() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.failAt[f.calls] {
		return errPower
	}
	return nil
}

func (f *flaky) UpdateImport(ctx context.Context, fn func(importing.Tx) error) error {
	return f.DB.UpdateImport(ctx, func(tx importing.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return f.fault()
	})
}

func (f *flaky) AppendAhead(ctx context.Context, b importing.Ahead, fn func(importing.Tx) error) error {
	return f.DB.AppendAhead(ctx, b, func(tx importing.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return f.fault()
	})
}

func TestAnImportGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		h := furnish(t, db, func() time.Time { return now })
		// Duplicates and mistakes lie on both sides of the borders between batches.
		text := header + people(0, 70) + "no address,,,,,,\n" + people(65, 120) + "x@example.org,,,,,,\n" + people(0, 3)
		want := "130 rows: 120 granted, 0 unchanged, 8 duplicates, 1 quarantined, 0 refused, 1 invalid"
		var log rejectLog
		power := &flaky{DB: db, failAt: map[int]bool{2: true}}
		report, err := bring(t, power, h.svc.Now, h.lists[0], text, &log, false)
		if !errors.Is(err, errPower) || report.Rows != 50 {
			t.Fatalf("the first run ended with %d rows, %v", report.Rows, err)
		}
		power.failAt = map[int]bool{4: true} // the next run's second batch
		if report, err = bring(t, power, h.svc.Now, h.lists[0], text, &log, false); !errors.Is(err, errPower) || report.Rows != 100 || report.Resumed != 50 {
			t.Fatalf("the second run ended with %d rows after %d, %v", report.Rows, report.Resumed, err)
		}
		report = must(bring(t, power, h.svc.Now, h.lists[0], text, &log, false))(t)
		if tally(report.Counts) != want || report.Resumed != 100 || report.Already {
			t.Errorf("the third run: %s after %d\nwant %s", tally(report.Counts), report.Resumed, want)
		}
		checkRejects(t, log.rows, map[int64]string{72: "email address", 128: "It does not say"})
		if again := must(bring(t, power, h.svc.Now, h.lists[0], text, &log, false))(t); !again.Already || tally(again.Counts) != want {
			t.Errorf("a run after the end: %+v", again)
		}
		if head, sealed, err := db.Head(ctx); err != nil || head.Seq != 120 || !sealed {
			t.Errorf("the ledger has %d events, %v", head.Seq, err)
		}
		other := must(bring(t, db, h.svc.Now, h.lists[1], text, &rejectLog{}, false))(t)
		if tally(other.Counts) != want {
			t.Errorf("the same file into another list: %s", tally(other.Counts))
		}
	})
}

func TestADryRunForeseesALongFile(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		h := furnish(t, db, func() time.Time { return now })
		text := header + people(0, 60) + people(50, 110) + "x@example.org,,,,,,\nx@example.org,,,,,,\n"
		dry := must(bring(t, db, h.svc.Now, h.lists[0], text, &rejectLog{}, true))(t)
		wet := must(bring(t, db, h.svc.Now, h.lists[0], text, &rejectLog{}, false))(t)
		if tally(dry.Counts) != tally(wet.Counts) || wet.Duplicates != 11 {
			t.Errorf("dry: %s\nreal: %s", tally(dry.Counts), tally(wet.Counts))
		}
	})
}

func TestTwoRunsOfOneImportDoNothingTwice(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		h := furnish(t, db, func() time.Time { return now })
		text := header + people(0, 160)
		ends := make(chan error, 2)
		for range 2 {
			go func() {
				_, err := bring(t, db, h.svc.Now, h.lists[0], text, &rejectLog{}, false)
				ends <- err
			}()
		}
		for range 2 {
			if err := <-ends; err != nil && errs.KindOf(err) != errs.Conflict {
				t.Error(err)
			}
		}
		must(bring(t, db, h.svc.Now, h.lists[0], text, &rejectLog{}, false))(t)
		if head, _, err := db.Head(t.Context()); err != nil || head.Seq != 160 {
			t.Errorf("the ledger has %d events, %v", head.Seq, err)
		}
	})
}

func TestAPermissionCountsFromTheAct(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		h := furnish(t, db, func() time.Time { return now })
		purpose := must(h.svc.CreatePurpose(ctx, subscriptions.Purpose{ProgrammeID: h.lists[0].ProgrammeID, Slug: "yearly", Name: "News for a year", Basis: subscriptions.Consent, Class: subscriptions.Newsletter, Term: 365 * 24 * time.Hour}))(t)
		list := must(h.svc.CreateList(ctx, subscriptions.List{ProgrammeID: purpose.ProgrammeID, PurposeID: purpose.ID, NoticeID: h.publishes(t, purpose.ProgrammeID, "Now for a year too.").ID, Slug: "yearly", Name: "Yearly", Wording: "Send me news for a year."}))(t)
		var log rejectLog
		report := must(bring(t, db, h.svc.Now, list, header+
			"old@example.org,,,Ticked,2024-03-31,Fair,\n"+
			"new@example.org,,,Ticked,2026-03-31,Fair,\n", &log, false))(t)
		if report.Granted != 1 || report.Refused != 1 || !strings.Contains(log.rows[0].Reason, "ended on 31 March 2025") {
			t.Errorf("%s, %+v", tally(report.Counts), log.rows)
		}
		events := must(db.Events(ctx, 0, 10))(t)
		if want := time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC); len(events) != 1 || !events[0].ExpiresAt.Equal(want) {
			t.Errorf("events %+v", events)
		}
	})
}

func TestOtherBasesThanConsentNeedASourceAlone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		h := furnish(t, db, func() time.Time { return now })
		purpose := must(h.svc.CreatePurpose(ctx, subscriptions.Purpose{ProgrammeID: h.lists[0].ProgrammeID, Slug: "duty", Name: "Safety notices", Basis: subscriptions.PublicTask, Conditions: subscriptions.Conditions{Reference: "Harbours Act"}, Class: subscriptions.Targeted}))(t)
		list := must(h.svc.CreateList(ctx, subscriptions.List{ProgrammeID: purpose.ProgrammeID, PurposeID: purpose.ID, NoticeID: h.publishes(t, purpose.ProgrammeID, "Now for safety too.").ID, Slug: "duty", Name: "Safety", Wording: "Safety notices."}))(t)
		report := must(bring(t, db, h.svc.Now, list, "email;source\na@example.org;Harbour register\nb@example.org;\n", &rejectLog{}, false))(t)
		if report.Granted != 1 || report.Quarantined != 1 {
			t.Error(tally(report.Counts))
		}
		if events := must(db.Events(ctx, 0, 10))(t); len(events) != 1 || events[0].Kind != subscriptions.Enrolled {
			t.Errorf("events %+v", events)
		}
	})
}

func TestAttributesComeWithTheirTypes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		h := furnish(t, db, func() time.Time { return now })
		list := h.lists[0]
		for _, a := range []subscriptions.Attribute{
			{Name: "berths", Type: subscriptions.NumberAttribute}, {Name: "member", Type: subscriptions.BoolAttribute},
			{Name: "topics", Type: subscriptions.ManyAttribute, Choices: []string{"tides", "works"}}, {Name: "quay", Type: subscriptions.ChoiceAttribute, Choices: []string{"north", "south"}},
		} {
			a.ProgrammeID = list.ProgrammeID
			must(h.svc.CreateAttribute(ctx, a))(t)
		}
		var log rejectLog
		head := "address,act,acted_at,source,Berths,member,topics,quay\n"
		report := must(bring(t, db, h.svc.Now, list, head+
			"a@example.org,Ticked,2026-03-31,Fair,3,yes,tides|works,north\n"+
			"b@example.org,Ticked,2026-03-31,Fair,three,,,\n"+
			"c@example.org,Ticked,2026-03-31,Fair,,,,east\n"+
			"d@example.org,Ticked,2026-03-31,Fair,NaN,,,\n", &log, false))(t)
		if report.Granted != 1 || report.Invalid != 3 {
			t.Errorf("%s %+v", tally(report.Counts), log.rows)
		}
		a := must(db.SubscriberByKey(ctx, h.svc.Keys.AddressKey(address.Must("a@example.org"))))(t)
		if got := fmt.Sprint(a.Attributes["programme-0"]); got != "map[berths:3 member:true quay:north topics:[tides works]]" {
			t.Error(got)
		}
		// Known people are completed, and not overwritten.
		must(bring(t, db, h.svc.Now, h.lists[1], "address,name,act,acted_at,source,quay,berths\na@example.org,Ann,Ticked,2026-03-31,Fair,south,9\n", &log, false))(t)
		a = must(db.SubscriberByKey(ctx, a.Key))(t)
		if a.Name != "Ann" || a.Attributes["programme-0"]["quay"] != "north" || a.Attributes["programme-0"]["berths"] != 3.0 {
			t.Errorf("%q %v", a.Name, a.Attributes)
		}
	})
}

func TestAFullDiskLosesNothing(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLiteURL(t), time.Now)
	h := furnish(t, db, time.Now)
	text := header + people(0, 3000)
	if err := db.LimitPages(t.Context(), 400); err != nil {
		t.Fatal(err)
	}
	report, err := bring(t, db, time.Now, h.lists[0], text, &rejectLog{}, false)
	if errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Message(err), "disk of the database is full") {
		t.Fatalf("a full disk gave %v", err)
	}
	if head, sealed, err := db.Head(t.Context()); err != nil || !sealed || head.Seq != report.Granted {
		t.Fatalf("the ledger has %d events, and the import %d, %v", head.Seq, report.Granted, err)
	}
	if err := db.LimitPages(t.Context(), 1<<30); err != nil {
		t.Fatal(err)
	}
	if report = must(bring(t, db, time.Now, h.lists[0], text, &rejectLog{}, false))(t); report.Granted != 3000 {
		t.Errorf("after room was made: %s", tally(report.Counts))
	}
}
