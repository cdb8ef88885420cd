package segment_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"assent/internal/errs"
	"assent/subscriptions/segment"
)

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`region is "South West" and not (sector in ("ports", "fishing"))`, `sent any campaign in the last 30 days or joined monthly between 2026-01-01 and 2026-02-01`,
		`attribute and is not set`, `not not on list x`, `"`, `(`, `a in (1,`, "company is “x\\”", `berths at least -1e5`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := segment.Parse(text)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid || errs.Message(err) == "" {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		holds(t, s)
	})
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"version":1,"where":{"all":[{"attribute":"region","is":"Wales"},{"not":{"sent":"any","in_last_days":30}}]}}`,
		`{"version":1,"where":{"person":"language","one_of":["cy","en"]}}`, `{"version":1,"where":{"attribute":"x","between":[1,2]}}`, `{"version":1,`, `null`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := segment.Decode(data)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid || errs.Message(err) == "" {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		holds(t, s)
	})
}

// holds checks that both forms of a segment are read back, and that binding it gives a rule or a sentence.
func holds(t *testing.T, s segment.Segment) {
	t.Helper()
	again, err := segment.Parse(text(s))
	if err != nil || !reflect.DeepEqual(again, s) {
		t.Fatalf("%q came back as %q, %v", text(s), text(again), err)
	}
	data := must(json.Marshal(s))(t)
	again, err = segment.Decode(data)
	if err != nil || !reflect.DeepEqual(again, s) {
		t.Fatalf("%s came back as %q, %v", data, text(again), err)
	}
	rule, err := segment.Bind(s, harbour(), at())
	if err != nil {
		if errs.Message(err) == "" {
			t.Fatalf("%q: %v", text(s), err)
		}
		return
	}
	rule.Match(segment.Person{})
	if rule.Explain() == "" {
		t.Fatalf("%q has no English", text(s))
	}
}
