package cases

import (
	"slices"
	"strings"
	"testing"

	"assent/internal/clock"
)

func TestTellingTheOutcomeKeepsTheWordToWriteAgainAndNoAction(t *testing.T) {
	t.Parallel()
	c := begun(t, Complaint, "2026-11-25")
	for _, e := range []Event{
		{Kind: Promised, On: day("2026-11-26"), Detail: Detail{Promise: &Promise{Told: day("2026-11-26"), Due: day("2026-12-10"), Words: "the next word from us"}}},
		{Kind: Promised, On: day("2026-11-26"), Detail: Detail{Promise: &Promise{Told: day("2026-11-26"), Due: day("2026-12-18"), Words: "train the desk.", Action: true}}},
		decided(Upheld), event(Answered),
	} {
		var err error
		if c, err = c.After(e); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.Facts.Promises; got[0].KeptOn != day("2026-12-01") || !got[1].KeptOn.IsZero() {
		t.Errorf("kept %v and %v", got[0].KeptOn, got[1].KeptOn)
	}
	fields := (&Service{}).DecisionFields(c, "en", "")
	if got := fields["actions"]; got != "- train the desk (by 18 December 2026)" {
		t.Errorf("the letter has %q among what we will do", got)
	}
	if got := (&Service{}).DecisionFields(c, "cy", "")["actions"]; got != "- train the desk (erbyn 18 Rhagfyr 2026)" {
		t.Errorf("the letter has %q among what we will do", got)
	}
}

func TestALetterNamesADateOnlyForAnAnswer(t *testing.T) {
	t.Parallel()
	promise := Promise{Told: day("2026-11-25"), Due: day("2026-12-20"), Words: "the outcome"}
	for _, c := range []struct {
		name, want string
		kind       Kind
		house      clock.House
		promises   []Promise
	}{
		{name: "a request is answered within the month", kind: Access, want: "2026-12-29"},
		{name: "of a complaint the law wants only the acknowledgement by a date", kind: Complaint},
		{name: "a complaint is answered when the house says so", kind: Complaint, house: clock.House{AcknowledgeWorkingDays: 5, AnswerWorkingDays: 20}, want: "2026-12-23"},
		{name: "a complaint is answered when a letter said so", kind: Complaint, promises: []Promise{promise}, want: "2026-12-20"},
		{name: "whoever reports a breach is promised nothing by the 72 hours", kind: Breach},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := begun(t, c.kind, "2026-11-25")
			k.Facts.House, k.Facts.Promises = c.house, c.promises
			clocks, _, err := Reckon(reckoner(t), k)
			if err != nil {
				t.Fatal(err)
			}
			k.Clocks = clocks
			if got := k.AnswerBy(); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestTheAcknowledgementSaysWhatStopped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, want string
		kinds      []Kind
	}{
		{"a consent taken back stops what needed it", "Our emails to this address that needed your consent have stopped.", []Kind{WithdrawConsent}},
		{"a wish to be deleted and left alone stops the lists", "We have stopped the emails from our lists to this address.", []Kind{Erasure}},
		{"an objection stops the lists", "We have stopped the emails from our lists to this address.", []Kind{Access, Erasure, Objection}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := Understood(c.kinds, true, "en"); !slices.Contains(got, c.want) || len(got) != len(c.kinds)+1 {
				t.Errorf("%s", strings.Join(got, " | "))
			}
		})
	}
}
