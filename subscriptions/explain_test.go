package subscriptions_test

import (
	"strings"
	"testing"
	"time"

	"assent/subscriptions"
)

func TestEveryEventAndReasonHasASentence(t *testing.T) {
	t.Parallel()
	for _, k := range subscriptions.EventKinds {
		e := subscriptions.Event{Kind: k, Channel: subscriptions.ByForm, Scope: subscriptions.Everything(), Source: "stand 4", ExpiresAt: time.Unix(1_800_000_000, 0)}
		if says := e.Sentence(); !strings.HasSuffix(says, ".") || strings.HasPrefix(strings.ToLower(says), string(k)) {
			t.Errorf("%s: %q", k, says)
		}
	}
	for _, r := range subscriptions.Reasons {
		if r.Sentence() == "" {
			t.Errorf("%q has no sentence", r)
		}
	}
}

func TestExplainingAPersonAndAPurpose(t *testing.T) {
	t.Parallel()
	eachRig(t, func(t *testing.T, r *rig) {
		r.joined(r.monthly, "ann@example.org")
		r.joined(r.sales, "ann@example.org")
		id := r.person("ann@example.org").ID
		e := check(r.ExplainPurpose(t.Context(), id, r.news))(t)
		if !e.Allowed() || len(e.Steps) != 2 || !e.Steps[1].Decides || e.Steps[1].Event.Kind != subscriptions.Confirmed || e.Steps[0].Wording == "" {
			t.Errorf("joined: %+v", e)
		}
		if e := check(r.ExplainList(t.Context(), id, r.weekly))(t); e.Decision.Reason != subscriptions.ReasonNotMember || len(e.Steps) != 0 {
			t.Errorf("a list that was never joined: %+v", e)
		}
		check(r.Withdraw(t.Context(), leaves(subscriptions.Everything(), "ann@example.org")))(t)
		e = check(r.ExplainPurpose(t.Context(), id, r.news))(t)
		if e.Decision.Reason != subscriptions.ReasonWithdrawn || len(e.Steps) != 3 || !e.Steps[2].Decides || !strings.Contains(e.Steps[2].Event.Sentence(), "from everything") {
			t.Errorf("after leaving everything: %+v", e)
		}
		alone := check(r.CreatePurpose(t.Context(), subscriptions.Purpose{ProgrammeID: r.harbour.ID, Slug: "alone", Name: "Alone", Basis: subscriptions.Consent, Class: subscriptions.Newsletter}))(t)
		if e := check(r.ExplainPurpose(t.Context(), id, alone))(t); e.Decision.Reason != subscriptions.ReasonPurpose {
			t.Errorf("a purpose without a list: %+v", e)
		}
		found := check(r.PurposeBySlug(t.Context(), "harbour", "alone"))(t)
		if found.ID != alone.ID {
			t.Errorf("%+v", found)
		}
	})
}
