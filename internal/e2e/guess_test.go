package e2e

import (
	"testing"

	"assent/inbox"
	"assent/inbox/cases"
	"assent/inbox/sorting"
)

// What no rule knows, but is worded like an opt-out, takes nobody off by itself: a person decides, with the clock running.
func TestAMailThatOnlyResemblesAnOptOutIsDecidedByAPerson(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, databaseURL string) {
		s := stage(t, databaseURL)
		s.enrol("ann@example.org")
		s.write("ann@example.org", "contact@"+harbour, "Parish bulletin",
			"We sold Rook Cottage in June and now live in another county. The bulletin still comes. It needn't.")
		k := s.kept(func(k inbox.Kept) bool { return k.From == "ann@example.org" })
		if k.Disposition != inbox.OpenedCase || k.CaseID == 0 {
			t.Fatalf("it became %q, case %d: %+v", k.Disposition, k.CaseID, k.Grounds)
		}
		if c := s.caseNow(k.CaseID); c.Kind != cases.WithdrawConsent || len(c.Clocks) == 0 || !c.Has(sorting.FlagLikeness) {
			t.Errorf("the case is %+v", c)
		}
		if e, on := s.onList("ann@example.org"); !on {
			t.Errorf("ann was taken off by %+v", e)
		}
		s.verify()
	})
}
