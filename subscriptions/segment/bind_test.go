package segment_test

import (
	"strings"
	"testing"
	"time"

	"assent/internal/errs"
	"assent/subscriptions"
	"assent/subscriptions/segment"
)

func bind(t *testing.T, text string) (segment.Rule, error) {
	t.Helper()
	return segment.Bind(must(segment.Parse(text))(t), harbour(), at())
}

func TestWhatFitsNoDeclarationIsSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, says string }{
		{"no such attribute", `regoin is "Wales"`, `The programme has no attribute "regoin". It has: company, berths`},
		{"no such choice", `region is "Kent"`, `“Kent” is no choice of "region". Its choices are: South West, Wales, Môn.`},
		{"a number compared with text", `berths is "four"`, `"berths" is a number; “four” is none.`},
		{"text compared with a number", `company is 4`, "Put 4 in quotes: it is compared with text."},
		{"yes or no compared with text", `pilot is "perhaps"`, `"pilot" is yes or no; “perhaps” is neither.`},
		{"many choices asked like one", `sector is "ports"`, `"sector" is any number of choices: “is” cannot be asked of it. Ask: contains, contains any of, is set.`},
		{"text asked like a number", `company at least 3`, `cannot be asked of it`},
		{"a date asked like text", `renewal starts with "2026"`, `cannot be asked of it`},
		{"a range the wrong way round", `berths between 9 and 3`, "9 is more than 3: write the smaller number first."},
		{"dates the wrong way round", `renewal between 2026-12-01 and 2026-01-01`, "2026-12-01 lies after 2026-01-01: write the earlier date first."},
		{"no such list", `on list weekly`, `no list "weekly". It has: monthly, alerts.`},
		{"no such purpose", `permitted for offers`, `no purpose "offers". It has: news, warnings.`},
		{"no such campaign", `sent campaign 8`, "The programme has no campaign 8."},
		{"deep inside", `pilot is yes and (pilot is no or not region is "Kent")`, "At where.all[1].any[1].not: “Kent” is no choice"},
		{"letters upon letters", `company is "` + letters() + `"`, "different letters outside A to Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := bind(t, c.text)
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), c.says) {
				t.Errorf("%v; want %s", err, c.says)
			}
		})
	}
}

// letters are more letters with capitals than one comparison takes.
func letters() string {
	var b strings.Builder
	for r := 'à'; r < 'à'+190; r++ {
		b.WriteRune(r)
	}
	return b.String()
}

func TestEachConditionHasASentence(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, says string }{
		{`region is "south west"`, "Their Region is “South West”."},
		{`region is not "Wales"`, "Their Region is not “Wales”, or is not known."},
		{`region in ("Wales", "Môn")`, "Their Region is “Wales” or “Môn”."},
		{`sector contains any of ("ports", "fishing")`, "Their sector includes “ports” or “fishing”."},
		{`berths between 2 and 30.5`, "Their Berths is between 2 and 30.5."},
		{`pilot is yes`, "Their Pilot is yes."},
		{`company is not set`, "Their Company is not known."},
		{`renewal in the last 10 days`, "Their Renewal date is from 5 June 2026 to 15 June 2026."},
		{`renewal in the next 1 day`, "Their Renewal date is from 15 June 2026 to 16 June 2026."},
		{`renewal before 2026-12-01`, "Their Renewal date is on 30 November 2026 or before."},
		{`on list monthly`, "They are on the list “Harbour Monthly”."},
		{`left list alerts`, "They left the list “Alerts”."},
		{`pending for news`, "They asked for something that serves “Monthly news”, and have not confirmed it."},
		{`joined monthly in the last 30 days`, "They are on the list “Harbour Monthly”, and the permission that stands was given on 16 May 2026 or later."},
		{`on record between 2026-01-01 and 2026-01-31`, "They came on record from 1 January 2026 to 31 January 2026."},
		{`language is "cy"`, "Their language is “cy”."},
		{`sent campaign 7`, "They were, or may have been, sent the campaign “May issue” (7)."},
		{`bounced any campaign since 2026-06-01`, "They were sent some campaign of this programme on 1 June 2026 or later, and it came back or was refused."},
	} {
		rule, err := bind(t, c.text)
		if got := strings.TrimSpace(rule.Explain()); err != nil || got != c.says {
			t.Errorf("%s: %q, %v; want %q", c.text, got, err, c.says)
		}
	}
}

// A day is the programme's own: in summer it begins at eleven in the evening of the day before, by UTC.
func TestDaysAreThoseOfTheProgramme(t *testing.T) {
	t.Parallel()
	rule := must(bind(t, `on record since 2026-06-01`))(t)
	for moment, want := range map[string]bool{"2026-05-31T22:59:59Z": false, "2026-05-31T23:00:00Z": true} {
		p := segment.Person{Record: subscriptions.Subscriber{CreatedAt: must(time.Parse(time.RFC3339, moment))(t)}}
		if rule.Match(p) != want {
			t.Errorf("%s: %v", moment, !want)
		}
	}
}

// What is resolved means the same however much later it is bound.
func TestAResolvedSegmentStandsStill(t *testing.T) {
	t.Parallel()
	s := must(segment.Parse(`joined monthly in the last 30 days and renewal in the next 7 days`))(t)
	london := must(time.LoadLocation("Europe/London"))(t)
	still := s.Resolve(at(), london)
	if want := `joined monthly since 2026-05-16 and renewal between 2026-06-15 and 2026-06-22`; still.String() != want {
		t.Errorf("%s, want %s", still, want)
	}
	early, late := must(segment.Bind(still, harbour(), at()))(t), must(segment.Bind(still, harbour(), at().AddDate(1, 0, 0)))(t)
	if early.Explain() != late.Explain() || s.String() == still.String() {
		t.Errorf("%s\n%s", early.Explain(), late.Explain())
	}
}

func TestProfilingSwitchedOffRefusesEngagement(t *testing.T) {
	t.Parallel()
	d := harbour()
	d.ProfilingOff = true
	for text, refused := range map[string]bool{`sent campaign 7`: true, `pilot is yes or not bounced any campaign`: true, `on list monthly`: false} {
		_, err := segment.Bind(must(segment.Parse(text))(t), d, at())
		if (err != nil) != refused || refused && errs.KindOf(err) != errs.Refused {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestWhoRefusedProfilingMatchesNoSuchRule(t *testing.T) {
	t.Parallel()
	p := segment.Person{State: subscriptions.State{ProfilingRefusedBy: 9}, Mailings: []segment.Mailing{{Campaign: 7, At: at(), Sent: true, Certain: true}}}
	for text, want := range map[string]bool{`sent campaign 7`: false, `not sent campaign 7`: false, `pilot is not set or sent campaign 7`: false, `pilot is not set`: true} {
		if got := must(bind(t, text))(t).Match(p); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
