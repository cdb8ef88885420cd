package thirdparty

import (
	"strings"
	"testing"

	"assent/inbox/cases"
	"assent/internal/clock"
	"assent/internal/errs"
)

func TestARecordOfADisclosureIsWholeOrRefused(t *testing.T) {
	t.Parallel()
	today := clock.Date{Year: 2026, Month: 11, Day: 22}
	for _, c := range []struct {
		what    string
		change  func(*Record)
		refused string // a part of the sentence; "" when the record stands
	}{
		{"a request about which nothing is decided stands", func(*Record) {}, ""},
		{"somebody asks", func(r *Record) { r.Organisation = " " }, "which organisation"},
		{"a gateway is one of the law", func(r *Record) { r.Gateway = "curiosity" }, "no such legal gateway"},
		{"what was given has a day and a way", func(r *Record) { r.Disclosed = "the address" }, "when and how"},
		{"with both it stands", func(r *Record) { r.Disclosed, r.DisclosedOn, r.Means = "the address", today, "by hand" }, ""},
		{"a day without anything given is a slip", func(r *Record) { r.DisclosedOn = today }, "what was disclosed"},
		{"nothing is given tomorrow", func(r *Record) {
			r.Disclosed, r.DisclosedOn, r.Means = "the address", clock.Date{Year: 2026, Month: 11, Day: 23}, "by hand"
		}, "future"},
		{"the person was told or not", func(r *Record) { r.Told = "perhaps" }, "told, or not told"},
		{"not telling them needs its reason", func(r *Record) { r.Told = NotTold }, "why the person was not told"},
		{"names stand on one line", func(r *Record) { r.Officer = "DC\r\nBcc: x" }, "one line"},
		{"texts have an end", func(r *Record) { r.Wanted = strings.Repeat("a", maxText+1) }, "longer"},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			r := Record{Organisation: "Harbour Police", Gateway: "crime", Wanted: "an address"}
			c.change(&r)
			err := r.Check(today)
			if c.refused == "" && err != nil || c.refused != "" && (errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), c.refused)) {
				t.Errorf("%v, want %q", err, c.refused)
			}
		})
	}
}

// E1-11: by default nothing is given.
func TestNothingIsDisclosedWithoutALawAndAFormalRequest(t *testing.T) {
	t.Parallel()
	for what, r := range map[string]Record{"neither": {}, "only the law": {Gateway: "crime"}, "only the request": {FormFileID: 3}} {
		if err := r.MayDisclose(); errs.KindOf(err) != errs.Conflict {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := (Record{Gateway: "crime", FormFileID: 3}).MayDisclose(); err != nil {
		t.Error(err)
	}
}

func TestNothingIsGrantedWithoutTheLawThatLetsUsGiveIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what    string
		outcome cases.Outcome
		reasons []string
		stands  bool
	}{
		{"granted on no law", cases.Granted, nil, false},
		{"granted in part, with a reason only for what is not given", cases.Partly, []string{"not-necessary"}, false},
		{"granted on a law", cases.Granted, []string{"crime"}, true},
		{"granted in part on a law", cases.Partly, []string{"crime", "not-necessary"}, true},
		{"refused", cases.Refused, []string{"no-gateway"}, true},
	} {
		err := Practice{}.MayDecide(cases.Case{}, cases.Decision{Outcome: c.outcome, Reasons: c.reasons})
		if c.stands && err != nil || !c.stands && errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", c.what, err)
		}
	}
}

func TestEveryLawIsSaidInLettersOfBothLanguages(t *testing.T) {
	t.Parallel()
	for _, g := range Gateways() {
		for language, law := range map[string]string{"en": "Data Protection Act 2018, ", "cy": "Deddf Diogelu Data 2018, "} {
			said := cases.Grounds([]string{g.Code}, Practice{}.Reasons(cases.Case{}, cases.Granted), language)
			if !strings.Contains(said, law) && !strings.Contains(said, "6(1)(") || strings.Contains(said, "DPA") || strings.Contains(said, "Sch ") {
				t.Errorf("%s in %s: %q", g.Code, language, said)
			}
		}
	}
}
