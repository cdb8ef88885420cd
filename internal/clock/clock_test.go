package clock

import (
	"errors"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"assent/internal/errs"
)

func newReckoner(t testing.TB) *Reckoner {
	t.Helper()
	return reckonerWith(t, DefaultSettings())
}

func reckonerWith(t testing.TB, settings Settings) *Reckoner {
	t.Helper()
	calendar, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(calendar, settings)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func date(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// reckon computes a request that must be good.
func reckon(t testing.TB, r *Reckoner, q Request) Reckoning {
	t.Helper()
	if q.Division == "" {
		q.Division = string(EnglandAndWales)
	}
	in, err := r.ParseInput(q)
	if err != nil {
		t.Fatal(err)
	}
	out, err := r.Reckon(in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// find returns the clock with a name; the test fails when there is none.
func find(t testing.TB, out Reckoning, name Name) Clock {
	t.Helper()
	for _, c := range out.Clocks {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no clock %q in %v", name, out.Clocks)
	return Clock{}
}

func has(out Reckoning, name Name) bool {
	for _, c := range out.Clocks {
		if c.Name == name {
			return true
		}
	}
	return false
}

// TestWorkedVectors holds the dates that were worked out by hand from the ICO's own
// examples and GOV.UK's bank holidays.
func TestWorkedVectors(t *testing.T) {
	t.Parallel()
	r := newReckoner(t)
	tests := []struct {
		name, received, weekday string
		month, three, complaint string
		five, ten, twenty       string
	}{
		{"the third day, ending on a Saturday", "2026-09-03", "Thursday", "2026-10-05", "2026-12-03", "2026-10-05", "2026-09-10", "2026-09-17", "2026-10-01"},
		{"ending on Christmas Day", "2026-11-25", "Wednesday", "2026-12-29", "2027-02-25", "2026-12-29", "2026-12-02", "2026-12-09", "2026-12-23"},
		{"31 March, before a month of 30 days", "2026-03-31", "Tuesday", "2026-04-30", "2026-06-30", "2026-04-30", "2026-04-09", "2026-04-16", "2026-04-30"},
		{"31 January on a Saturday", "2026-01-31", "Saturday", "2026-03-02", "2026-04-30", "2026-03-02", "2026-02-06", "2026-02-13", "2026-02-27"},
		{"31 January on a Sunday", "2027-01-31", "Sunday", "2027-03-01", "2027-04-30", "2027-03-02", "2027-02-05", "2027-02-12", "2027-02-26"},
		{"31 January of a leap year", "2024-01-31", "Wednesday", "2024-02-29", "2024-04-30", "2024-03-01", "2024-02-07", "2024-02-14", "2024-02-28"},
		{"over the turn of the year", "2026-12-01", "Tuesday", "2027-01-04", "2027-03-01", "2026-12-31", "2026-12-08", "2026-12-15", "2026-12-31"},
		{"ending on Good Friday", "2026-03-03", "Tuesday", "2026-04-07", "2026-06-03", "2026-04-02", "2026-03-10", "2026-03-17", "2026-03-31"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			received := date(t, tt.received)
			if got := received.Weekday().String(); got != tt.weekday {
				t.Errorf("received on a %s, want %s", got, tt.weekday)
			}
			q := Request{Kind: "access", Received: tt.received + "T09:00:00Z", House: House{5, 10}}
			out := reckon(t, r, q)
			expectDue(t, out, Answer, tt.month)
			expectDue(t, out, ExtensionNotice, tt.month)
			expectDue(t, out, HouseAcknowledge, tt.five)
			expectDue(t, out, HouseAnswer, tt.ten)
			q.Extended, q.House.AnswerWorkingDays = true, 20
			out = reckon(t, r, q)
			expectDue(t, out, Answer, tt.three)
			expectDue(t, out, ExtensionNotice, tt.month)
			expectDue(t, out, HouseAnswer, tt.twenty)
			// Some of these dates lie before s.164A, so the 30 days are tried as arithmetic.
			if got := r.calendar.Roll(EnglandAndWales, complaintEnds(received)).String(); got != tt.complaint {
				t.Errorf("complaint due %s, want %s", got, tt.complaint)
			}
		})
	}
}

func expectDue(t *testing.T, out Reckoning, name Name, want string) {
	t.Helper()
	if got := find(t, out, name).Due.String(); got != want {
		t.Errorf("%s due %q, want %q", name, got, want)
	}
}

func TestDivisionsDiffer(t *testing.T) {
	t.Parallel()
	r := newReckoner(t)
	tests := []struct {
		name, received      string
		clock               Name
		england, scot, nire string
	}{
		{"St Andrew's Day is a holiday in Scotland alone", "2026-10-30", Answer, "2026-11-30", "2026-12-01", "2026-11-30"},
		{"2 January has its substitute in Scotland", "2026-12-21", HouseAnswer, "2027-01-07", "2027-01-08", "2027-01-07"},
		{"Easter Monday is no holiday in Scotland", "2026-03-06", Answer, "2026-04-07", "2026-04-06", "2026-04-07"},
		{"a month that ends on Easter Monday rolls outside Scotland", "2024-03-01", Answer, "2024-04-02", "2024-04-01", "2024-04-02"},
		{"St Patrick's Day is a holiday in Northern Ireland alone", "2026-02-17", Answer, "2026-03-17", "2026-03-17", "2026-03-18"},
		{"the Battle of the Boyne is kept in Northern Ireland alone", "2026-06-12", Answer, "2026-07-13", "2026-07-13", "2026-07-14"},
		{"the summer bank holiday is early in Scotland", "2026-07-03", Answer, "2026-08-03", "2026-08-04", "2026-08-03"},
		{"the summer bank holiday is late elsewhere", "2026-07-31", Answer, "2026-09-01", "2026-08-31", "2026-09-01"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for div, want := range map[Division]string{EnglandAndWales: tt.england, Scotland: tt.scot, NorthernIreland: tt.nire} {
				out := reckon(t, r, Request{Kind: "access", Received: tt.received, Division: string(div), House: House{0, 10}})
				if got := find(t, out, tt.clock).Due.String(); got != want {
					t.Errorf("%s: due %s, want %s", div, got, want)
				}
			}
		})
	}
}

func TestReceiptIsTheUKLocalDate(t *testing.T) {
	t.Parallel()
	r := newReckoner(t)
	tests := []struct{ name, received, starts, due string }{
		{"00:30 in summer time on 1 July is 1 July", "2026-06-30T23:30:00Z", "2026-07-01", "2026-08-03"},
		{"the same moment written with its offset", "2026-07-01T00:30:00+01:00", "2026-07-01", "2026-08-03"},
		{"23:59 in summer time on 30 June is 30 June", "2026-06-30T22:59:59Z", "2026-06-30", "2026-07-30"},
		{"half past eleven in winter is the same day", "2026-11-30T23:30:00Z", "2026-11-30", "2026-12-30"},
		{"the last second before summer time begins", "2026-03-29T00:59:59Z", "2026-03-29", "2026-04-29"},
		{"an hour before midnight UTC on the first day of summer time", "2026-03-29T23:00:00Z", "2026-03-30", "2026-04-30"},
		{"the repeated hour in October", "2026-10-25T00:30:00Z", "2026-10-25", "2026-11-25"},
		{"late on the day that summer time ends", "2026-10-25T23:30:00Z", "2026-10-25", "2026-11-25"},
		{"a far zone, a day ahead", "2026-07-02T08:00:00+14:00", "2026-07-01", "2026-08-03"},
		{"a date alone, for post", "2026-07-01", "2026-07-01", "2026-08-03"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := find(t, reckon(t, r, Request{Kind: "erasure", Received: tt.received}), Answer)
			if c.Starts.String() != tt.starts || c.Due.String() != tt.due {
				t.Errorf("starts %s and is due %s, want %s and %s", c.Starts, c.Due, tt.starts, tt.due)
			}
		})
	}
}

func TestRuleVersionFollowsTheDayOfReceipt(t *testing.T) {
	t.Parallel()
	r := newReckoner(t)
	tests := []struct {
		name, received string
		rule           Rule
		due            string // with a pause of five days
	}{
		{"the day before Article 12A, no statute lets a pause count", "2026-02-04T23:59:59Z", RuleArt12, "2026-03-04"},
		{"the first day of Article 12A, the pause counts", "2026-02-05T00:00:00Z", RuleArt12A, "2026-03-10"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := find(t, reckon(t, r, Request{Kind: "access", Received: tt.received, Pauses: [][]string{{"2026-02-10", "2026-02-14"}}}), Answer)
			if c.Rule != tt.rule || c.Due.String() != tt.due {
				t.Errorf("rule %s, due %s; want %s, %s", c.Rule, c.Due, tt.rule, tt.due)
			}
		})
	}
}

func TestComplaint(t *testing.T) {
	t.Parallel()
	r := newReckoner(t)
	house := House{AcknowledgeWorkingDays: 5, AnswerWorkingDays: 20}
	before := reckon(t, r, Request{Kind: "complaint", Received: "2026-06-18T22:59:00Z", House: house})
	if has(before, Acknowledge) || has(before, Answer) {
		t.Error("a complaint before 19 June 2026 has a statutory clock")
	}
	expectDue(t, before, HouseAcknowledge, "2026-06-25")
	expectDue(t, before, HouseAnswer, "2026-07-16")
	if len(before.Notes) == 0 {
		t.Error("nothing says why there is no statutory clock")
	}

	after := reckon(t, r, Request{Kind: "complaint", Received: "2026-06-18T23:00:00Z", House: house,
		IdentityRequested: "2026-06-20", Extended: true, Pauses: [][]string{{"2026-06-20"}}})
	expectDue(t, after, Acknowledge, "2026-07-20") // 19 July is a Sunday
	if c := find(t, after, Acknowledge); c.Rule != Rule164A || c.Starts.String() != "2026-06-19" {
		t.Errorf("rule %s from %s", c.Rule, c.Starts)
	}
	if has(after, Answer) || has(after, ExtensionNotice) {
		t.Error("a complaint has the clocks of a rights request")
	}
}

func TestBreachHoursRunThroughEverything(t *testing.T) {
	t.Parallel()
	r := newReckoner(t)
	tests := []struct{ name, aware, due string }{
		{"over a weekend", "2026-11-27T16:45:00Z", "2026-11-30T16:45:00Z"},
		{"over Christmas", "2026-12-24T12:00:00Z", "2026-12-27T12:00:00Z"},
		{"over the end of summer time, 72 hours pass and not 73", "2026-10-23T17:00:00+01:00", "2026-10-26T16:00:00Z"},
		{"over the beginning of summer time", "2026-03-27T17:00:00Z", "2026-03-30T17:00:00Z"},
		{"with a fraction of a second", "2026-11-25T09:00:00.25Z", "2026-11-28T09:00:00.25Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			expectDue(t, reckon(t, r, Request{Kind: "breach", Received: tt.aware}), BreachNotice, tt.due)
		})
	}
}

func TestWithdrawalIsNotHeldUp(t *testing.T) {
	t.Parallel()
	r := newReckoner(t)
	plain := reckon(t, r, Request{Kind: "withdraw-consent", Received: "2026-09-03"})
	expectDue(t, plain, Answer, "2026-10-05")
	if has(plain, ExtensionNotice) {
		t.Error("a withdrawal has no period that could be extended")
	}
	for name, q := range map[string]Request{
		"identity asked": {IdentityRequested: "2026-09-04"},
		"extended":       {Extended: true},
	} {
		q.Kind, q.Received = "withdraw-consent", "2026-09-03"
		if c := find(t, reckon(t, r, q), Answer); c.Target.String() != "2026-10-05" {
			t.Errorf("%s: work to %q, want the month from receipt", name, c.Target)
		}
	}
	if c := find(t, plain, Answer); !strings.Contains(c.Steps[0].Text, "at once") {
		t.Errorf("the first step does not say that a withdrawal has effect at once: %q", c.Steps[0].Text)
	}
	if c := find(t, reckon(t, r, Request{Kind: "objection", Received: "2026-09-03"}), Answer); !strings.Contains(c.Steps[0].Text, "stop at once") {
		t.Errorf("the first step does not say what an objection to marketing does: %q", c.Steps[0].Text)
	}
}

func TestEveryKindHasItsClocks(t *testing.T) {
	t.Parallel()
	r := newReckoner(t)
	for _, kind := range Kinds() {
		out := reckon(t, r, Request{Kind: string(kind), Received: "2026-09-03T09:00:00Z"})
		want := Answer
		switch kind {
		case Breach:
			want = BreachNotice
		case Complaint:
			want = Acknowledge
		}
		for _, s := range find(t, out, want).Steps {
			if s.Text == "" || s.Source == "" {
				t.Errorf("%s has a step without text or source: %+v", kind, s)
			}
		}
	}
}

func TestNearestClockLeads(t *testing.T) {
	t.Parallel()
	r := newReckoner(t)
	out := reckon(t, r, Request{Kind: "access", Received: "2026-09-03", Extended: true, House: House{5, 20}})
	clocks := append(out.Clocks, Promised(date(t, "2026-09-10"), date(t, "2026-11-13"), "a full answer by 13 November 2026"))
	clocks = append(clocks, reckon(t, r, Request{Kind: "breach", Received: "2026-09-07T10:00:00Z"}).Clocks...)
	clocks = append(clocks, reckon(t, r, Request{Kind: "access", Received: "2026-09-03", FeeRequested: "yes"}).Clocks...)
	Sort(clocks)
	var got []string
	for _, c := range clocks {
		got = append(got, string(c.Name)+" "+c.Due.String())
	}
	want := []string{"breach-notice 2026-09-10T10:00:00Z", "house-acknowledge 2026-09-10", "house-answer 2026-10-01",
		"extension-notice 2026-10-05", "promise 2026-11-13", "answer 2026-12-03", "answer ", "extension-notice "}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("order:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestBeyondTheTableOnlyWeekendsAreKnown(t *testing.T) {
	t.Parallel()
	c := find(t, reckon(t, newReckoner(t), Request{Kind: "access", Received: "2028-11-25"}), Answer)
	if c.Due.String() != "2028-12-25" {
		t.Errorf("due %s, want the Monday that the table does not know to be Christmas Day", c.Due)
	}
	if last := c.Steps[len(c.Steps)-2].Text; !strings.Contains(last, "covers Monday 1 January 2018 to Friday 31 December 2027 only") {
		t.Errorf("no step warns of the table's end: %q", last)
	}
}

func TestClockKeepsTheCalendarHash(t *testing.T) {
	t.Parallel()
	r := newReckoner(t)
	for _, c := range reckon(t, r, Request{Kind: "access", Received: "2026-09-03", House: House{5, 20}}).Clocks {
		if c.Calendar != r.Calendar().Hash() || len(c.Calendar) != 64 {
			t.Errorf("%s has the calendar hash %q", c.Name, c.Calendar)
		}
	}
}

func TestImpossibleInputIsRefused(t *testing.T) {
	t.Parallel()
	r := newReckoner(t)
	day := func(s string) Date { return date(t, s) }
	good := Input{Kind: Access, Division: Scotland, Received: time.Date(2026, 9, 3, 9, 0, 0, 0, time.UTC)}
	tests := []struct {
		name  string
		spoil func(*Input)
	}{
		{"an unknown kind", func(in *Input) { in.Kind = "curiosity" }},
		{"an unknown division", func(in *Input) { in.Division = "cornwall" }},
		{"no time of receipt", func(in *Input) { in.Received = time.Time{} }},
		{"a time far away", func(in *Input) { in.Received = time.Date(9999, 12, 31, 23, 0, 0, 0, time.UTC) }},
		{"identity asked for before receipt", func(in *Input) { in.Identity = Condition{true, day("2026-09-02"), Date{}} }},
		{"identity there before it was asked for", func(in *Input) { in.Identity = Condition{true, day("2026-09-05"), day("2026-09-04")} }},
		{"a fee paid in a year without a clock", func(in *Input) { in.Fee = Condition{true, Date{}, Date{Year: 1}} }},
		{"a pause that ends before it begins", func(in *Input) { in.Pauses = []Pause{{day("2026-09-05"), day("2026-09-04")}} }},
		{"a pause without a beginning", func(in *Input) { in.Pauses = []Pause{{Date{}, day("2026-09-04")}} }},
		{"too many pauses", func(in *Input) { in.Pauses = make([]Pause, maxPauses+1) }},
		{"an extension told before receipt", func(in *Input) { in.ExtensionTold = day("2026-09-02") }},
		{"a negative promise", func(in *Input) { in.House.AnswerWorkingDays = -1 }},
		{"a promise of many years", func(in *Input) { in.House.AnswerWorkingDays = maxWorkingDays + 1 }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := good
			tt.spoil(&in)
			_, err := r.Reckon(in)
			var e *errs.Error
			if !errors.As(err, &e) || errs.KindOf(err) != errs.Invalid || errs.Message(err) == "" {
				t.Errorf("error %v, want kind invalid with a sentence", err)
			}
		})
	}
}

func TestNewRefusesWhatItCannotWorkWith(t *testing.T) {
	t.Parallel()
	if _, err := New(nil, DefaultSettings()); errs.KindOf(err) != errs.Invalid {
		t.Errorf("without a table: %v", err)
	}
	if _, err := New(newReckoner(t).Calendar(), Settings{IdentityPromptDays: -1}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("with a negative setting: %v", err)
	}
}
