package notice_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"assent/subscriptions/notice"
)

func declared() notice.Declared {
	return notice.Declared{
		Controller: "Harbour Board", PostalAddress: "1 Quay\nPorthaven", Contact: notice.Person{Name: "Sam Poole", Address: "contact@harbour.example"},
		Officer: notice.Person{Name: "Priya Shah", Address: "dpo@harbour.example"},
		Purposes: []notice.Purpose{
			{Slug: "news", Name: "Monthly news", Basis: "consent", TermDays: 730},
			{Slug: "works", Name: "Warnings of works", Basis: "legitimate-interests", Interest: "that nobody runs aground"},
		},
		Categories: []string{"Region"},
		Recipients: []notice.Recipient{{Name: "Example Mail Ltd", Category: "mail service", Purpose: "sends our mail", Country: "IE", Safeguard: "adequacy regulations"}},
		Retention:  []string{"Closed cases: 6 years."},
		Statements: map[string]notice.Statements{
			"en": {Source: "You gave it to us.", Requirement: "You need give us nothing.", Automated: "We take no automated decisions."},
			"cy": {Source: "Chi a’i rhoddodd inni.", Requirement: "Nid oes rhaid rhoi dim.", Automated: "Nid ydym yn gwneud penderfyniadau awtomataidd."},
		},
	}
}

func verdicts(text string, d notice.Declared) map[notice.Item]notice.Verdict {
	out := map[notice.Item]notice.Verdict{}
	for _, f := range notice.Complete(text, d) {
		out[f.Item] = f.Verdict
	}
	return out
}

func TestADraftOutOfWhatIsDeclaredIsComplete(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "cy"} {
		text := notice.Draft(declared(), language)
		if gaps := notice.Gaps(notice.Complete(text, declared())); len(gaps) != 0 {
			t.Errorf("%s: %+v\n%s", language, gaps, text)
		}
		for _, want := range []string{"Monthly news", "730", "Closed cases: 6 years.", "adequacy regulations", "that nobody runs aground", "casework@ico.org.uk"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", language, want, text)
			}
		}
	}
}

// Whatever is declared, a draft lacks only what nobody stated.
func TestADraftLacksOnlyWhatNobodyStated(t *testing.T) {
	t.Parallel()
	bases := []string{"consent", "explicit-consent", "soft-opt-in", "charity-soft-opt-in", "legitimate-interests", "public-task", "contract", "legal-obligation"}
	name := rapid.StringMatching(`[A-Z][a-z]{2,8}( [a-z0-9*_<>-]{1,8}){0,3}`)
	rapid.Check(t, func(t *rapid.T) {
		d := notice.Declared{Controller: name.Draw(t, "controller"), Contact: notice.Person{Address: "contact@harbour.example"}}
		if rapid.Bool().Draw(t, "officer") {
			d.Officer.Address = "dpo@harbour.example"
		}
		for i, n := range rapid.SliceOfN(name, 1, 4).Draw(t, "purposes") {
			p := notice.Purpose{Slug: string(rune('a' + i)), Name: n, Basis: rapid.SampledFrom(bases).Draw(t, "basis"), TermDays: rapid.IntRange(0, 900).Draw(t, "term")}
			if p.Basis == "legitimate-interests" {
				p.Interest = name.Draw(t, "interest")
			}
			d.Purposes = append(d.Purposes, p)
		}
		for _, n := range rapid.SliceOfN(name, 0, 3).Draw(t, "recipients") {
			d.Recipients = append(d.Recipients, notice.Recipient{Name: n, Category: "mail", Purpose: "mail", Country: rapid.SampledFrom([]string{"GB", "IE"}).Draw(t, "country"), Safeguard: "adequacy"})
		}
		for _, language := range []string{"en", "cy"} {
			for _, gap := range notice.Gaps(notice.Complete(notice.Draft(d, language), d)) {
				if !slices.Contains([]notice.Item{notice.Source, notice.Requirement, notice.Automated}, gap.Item) {
					t.Fatalf("%s: %+v\n%s", language, gap, notice.Draft(d, language))
				}
			}
		}
	})
}

func TestWhatANoticeMustSay(t *testing.T) {
	t.Parallel()
	whole := notice.Draft(declared(), "en")
	for _, c := range []struct {
		name    string
		text    string
		change  func(*notice.Declared)
		item    notice.Item
		verdict notice.Verdict
	}{
		{"a purpose that is not named is missing", strings.ReplaceAll(whole, "Monthly news", "News"), nil, notice.Purposes, notice.Missing},
		{"a purpose in other letters is named", strings.ReplaceAll(whole, "Monthly news", "monthly  NEWS"), nil, notice.Purposes, notice.Found},
		{"a heading with nothing below says nothing", "## Your rights\n\n## How long we keep it\n\nA year.", nil, notice.Rights, notice.Missing},
		{"a heading of one's own words counts", "# How long we keep your data\n\nA year.", nil, notice.Retention, notice.Found},
		{"a bold line is a heading", "**Your rights**\n\nMany.", nil, notice.Rights, notice.Found},
		{"a heading in Welsh counts", "## Eich hawliau\n\nLlawer.", nil, notice.Rights, notice.Found},
		{"the controller may stand in a sentence", "Harbour Board runs this; write to contact@harbour.example.", nil, notice.Controller, notice.Found},
		{"the controller without an address is missing", "Harbour Board runs this.", nil, notice.Controller, notice.Missing},
		{"an officer that nobody declared is not needed", "x", func(d *notice.Declared) { d.Officer = notice.Person{} }, notice.Officer, notice.NotNeeded},
		{"transfers are not needed when nobody is abroad", "x", func(d *notice.Declared) { d.Recipients[0].Country = "GB" }, notice.Transfers, notice.NotNeeded},
		{"transfers are needed when somebody is", "x", nil, notice.Transfers, notice.Missing},
		{"interests are not needed without such a basis", "x", func(d *notice.Declared) { d.Purposes = d.Purposes[:1] }, notice.Interests, notice.NotNeeded},
		{"withdrawal is not needed without consent", "x", func(d *notice.Declared) { d.Purposes = d.Purposes[1:] }, notice.Withdrawal, notice.NotNeeded},
		{"a notice without purposes is not complete", whole, func(d *notice.Declared) { d.Purposes = nil }, notice.Purposes, notice.Missing},
	} {
		d := declared()
		if c.change != nil {
			c.change(&d)
		}
		if got := verdicts(c.text, d)[c.item]; got != c.verdict {
			t.Errorf("%s: %s is %s", c.name, c.item, got)
		}
	}
	if n := len(notice.Complete("", declared())); n != 14 {
		t.Errorf("%d items; the list of Articles 13 and 14 has 14", n)
	}
}

func TestWhatAVersionChanges(t *testing.T) {
	t.Parallel()
	was := declared()
	is := declared()
	is.Purposes = []notice.Purpose{{Slug: "news", Name: "Monthly news", Basis: "contract"}, {Slug: "surveys", Name: "Surveys", Basis: "consent"}}
	is.Recipients[0].Country = "US"
	is.Recipients = append(is.Recipients, notice.Recipient{Name: "Example Print", Country: "GB"})
	is.Retention = []string{"Closed cases: 3 years."}
	d := notice.Compare(was, is)
	for name, got := range map[string][]string{
		"Surveys": d.NewPurposes, "Warnings of works": d.EndedPurposes, "Monthly news: the basis was consent, and is contract": d.ChangedPurposes,
		"Example Print": d.NewRecipients, "Example Mail Ltd: was in IE, and is in US": d.ChangedRecipients,
		"Closed cases: 3 years.": d.NewRetention, "Closed cases: 6 years.": d.EndedRetention,
	} {
		if !slices.Equal(got, []string{name}) {
			t.Errorf("%q; want %q", got, name)
		}
	}
	if !d.Substantial() {
		t.Error("a new purpose is no mere change of words")
	}
	if same := notice.Compare(was, declared()); same.Substantial() {
		t.Errorf("nothing changed, and yet: %+v", same)
	}
}

func FuzzComplete(f *testing.F) {
	f.Add("## Your rights\n\nMany.")
	f.Add("**#** #\n\x00####### x\n*** ***")
	f.Fuzz(func(t *testing.T, text string) {
		if n := len(notice.Complete(text, declared())); n != len(notice.Items) {
			t.Errorf("%d findings", n)
		}
	})
}

func TestWhoIsToldOfANewPurposeIsToldItsBasis(t *testing.T) {
	t.Parallel()
	was, is := declared(), declared()
	is.Purposes = append(is.Purposes,
		notice.Purpose{Slug: "events", Name: "Events", Basis: "consent"},
		notice.Purpose{Slug: "trade", Name: "Trade news", Basis: "legitimate-interests", Interest: "that dealers know our lines"})
	for code, want := range map[string][]string{
		"en": {"Events: only if you agree to it", "Trade news: for our legitimate interests (that dealers know our lines)"},
		"cy": {"Events: dim ond os cytunwch iddo", "Trade news: er ein buddiannau dilys (that dealers know our lines)"},
	} {
		if got := notice.NewPurposes(was, is, code); !slices.Equal(got, want) {
			t.Errorf("%s: %q", code, got)
		}
	}
}

func TestTheFirstVersionSaysWhatIsAndNotWhatWas(t *testing.T) {
	t.Parallel()
	first := declared()
	first.RegionLock = true
	d := notice.Compare(notice.Declared{}, first)
	if d.ChangedController != "The controller is "+first.Controller+"." || d.ChangedRegionLock != "Data does not leave the United Kingdom." {
		t.Errorf("%q, %q", d.ChangedController, d.ChangedRegionLock)
	}
}
