package subscriptions_test

import (
	"testing"
	"time"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
)

func TestABasisStandsWithAllThatItRestsOnAndNothingElse(t *testing.T) {
	t.Parallel()
	type c = subscriptions.Conditions
	review := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	soft := c{FromSale: true, OwnSimilar: true, OptOutAtStart: true, OptOutEachTime: true}
	charity := c{CharitysPurposes: true, InterestOrSupport: true, OptOutAtStart: true, OptOutEachTime: true}
	without := func(all c, change func(*c)) c { change(&all); return all }
	for _, x := range []struct {
		name  string
		basis subscriptions.Basis
		rests c
		good  bool
	}{
		{"consent needs nothing declared", subscriptions.Consent, c{}, true},
		{"consent rests on no reference", subscriptions.Consent, c{Reference: "an Act"}, false},
		{"the soft opt-in with its three facts", subscriptions.SoftOptIn, soft, true},
		{"the soft opt-in without a sale", subscriptions.SoftOptIn, without(soft, func(x *c) { x.FromSale = false }), false},
		{"the soft opt-in for other people's products", subscriptions.SoftOptIn, without(soft, func(x *c) { x.OwnSimilar = false }), false},
		{"the soft opt-in without an opt-out at the start", subscriptions.SoftOptIn, without(soft, func(x *c) { x.OptOutAtStart = false }), false},
		{"the soft opt-in without an opt-out in each message", subscriptions.SoftOptIn, without(soft, func(x *c) { x.OptOutEachTime = false }), false},
		{"the charities' soft opt-in", subscriptions.CharitySoftOptIn, charity, true},
		{"the charities' soft opt-in without interest or support", subscriptions.CharitySoftOptIn, without(charity, func(x *c) { x.InterestOrSupport = false }), false},
		{"the charities' soft opt-in for other purposes", subscriptions.CharitySoftOptIn, without(charity, func(x *c) { x.CharitysPurposes = false }), false},
		{"the conditions of one soft opt-in do for the other", subscriptions.CharitySoftOptIn, soft, false},
		{"legitimate interests with an assessment", subscriptions.LegitimateInterests, c{Interest: "safety", Assessment: "LIA-1", ReviewOn: review}, true},
		{"legitimate interests without an assessment", subscriptions.LegitimateInterests, c{Interest: "safety", ReviewOn: review}, false},
		{"legitimate interests without a review", subscriptions.LegitimateInterests, c{Interest: "safety", Assessment: "LIA-1"}, false},
		{"legitimate interests that name none", subscriptions.LegitimateInterests, c{Assessment: "LIA-1", ReviewOn: review}, false},
		{"a public task with its function", subscriptions.PublicTask, c{Reference: "Harbours Act"}, true},
		{"a public task without one", subscriptions.PublicTask, c{}, false},
		{"a contract without reference", subscriptions.Contract, c{}, false},
		{"a legal obligation with reference", subscriptions.LegalObligation, c{Reference: "an Act"}, true},
	} {
		err := subscriptions.CheckBasis(x.basis, x.rests)
		if (err == nil) != x.good {
			t.Errorf("%s: %v", x.name, err)
		}
	}
}

func TestWhichClassAPurposeMayHave(t *testing.T) {
	t.Parallel()
	allowed := map[subscriptions.Class][]subscriptions.Basis{
		subscriptions.Newsletter:   {subscriptions.Consent, subscriptions.ExplicitConsent, subscriptions.LegitimateInterests, subscriptions.PublicTask, subscriptions.Contract, subscriptions.LegalObligation},
		subscriptions.Targeted:     {subscriptions.Consent, subscriptions.ExplicitConsent, subscriptions.LegitimateInterests, subscriptions.PublicTask, subscriptions.Contract, subscriptions.LegalObligation},
		subscriptions.Marketing:    {subscriptions.Consent, subscriptions.ExplicitConsent, subscriptions.SoftOptIn, subscriptions.CharitySoftOptIn},
		subscriptions.ServiceClass: {subscriptions.LegitimateInterests, subscriptions.PublicTask, subscriptions.Contract, subscriptions.LegalObligation},
		subscriptions.CaseClass:    {subscriptions.PublicTask, subscriptions.LegalObligation},
	}
	for _, class := range subscriptions.Classes {
		for _, basis := range subscriptions.Bases {
			want := false
			for _, b := range allowed[class] {
				want = want || b == basis
			}
			if got := subscriptions.CheckClass(class, basis) == nil; got != want {
				t.Errorf("class %s on %s: allowed %v", class, basis, got)
			}
		}
	}
}

func TestAMessageHasTheClassOfAllThatItServes(t *testing.T) {
	t.Parallel()
	of := func(classes ...subscriptions.Class) []subscriptions.Purpose {
		var out []subscriptions.Purpose
		for _, c := range classes {
			out = append(out, subscriptions.Purpose{Class: c})
		}
		return out
	}
	for _, c := range []struct {
		name     string
		purposes []subscriptions.Purpose
		want     subscriptions.Class
	}{
		{"a newsletter", of(subscriptions.Newsletter), subscriptions.Newsletter},
		{"promotion inside a newsletter is marketing", of(subscriptions.Newsletter, subscriptions.Marketing), subscriptions.Marketing},
		{"promotion inside stakeholder mail is marketing", of(subscriptions.Targeted, subscriptions.Marketing), subscriptions.Marketing},
		{"service mail carries no promotion", of(subscriptions.ServiceClass, subscriptions.Marketing), ""},
		{"a newsletter is no service mail", of(subscriptions.Newsletter, subscriptions.ServiceClass), ""},
		{"a case is no campaign", of(subscriptions.CaseClass), ""},
		{"a message for nothing", nil, ""},
	} {
		if got, err := subscriptions.MessageClass(c.purposes); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
}

func TestTheCharitiesSoftOptInTakesInNothingFromBeforeItsDay(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		u := check(r.CreatePurpose(t.Context(), subscriptions.Purpose{
			ProgrammeID: r.harbour.ID, Slug: "appeal", Name: "appeals for the lifeboat", Basis: subscriptions.CharitySoftOptIn, Class: subscriptions.Marketing,
			Conditions: subscriptions.Conditions{CharitysPurposes: true, InterestOrSupport: true, OptOutAtStart: true, OptOutEachTime: true},
		}))(t)
		check(r.PublishNotice(t.Context(), anyNotice(r.harbour.ID, "Now appeals too.")))(t)
		l := check(r.CreateList(t.Context(), subscriptions.List{ProgrammeID: r.harbour.ID, PurposeID: u.ID, Slug: "appeal", Name: "Appeal", Wording: "We ask for gifts."}))(t)
		give := func(name string, at time.Time) error {
			_, err := r.Grant(t.Context(), subscriptions.Act{ListID: l.ID, Address: address.Must(name + "@example.org"), Channel: subscriptions.ByAPI, Actor: "key:1", Source: "gift", ActedAt: at})
			return err
		}
		r.refused(give("old", time.Date(2026, 2, 4, 23, 59, 59, 0, time.UTC)), errs.Refused, "5 February 2026")
		r.ok(give("new", time.Date(2026, 2, 5, 0, 0, 0, 0, time.UTC)))
		r.ok(give("today", time.Time{}))
	})
}
