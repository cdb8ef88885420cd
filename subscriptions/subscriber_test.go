package subscriptions_test

import (
	"math"
	"strings"
	"testing"

	"assent/internal/errs"
	"assent/subscriptions"
)

func TestAttributesHaveTheirTypes(t *testing.T) {
	t.Parallel()
	choices := []string{"tides", "works"}
	for _, c := range []struct {
		name  string
		kind  subscriptions.AttributeType
		value any
		good  bool
	}{
		{"text", subscriptions.TextAttribute, "Quay 4\nNorth side", true},
		{"empty text", subscriptions.TextAttribute, "", true},
		{"a number as text", subscriptions.TextAttribute, 4.0, false},
		{"text of 1,000 characters", subscriptions.TextAttribute, strings.Repeat("ŵ", 1000), true},
		{"text of 1,001 characters", subscriptions.TextAttribute, strings.Repeat("a", 1001), false},
		{"text with a control character", subscriptions.TextAttribute, "a\x1bb", false},
		{"a number", subscriptions.NumberAttribute, 4.5, true},
		{"text as a number", subscriptions.NumberAttribute, "4.5", false},
		{"no number at all", subscriptions.NumberAttribute, math.NaN(), false},
		{"a number without end", subscriptions.NumberAttribute, math.Inf(1), false},
		{"nothing as a number", subscriptions.NumberAttribute, nil, false},
		{"yes", subscriptions.BoolAttribute, true, true},
		{"text as yes", subscriptions.BoolAttribute, "true", false},
		{"a date", subscriptions.DateAttribute, "2026-02-28", true},
		{"a day that there is not", subscriptions.DateAttribute, "2026-02-29", false},
		{"a date with its time", subscriptions.DateAttribute, "2026-02-28T00:00:00Z", false},
		{"a choice", subscriptions.ChoiceAttribute, "tides", true},
		{"a choice that is not declared", subscriptions.ChoiceAttribute, "Tides", false},
		{"several choices", subscriptions.ManyAttribute, []any{"tides", "works"}, true},
		{"no choice of several", subscriptions.ManyAttribute, []any{}, true},
		{"several, one not declared", subscriptions.ManyAttribute, []any{"tides", "ferries"}, false},
		{"several, one no text", subscriptions.ManyAttribute, []any{1.0}, false},
		{"one instead of several", subscriptions.ManyAttribute, "tides", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := subscriptions.Attribute{Name: "thing", Type: c.kind, Choices: choices}.Check(c.value)
			if (err == nil) != c.good {
				t.Errorf("%v", err)
			}
			if err != nil && (errs.KindOf(err) != errs.Invalid || !strings.HasPrefix(errs.Message(err), `The attribute "thing" must be `)) {
				t.Errorf("%v %q", errs.KindOf(err), errs.Message(err))
			}
		})
	}
}

func TestAttributesAreShownAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	a := subscriptions.Attributes{"harbour": {
		"text": "Quay 4", "number": 12.5, "whole": 1200000.0, "yes": true, "no": false, "many": []any{"tides", "works"}, "none": []any{}, "null": nil,
	}}
	for name, want := range map[string]string{
		"text": "Quay 4", "number": "12.5", "whole": "1200000", "yes": "yes", "no": "no", "many": "tides, works", "none": "", "null": "", "unknown": "",
	} {
		if got := a.Text("harbour", name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := a.Text("ferry", "text"); got != "" {
		t.Errorf("another programme's: %q", got)
	}
	if got := (subscriptions.Attributes)(nil).Text("harbour", "text"); got != "" {
		t.Errorf("of nobody: %q", got)
	}
}
