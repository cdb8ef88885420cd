package amending_test

import (
	"strings"
	"testing"

	"assent/inbox/cases"
	"assent/inbox/cases/amending"
	"assent/internal/errs"
	"assent/subscriptions"
)

func (r *rig) decidesOn(c cases.Case, d cases.Decision) error {
	d.Words = "In our words."
	_, err := r.Cases.Do(r.t.Context(), c.ID, cases.Event{Kind: cases.DecisionMade, Actor: "user:1", Detail: cases.Detail{Decision: &d}})
	return err
}

// Articles 22A to 22D; E2-41.
func TestAnAutomatedDecisionIsLookedAtByANamedPersonBeforeAnythingIsDecided(t *testing.T) {
	each(t, func(r *rig) {
		ctx := r.t.Context()
		c := r.opens(cases.AutomatedDecision)
		r.cannotClose(c, "Have a person look at the decision anew")
		r.refused(r.decidesOn(c, cases.Decision{Outcome: cases.Granted}), errs.Invalid, "cannot be decided")
		_, err := r.LookAnew(ctx, c.ID, amending.Look{Actor: "key:1", Said: "I earn more.", Found: "She does."})
		r.refused(err, errs.Invalid, "which person")
		_, err = r.LookAnew(ctx, c.ID, amending.Look{Actor: "user:1", Found: "She does."})
		r.refused(err, errs.Invalid, "were asked and said nothing")
		_, err = r.LookAnew(ctx, c.ID, amending.Look{Actor: "key:1", Person: "Priya Shah", Said: "I earn more.", Found: "She does: the table was old."})
		r.ok(err)
		_, err = r.Replace(ctx, c.ID, "user:1", "in the berth register")
		r.refused(err, errs.Conflict, "Decide first")
		r.decides(c, cases.Granted)
		r.cannotClose(c, "Put the new decision into effect")
		_, err = r.Replace(ctx, c.ID, "user:1", "in the berth register")
		r.ok(err)
		events, err := r.Cases.Store.CaseEvents(ctx, c.ID)
		r.ok(err)
		found := false
		for _, e := range events {
			found = found || strings.Contains(e.Note, "Looked at by Priya Shah.") && strings.Contains(e.Note, "I earn more.")
		}
		if !found {
			r.t.Error("the timeline does not say who looked and what the person said")
		}
		r.tells(c)
		r.closes(c)
	})
}

func TestAnAutomatedDecisionThatStandsIsToldWithItsReason(t *testing.T) {
	each(t, func(r *rig) {
		c := r.opens(cases.AutomatedDecision)
		_, err := r.LookAnew(r.t.Context(), c.ID, amending.Look{Actor: "user:1", Said: "Asked on 3 November; said nothing.", Found: "The rule was applied rightly."})
		r.ok(err)
		r.refused(r.decidesOn(c, cases.Decision{Outcome: cases.Refused}), errs.Invalid, "reason")
		r.ok(r.decidesOn(c, cases.Decision{Outcome: cases.Refused, Reasons: []string{"stands"}}))
		grounds := cases.Grounds([]string{"stands"}, r.Cases.Reasons(c, cases.Refused), "en")
		if !strings.Contains(grounds, "come to the same decision (Article 22C of the UK GDPR)") {
			r.t.Errorf("the letter says %q", grounds)
		}
	})
}

// Article 21(6); E1-18.
func TestAnObjectionToResearchHasItsOwnGroundAndRestrictsNothing(t *testing.T) {
	each(t, func(r *rig) {
		ctx := r.t.Context()
		c := r.opens(cases.Objection)
		_, err := r.Sort(ctx, c.ID, "user:1", amending.ToResearch)
		r.ok(err)
		r.refused(r.decidesOn(c, cases.Decision{Outcome: cases.Refused, Reasons: []string{"compelling"}}), errs.Invalid, "")
		if !r.mailable(r.works) {
			r.t.Error("an objection to research restricts nothing while it is open")
		}
		refused := r.opens(cases.Objection)
		_, err = r.Sort(ctx, refused.ID, "user:1", amending.ToResearch)
		r.ok(err)
		r.ok(r.decidesOn(refused, cases.Decision{Outcome: cases.Refused, Reasons: []string{"research"}}))
		r.decides(c, cases.Granted)
		r.cannotClose(c, "End the research")
		_, err = r.EndProcessing(ctx, c.ID, "user:1", []subscriptions.Scope{subscriptions.ListScope(r.works)})
		r.ok(err)
		if r.mailable(r.works) || !r.mailable(r.news) {
			r.t.Error("what was objected to ends, and nothing else")
		}
		other := r.opens(cases.Objection)
		_, err = r.RestrictWhileWeighed(ctx, other.ID, "user:1")
		r.ok(err)
		r.refused(r.decidesOn(other, cases.Decision{Outcome: cases.Refused, Reasons: []string{"research"}}), errs.Invalid, "")
	})
}
