package clock

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestExplainGoldens(t *testing.T) {
	t.Parallel()
	r := newReckoner(t)
	for name, q := range map[string]Request{
		"access-over-christmas": {Kind: "access", Received: "2026-11-25T09:00:00Z"},
		"access-everything": {Kind: "access", Received: "2026-06-30T23:30:00Z", Division: "scotland", IdentityRequested: "2026-07-02", IdentityReceived: "2026-07-31",
			Pauses: [][]string{{"2026-07-03", "2026-07-06"}, {"2026-08-10", "2026-08-14"}, {"2026-12-01", "2026-12-02"}}, Extended: true, ExtensionTold: "2026-08-28",
			House: House{AcknowledgeWorkingDays: 5, AnswerWorkingDays: 20}},
		"access-open-pause":      {Kind: "access", Received: "2027-01-31T12:00:00Z", Pauses: [][]string{{"2027-02-10", ""}}},
		"access-days-and-months": {Kind: "access", Received: "2027-01-20", Pauses: [][]string{{"2027-01-25", "2027-02-03"}}},
		"erasure-late-identity":  {Kind: "erasure", Received: "2026-09-03", IdentityRequested: "2026-09-20", Pauses: [][]string{{"2026-09-05"}}},
		"access-old-rule":        {Kind: "access", Received: "2026-01-31", Pauses: [][]string{{"2026-02-03", "2026-02-05"}}, ExtensionTold: "2026-03-03"},
		"complaint":              {Kind: "complaint", Received: "2026-09-03T09:00:00Z", Division: "northern-ireland", House: House{5, 20}},
		"complaint-old":          {Kind: "complaint", Received: "2026-06-18", Extended: true},
		"breach":                 {Kind: "breach", Received: "2026-10-23T17:00:00+01:00"},
		"objection":              {Kind: "objection", Received: "2026-10-30", Division: "scotland"},
		"withdrawal":             {Kind: "withdraw-consent", Received: "2026-09-03", IdentityRequested: "2026-09-04", Extended: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got strings.Builder
			if err := Explain(&got, reckon(t, r, q)); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", "explain", name+".txt")
			if *update {
				if err := os.WriteFile(golden, []byte(got.String()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != string(want) {
				t.Errorf("%s differs; if that is meant, run go test -update\n%s", golden, got.String())
			}
		})
	}
}

func TestReckoningAsJSON(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(reckon(t, newReckoner(t), Request{Kind: "access", Received: "2026-09-03", FeeRequested: "yes"}))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`{"clocks":[{"name":"answer","starts":null,"due":null,"waiting_for":"fee","rule":"uk-gdpr-art-12a/2026-02-05","division":"england-and-wales","calendar":"`,
		`"steps":[{"text":"This is a request for a copy of one's personal data.","source":"Art 15 UK GDPR"}`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("JSON lacks %s:\n%s", want, data)
		}
	}
}
