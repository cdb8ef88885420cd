package complaint

import (
	"testing"
	"time"

	"assent/inbox/cases"
	"assent/internal/address"
	"assent/internal/clock"
)

func TestAComplainantHearsWithin28Days(t *testing.T) {
	t.Parallel()
	received := time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return received.AddDate(0, 0, n) }
	for _, c := range []struct {
		what string
		e    Entry
		now  time.Time
		days int
	}{
		{"not yet after 27 days", Entry{ReceivedAt: received}, day(28).Add(-time.Second), 0},
		{"after 28 days", Entry{ReceivedAt: received}, day(28), 28},
		{"counted from the last letter", Entry{ReceivedAt: received, LastWord: day(10)}, day(30), 0},
		{"28 days after the last letter", Entry{ReceivedAt: received, LastWord: day(10)}, day(40), 30},
		{"never once it is closed", Entry{ReceivedAt: received, State: cases.Closed}, day(400), 0},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			if got := c.e.Silent(c.now); got != c.days {
				t.Errorf("%d days of silence, want %d", got, c.days)
			}
		})
	}
}

func TestTheRegisterHasTheFirstAnswerAndTheLastWord(t *testing.T) {
	t.Parallel()
	ann, err := address.Parse("ann@example.org")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day int) time.Time { return time.Date(2026, 7, day, 12, 0, 0, 0, time.UTC) }
	c := cases.Case{Kind: cases.Complaint, Reference: "R-2026-000007", Subject: "Your letter", ReceivedAt: at(1), Decision: &cases.Decision{Outcome: cases.Upheld}}
	c.Facts.Stages = []cases.Stage{{Decision: cases.Decision{Outcome: cases.NotUpheld}, AnsweredOn: clock.Date{Year: 2026, Month: 7, Day: 9}}}
	c.Facts.Promises = []cases.Promise{
		{Words: "train the desk", Action: true}, {Words: "mend the form", Action: true, KeptOn: clock.Date{Year: 2026, Month: 7, Day: 20}}, {Words: "write again"},
	}
	parties := []cases.Party{{Role: cases.Subject, Name: "Bob"}, {Role: cases.Requester, Address: ann}}
	messages := []cases.Message{{Direction: cases.Out, At: at(9)}, {Direction: cases.Out, At: at(3)}, {Direction: cases.In, At: at(25)}}

	e := EntryOf(c, parties, messages)
	if e.First != cases.NotUpheld || e.Outcome != cases.Upheld || e.Answered.String() != "2026-07-09" {
		t.Errorf("first %s, then %s, answered %s", e.First, e.Outcome, e.Answered)
	}
	if e.Complainant != ann.String() || e.Brief != "Your letter" || !e.LastWord.Equal(at(9)) {
		t.Errorf("%q about %q, last word %s", e.Complainant, e.Brief, e.LastWord)
	}
	if open := e.Open(); len(open) != 1 || open[0].Words != "train the desk" {
		t.Errorf("open actions %v", open)
	}
}
