package subscriptions

import "testing"

func TestSpecialCategoryWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		a    Attribute
		want string
	}{
		{"a region is nothing special", Attribute{Name: "region", Label: "Region", Choices: []string{"South West", "Cymru"}}, ""},
		{"a committee and a job title are not", Attribute{Name: "committee", Label: "Committee or project", Choices: []string{"Cables", "Trace elements", "Embraced"}}, ""},
		{"health is, in the name", Attribute{Name: "health_notes"}, "health"},
		{"disability is, in the label", Attribute{Name: "q7", Label: "Do you have a disability?"}, "disability"},
		{"religion is, in a choice", Attribute{Name: "q8", Choices: []string{"Other", "Muslim"}}, "muslim"},
		{"a committee on health is nothing about a person", Attribute{Name: "committee", Choices: []string{"Health and safety", "Medical devices"}}, ""},
		{"race is as a word", Attribute{Name: "race"}, "race"},
		{"and not within another", Attribute{Name: "trace_race_free", Label: ""}, "race"},
		{"a trace is none", Attribute{Name: "trace"}, ""},
		{"trade unions are", Attribute{Name: "trade_union"}, "union"},
		{"iechyd is, in Welsh", Attribute{Name: "iechyd"}, "iechyd"},
		{"crefydd is, in a Welsh label", Attribute{Name: "q9", Label: "Beth yw eich crefydd?"}, "crefydd"},
		{"hil is, and Hilary is not", Attribute{Name: "q10", Label: "Hilary"}, ""},
		{"capitals hide nothing", Attribute{Name: "q11", Label: "SEXUAL ORIENTATION"}, "sexual"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := c.a.SpecialCategoryWord(); got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}
