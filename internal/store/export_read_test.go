package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/audit"
	"assent/internal/csvfile"
	"assent/internal/errs"
	"assent/internal/exporting"
	"assent/internal/jsonlines"
	"assent/internal/scratch"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
	"assent/subscriptions/importing"
)

func export(t *testing.T, db exporting.Store, r exporting.Request) string {
	t.Helper()
	var b bytes.Buffer
	r.Why, r.Actor = "a test", "user:3"
	begun := must((&exporting.Exporter{Store: db}).Begin(t.Context(), r))(t)
	must(begun.Write(t.Context(), &b))(t)
	return b.String()
}

func (h house) declares(t *testing.T, programmeID int64) {
	t.Helper()
	for _, a := range []subscriptions.Attribute{
		{Name: "berths", Type: subscriptions.NumberAttribute}, {Name: "member", Type: subscriptions.BoolAttribute},
		{Name: "topics", Type: subscriptions.ManyAttribute, Choices: []string{"tides", "works"}},
	} {
		a.ProgrammeID = programmeID
		must(h.svc.CreateAttribute(t.Context(), a))(t)
	}
}

// What an export of a list writes, an import into another house reads: the same people may be mailed, with the same data and the same evidence, and who
// had left stays away.
func TestWhatIsExportedComesInAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		clock := func() time.Time { return now }
		h := furnish(t, db, clock)
		list := h.lists[0]
		h.declares(t, list.ProgrammeID)
		text := "address,name,language,act,acted_at,source,wording,berths,member,topics\n" +
			"ann@example.org,\"Lee, Ann \"\"A\"\"\",cy,Ticked the box,2026-03-31,Spring fair,\"Send me news,\nplease.\",3.5,yes,tides|works\n" +
			"bob@example.org,=HYPERLINK(1),,Signed,2026-03-31T14:05:00Z,Form,,,no,\n" + people(0, 20)
		text = strings.ReplaceAll(text, "Send me news.\n", "Send me news.,,,\n")
		must(bring(t, db, clock, list, text, &rejectLog{}, false))(t)
		must(h.svc.Withdraw(ctx, subscriptions.Withdrawal{Address: address.Must("p1@example.org"), Scope: subscriptions.ListScope(list), Channel: subscriptions.ByMail, Actor: "subscriber"}))(t)
		must(h.svc.Suppress(ctx, subscriptions.Withdrawal{Address: address.Must("p2@example.org"), Scope: subscriptions.Everything(), Channel: subscriptions.ByReport, Actor: "system"}, "dead address"))(t)

		for _, format := range []exporting.Format{exporting.CSV, exporting.JSONLines} {
			written := export(t, db, exporting.Request{What: exporting.Subscribers, Format: format, List: list.Slug})
			other := furnish(t, storetest.Open(t, storetest.SQLiteURL(t), clock), clock)
			other.declares(t, other.lists[0].ProgrammeID)
			survey := must(csvfile.Examine(strings.NewReader(written), csvfile.UTF8))(t)
			var rows importing.Rows = csvfile.NewReader(strings.NewReader(written), survey)
			if format == exporting.JSONLines {
				rows = jsonlines.NewReader(strings.NewReader(written), survey, must(jsonlines.Columns(strings.NewReader(written), survey))(t))
			}
			seen := must(scratch.Open(survey.Lines))(t)
			defer seen.Close()
			report := must((&importing.Importer{Store: other.db, Keys: storetest.Keys(t), Now: clock}).Run(ctx, importing.Job{
				List: other.lists[0], Survey: survey, Rows: rows, Actor: "user:3", Rejects: &rejectLog{}, Seen: seen,
			}))(t)
			if got := tally(report.Counts); got != "22 rows: 20 granted, 0 unchanged, 0 duplicates, 0 quarantined, 0 refused, 0 invalid, 2 barred" {
				t.Errorf("%s: %s", format, got)
			}
			again := export(t, other.db, exporting.Request{What: exporting.Subscribers, Format: format, List: other.lists[0].Slug})
			if a, b := activeLines(written), activeLines(again); a != b {
				t.Errorf("%s came back as another:\n%s\n%s", format, a, b)
			}
		}
	})
}

// activeLines are the lines of those who may be mailed, without row numbers.
func activeLines(text string) string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		if strings.Contains(line, "Ticked") || strings.Contains(line, "Signed") {
			_, rest, _ := strings.Cut(line, ",")
			out = append(out, rest)
		}
	}
	return strings.Join(out, "\n")
}

func TestAnExportGoesOnBehindAnyRow(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		h.crowd(t, 0, 30, h.lists[0])
		for _, r := range []exporting.Request{
			{What: exporting.Subscribers, Format: exporting.CSV, List: h.lists[0].Slug}, {What: exporting.Subscribers, Format: exporting.JSONLines},
			{What: exporting.Events, Format: exporting.CSV}, {What: exporting.Lists, Format: exporting.JSONLines},
		} {
			whole := export(t, db, r)
			lines := strings.SplitAfter(whole, "\n")
			cut := min(10, len(lines)/2)
			first := strings.Join(lines[:cut], "")
			r.After = int64(cut)
			if r.Format == exporting.CSV {
				r.After-- // the head
			}
			if got := first + export(t, db, r); got != whole {
				t.Errorf("%s goes on as\n%.500s\nnot\n%.500s", r.What, got, whole)
			}
		}
	})
}

func TestFormulasAreQuotedWhereThatIsAskedFor(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := furnish(t, db, time.Now)
		must(bring(t, db, time.Now, h.lists[0], "address,name,act,acted_at,source\n+ann@example.org,=1+1,Ticked,2026-03-31,@SUM(A1)\n", &rejectLog{}, false))(t)
		r := exporting.Request{What: exporting.Subscribers, Format: exporting.CSV, List: h.lists[0].Slug}
		if plain := export(t, db, r); !strings.Contains(plain, "1,+ann@example.org,=1+1,") || !strings.Contains(plain, ",@SUM(A1),") {
			t.Errorf("as it is: %s", plain)
		}
		r.Spreadsheet = true
		if safe := export(t, db, r); !strings.Contains(safe, "1,'+ann@example.org,'=1+1,") || !strings.Contains(safe, ",'@SUM(A1),") {
			t.Errorf("for a spreadsheet: %s", safe)
		}
	})
}

func TestNoPersonLeavesWithoutALineInTheTrail(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		h := furnish(t, db, time.Now)
		h.crowd(t, 0, 2, h.lists[0])
		if _, err := (&exporting.Exporter{Store: db}).Begin(ctx, exporting.Request{What: exporting.Subscribers, Format: exporting.CSV}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("without a reason: %v", err)
		}
		if _, err := (&exporting.Exporter{Store: untold{db}}).Begin(ctx, exporting.Request{What: exporting.Events, Format: exporting.CSV, Why: "x"}); err == nil {
			t.Error("it begins without a trail")
		}
		export(t, db, exporting.Request{What: exporting.Subscribers, Format: exporting.CSV, List: h.lists[0].Slug})
		entries := must(db.AuditEntries(ctx, 0, 1000))(t)
		last := entries[len(entries)-1]
		if last.Action != audit.ExportPeople || last.Actor != "user:3" || !strings.Contains(string(last.Facts), fmt.Sprintf("%q:%q", "list", h.lists[0].Slug)) {
			t.Errorf("the trail ends with %+v", last)
		}
	})
}

// untold is a store whose trail cannot be written.
type untold struct{ *store.DB }

func (untold) Record(context.Context, audit.Note) error { return errors.New("no trail") }
