package clock

import "testing"

// TestMonthClock tries what moves the one-month clocks.
func TestMonthClock(t *testing.T) {
	t.Parallel()
	const received = "2026-09-03T09:00:00Z"
	tests := []struct {
		name                   string
		q                      Request
		starts, answer, notice string
		target, waiting        string
	}{
		{name: "the clock starts when the requested proof of identity comes",
			q:      Request{IdentityRequested: "2026-09-04", IdentityReceived: "2026-09-09"},
			starts: "2026-09-09", answer: "2026-10-09", notice: "2026-10-09"},
		{name: "the latest of identity and fee counts",
			q:      Request{IdentityRequested: "2026-09-04", IdentityReceived: "2026-09-09", FeeRequested: "2026-09-04", FeeReceived: "2026-09-10"},
			starts: "2026-09-10", answer: "2026-10-12", notice: "2026-10-12"},
		{name: "proof of identity that nobody asked for moves nothing",
			q:      Request{IdentityReceived: "2026-09-09"},
			starts: "2026-09-03", answer: "2026-10-05", notice: "2026-10-05"},
		{name: "proof that was asked for on an unknown day still starts the clock",
			q:      Request{IdentityRequested: "yes", IdentityReceived: "2026-09-30"},
			starts: "2026-09-30", answer: "2026-10-30", notice: "2026-10-30"},
		{name: "without the requested proof the clock has not started",
			q: Request{IdentityRequested: "2026-09-04"}, waiting: "identity"},
		{name: "without the fee the clock has not started",
			q: Request{FeeRequested: "2026-09-04"}, waiting: "fee"},
		{name: "proof asked for late gives a target counted from receipt",
			q:      Request{IdentityRequested: "2026-09-20", IdentityReceived: "2026-09-22"},
			starts: "2026-09-22", answer: "2026-10-22", notice: "2026-10-22", target: "2026-10-05"},
		{name: "proof asked for late and still missing gives a target but no due date",
			q: Request{IdentityRequested: "2026-09-20"}, waiting: "identity", target: "2026-10-05"},
		{name: "under the old rule the proof starts the clock, with a target from receipt",
			q:      Request{Received: "2026-01-08", IdentityRequested: "2026-01-09", IdentityReceived: "2026-01-12"},
			starts: "2026-01-12", answer: "2026-02-12", notice: "2026-02-12", target: "2026-02-09"},
		{name: "a pause counts its first and its last day",
			q:      Request{Pauses: [][]string{{"2026-09-10", "2026-09-14"}}},
			starts: "2026-09-03", answer: "2026-10-08", notice: "2026-10-08"},
		{name: "a question answered on the same day is one day",
			q:      Request{Received: "2026-09-01", Pauses: [][]string{{"2026-09-10", "2026-09-10"}}},
			starts: "2026-09-01", answer: "2026-10-02", notice: "2026-10-02"},
		{name: "overlapping pauses count each day once",
			q:      Request{Pauses: [][]string{{"2026-09-12", "2026-09-14"}, {"2026-09-10", "2026-09-13"}}},
			starts: "2026-09-03", answer: "2026-10-08", notice: "2026-10-08"},
		{name: "an open pause leaves no due date",
			q: Request{Pauses: [][]string{{"2026-09-10", ""}}}, starts: "2026-09-03", waiting: "clarification"},
		{name: "a pause given without an end is open",
			q: Request{Pauses: [][]string{{"2026-09-10"}}}, starts: "2026-09-03", waiting: "clarification"},
		{name: "a question asked after the last day moves nothing",
			q:      Request{Pauses: [][]string{{"2026-10-06", "2026-10-10"}}},
			starts: "2026-09-03", answer: "2026-10-05", notice: "2026-10-05"},
		{name: "an open question asked after the last day stops nothing",
			q:      Request{Pauses: [][]string{{"2026-10-06"}}},
			starts: "2026-09-03", answer: "2026-10-05", notice: "2026-10-05"},
		{name: "a question asked on the rolled last day still counts",
			q:      Request{Pauses: [][]string{{"2026-10-05", "2026-10-07"}}},
			starts: "2026-09-03", answer: "2026-10-06", notice: "2026-10-06"},
		{name: "a pause before the clock started does not count",
			q:      Request{IdentityRequested: "2026-09-04", IdentityReceived: "2026-09-09", Pauses: [][]string{{"2026-09-04", "2026-09-07"}}},
			starts: "2026-09-09", answer: "2026-10-09", notice: "2026-10-09"},
		{name: "of a pause that began before the clock, the days from the start count",
			q:      Request{IdentityRequested: "2026-09-04", IdentityReceived: "2026-09-09", Pauses: [][]string{{"2026-09-04", "2026-09-11"}}},
			starts: "2026-09-09", answer: "2026-10-12", notice: "2026-10-12"},
		{name: "only an access request can be paused",
			q:      Request{Kind: "erasure", Pauses: [][]string{{"2026-09-10", "2026-09-14"}}},
			starts: "2026-09-03", answer: "2026-10-05", notice: "2026-10-05"},
		{name: "an extension is three months from the original start",
			q:      Request{Extended: true},
			starts: "2026-09-03", answer: "2026-12-03", notice: "2026-10-05"},
		{name: "a pause moves the extended answer and the notice alike",
			q:      Request{Extended: true, Pauses: [][]string{{"2026-09-10", "2026-09-14"}}},
			starts: "2026-09-03", answer: "2026-12-08", notice: "2026-10-08"},
		{name: "a pause in the second month moves the extended answer alone",
			q:      Request{Extended: true, Pauses: [][]string{{"2026-10-12", "2026-10-16"}}},
			starts: "2026-09-03", answer: "2026-12-08", notice: "2026-10-05"},
		{name: "an extension told on the last day holds",
			q:      Request{ExtensionTold: "2026-10-05"},
			starts: "2026-09-03", answer: "2026-12-03", notice: "2026-10-05"},
		{name: "an extension told a day too late has no effect",
			q:      Request{Extended: true, ExtensionTold: "2026-10-06"},
			starts: "2026-09-03", answer: "2026-10-05", notice: "2026-10-05"},
		{name: "in doubt how days are added to a month, the earlier date is the target",
			q:      Request{Received: "2027-01-20", Pauses: [][]string{{"2027-01-25", "2027-02-03"}}},
			starts: "2027-01-20", answer: "2027-03-02", notice: "2027-03-02", target: "2027-03-01"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.q.Received == "" {
				tt.q.Received = received
			}
			if tt.q.Kind == "" {
				tt.q.Kind = "access"
			}
			out := reckon(t, newReckoner(t), tt.q)
			answer, notice := find(t, out, Answer), find(t, out, ExtensionNotice)
			for _, got := range []struct{ what, got, want string }{
				{"start", answer.Starts.String(), tt.starts},
				{"answer", answer.Due.String(), tt.answer},
				{"extension notice", notice.Due.String(), tt.notice},
				{"target", answer.Target.String(), tt.target},
				{"waiting for", answer.WaitingFor, tt.waiting},
			} {
				if got.got != got.want {
					t.Errorf("%s is %q, want %q", got.what, got.got, got.want)
				}
			}
		})
	}
}

func TestLateIdentityCanBeIgnoredBySetting(t *testing.T) {
	t.Parallel()
	r := reckonerWith(t, Settings{IdentityPromptDays: 7, LateIdentity: LateIsIgnored})
	late := Request{Kind: "access", Received: "2026-09-03", IdentityRequested: "2026-09-11"}
	if c := find(t, reckon(t, r, late), Answer); c.Due.String() != "2026-10-05" {
		t.Errorf("due %q, want the month from receipt", c.Due)
	}
	late.IdentityRequested = "2026-09-10"
	if c := find(t, reckon(t, r, late), Answer); c.WaitingFor != "identity" {
		t.Errorf("waits for %q; asking on the seventh day is prompt", c.WaitingFor)
	}
}
