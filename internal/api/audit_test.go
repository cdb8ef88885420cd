package api_test

import (
	"net/http"
	"strings"
	"testing"

	"assent/internal/auth"
	"assent/internal/signed"
	"assent/subscriptions/showme"
)

func TestReadingsAndChangesOfPeopleAreInTheTrailWithTheirReason(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grantBody, "Audit-Reason", "paper form 12")
		for _, path := range []string{"/subscribers", "/subscribers/1", "/subscribers/1/events", "/subscribers/1/explain?list=monthly"} {
			h.must(t, http.StatusOK, "GET", "/api/v1"+path, "", "Audit-Reason", "she rang us")
		}
		trail := h.must(t, http.StatusOK, "GET", "/api/v1/audit?person=1", "")
		trail.want(t, "items.0.action", "read audit trail", "items.1.action", "read person", "items.1.why", "she rang us", "items.1.actor", "key:1",
			"items.4.action", "add person", "items.4.why", "paper form 12", "items.4.after.address", "ann@example.org")
		h.must(t, http.StatusOK, "GET", "/api/v1/audit?action=list+people", "").want(t, "items.0.actor", "key:1", "items.0.why", "she rang us")
		h.must(t, http.StatusOK, "GET", "/api/v1/audit?limit=1&action=read+person", "").want(t, "items.0.object", "subscriber:1")
	})
}

func TestThePackOfAnAddressIsSignedAndNoted(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grantBody)
		h.must(t, http.StatusNotFound, "POST", "/api/v1/packs", `{"address":"nobody@example.org"}`)
		got := h.must(t, http.StatusOK, "POST", "/api/v1/packs", `{"address":"ann@example.org"}`, "Audit-Reason", "the Commissioner asks")
		key, err := signed.ParseKey(h.must(t, http.StatusOK, "GET", "/api/v1/signing-key", "").at(t, "key").(string))
		if err != nil {
			t.Fatal(err)
		}
		p, err := showme.Open(got.Body.Bytes(), key)
		if err != nil || len(p.Events) != 1 || p.MadeBy != "key:1" || !p.Lists[0].Allowed {
			t.Fatalf("%+v, %v", p, err)
		}
		if err := showme.InLedger(t.Context(), p, h.db); err != nil {
			t.Error(err)
		}
		h.must(t, http.StatusOK, "GET", "/api/v1/audit?action=export+show-me+pack", "").want(t, "items.0.object", "subscriber:1", "items.0.why", "the Commissioner asks")
	})
}

func TestTheTrailAndPacksNeedTheirScopes(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	key := "Bearer " + makeKey(t, h.deps.Auth, auth.SubscribersRead, auth.CasesRead)
	h.must(t, http.StatusForbidden, "GET", "/api/v1/audit", "", "Authorization", key)
	h.must(t, http.StatusForbidden, "POST", "/api/v1/packs", `{"address":"ann@example.org"}`, "Authorization", key)
	for role, may := range map[auth.Role]bool{auth.Admin: true, auth.DPO: true, auth.Comms: false} {
		if auth.Can(role, auth.AuditRead) != may || auth.Can(role, auth.PacksMake) != may {
			t.Errorf("%s: %t, %t", role, auth.Can(role, auth.AuditRead), auth.Can(role, auth.PacksMake))
		}
	}
	if a := h.ask(t, "GET", "/api/v1/signing-key", "", "Authorization", ""); a.Code != http.StatusOK || !strings.Contains(a.Body.String(), "Ed25519") {
		t.Errorf("without a key: %d", a.Code)
	}
}
