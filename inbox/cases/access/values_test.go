package access

import (
	"testing"
	"time"
)

func TestAPackSaysCodesAndTimesInWords(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, field, value, en, cy string }{
		{"an act", "what", "confirmed", "You confirmed", "Fe gadarnhaoch"},
		{"a sentence stays", "what", "Opened from a message.", "Opened from a message.", "Opened from a message."},
		{"who did it is no number", "actor", "user:3", "a member of staff", "aelod o’r staff"},
		{"a time is that of the country", "changed", "2026-07-01 21:08 UTC", "10:08pm BST on 1 July 2026", "10:08pm BST ar 1 Gorffennaf 2026"},
		{"a day", "due", "2026-12-22", "22 December 2026", "22 Rhagfyr 2026"},
		{"a language", "language", "cy", "Welsh", "Cymraeg"},
		{"what was before", "before", `{"name":"Ann","language":"en"}`, "Language: en; Name: Ann", "Iaith: en; Enw: Ann"},
		{"what somebody wrote is no code", "words", "sent", "sent", "sent"},
	} {
		f := []Field{{Name: c.field, Value: c.value}}
		if en, cy := Facts(f, "en", zone)[0].Value, Facts(f, "cy", zone)[0].Value; en != c.en || cy != c.cy {
			t.Errorf("%s: %q and %q, want %q and %q", c.name, en, cy, c.en, c.cy)
		}
	}
	if f := Facts([]Field{{Name: "evidence", Label: "user_agent", Value: "x"}}, "en", zone)[0]; f.Name != "Browser" {
		t.Errorf("evidence is called %q", f.Name)
	}
}

func TestAPackNamesOnlyPurposesThatConcernThePerson(t *testing.T) {
	t.Parallel()
	items := []Item{{Source: "permissions", Content: Content{Fields: []Field{{Name: "purpose", Value: "news"}}}}}
	whole := Search{Lines: []Line{{Source: "permissions"}}}
	left := Search{Lines: []Line{{Source: "permissions", Left: "She has it."}}}
	for _, c := range []struct {
		name  string
		use   Purpose
		found Search
		want  bool
	}{
		{"agreed, or agreed once", Purpose{Name: "news", Basis: "consent"}, whole, false},
		{"never agreed", Purpose{Name: "pictures", Basis: "explicit-consent"}, whole, true},
		{"it rests on no act of the person", Purpose{Name: "surveys", Basis: "legitimate-interests"}, whole, false},
		{"acts were not searched", Purpose{Name: "pictures", Basis: "consent"}, left, false},
	} {
		if got := neverAgreed(c.use, c.found, items); got != c.want {
			t.Errorf("%s: left out %v, want %v", c.name, got, c.want)
		}
	}
}
