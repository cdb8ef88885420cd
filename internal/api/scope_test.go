package api_test

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"assent/internal/audit"
	"assent/internal/auth"
)

// declaringAndKeeping are the requests about declarations, erasure, holds and retention. Scopes are looked at before any body.
var declaringAndKeeping = []string{
	"PATCH /api/v1/programmes/harbour-news", "PATCH /api/v1/purposes/1", "PATCH /api/v1/lists/monthly", "POST /api/v1/attributes/1/category", "PATCH /api/v1/programmes/harbour-news/attributes/age",
	"POST /api/v1/programmes/harbour-news/attributes/age/end",
	"GET /api/v1/programmes/harbour-news/clashes", "GET /api/v1/programmes/harbour-news/processing-record", "GET /api/v1/programmes/harbour-news/notice-draft",
	"GET /api/v1/programmes/harbour-news/recipients", "POST /api/v1/programmes/harbour-news/recipients", "POST /api/v1/programmes/harbour-news/recipients/1/end",
	"GET /api/v1/notices/1/run", "POST /api/v1/notices/1/run", "POST /api/v1/notices/1/run/pause", "POST /api/v1/notices/1/run/resume",
	"GET /api/v1/erasures", "GET /api/v1/erasures/1", "POST /api/v1/erasures",
	"GET /api/v1/holds", "POST /api/v1/holds/1/lift", "POST /api/v1/subscribers/1/holds", "GET /api/v1/subscribers/1/retention",
	"GET /api/v1/retention/rules", "POST /api/v1/retention/rules", "DELETE /api/v1/retention/rules/1",
	"GET /api/v1/retention/queue", "POST /api/v1/retention/queue/1/decision", "GET /api/v1/retention/certificates",
	"POST /api/v1/uploads?list=monthly", "GET /api/v1/uploads", "GET /api/v1/uploads/1", "POST /api/v1/uploads/1/reading", "POST /api/v1/uploads/1/start", "POST /api/v1/uploads/1/cancel", "GET /api/v1/uploads/1/errors", "GET /api/v1/imports/1",
	"POST /api/v1/suppressions/import", "PUT /api/v1/campaigns/1",
}

// Each operation is let through by the one scope that its document names, and by nothing else.
func TestEveryOperationNeedsItsScope(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	documented := operations(t, h.must(t, http.StatusOK, "GET", "/openapi.json", "").object)
	only, without := map[auth.Scope]string{}, map[auth.Scope]string{}
	for _, s := range everyScope() {
		only[s] = makeKey(t, h.deps.Auth, s)
		rest := slices.DeleteFunc(everyScope(), func(x auth.Scope) bool { return x == s })
		without[s] = makeKey(t, h.deps.Auth, rest...)
	}
	seen := map[string]bool{}
	all := everyRequest()
	maps.Copy(all, caseRequests())
	maps.Copy(all, recordRequests())
	maps.Copy(all, accessRequests())
	for _, request := range declaringAndKeeping {
		all[request] = ""
	}
	for request, body := range all {
		method, path, _ := strings.Cut(request, " ")
		name := matching(documented, method, path)
		if name == "" {
			t.Errorf("%s is not documented", request)
			continue
		}
		seen[name] = true
		scope := auth.Scope(documented[name]["security"].([]any)[0].(map[string]any)["key"].([]any)[0].(string))
		for key, want := range map[string]int{"": 401, "assent_abcdefgh_" + strings.Repeat("a", 40): 401, without[scope]: 403} {
			h.must(t, want, method, path, body, "Authorization", "Bearer "+key)
		}
		if a := h.ask(t, method, path, body, "Authorization", "bearer "+only[scope]); a.Code == 401 || a.Code == 403 {
			t.Errorf("%s with %s: %d %s", request, scope, a.Code, a.Body)
		}
	}
	for name := range documented {
		if !seen[name] && !strings.Contains(name, "/health/") && name != "GET /api/v1/signing-key" {
			t.Errorf("no test asks for %s", name)
		}
	}
}

// matching finds the operation that a request is for.
func matching(documented map[string]map[string]any, method, path string) string {
	path, _, _ = strings.Cut(path, "?")
	best := ""
	for name := range documented {
		pattern := "^" + regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(name, `[^/]+`) + "$"
		if regexp.MustCompile(pattern).MatchString(method+" "+path) && (best == "" || !strings.Contains(name, "{")) {
			best = name
		}
	}
	return best
}

func TestWhoeverHasNoKeyIsToldHowToSendOne(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	for _, header := range []string{"", "Basic YTpi", "Bearer", "Bearer ", h.key} {
		a := h.must(t, http.StatusUnauthorized, "GET", "/api/v1/lists", "", "Authorization", header)
		if a.Header().Get("WWW-Authenticate") != `Bearer realm="assent"` {
			t.Errorf("%q: WWW-Authenticate is %q", header, a.Header().Get("WWW-Authenticate"))
		}
	}
}

func TestAKeyIsMadeShownOnceAndRevoked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		made := h.must(t, http.StatusCreated, "POST", "/api/v1/keys", `{"name":"kiosk","scopes":["lists:read","lists:write"]}`)
		made.want(t, "name", "kiosk", "scopes.1", "lists:write", "created_by", "key:1")
		text := made.at(t, "key").(string)
		h.must(t, http.StatusOK, "GET", "/api/v1/lists", "", "Authorization", "Bearer "+text)
		listed := h.must(t, http.StatusOK, "GET", "/api/v1/keys", "")
		listed.want(t, "items.2.name", "kiosk")
		if strings.Contains(listed.Body.String(), text) {
			t.Error("the key was shown again")
		}
		path := "/api/v1/keys/3"
		h.must(t, http.StatusNoContent, "DELETE", path, "")
		h.must(t, http.StatusNoContent, "DELETE", path, "")
		h.must(t, http.StatusUnauthorized, "GET", "/api/v1/lists", "", "Authorization", "Bearer "+text)
		h.must(t, http.StatusNotFound, "DELETE", "/api/v1/keys/99", "")
		entries := must(h.db.TrailAfter(t.Context(), audit.Filter{Actor: "key:1"}, 0, 10))(t)
		if len(entries) != 3 || entries[0].Object != "key:3" || entries[0].Action != "make API key" || entries[1].Action != "revoke API key" {
			t.Errorf("the audit trail has %+v", entries)
		}
	})
}

func TestAKeyGivesNoMoreThanItHas(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	key := makeKey(t, h.deps.Auth, auth.KeysWrite, auth.ListsRead)
	h.must(t, http.StatusCreated, "POST", "/api/v1/keys", `{"name":"x","scopes":["lists:read"]}`, "Authorization", "Bearer "+key)
	h.must(t, http.StatusForbidden, "POST", "/api/v1/keys", `{"name":"x","scopes":["lists:read","cases:read"]}`, "Authorization", "Bearer "+key)
}

func TestAPreviewForAPersonNeedsTheScopeToReadPeople(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	h.furnish(t)
	h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grantBody)
	h.must(t, http.StatusCreated, "POST", "/api/v1/campaigns", campaignBody)
	key := "Bearer " + makeKey(t, h.deps.Auth, auth.CampaignsRead)
	h.must(t, http.StatusOK, "GET", "/api/v1/campaigns/1/preview", "", "Authorization", key)
	h.must(t, http.StatusForbidden, "GET", "/api/v1/campaigns/1/preview?subscriber=1", "", "Authorization", key)
}
