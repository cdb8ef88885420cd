package audit_test

import (
	"strings"
	"testing"

	"assent/internal/audit"
	"assent/internal/errs"
)

func TestReasonsThatAreTaken(t *testing.T) {
	t.Parallel()
	for why, good := range map[string]bool{
		"": true, "Answering DP-2026-0012": true, strings.Repeat("é", 300): true,
		strings.Repeat("x", 301): false, "two\nlines": false, "nul\x00": false, "\xff": false,
	} {
		if err := audit.CheckWhy(why); (err == nil) != good || err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("CheckWhy(%q) = %v", why, err)
		}
	}
}
