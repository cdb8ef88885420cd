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
