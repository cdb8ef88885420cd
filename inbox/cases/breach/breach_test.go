package breach

import (
	"slices"
	"strings"
	"testing"
	"time"

	"assent/inbox/cases"
	"assent/internal/clock"
	"assent/internal/errs"
)

var aware = time.Date(2026, 3, 27, 16, 0, 0, 0, time.UTC)

// whole is a record that lacks nothing: a small breach of which the Commissioner was told in time.
func whole() Record {
	return Record{
		AwareAt: aware, Nature: "A list went to the wrong office.", People: "subscribers", PeopleNumber: 40, Records: "names and addresses", RecordsNumber: 40,
		Consequences: "unwanted mail", Measures: "the office deleted it", Risk: Some, RiskWhy: "the addresses were not public", NotifiedAt: aware.Add(20 * time.Hour),
		NotTold: NoHighRisk, NotToldWhy: "nothing but addresses",
	}
}

func TestARecordOfABreachIsHeldToArticle33(t *testing.T) {
	t.Parallel()
	now := aware.Add(30 * 24 * time.Hour)
	for _, c := range []struct {
		what    string
		change  func(*Record)
		refused string // a part of the sentence; "" when the record stands
	}{
		{"a whole record stands", func(*Record) {}, ""},
		{"little is known at first, and the rest is given in phases (33(4))", func(r *Record) { *r = Record{AwareAt: aware} }, ""},
		{"when we became aware is always known", func(r *Record) { r.AwareAt = time.Time{} }, "when we became aware"},
		{"nobody is aware in the future", func(r *Record) { r.AwareAt = now.Add(time.Minute) }, "future"},
		{"the Commissioner is not told in the future", func(r *Record) { r.NotifiedAt = now.Add(time.Minute) }, "future"},
		{"the Commissioner is not told before we know", func(r *Record) { r.NotifiedAt = aware.Add(-time.Minute) }, "before we were aware"},
		{"the last minute of the 72 hours needs no reason", func(r *Record) { r.NotifiedAt = aware.Add(Within) }, ""},
		{"a minute later does (33(1))", func(r *Record) { r.NotifiedAt = aware.Add(Within + time.Minute) }, "reasons for the delay"},
		{"with its reason it stands", func(r *Record) { r.NotifiedAt, r.LateWhy = aware.Add(Within+time.Minute), "the post was late" }, ""},
		{"told and not told exclude each other", func(r *Record) { r.NotNotified = "no risk" }, "Either"},
		{"only where no risk is likely need the Commissioner not be told", func(r *Record) { r.NotifiedAt, r.NotNotified = time.Time{}, "too small" }, "no risk to anybody"},
		{"then a reason is enough", func(r *Record) { r.NotifiedAt, r.Risk, r.NotNotified = time.Time{}, Unlikely, "it was encrypted" }, ""},
		{"a risk is one of three", func(r *Record) { r.Risk = "huge" }, "unlikely, some or high"},
		{"people are told of a high risk (34(1))", func(r *Record) { r.Risk = High }, "risk is high"},
		{"or one of the reasons of 34(3) stands", func(r *Record) { r.Risk, r.NotTold = High, Unreadable }, ""},
		{"no other reason does", func(r *Record) { r.NotTold = "inconvenient" }, "why the people are not told"},
		{"and it is said in words", func(r *Record) { r.NotToldWhy = " " }, "in words"},
		{"numbers are numbers of people", func(r *Record) { r.PeopleNumber = -1 }, "number"},
		{"a field has an end", func(r *Record) { r.Nature = strings.Repeat("a", maxText+1) }, "longer"},
		{"a field is text", func(r *Record) { r.Cause = "\xff" }, "no text"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			r := whole()
			c.change(&r)
			err := r.Check(now)
			if c.refused == "" && err != nil || c.refused != "" && (errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), c.refused)) {
				t.Errorf("%v, want %q", err, c.refused)
			}
		})
	}
}

func TestWhatARecordLacksIsNamed(t *testing.T) {
	t.Parallel()
	if r := whole(); len(r.Lacks()) > 0 || !r.CommissionerSettled() || !r.PeopleSettled() {
		t.Errorf("a whole record lacks %v", r.Lacks())
	}
	empty := Record{AwareAt: aware}
	if len(empty.Lacks()) != 8 || empty.CommissionerSettled() || empty.PeopleSettled() {
		t.Errorf("an empty record lacks only %v", empty.Lacks())
	}
	r := whole()
	r.Measures, r.PeopleNumber = "", 0
	if got, want := r.Lacks(), []string{"about how many people", "what is done about it"}; !slices.Equal(got, want) {
		t.Errorf("lacks %v, want %v", got, want)
	}
	r.Risk = Unlikely
	if slices.Contains(r.Lacks(), "about how many people") {
		t.Error("where nobody is at risk, nobody is counted")
	}
}

func TestTheTimelineHasTheHourOfUKClocks(t *testing.T) {
	t.Parallel()
	calendar, err := clock.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	uk, err := clock.New(calendar, clock.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	s, r := &Service{UK: uk}, whole()
	r.NotifiedAt = time.Date(2026, 6, 30, 23, 30, 0, 0, time.UTC)
	all := s.follows(cases.Case{}, Version{Record: r})
	i := slices.IndexFunc(all, func(e cases.Event) bool { return e.Detail.Code == cases.CommissionerTold })
	if i < 0 || all[i].What != "The Commissioner was told at 00:30 on 1 July 2026." || all[i].On.String() != "2026-07-01" {
		t.Errorf("%+v", all)
	}
}
