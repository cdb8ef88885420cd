package amending_test

import (
	"testing"

	"assent/inbox/cases"
	"assent/inbox/cases/amending"
)

// E4-27: processing is restricted on each of the four grounds of Article 18(1), and on no other.
func TestEachOfFourGroundsRestrictsProcessing(t *testing.T) {
	for _, ground := range []string{"accuracy", "unlawful", "needed-for-claims", "weighing"} {
		t.Run(ground, func(t *testing.T) {
			each(t, func(r *rig) {
				c := r.opens(cases.Restriction)
				r.decides(c, cases.Granted, ground)
				_, err := r.Restrict(r.t.Context(), c.ID, "user:1", ground)
				r.ok(err)
				if r.mailable(r.news) {
					r.t.Error("who is restricted may be mailed")
				}
			})
		})
	}
	if got := len(amending.Practices(nil)[cases.Restriction].Reasons(cases.Case{}, cases.Granted)); got != 4 {
		t.Errorf("%d grounds", got)
	}
}
