package subscriptions_test

import (
	"strings"
	"testing"

	"assent/internal/errs"
	"assent/subscriptions"
)

// E1-02, E4-07: what nothing allows is not declared, and what is not declared cannot be stored.
func TestSpecialCategoryDataIsDeclaredUnderExplicitConsentAlone(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		health := subscriptions.Attribute{ProgrammeID: r.harbour.ID, Name: "wheelchair", Label: "Needs room for a wheelchair", Type: subscriptions.BoolAttribute}
		refused := func(says string) {
			t.Helper()
			if _, err := r.CreateAttribute(t.Context(), health); errs.KindOf(err) != errs.Refused || !strings.Contains(errs.Message(err), says) {
				t.Errorf("got %v: %s", err, errs.Message(err))
			}
		}
		refused("points to special-category data")
		health.SpecialCategory = true
		refused("has no purpose on that basis")
		if err := r.gives(before, map[string]any{"wheelchair": true}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("stored without a declaration: %v", err)
		}
		check(r.CreatePurpose(t.Context(), subscriptions.Purpose{ProgrammeID: r.harbour.ID, Slug: "visits", Name: "Visits", Basis: subscriptions.ExplicitConsent, Class: subscriptions.Targeted}))(t)
		check(r.CreateAttribute(t.Context(), health))(t)
		r.ok(r.gives(before, map[string]any{"wheelchair": true}))
	})
}
