package cases

import (
	"testing"
	"time"

	"assent/internal/clock"
	"assent/internal/errs"
)

func day(s string) clock.Date {
	d, err := clock.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func reckoner(t testing.TB) *clock.Reckoner {
	t.Helper()
	calendar, err := clock.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	r, err := clock.New(calendar, clock.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// begun is a case of a kind that was received on a day in London.
func begun(t testing.TB, kind Kind, received string) Case {
	t.Helper()
	at, err := time.Parse(time.RFC3339, received+"T10:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	c, err := begin(reckoner(t), Case{ReceivedAt: at, Division: "england-and-wales", Channel: ByPost, CreatedAt: at}, kind, clock.House{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func asked(what Awaited, on string) Event {
	return Event{Kind: Asked, On: day(on), Actor: "user:1", Detail: Detail{For: what, Reasons: []string{"excessive"}, Pence: 1250}}
}

func came(what Awaited, on string) Event {
	return Event{Kind: Received, On: day(on), Actor: "user:1", Detail: Detail{For: what}}
}

func decided(o Outcome) Event {
	return Event{Kind: DecisionMade, On: day("2026-12-01"), Actor: "user:1", Detail: Detail{Decision: &Decision{Outcome: o, Actor: "user:1"}}}
}

func event(k EventKind) Event {
	return Event{Kind: k, On: day("2026-12-01"), At: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC), Actor: "user:1"}
}

func TestACaseGoesItsWay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		kind   Kind
		events []Event
		want   State
		refuse errs.Kind // of the last event; Internal when it is taken
	}{
		{"a new case is new", Access, nil, New, errs.Internal},
		{"an acknowledgement acknowledges", Access, []Event{event(Acknowledged)}, InTouch, errs.Internal},
		{"nothing is acknowledged twice", Access, []Event{event(Acknowledged), event(Acknowledged)}, InTouch, errs.Conflict},
		{"work begins without an acknowledgement", Access, []Event{event(Started)}, InProgress, errs.Internal},
		{"asking makes it wait", Access, []Event{asked(Identity, "2026-12-01")}, Waiting, errs.Internal},
		{"what has come ends the waiting", Access, []Event{asked(Identity, "2026-12-01"), came(Identity, "2026-12-03")}, InProgress, errs.Internal},
		{"it waits until all has come", Access, []Event{asked(Identity, "2026-12-01"), asked(Clarification, "2026-12-01"), came(Identity, "2026-12-03")}, Waiting, errs.Internal},
		{"what is needed no more ends the waiting", Access, []Event{asked(Fee, "2026-12-01"), {Kind: Dropped, On: day("2026-12-02"), Detail: Detail{For: Fee}}}, InProgress, errs.Internal},
		{"the same is not asked for twice", Access, []Event{asked(Identity, "2026-12-01"), asked(Identity, "2026-12-02")}, Waiting, errs.Conflict},
		{"nothing comes that was not asked for", Access, []Event{came(Fee, "2026-12-02")}, New, errs.Conflict},
		{"nothing comes before it was asked for", Access, []Event{asked(Identity, "2026-12-03"), came(Identity, "2026-12-01")}, Waiting, errs.Invalid},
		{"a fee without a reason is none", Access, []Event{{Kind: Asked, On: day("2026-12-01"), Detail: Detail{For: Fee}}}, New, errs.Invalid},
		{"two questions one after the other", Access, []Event{asked(Clarification, "2026-12-01"), came(Clarification, "2026-12-02"), asked(Clarification, "2026-12-04")}, Waiting, errs.Internal},
		{"a question while one is open is refused", Access, []Event{asked(Clarification, "2026-12-01"), asked(Clarification, "2026-12-02")}, Waiting, errs.Conflict},
		{"work that begins while it waits goes on waiting", Access, []Event{asked(Identity, "2026-12-01"), event(Started)}, Waiting, errs.Internal},
		{"a waiting case may be decided", Access, []Event{asked(Identity, "2026-12-01"), decided(Refused)}, Decided, errs.Internal},
		{"nothing is asked for after a decision", Access, []Event{decided(Granted), asked(Identity, "2026-12-01")}, Decided, errs.Conflict},
		{"a decision that was not told may change", Access, []Event{decided(Granted), decided(Refused)}, Decided, errs.Internal},
		{"a decision that was told stands", Access, []Event{decided(Granted), event(Answered), decided(Refused)}, Decided, errs.Conflict},
		{"nobody is told what is not decided", Access, []Event{event(Answered)}, New, errs.Conflict},
		{"closing closes", Access, []Event{decided(Granted), event(Answered), event(ClosedCase)}, Closed, errs.Internal},
		{"closed is closed", Access, []Event{decided(Granted), event(ClosedCase), event(ClosedCase)}, Closed, errs.Conflict},
		{"a note may be added to a closed case", Access, []Event{decided(Granted), event(ClosedCase), event(Noted)}, Closed, errs.Internal},
		{"a message may come to a closed case", Access, []Event{decided(Granted), event(ClosedCase), event(MessageIn)}, Closed, errs.Internal},
		{"no work on a closed case", Access, []Event{decided(Granted), event(ClosedCase), event(Started)}, Closed, errs.Conflict},
		{"a reopened case is in progress", Access, []Event{decided(Granted), event(Answered), event(ClosedCase), event(Reopened)}, InProgress, errs.Internal},
		{"a reopened case is decided anew", Access, []Event{decided(Granted), event(Answered), event(ClosedCase), event(Reopened), decided(Refused)}, Decided, errs.Internal},
		{"an open case is not reopened", Access, []Event{event(Reopened)}, New, errs.Conflict},
		{"a complaint has no extension", Complaint, []Event{{Kind: Extended, On: day("2026-12-01"), Detail: Detail{Reasons: []string{"complex"}}}}, New, errs.Invalid},
		{"an extension without a reason is none", Access, []Event{event(Extended)}, New, errs.Invalid},
		{"a case of its kind already is not renamed", Access, []Event{{Kind: Renamed, Detail: Detail{Kind: Access}}}, New, errs.Conflict},
		{"a kind that there is not", Access, []Event{{Kind: Renamed, Detail: Detail{Kind: "king"}}}, New, errs.Invalid},
		{"a promise that there is not is not kept", Access, []Event{{Kind: Kept, Detail: Detail{Kept: 1}}}, New, errs.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := begun(t, c.kind, "2026-11-25")
			for i, e := range c.events {
				next, err := k.After(e)
				last := i == len(c.events)-1
				if err != nil && (!last || c.refuse == errs.Internal) {
					t.Fatalf("event %d, %s: %v", i, e.Kind, err)
				}
				if last && c.refuse != errs.Internal {
					if errs.KindOf(err) != c.refuse || errs.Message(err) == "" {
						t.Errorf("the last event: %v, want kind %v with a sentence", err, c.refuse)
					}
					break
				}
				k = next
			}
			if k.State != c.want {
				t.Errorf("it is %s, want %s", k.State, c.want)
			}
		})
	}
}

func TestTheCaseItIsAskedOnStaysAsItWas(t *testing.T) {
	t.Parallel()
	before := begun(t, Access, "2026-11-25")
	before, err := before.After(asked(Clarification, "2026-11-26"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := before.After(came(Clarification, "2026-11-28")); err != nil {
		t.Fatal(err)
	}
	if !before.Facts.Clarifications[0].To.IsZero() {
		t.Error("the answer reached the case as it was before")
	}
}

func TestWhatIsLeftToDo(t *testing.T) {
	t.Parallel()
	sub := begun(t, Erasure, "2026-11-25")
	sub.Reference = "R-2026-000001/2"
	k := begun(t, Access, "2026-11-25")
	k.Facts.Promises = []Promise{{Told: day("2026-11-26"), Due: day("2026-12-20"), Words: "the rest"}}
	k.Unread, k.Alarm = 1, "A letter was not taken."
	var codes []string
	for _, d := range Left(BaseDuties(k, []Case{sub})) {
		codes = append(codes, d.Code)
	}
	if got := len(codes); got != 6 {
		t.Errorf("left: %v", codes)
	}
	if err := mayClose(BaseDuties(k, nil)); errs.KindOf(err) != errs.Conflict {
		t.Errorf("closing: %v", err)
	}
	if err := mayClose(BaseDuties(begun(t, Correspondence, "2026-11-25"), nil)); err != nil {
		t.Errorf("mail to read needs no decision: %v", err)
	}
	taken := begun(t, Access, "2026-11-25")
	taken.Decision = &Decision{Outcome: Withdrawn}
	if err := mayClose(BaseDuties(taken, nil)); err != nil {
		t.Errorf("what was taken back needs no answer: %v", err)
	}
}
