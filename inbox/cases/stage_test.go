package cases

import (
	"strings"
	"testing"

	"assent/internal/errs"
)

func onward(to Level) Event {
	return Event{Kind: Escalated, On: day("2026-12-10"), Actor: "user:1", Note: "She says that we did not look.", Detail: Detail{Code: string(to)}}
}

func by(actor, person string, o Outcome) Event {
	return Event{Kind: DecisionMade, On: day("2026-12-01"), Actor: actor, Detail: Detail{Decision: &Decision{Outcome: o, Actor: actor, Person: person}}}
}

func TestAComplaintGoesThroughItsStages(t *testing.T) {
	t.Parallel()
	told := []Event{by("user:1", "", NotUpheld), event(Answered)}
	for _, c := range []struct {
		name    string
		kind    Kind
		events  []Event
		reached int
		refuse  errs.Kind // of the last event; Internal for none
	}{
		{"the first stage is where it begins", Complaint, told, 1, errs.Internal},
		{"an outcome that was told is reviewed", Complaint, append(told, onward(Review)), 2, errs.Internal},
		{"a closed complaint is reviewed", Complaint, append(told, event(ClosedCase), onward(Review)), 2, errs.Internal},
		{"no outcome is no outcome to review", Complaint, []Event{onward(Review)}, 1, errs.Conflict},
		{"an outcome that nobody told is not reviewed", Complaint, []Event{by("user:1", "", NotUpheld), onward(Review)}, 1, errs.Conflict},
		{"the same operator does not review", Complaint, append(told, onward(Review), by("user:1", "", Upheld)), 2, errs.Conflict},
		{"another operator does", Complaint, append(told, onward(Review), by("user:2", "", Upheld)), 2, errs.Internal},
		{"a program does not review in the same name", Complaint, []Event{by("key:5", "Ann Lee", NotUpheld), event(Answered), onward(Review), by("key:6", "ann lee ", Upheld)}, 2, errs.Conflict},
		{"a program records another's review", Complaint, []Event{by("key:5", "Ann Lee", NotUpheld), event(Answered), onward(Review), by("key:5", "Bo Hart", Upheld)}, 2, errs.Internal},
		{"a review is final", Complaint, append(told, onward(Review), by("user:2", "", Upheld), event(Answered), onward(Review)), 2, errs.Conflict},
		{"after a review comes the Commissioner", Complaint, append(told, onward(Review), by("user:2", "", Upheld), event(Answered), onward(Commissioner)), 3, errs.Internal},
		{"the Commissioner does not wait for us", Complaint, []Event{onward(Commissioner)}, 3, errs.Internal},
		{"and has it once", Complaint, []Event{onward(Commissioner), onward(Commissioner)}, 3, errs.Conflict},
		{"what is no complaint has no stages", Access, append([]Event{by("user:1", "", Granted), event(Answered)}, onward(Review)), 1, errs.Invalid},
		{"there are no other stages", Complaint, append(told, onward("king")), 1, errs.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := begun(t, c.kind, "2026-11-25")
			for i, e := range c.events {
				next, err := k.After(e)
				if last := i == len(c.events)-1; last && c.refuse != errs.Internal {
					if errs.KindOf(err) != c.refuse || errs.Message(err) == "" {
						t.Errorf("the last event: %v, want kind %v with a sentence", err, c.refuse)
					}
					break
				} else if err != nil {
					t.Fatalf("event %d, %s: %v", i, e.Kind, err)
				}
				k = next
			}
			if got := k.Facts.Reached(); got != c.reached {
				t.Errorf("stage %d, want %d", got, c.reached)
			}
		})
	}
}

// What was decided before stays with the complaint, and its clocks stay met: for a review only what is promised is a date (E1-34).
func TestAReviewKeepsTheFirstStageAndItsClocks(t *testing.T) {
	t.Parallel()
	k := begun(t, Complaint, "2026-11-25")
	k.Facts.House.AnswerWorkingDays = 10
	for _, e := range []Event{by("user:1", "", NotUpheld), event(Answered), onward(Review)} {
		var err error
		if k, _, err = Advance(reckoner(t), k, []Event{e}, e.At); err != nil {
			t.Fatal(err)
		}
	}
	if len(k.Facts.Stages) != 1 || k.Facts.Stages[0].Decision.Outcome != NotUpheld || k.Facts.Stages[0].AnsweredOn != day("2026-12-01") || k.Facts.Stages[0].EndedOn != day("2026-12-10") {
		t.Errorf("stages %+v", k.Facts.Stages)
	}
	if k.State != InProgress || k.Decision != nil || !k.Facts.AnsweredOn.IsZero() {
		t.Errorf("it is %s, decided %v", k.State, k.Decision)
	}
	for _, x := range k.Clocks {
		if x.Running() {
			t.Errorf("%s runs again", x.Name)
		}
	}
}

func TestWhatBelongsToOthersIsReferredBeforeClosing(t *testing.T) {
	t.Parallel()
	k := begun(t, Complaint, "2026-11-25")
	k.Flags = []string{FlagCompensation, FlagFreedomOfInformation}
	left := func() (codes string) {
		for _, d := range Left(BaseDuties(k, nil)) {
			codes += " " + d.Code
		}
		return codes
	}
	if got := left(); got != " decide answer referred-freedom-of-information referred-risk-officer" {
		t.Errorf("left:%s", got)
	}
	for _, to := range []string{ToRiskOfficer, ToFreedomOfInformation} {
		var err error
		if k, err = k.After(Event{Kind: Referred, On: day("2026-12-01"), Actor: "user:1", Note: "Bo Hart", Detail: Detail{Code: to}}); err != nil {
			t.Fatal(err)
		}
	}
	if got := left(); got != " decide answer" {
		t.Errorf("left:%s", got)
	}
	if _, err := k.After(Event{Kind: Referred, Detail: Detail{Code: "king"}}); errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), ToRiskOfficer) {
		t.Errorf("referred to nobody: %v", err)
	}
	sub := k
	sub.ParentID, sub.Facts.Done = 7, nil
	if got := len(referrals(sub)); got != 0 {
		t.Errorf("a sub-case has %d referrals of its own", got)
	}
}
