package portability

import (
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/inbox/cases/access"
	"assent/templates"
)

func record(paper, given bool, bases ...string) access.Content {
	c := access.Content{Paper: paper, Fields: []access.Field{{Name: "name", Value: "Ann Lee", Given: given}, {Name: "changed", Value: "2026-11-25"}}}
	for _, b := range bases {
		c.Bases = append(c.Bases, access.Basis{Purpose: "News", Basis: b})
	}
	return c
}

// The rules of E1-14, one by one.
func TestWhatIsPortable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		content access.Content
		want    Why
	}{
		{"provided by the person, on consent, by machine", record(false, true, "consent"), Portable},
		{"on explicit consent", record(false, true, "explicit-consent"), Portable},
		{"for a contract", record(false, true, "contract"), Portable},
		{"one basis of several is enough", record(false, true, "public-task", "contract"), Portable},
		{"on paper", record(true, true, "consent"), OnPaper},
		{"made by us", record(false, false, "consent"), NotProvided},
		{"on legitimate interests", record(false, true, "legitimate-interests"), OtherBasis},
		{"soft opt-in is no consent", record(false, true, "soft-opt-in", "charity-soft-opt-in"), OtherBasis},
		{"on no purpose at all", record(false, true), OtherBasis},
	} {
		if got := OfItem(c.content); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	c := record(false, true, "consent")
	if OfField(c, c.Fields[0]) != Portable || OfField(c, c.Fields[1]) != NotProvided {
		t.Error("of an item only what the person provided is portable")
	}
	for _, why := range Reasons() {
		if why.Words("en") == "" || why.Words("cy") == "" {
			t.Errorf("%q has no words", why)
		}
	}
}

func TestAPackIsMachineReadableAndSaysWhatIsNotInIt(t *testing.T) {
	t.Parallel()
	set, err := templates.Load()
	if err != nil {
		t.Fatal(err)
	}
	formula := record(false, true, "consent")
	formula.Fields[0].Value = "=1+1, \"quoted\"\nand more"
	items := []access.Item{{Source: "record", Content: formula, Review: access.Review{Verdict: access.Kept}}, {Source: "mail", Content: record(false, true)}, {Source: "mail", Content: record(false, true)}}
	l := Layout{Templates: set, Zone: time.UTC}
	own := slices.DeleteFunc(slices.Clone(items), func(x access.Item) bool { return !l.Belongs(x) })
	for _, language := range []string{"en", "cy"} {
		p, _, err := access.Assemble(access.Frame{Kind: "portability", Reference: "R-2026-000001", Language: language, ReceivedOn: "2026-11-25"}, own)
		if err != nil {
			t.Fatal(err)
		}
		files, err := l.Files(p, items)
		if err != nil {
			t.Fatal(err)
		}
		var d Data
		if err := json.Unmarshal(files[1].Body, &d); err != nil {
			t.Fatal(err)
		}
		if len(d.Values) != 1 || d.Values[0].Value != formula.Fields[0].Value || len(d.NotHere) != 1 || d.NotHere[0] != (Not{"mail", OtherBasis, 2}) {
			t.Errorf("the JSON: %+v", d)
		}
		rows, err := csv.NewReader(strings.NewReader(string(files[2].Body))).ReadAll()
		if err != nil || len(rows) != 2 || rows[1][4] != "'"+formula.Fields[0].Value {
			t.Errorf("the CSV: %q, %v", rows, err)
		}
		if page := string(files[0].Body); !strings.Contains(page, OtherBasis.Words(language)) && !strings.Contains(page, "consent") {
			t.Errorf("the page does not say why: %s", page)
		}
	}
}
