package profiles_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"assent/internal/errs"
	"assent/internal/profiles"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions"
	"assent/subscriptions/retention"
)

// kept keeps the rules that were put in force.
type kept struct{ rules []retention.Rule }

func (k *kept) Declare(_ context.Context, r retention.Rule) (retention.Rule, error) {
	k.rules = append(k.rules, r)
	return r, r.Check()
}

func (k *kept) InForce(_ context.Context, programmeID int64) ([]retention.Rule, error) {
	return slices.DeleteFunc(slices.Clone(k.rules), func(r retention.Rule) bool { return r.ProgrammeID != programmeID }), nil
}

// fragile is a store that loses power at a write, before anything of it is kept.
type fragile struct {
	*store.DB
	left int
}

var errPower = errors.New("power cut")

func (f *fragile) Update(ctx context.Context, fn func(subscriptions.Tx) error) error {
	return f.DB.Update(ctx, func(tx subscriptions.Tx) error {
		if f.left--; f.left == -1 {
			return errPower
		}
		return fn(tx)
	})
}

// Wherever loading breaks off, loading again completes it, and declares nothing twice.
func TestALoadingThatBrokeOffIsCompleted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		p, err := profiles.Get(profiles.Names()[0])
		if err != nil {
			t.Fatal(err)
		}
		rules := &kept{}
		broke, out := 0, profiles.Loaded{}
		for n := 0; ; n++ {
			l := loader(t, db, rules)
			l.People.Store = &fragile{db, n % 3} // at most two more steps each time
			if out, err = l.Load(t.Context(), p); err == nil {
				break
			}
			if broke++; !errors.Is(err, errPower) || broke > 100 {
				t.Fatalf("after %d times: %v", broke, err)
			}
		}
		if broke < 5 {
			t.Errorf("it broke off %d times", broke)
		}
		recipients, err := db.Recipients(t.Context(), out.Programme.ID)
		if err != nil || len(recipients) != len(p.Recipients) {
			t.Errorf("%d recipients, %v", len(recipients), err)
		}
		if len(out.Lists) != len(p.Lists) || len(out.Purposes) != len(p.Purposes) || len(out.Attributes) != len(p.Attributes) || len(rules.rules) != len(p.Retention) || out.Notice.Version != 1 {
			t.Errorf("%d lists, %d purposes, %d attributes, %d rules, version %d", len(out.Lists), len(out.Purposes), len(out.Attributes), len(rules.rules), out.Notice.Version)
		}
		if _, err := loader(t, db, rules).Load(t.Context(), p); errs.KindOf(err) != errs.Conflict {
			t.Errorf("once more: %v", err)
		}
	})
}

func loader(t *testing.T, db *store.DB, rules profiles.Rules) profiles.Loader {
	now := func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }
	return profiles.Loader{
		People: &subscriptions.Service{Store: db, Keys: storetest.Keys(t), Now: now},
		Editor: &subscriptions.Editor{Store: db, Catalogue: db, Now: now}, Rules: rules, Actor: "system",
	}
}

func TestEachProfileLoadsWholeWithACompleteNotice(t *testing.T) {
	t.Parallel()
	if n := len(profiles.Names()); n != 6 {
		t.Fatalf("%d profiles", n)
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, name := range profiles.Names() {
			p, err := profiles.Get(name)
			if err != nil {
				t.Fatal(err)
			}
			rules := &kept{}
			l := loader(t, db, rules)
			out, err := l.Load(t.Context(), p)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if p.Programme.Slug != name || out.Notice.Overridden != "" || len(out.Notice.Texts) != 2 {
				t.Errorf("%s: %q, overridden %q", name, p.Programme.Slug, out.Notice.Overridden)
			}
			if len(out.Lists) != len(p.Lists) || len(out.Purposes) != len(p.Purposes) || len(rules.rules) != len(p.Retention) || len(rules.rules) == 0 {
				t.Errorf("%s: %d lists, %d purposes, %d rules", name, len(out.Lists), len(out.Purposes), len(rules.rules))
			}
			if _, err := l.Load(t.Context(), p); errs.KindOf(err) != errs.Conflict {
				t.Errorf("%s twice: %v", name, err)
			}
			recipients, err := db.Recipients(t.Context(), out.Programme.ID)
			if err != nil || len(recipients) != len(p.Recipients) {
				t.Errorf("%s: %d recipients, %v", name, len(recipients), err)
			}
		}
	})
}

// What the five organisations' own policies contradict each other or the law in is found, and nothing else is.
func TestTheProfilesHoldTheClashesOfTheirModels(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLiteURL(t), time.Now)
	want := map[string][]string{"harbour-cluster": {"age of consent"}}
	for _, name := range profiles.Names() {
		p, err := profiles.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		l := loader(t, db, nil)
		out, err := l.Load(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		found, err := l.People.Clashes(t.Context(), out.Programme.ID)
		if err != nil {
			t.Fatal(err)
		}
		var rules []string
		for _, c := range found {
			rules = append(rules, c.Rule)
		}
		if !slices.Equal(rules, want[name]) {
			t.Errorf("%s: %q; want %q", name, rules, want[name])
		}
	}
}

func TestAnUnknownProfileIsToldWithThoseThatThereAre(t *testing.T) {
	t.Parallel()
	_, err := profiles.Get("../data/standards")
	if errs.KindOf(err) != errs.NotFound || !strings.Contains(errs.Message(err), "open-service") {
		t.Errorf("%v: %s", err, errs.Message(err))
	}
}
