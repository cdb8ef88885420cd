package report

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"assent/inbox/cases"
	"assent/internal/clock"
)

func day(s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil && s != "" {
		panic(err)
	}
	return d
}

func ukDay(t time.Time) clock.Date { return clock.DateIn(t, time.UTC) }

// row is a case that was received, acknowledged and answered on days.
func row(kind cases.Kind, received, acknowledged, answered string) Row {
	at, err := time.Parse(time.DateOnly, received)
	if err != nil {
		panic(err)
	}
	r := Row{Kind: kind, State: cases.New, ProgrammeID: 1, ReceivedAt: at.Add(9 * time.Hour), Stage: 1, AcknowledgedOn: day(acknowledged), AnsweredOn: day(answered)}
	if answered != "" {
		r.State, r.ClosedOn = cases.Closed, day(answered)
	}
	return r
}

func TestAReportCountsWhatWaitsAndWhatWasLate(t *testing.T) {
	t.Parallel()
	tally := New(day("2026-11-25"), ukDay)
	late := row(cases.Access, "2026-10-01", "2026-10-05", "")
	late.DueOn, late.Clocks = "2026-11-02", []cases.Clock{{Name: "answer", Due: "2026-11-02", Rule: "article-12a/2026-02-05"}, {Name: "extension-notice", Due: "2026-11-02", Rule: "article-12a/2026-02-05"}}
	house := row(cases.Complaint, "2026-11-02", "2026-11-20", "2026-11-24")
	house.Outcome, house.Stage = cases.Upheld, 2
	house.Clocks = []cases.Clock{{Name: "house-acknowledge", Due: "2026-11-09", MetOn: "2026-11-20", Rule: string(clock.RuleHouse)}, {Name: "acknowledge", Due: "2026-12-02", MetOn: "2026-11-20", Rule: string(clock.Rule164A)}}
	today := row(cases.Access, "2026-11-25", "", "")
	today.DueOn = "2026-11-25"
	for _, r := range []Row{late, house, today, row(cases.Correspondence, "2026-11-25", "", "")} {
		tally.Add(r)
	}
	got := tally.Report()
	if f := got.All; f.Received != 4 || f.Open != 3 || f.Overdue != 1 || f.LateLaw != 1 || f.LateHouse != 1 {
		t.Errorf("all %+v", f)
	}
	if got.All.Acknowledged != (Times{N: 2, Median: 4, P95: 18, Max: 18}) || got.All.Answered != (Times{N: 1, Median: 22, P95: 22, Max: 22}) {
		t.Errorf("times %+v, %+v", got.All.Acknowledged, got.All.Answered)
	}
	if got.Due != (Due{Overdue: 1, Today: 1, WithoutIt: 1}) {
		t.Errorf("due %+v", got.Due)
	}
	if len(got.Kinds) != 3 || got.Kinds[0].Key != "access" || got.Kinds[0].Figures.Received != 2 || len(got.Months) != 2 || got.Months[0].Key != "2026-10" {
		t.Errorf("kinds %+v, months %+v", got.Kinds, got.Months)
	}
	if c := got.Complaints; c.Received != 1 || c.Acknowledged != 1 || c.Late != 0 || c.Outcomes["upheld"] != 1 || c.Reviewed != 1 || c.Commissioner != 0 || len(got.ByMonth) != 1 || got.ByMonth[0].Key != "2026-11" {
		t.Errorf("complaints %+v, by month %+v", c, got.ByMonth)
	}
}

func TestAComplaintThatNobodyAcknowledgedInTimeIsLate(t *testing.T) {
	t.Parallel()
	tally := New(day("2026-12-20"), ukDay)
	r := row(cases.Complaint, "2026-11-02", "", "")
	r.Clocks = []cases.Clock{{Name: "acknowledge", Due: "2026-12-02", Rule: string(clock.Rule164A)}}
	tally.Add(r)
	if c := tally.Report().Complaints; c.Late != 1 || c.Acknowledged != 0 || c.Outcomes["open"] != 1 {
		t.Errorf("complaints %+v", c)
	}
}

// Percentiles out of counts are those of the sorted days, by nearest rank.
func TestPercentilesAreExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.SliceOfN(rapid.IntRange(0, 60), 1, 200).Draw(t, "days")
		counted := map[int]int{}
		for _, d := range days {
			counted[d]++
		}
		slices.Sort(days)
		rank := func(share float64) int { return days[int(math.Ceil(share*float64(len(days))))-1] }
		want := Times{N: len(days), Median: rank(0.5), P95: rank(0.95), Max: days[len(days)-1]}
		if got := times(counted); got != want {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

func TestTablesHaveAColumnForEveryHeading(t *testing.T) {
	t.Parallel()
	tally := New(day("2026-11-25"), ukDay)
	tally.Add(row(cases.Complaint, "2026-11-02", "2026-11-20", "2026-11-24"))
	r := tally.Report()
	for _, line := range r.Table(func(string) string { return "Harbour News" }) {
		if len(line) != len(Header()) {
			t.Errorf("%d cells under %d headings: %v", len(line), len(Header()), line)
		}
	}
	for _, line := range r.ComplaintsTable() {
		if len(line) != len(ComplaintsHeader()) {
			t.Errorf("%d cells under %d headings: %v", len(line), len(ComplaintsHeader()), line)
		}
	}
}
