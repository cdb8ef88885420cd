package subscriptions_test

import (
	"testing"

	"assent/internal/address"
	"assent/internal/errs"
	"assent/subscriptions"
)

// region declares a choice and a list of choices, and lets somebody have one of each.
func (r *rig) region() (region, topics subscriptions.Attribute) {
	r.t.Helper()
	declare := func(a subscriptions.Attribute) subscriptions.Attribute {
		a.ProgrammeID = r.harbour.ID
		return check(r.CreateAttribute(r.t.Context(), a))(r.t)
	}
	region = declare(subscriptions.Attribute{Name: "region", Label: "Region", Type: subscriptions.ChoiceAttribute, Choices: []string{"north", "south", "west"}, SelfService: true})
	topics = declare(subscriptions.Attribute{Name: "topics", Type: subscriptions.ManyAttribute, Choices: []string{"tides", "works"}})
	r.ok(r.gives(before, map[string]any{"region": "north", "topics": []any{"tides"}}))
	return region, topics
}

func (r *rig) gives(who string, values map[string]any) error {
	_, err := r.Grant(r.t.Context(), subscriptions.Act{
		ListID: r.monthly.ID, Address: address.Must(who), Attributes: values, Channel: subscriptions.ByStaff, Actor: "user:1", Source: "stand", Evidence: subscriptions.Evidence{"act": "signed a form"},
	})
	return err
}

func (r *rig) change(a subscriptions.Attribute, change func(*subscriptions.Attribute)) (subscriptions.Attribute, error) {
	return r.editor().Attribute(r.t.Context(), a.ProgrammeID, a.ID, change)
}

func TestTheWordsAndChoicesOfAnAttributeChangeAndItsTypeDoesNot(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		region, topics := r.region()
		is := check(r.change(region, func(a *subscriptions.Attribute) {
			a.Label, a.Hint, a.Choices, a.Required = "Where you live", "Most of the year", []string{"islands", "north", "south"}, true
		}))(t)
		if kept := check(r.db.AttributesOf(t.Context(), r.harbour.ID))(t)[0]; kept.Label != "Where you live" || kept.Hint != is.Hint || !kept.Required || len(kept.Choices) != 3 || kept.Choices[0] != "islands" {
			t.Errorf("%+v", kept)
		}
		r.ok(r.gives(after, map[string]any{"region": "islands", "topics": []any{"works", "tides"}}))
		for name, test := range map[string]struct {
			of     subscriptions.Attribute
			change func(*subscriptions.Attribute)
			kind   errs.Kind
			says   string
		}{
			"a choice that one person has":      {region, func(a *subscriptions.Attribute) { a.Choices = []string{"north", "south"} }, errs.Refused, `"islands" cannot be taken away: 1 person has it`},
			"one of several that two have":      {topics, func(a *subscriptions.Attribute) { a.Choices = []string{"works"} }, errs.Refused, `"tides" cannot be taken away: 2 people have it`},
			"the type":                          {region, func(a *subscriptions.Attribute) { a.Type = subscriptions.TextAttribute }, errs.Refused, "stays so"},
			"no choices at all":                 {region, func(a *subscriptions.Attribute) { a.Choices = nil }, errs.Invalid, "must name them"},
			"a choice twice":                    {region, func(a *subscriptions.Attribute) { a.Choices = append(a.Choices, "north") }, errs.Invalid, "twice"},
			"a label that points to health":     {region, func(a *subscriptions.Attribute) { a.Label = "Health region" }, errs.Refused, "special-category"},
			"a bar in a choice parts two":       {topics, func(a *subscriptions.Attribute) { a.Choices = append(a.Choices, "a|b") }, errs.Invalid, "bar"},
			"an attribute of another programme": {subscriptions.Attribute{ProgrammeID: r.ferry.ID, ID: region.ID}, func(*subscriptions.Attribute) {}, errs.NotFound, ""},
		} {
			_, err := r.change(test.of, test.change)
			t.Log(name)
			r.refused(err, test.kind, test.says)
		}
		same := check(r.change(region, func(a *subscriptions.Attribute) { a.Name, a.SpecialCategory, a.Choices[1] = "elsewhere", true, "north" }))(t)
		if same.Name != "region" || same.SpecialCategory {
			t.Errorf("what is for life changed: %+v", same)
		}
	})
}

func TestAnAttributeThatHasEndedTakesNoNewValuesAndKeepsThoseThereAre(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		region, _ := r.region()
		ended := check(r.editor().EndAttribute(t.Context(), r.harbour.ID, region.ID))(t)
		if again := check(r.editor().EndAttribute(t.Context(), r.harbour.ID, region.ID))(t); !ended.Ended() || !again.EndedAt.Equal(ended.EndedAt) {
			t.Errorf("%+v, then %+v", ended, again)
		}
		r.refused(r.gives(after, map[string]any{"region": "south"}), errs.Refused, "has ended")
		own := subscriptions.Details{Name: "Ann", Attributes: subscriptions.Attributes{"harbour": {"region": "south"}}}
		r.refused(r.own().SetDetails(t.Context(), r.person(before), own), errs.Invalid, "not declared")
		if got := r.person(before).Attributes.Text("harbour", "region"); got != "north" {
			t.Errorf("what was on record: %q", got)
		}
		keeper := &subscriptions.Keeper{Store: r.db, Keys: r.Keys, Now: r.clock.now}
		for _, value := range []any{"west", nil} { // Article 16: what is on record may be put right, and taken away
			check(keeper.Correct(t.Context(), subscriptions.Correction{SubscriberID: r.person(before).ID, Actor: "user:1", Why: "she wrote", Attributes: subscriptions.Attributes{"harbour": {"region": value}}}))(t)
		}
		if got := r.person(before).Attributes["harbour"]["region"]; got != nil {
			t.Errorf("after the correction: %v", got)
		}
	})
}

func TestARequiredAttributeIsBroughtByFormsAndNotLeftEmpty(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		region, _ := r.region()
		check(r.change(region, func(a *subscriptions.Attribute) { a.Required = true }))(t)
		form := asks(r.monthly, after)
		r.ok(r.Subscribe(t.Context(), form)) // our own page asks for an address and a name
		form.Channel = subscriptions.ByAPI
		r.refused(r.Subscribe(t.Context(), form), errs.Invalid, `"region" is required`)
		form.Attributes = map[string]any{"region": "south"}
		r.ok(r.Subscribe(t.Context(), form))
		own := func(v any) subscriptions.Details {
			return subscriptions.Details{Attributes: subscriptions.Attributes{"harbour": {"region": v}}}
		}
		r.refused(r.own().SetDetails(t.Context(), r.person(before), own(nil)), errs.Invalid, `"region" is required`)
		r.ok(r.own().SetDetails(t.Context(), r.person(before), own("west")))
	})
}
