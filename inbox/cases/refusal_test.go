package cases

import (
	"strings"
	"testing"

	"assent/internal/errs"
)

func refused(codes ...string) Case {
	return Case{Kind: Access, Decision: &Decision{Outcome: Refused, Reasons: codes, Words: "You asked the same last week."}}
}

// filled is one of our own texts with its fields filled for a case.
func filled(t *testing.T, name, language string, c Case) string {
	t.Helper()
	all, err := BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range all {
		if text.Name != name || text.Language != language {
			continue
		}
		v := (&Service{}).DecisionFields(c, language, "https://news.example.org/complaints/harbour")
		v["name"], v["received"], v["reference"], v["why"] = "Ann Lee", "25 November 2026", "R-2026-000001", "You asked four times."
		if c.Decision != nil {
			v["reasons"], v["outcome"] = c.Decision.Words, string(c.Decision.Outcome)
		}
		body, err := Fill(text.Body, v)
		if err != nil || Unfilled(body) != "" {
			t.Fatalf("%s.%s: %v, still has %q", name, language, err, Unfilled(body))
		}
		return body
	}
	t.Fatalf("there is no text %s.%s", name, language)
	return ""
}

// Each text that we come with says all that the law wants of a refusal or a fee, in both languages, for every reason (Article 12(4), 12(5)).
func TestOurTextsSayWhatTheLawWants(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"en", "cy"} {
		for _, r := range Reasons() {
			c := refused(r.Code)
			if err := (Letter{Answers: true, Language: language, Body: filled(t, "refused", language, c)}).tells(c, nil); err != nil {
				t.Errorf("refused.%s for %s: %v", language, r.Code, err)
			}
		}
		for _, r := range FeeReasons() {
			c := Case{Kind: Access, Decision: &Decision{Reasons: []string{r.Code}}, Facts: Facts{Fee: Need{Pence: 1250}}}
			l := Letter{Asks: Fee, Reasons: []string{r.Code}, Pence: 1250, Language: language, Body: filled(t, "ask-fee", language, c)}
			if err := l.tells(c, nil); err != nil {
				t.Errorf("ask-fee.%s for %s: %v", language, r.Code, err)
			}
		}
		for _, o := range []Outcome{NotUpheld, PartlyUp} {
			c := Case{Kind: Complaint, Decision: &Decision{Outcome: o, Words: "We looked."}}
			if err := (Letter{Answers: true, Language: language, Body: filled(t, "complaint-outcome", language, c)}).tells(c, nil); err != nil {
				t.Errorf("complaint-outcome.%s: %v", language, err)
			}
			c.Facts.Level = Review
			if err := (Letter{Answers: true, Language: language, Body: filled(t, "complaint-final", language, c)}).tells(c, nil); err != nil {
				t.Errorf("complaint-final.%s: %v", language, err)
			}
		}
	}
}

func TestARefusalThatLacksSomethingIsNotSent(t *testing.T) {
	t.Parallel()
	c := refused("repeat")
	whole := filled(t, "refused", "en", c)
	own := Reason{Code: "journalism", Words: "Data kept for journalism", Rule: "DPA 2018 Sch 2 para 26"}
	fee := Letter{Asks: Fee, Reasons: []string{"excessive"}, Pence: 1250, Language: "en"}
	for _, x := range []struct {
		name  string
		c     Case
		l     Letter
		lacks string // "" for nothing
	}{
		{"a whole letter goes", c, Letter{Answers: true, Language: "en", Body: whole}, ""},
		{"without the law", c, Letter{Answers: true, Language: "en", Body: strings.ReplaceAll(whole, "Article 12(5)", "the law")}, "Article 12(5)"},
		{"without a way to complain to us", c, Letter{Answers: true, Language: "en", Body: strings.ReplaceAll(whole, "complain to us", "write")}, "complain to us"},
		{"without the Commissioner", c, Letter{Answers: true, Language: "en", Body: strings.ReplaceAll(whole, "Information Commissioner", "regulator")}, "Commissioner"},
		{"without the court", c, Letter{Answers: true, Language: "en", Body: strings.ReplaceAll(whole, "court", "tribunal")}, "court"},
		{"in Welsh without the court", c, Letter{Answers: true, Language: "cy", Body: strings.ReplaceAll(filled(t, "refused", "cy", c), "llys", "tribiwnal")}, "court"},
		{"a reason of the kind's own is cited as well", refused("journalism"), Letter{Answers: true, Language: "en", Body: whole}, "Data Protection Act 2018, Schedule 2, paragraph 26"},
		{"a letter that answers nothing may say anything", c, Letter{Language: "en", Body: "We are on it."}, ""},
		{"what was granted needs no reasons", Case{Kind: Access, Decision: &Decision{Outcome: Granted}}, Letter{Answers: true, Language: "en", Body: "Here it is."}, ""},
		{"a fee without the amount", c, fee.saying(whole), "£12.50"},
		{"a fee with it", c, fee.saying(whole + " £12.50"), ""},
		{"a complaint that is not upheld says how to have it reviewed", Case{Kind: Complaint, Decision: &Decision{Outcome: NotUpheld}}, Letter{Answers: true, Language: "en", Body: "No. Go to the Information Commissioner, or to court."}, "reviewed"},
		{"whoever asks for another's data has no right to it", Case{Kind: Disclosure, Decision: &Decision{Outcome: Refused, Reasons: []string{"others"}}}, Letter{Answers: true, Language: "en", Body: "No."}, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			err := x.l.tells(x.c, []Reason{own})
			switch {
			case x.lacks == "" && err != nil:
				t.Errorf("refused: %v", err)
			case x.lacks != "" && (errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), x.lacks)):
				t.Errorf("got %v, want a refusal that names %q", err, x.lacks)
			}
		})
	}
}

func (l Letter) saying(body string) Letter { l.Body = body; return l }

func TestARefusalIsToldInWriting(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name    string
		c       Case
		reasons []string
		ok      bool
	}{
		{"by word of mouth it is not", refused("repeat"), nil, false},
		{"by post, with something missing, it is not", refused("repeat"), InWriting()[:3], false},
		{"by post, with all in it, it is", refused("repeat"), InWriting(), true},
		{"what is granted may be told on the telephone", Case{Kind: Access, Decision: &Decision{Outcome: Granted}}, nil, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			err := toldInWriting(x.c, Event{Kind: Answered, Detail: Detail{Reasons: x.reasons}})
			if x.ok != (err == nil) || !x.ok && errs.KindOf(err) != errs.Invalid {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestPoundsAndPence(t *testing.T) {
	t.Parallel()
	for pence, want := range map[int64]string{5: "£0.05", 1250: "£12.50", 100000: "£1000.00"} {
		if got := Pounds(pence); got != want {
			t.Errorf("%d is %s, want %s", pence, got, want)
		}
	}
}

// A text that was written for a whole yes gets a place for the reasons of a part, in both languages, and stays as it is for a whole yes.
func TestATextThatTellsAPartHasAPlaceForItsReasons(t *testing.T) {
	t.Parallel()
	partly := Case{Kind: Rectification, Decision: &Decision{Outcome: Partly, Reasons: []string{"exempt"}, Words: "A part."}}
	granted := Case{Kind: Rectification, Decision: &Decision{Outcome: Granted, Words: "All of it."}}
	all, err := BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range all {
		if !text.Answers || text.Name == "pack" || strings.HasPrefix(text.Name, "disclosure-") {
			continue
		}
		body, err := Fill(text.For(partly).Body, (&Service{}).DecisionFields(partly, text.Language, ""))
		if err != nil {
			t.Fatal(err)
		}
		if err := (Letter{Answers: true, Language: text.Language, Body: body}).tells(partly, nil); err != nil {
			t.Errorf("%s.%s: %v", text.Name, text.Language, err)
		}
		if text.For(granted).Body != text.Body {
			t.Errorf("%s.%s is changed for a whole yes", text.Name, text.Language)
		}
	}
}

// A text with a gap that only a person can fill names it, so that the letter cannot go out with the gap in it.
func TestATextThatOnlyAPersonCanFinishDoesNotGoOutUnfinished(t *testing.T) {
	t.Parallel()
	all, err := BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	gaps := map[string]string{"extension": "{{why}}", "holding": "{{why}}", "ask-fee": "{{why}}", "restriction-lifting": "{{why}}", "complaint-progress": "{{your-words}}", "breach-people": "{{your-words}}"}
	for _, text := range all {
		if gap := gaps[text.Name]; !strings.Contains(text.Body, gap) {
			t.Errorf("%s.%s has no place for what only a person can say", text.Name, text.Language)
		}
		for _, line := range strings.Split(strings.TrimSpace(text.Body), "\n\n") {
			if last := strings.TrimSpace(line); text.Name != "blank" && !strings.HasPrefix(last, "Dear ") && !strings.HasPrefix(last, "Annwyl ") && !strings.ContainsAny(last[len(last)-1:], ".:}") {
				t.Errorf("%s.%s breaks off: %q", text.Name, text.Language, last)
			}
		}
	}
	for _, language := range []string{"en", "cy"} {
		for _, r := range ExtensionReasons() {
			if said := Grounds([]string{r.Code}, ExtensionReasons(), language); !strings.Contains(said, "12A(3)") || strings.Contains(said, "  ") {
				t.Errorf("in %s the reason %s reads %q", language, r.Code, said)
			}
		}
	}
}
