package cases

import (
	"testing"

	"assent/internal/errs"
)

func TestTheLetterThatComesNextIsOffered(t *testing.T) {
	t.Parallel()
	all, err := BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		kind       Kind
		events     []Event
	}{
		{"a new request is acknowledged", "acknowledge", Erasure, nil},
		{"a new complaint is acknowledged as one", "acknowledge-complaint", Complaint, nil},
		{"an upheld complaint is told its outcome", "complaint-outcome", Complaint, []Event{event(Acknowledged), decided(Upheld)}},
		{"a review is announced", "complaint-review", Complaint, []Event{event(Acknowledged), decided(NotUpheld), event(Answered), escalation(Review)}},
		{"what was refused is told so", "refused", Erasure, []Event{event(Acknowledged), decided(Refused)}},
		{"what was granted in part is told in the words of its kind", "erasure-partly", Erasure, []Event{event(Acknowledged), decided(Partly)}},
		{"an objection that was granted is told in its own words", "objection-upheld", Objection, []Event{event(Acknowledged), decided(Granted)}},
		{"that nothing is held is told", "no-data", Access, []Event{event(Acknowledged), decided(NoData)}},
		{"whoever gets another's data is told what", "disclosure-answer", Disclosure, []Event{event(Acknowledged), decided(Granted)}},
		{"whoever gets nothing of another's data is told why", "disclosure-refused", Disclosure, []Event{event(Acknowledged), decided(Refused)}},
		{"whose restriction is told hears before it is lifted", "restriction-lifting", Restriction, []Event{event(Acknowledged), decided(Granted), event(Answered)}},
		{"those whose data was lost are told", "breach-people", Breach, []Event{event(Acknowledged)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := begun(t, c.kind, "2026-11-25")
			for _, e := range c.events {
				var err error
				if k, err = k.After(e); err != nil {
					t.Fatal(errs.Message(err))
				}
			}
			if got := Suggest(k, all); got != c.want {
				t.Errorf("%s is offered first, want %s", got, c.want)
			}
		})
	}
}

func TestEachTextThatComesWithAssentSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	for _, text := range builtIn() {
		if _, ok := fitting()[text.Name]; !ok && text.Name != "blank" {
			t.Errorf("nothing says for which cases %s is", text.Name)
		}
	}
}

func escalation(to Level) Event {
	e := event(Escalated)
	e.Note, e.Detail.Code = "not content", string(to)
	return e
}

func TestWhereSomebodyMayActForAnotherAuthorityIsAskedForNext(t *testing.T) {
	t.Parallel()
	all := builtIn()
	k := begun(t, Access, "2026-11-25")
	k.Flags = []string{FlagAgent}
	k, err := k.After(event(Acknowledged))
	if err != nil || Suggest(k, all) != "ask-authority" {
		t.Errorf("%s is offered first, %v", Suggest(k, all), err)
	}
	k.Facts.Acting.Evidence = "signed-authority"
	if got := Suggest(k, all); got == "ask-authority" {
		t.Error("authority that was seen is asked for")
	}
}

func TestAComplaintThatTakesLongerIsOfferedTheHoldingLetter(t *testing.T) {
	t.Parallel()
	if !(Text{Name: "holding"}).Fits(Case{Kind: Complaint, State: InProgress}) { // E0-31
		t.Error("the letter that says why, and by when the answer comes, is not offered")
	}
}
