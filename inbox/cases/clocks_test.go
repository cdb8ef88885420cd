package cases

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"assent/internal/clock"
)

// told returns the clocks as "name due" or "name waits for …", in their order; those that were met come with the day in brackets.
func told(clocks []Clock) string {
	var out []string
	for _, k := range clocks {
		says := k.Name + " " + dated(k)
		if k.MetOn != "" {
			says += " (" + k.MetOn + ")"
		}
		out = append(out, says)
	}
	return strings.Join(out, ", ")
}

func TestClocksFollowFromWhatHappened(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		kind   Kind
		on     string
		house  clock.House
		events []Event
		want   string
		lead   string
	}{
		{"one month for access, over Christmas", Access, "2026-11-25", clock.House{}, nil, "answer 2026-12-29, extension-notice 2026-12-29", "2026-12-29"},
		{"proof of identity starts it (E1-06)", Access, "2026-09-03", clock.House{}, []Event{asked(Identity, "2026-09-04")}, "answer waits for identity, extension-notice waits for identity", ""},
		{"from the day on which it came", Access, "2026-09-03", clock.House{}, []Event{asked(Identity, "2026-09-04"), came(Identity, "2026-09-10")}, "answer 2026-10-12, extension-notice 2026-10-12", "2026-10-12"},
		{"authority counts like identity, and the later of both starts it", Access, "2026-09-03", clock.House{},
			[]Event{asked(Identity, "2026-09-04"), asked(Authority, "2026-09-04"), came(Identity, "2026-09-05"), came(Authority, "2026-09-10")}, "answer 2026-10-12, extension-notice 2026-10-12", "2026-10-12"},
		{"until the last of both has come it waits", Access, "2026-09-03", clock.House{},
			[]Event{asked(Identity, "2026-09-04"), asked(Authority, "2026-09-04"), came(Authority, "2026-09-10")}, "answer waits for identity, extension-notice waits for identity", ""},
		{"what is needed no more moves nothing", Access, "2026-09-03", clock.House{},
			[]Event{asked(Identity, "2026-09-04"), {Kind: Dropped, On: day("2026-09-06"), Detail: Detail{For: Identity}}}, "answer 2026-10-05, extension-notice 2026-10-05", "2026-10-05"},
		{"a fee starts it", Access, "2026-09-03", clock.House{}, []Event{asked(Fee, "2026-09-04"), came(Fee, "2026-09-10")}, "answer 2026-10-12, extension-notice 2026-10-12", "2026-10-12"},
		{"a question stops it for access", Access, "2026-09-03", clock.House{}, []Event{asked(Clarification, "2026-09-10"), came(Clarification, "2026-09-14")}, "answer 2026-10-08, extension-notice 2026-10-08", "2026-10-08"},
		{"a question stops nothing else", Erasure, "2026-09-03", clock.House{}, []Event{asked(Clarification, "2026-09-10"), came(Clarification, "2026-09-14")}, "answer 2026-10-05, extension-notice 2026-10-05", "2026-10-05"},
		{"two further months, told in time", Access, "2026-09-03", clock.House{}, []Event{{Kind: Extended, On: day("2026-09-30"), Detail: Detail{Reasons: []string{"complex"}}}},
			"answer 2026-12-03, extension-notice 2026-10-05 (2026-09-30)", "2026-12-03"},
		{"a complaint has thirty days and the house's promises, the nearest first (E0-31)", Complaint, "2026-11-25", clock.House{AcknowledgeWorkingDays: 5, AnswerWorkingDays: 20}, nil,
			"house-acknowledge 2026-12-02, house-answer 2026-12-23, acknowledge 2026-12-29", "2026-12-02"},
		{"an acknowledgement meets both of its clocks", Complaint, "2026-11-25", clock.House{AcknowledgeWorkingDays: 5, AnswerWorkingDays: 20}, []Event{{Kind: Acknowledged, On: day("2026-11-26")}},
			"house-answer 2026-12-23, house-acknowledge 2026-12-02 (2026-11-26), acknowledge 2026-12-29 (2026-11-26)", "2026-12-23"},
		{"seventy-two hours for a breach", Breach, "2026-11-25", clock.House{}, nil, "breach-notice 2026-11-28T10:00:00Z", "2026-11-28"},
		{"telling the Commissioner meets them", Breach, "2026-11-25", clock.House{}, []Event{{Kind: Done, On: day("2026-11-26"), Detail: Detail{Code: CommissionerTold}}},
			"breach-notice 2026-11-28T10:00:00Z (2026-11-26)", ""},
		{"mail to read has no clock", Correspondence, "2026-11-25", clock.House{}, nil, "", ""},
		{"but the house's promises hold for it too", Correspondence, "2026-11-25", clock.House{AnswerWorkingDays: 10}, nil, "house-answer 2026-12-09", "2026-12-09"},
		{"a promise becomes a clock, and leads", Access, "2026-11-25", clock.House{},
			[]Event{{Kind: Promised, On: day("2026-12-01"), Detail: Detail{Promise: &Promise{Told: day("2026-12-01"), Due: day("2026-12-10"), Words: "the first part"}}}},
			"promise 2026-12-10, answer 2026-12-29, extension-notice 2026-12-29", "2026-12-10"},
		{"a promise that was kept does not", Access, "2026-11-25", clock.House{},
			[]Event{{Kind: Promised, On: day("2026-12-01"), Detail: Detail{Promise: &Promise{Told: day("2026-12-01"), Due: day("2026-12-10"), Words: "x"}}}, {Kind: Kept, On: day("2026-12-08"), Detail: Detail{Kept: 1}}},
			"answer 2026-12-29, extension-notice 2026-12-29, promise 2026-12-10 (2026-12-08)", "2026-12-29"},
		{"telling the person meets the answer, and that no extension is needed", Access, "2026-11-25", clock.House{}, []Event{decided(Granted), {Kind: Answered, On: day("2026-12-01")}},
			"answer 2026-12-29 (2026-12-01), extension-notice 2026-12-29 (2026-12-01)", ""},
		{"another day of receipt moves them", Access, "2026-11-25", clock.House{}, []Event{{Kind: Corrected, Detail: Detail{Received: moment("2026-11-20T09:00:00Z")}}},
			"answer 2026-12-21, extension-notice 2026-12-21", "2026-12-21"},
		{"what is named otherwise counts otherwise", Other, "2026-11-25", clock.House{}, []Event{{Kind: Renamed, Detail: Detail{Kind: Complaint, House: &clock.House{AnswerWorkingDays: 10}}}},
			"house-answer 2026-12-09, acknowledge 2026-12-29", "2026-12-09"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := begun(t, c.kind, c.on)
			k.Facts.House = c.house
			k, _, err := Advance(reckoner(t), k, c.events, now)
			if err != nil {
				t.Fatal(err)
			}
			if got := told(k.Clocks); got != c.want || k.DueOn != c.lead {
				t.Errorf("%s; led by %q\nwant %s; led by %q", got, k.DueOn, c.want, c.lead)
			}
			for _, x := range k.Clocks {
				if len(x.Steps) == 0 {
					t.Errorf("%s shows no working", x.Name)
				}
			}
		})
	}
}

func moment(s string) *time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return &t
}

func TestADateThatMovesIsLoggedWithTheOldAndTheNew(t *testing.T) {
	t.Parallel()
	k := begun(t, Access, "2026-09-03")
	k, events, err := Advance(reckoner(t), k, []Event{asked(Identity, "2026-09-04")}, time.Date(2026, 9, 4, 9, 0, 0, 0, time.UTC))
	if err != nil || len(events) != 2 || events[1].Kind != Recomputed {
		t.Fatalf("events %+v, %v", events, err)
	}
	want := []Move{{"answer", "2026-10-05", "waits for identity"}, {"extension-notice", "2026-10-05", "waits for identity"}}
	if !reflect.DeepEqual(events[1].Detail.Moves, want) || !strings.Contains(events[1].What, "was Monday 5 October 2026") {
		t.Errorf("moves %+v: %s", events[1].Detail.Moves, events[1].What)
	}
	if _, events, _ = Advance(reckoner(t), k, []Event{event(Noted)}, time.Date(2026, 9, 5, 9, 0, 0, 0, time.UTC)); len(events) != 1 {
		t.Errorf("nothing moved, but: %+v", events)
	}
}

func TestAnotherTableOfBankHolidaysMovesDates(t *testing.T) {
	t.Parallel()
	k := begun(t, Access, "2026-10-30")
	built, err := clock.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	var table []string
	for _, div := range clock.Divisions() {
		table = append(table, `"`+string(div)+`":{"events":[{"title":"A day for everybody","date":"2026-11-30"},{"title":"Christmas Day","date":"2026-12-25"}]}`)
	}
	newer, err := clock.LoadCalendar(strings.NewReader("{" + strings.Join(table, ",") + "}"))
	if err != nil {
		t.Fatal(err)
	}
	merged, err := built.Merge(newer)
	if err != nil {
		t.Fatal(err)
	}
	r, err := clock.New(merged, clock.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	after, events, err := Advance(r, k, nil, time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC))
	if err != nil || len(events) != 1 || after.DueOn != "2026-12-01" || events[0].Actor != "system" {
		t.Errorf("due %s, was %s: %+v, %v", after.DueOn, k.DueOn, events, err)
	}
}

// Whatever happens to a case, its row is its timeline folded: the same events give the same case, the clocks are those of its facts, and what is refused changes
// nothing.
func TestACaseIsItsTimeline(t *testing.T) {
	t.Parallel()
	r := reckoner(t)
	rapid.Check(t, func(rt *rapid.T) {
		kind := rapid.SampledFrom(Kinds()).Draw(rt, "kind")
		start := begun(t, kind, "2026-09-03")
		live := start
		var taken []Event
		on := day("2026-09-03")
		for range rapid.IntRange(0, 25).Draw(rt, "events") {
			on = on.AddDays(rapid.IntRange(0, 6).Draw(rt, "days"))
			e := anyEvent(rt, on)
			before := fmt.Sprintf("%+v", live)
			next, _, err := Advance(r, live, []Event{e}, time.Date(on.Year, on.Month, on.Day, 12, 0, 0, 0, time.UTC))
			if err != nil {
				if now := fmt.Sprintf("%+v", live); now != before {
					rt.Fatalf("a refused %s changed the case", e.Kind)
				}
				continue
			}
			live, taken = next, append(taken, e)
		}
		folded := start
		for _, e := range taken {
			var err error
			if folded, err = folded.After(e); err != nil {
				rt.Fatalf("%s was taken, and is refused when told again: %v", e.Kind, err)
			}
		}
		clocks, notes, err := Reckon(r, folded)
		if err != nil {
			rt.Fatal(err)
		}
		folded.Clocks, folded.Notes, folded.DueOn = clocks, notes, Leading(clocks)
		if a, b := fmt.Sprintf("%+v", folded), fmt.Sprintf("%+v", live); a != b {
			rt.Errorf("the timeline gives\n%s\nand the case is\n%s", a, b)
		}
		checkCase(rt, live)
	})
}

// checkCase holds what is true of every case.
func checkCase(rt *rapid.T, k Case) {
	waits := len(k.Facts.WaitsFor()) > 0
	if k.State.working() && waits != (k.State == Waiting) {
		rt.Errorf("it is %s and waits for %v", k.State, k.Facts.WaitsFor())
	}
	if (k.State == Decided) && k.Decision == nil {
		rt.Errorf("decided without a decision")
	}
	for i, x := range k.Clocks {
		if i > 0 && place(k.Clocks[i-1]) == place(x) && k.Clocks[i-1].Lead() > x.Lead() {
			rt.Errorf("%s stands before %s", told(k.Clocks[:i]), x.Name)
		}
		if k.State == Closed && x.Running() {
			rt.Errorf("%s runs although the case is closed", x.Name)
		}
	}
}

func anyEvent(rt *rapid.T, on clock.Date) Event {
	e := Event{On: on, At: time.Date(on.Year, on.Month, on.Day, 12, 0, 0, 0, time.UTC), Actor: "user:1"}
	e.Kind = rapid.SampledFrom([]EventKind{Acknowledged, Asked, Asked, Received, Received, Dropped, Started, Extended, DecisionMade, Answered, ClosedCase, Reopened,
		Promised, Kept, Done, Renamed, Assigned, Prioritised, Noted, MessageIn, MessageRead, LetterFailed, AlarmSeen}).Draw(rt, "event")
	e.Detail.For = rapid.SampledFrom([]Awaited{Identity, Authority, Fee, Clarification}).Draw(rt, "for")
	e.Detail.Kind = rapid.SampledFrom(Kinds()).Draw(rt, "kind")
	e.Detail.Unread = rapid.Bool().Draw(rt, "unread")
	e.Detail.Code = rapid.SampledFrom([]string{"tell-recipients", CommissionerTold}).Draw(rt, "code")
	e.Detail.Kept = rapid.IntRange(0, 3).Draw(rt, "promise")
	e.Detail.Decision = &Decision{Outcome: Granted}
	e.Detail.Promise = &Promise{Told: on, Due: on.AddDays(rapid.IntRange(0, 30).Draw(rt, "due")), Words: "x"}
	e.Detail.Reasons = []string{"excessive"}
	if e.Kind == Extended {
		e.Detail.Reasons = []string{"complex"}
	}
	e.What = string(e.Kind)
	return e
}

func TestHowFarTheTimeCanBeExtended(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		kind   Kind
		events []Event
		want   string
	}{
		{"three months from the start", Access, nil, "2027-02-25"},
		{"the days of a question do not count", Access, []Event{asked(Clarification, "2026-11-27"), came(Clarification, "2026-11-30")}, "2027-03-01"},
		{"no date while it waits for proof of identity", Erasure, []Event{asked(Identity, "2026-11-27")}, ""},
		{"a complaint is not extended", Complaint, nil, ""},
		{"nor what was extended before", Access, []Event{{Kind: Extended, On: day("2026-11-27"), Detail: Detail{Reasons: []string{"complex"}}}}, ""},
	} {
		k := begun(t, c.kind, "2026-11-25")
		for _, e := range c.events {
			var err error
			if k, err = k.After(e); err != nil {
				t.Fatal(err)
			}
		}
		if got := ExtendedTo(reckoner(t), k, day("2026-12-01")).String(); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
