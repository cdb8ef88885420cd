package api_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"assent/inbox"
	"assent/internal/address"
	"assent/internal/api"
	"assent/internal/auth"
	"assent/internal/errs"
)

func TestBadRequests(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		const grants = "/api/v1/lists/monthly/grants"
		for _, c := range []struct {
			name, method, path, body string
			header                   []string
			status                   int
			typ, location, detail    string
		}{
			{"JSON that breaks off", "POST", grants, `{"address":`, nil, 400, "malformed", "", "well-formed"},
			{"no JSON at all", "POST", grants, `address=ann`, nil, 400, "malformed", "", "well-formed"},
			{"two values", "POST", grants, grantBody + grantBody, nil, 400, "malformed", "", ""},
			{"no body", "POST", grants, ``, nil, 400, "malformed", "", "missing"},
			{"bytes that are no UTF-8", "POST", grants, "{\"address\":\"\xff\"}", nil, 400, "malformed", "", "UTF-8"},
			{"a NUL character in a text", "POST", grants, strings.Replace(grantBody, "Ann Lee", `a\u0000b`, 1), nil, 400, "malformed", "", ""},
			{"a NUL character in a name", "POST", grants, strings.Replace(grantBody, `"act"`, `"a\u0000"`, 1), nil, 400, "malformed", "", ""},
			{"a NUL byte in the path", "GET", "/api/v1/lists/%00", "", nil, 400, "malformed", "", "UTF-8"},
			{"a NUL byte in the query", "GET", "/api/v1/subscribers/1/explain?list=%00", "", nil, 400, "malformed", "", "UTF-8"},
			{"a broken escape in the query", "GET", "/api/v1/lists?limit=%zz", "", nil, 400, "malformed", "", ""},
			{"a property that is not known", "POST", grants, `{"address":"a@example.org","evidence":{},"adress":"x"}`, nil, 422, "invalid", "body.adress", "errors"},
			{"a property that is missing", "POST", grants, `{"evidence":{}}`, nil, 422, "invalid", "body", ""},
			{"a value of the wrong type", "POST", grants, `{"address":5,"evidence":{}}`, nil, 422, "invalid", "body.address", ""},
			{"a number that no integer holds", "POST", "/api/v1/lists", strings.Replace(listBody, `"purpose_id":1`, `"purpose_id":1e30`, 1), nil, 422, "invalid", "body", ""},
			{"a number with a fraction", "POST", "/api/v1/lists", strings.Replace(listBody, `"purpose_id":1`, `"purpose_id":1.5`, 1), nil, 422, "invalid", "body.purpose_id", ""},
			{"a body that is a list", "POST", grants, `[]`, nil, 422, "invalid", "body", ""},
			{"an address that is none", "POST", grants, `{"address":"ann","source":"x","evidence":{"act":"x"}}`, nil, 422, "invalid", "body.address", "name@example.org"},
			{"an address with a line break", "POST", grants, `{"address":"ann@example.org\r\nBcc: b@example.org","source":"x","evidence":{"act":"x"}}`, nil, 422, "invalid", "body.address", "not a usable"},
			{"an agreement without evidence", "POST", grants, `{"address":"ann@example.org","source":"x","evidence":{}}`, nil, 422, "invalid", "", "what the person did"},
			{"data from nowhere", "POST", grants, `{"address":"ann@example.org","evidence":{"act":"x"}}`, nil, 422, "invalid", "", "where this person's data came from"},
			{"an act in the future", "POST", grants, strings.Replace(grantBody, `{"address"`, `{"acted_at":"2999-01-01T00:00:00Z","address"`, 1), nil, 422, "invalid", "", "future"},
			{"a time that is none", "POST", grants, strings.Replace(grantBody, `{"address"`, `{"acted_at":"yesterday","address"`, 1), nil, 422, "invalid", "body.acted_at", ""},
			{"an attribute that is not declared", "POST", grants, strings.Replace(grantBody, `{"address"`, `{"attributes":{"shoe":9},"address"`, 1), nil, 422, "invalid", "", "not declared"},
			{"another media type", "POST", grants, "a=b", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "media-type", "", "application/json"},
			{"a media type that is none", "POST", grants, grantBody, []string{"Content-Type", ";+"}, 415, "media-type", "", ""},
			{"a body that is too large", "POST", grants, `{"address":"` + strings.Repeat("a", 1<<20) + `"}`, nil, 413, "too-large", "", ""},
			{"a body where none belongs", "POST", "/api/v1/campaigns/1/pause", `{"why":"rain"}`, nil, 422, "invalid", "", "no body"},
			{"a list that does not exist", "POST", "/api/v1/lists/none/grants", grantBody, nil, 404, "not-found", "", ""},
			{"neither address nor number", "POST", "/api/v1/withdrawals", `{"scope":{"reach":"everything"}}`, nil, 422, "invalid", "", "either"},
			{"both address and number", "POST", "/api/v1/withdrawals", `{"address":"a@example.org","subscriber_id":1,"scope":{"reach":"everything"}}`, nil, 422, "invalid", "", "either"},
			{"a reach that is none", "POST", "/api/v1/withdrawals", `{"address":"a@example.org","scope":{"reach":"galaxy"}}`, nil, 422, "invalid", "body.scope.reach", ""},
			{"a subscriber that does not exist", "POST", "/api/v1/withdrawals", `{"subscriber_id":9,"scope":{"reach":"everything"}}`, nil, 422, "invalid", "body.subscriber_id", "no subscriber"},
			{"a number that is a word", "GET", "/api/v1/subscribers/ann", "", nil, 422, "invalid", "path.id", ""},
			{"a number below one", "GET", "/api/v1/subscribers/0", "", nil, 422, "invalid", "path.id", ""},
			{"a number that no integer holds, in the path", "GET", "/api/v1/subscribers/99999999999999999999", "", nil, 422, "invalid", "path.id", ""},
			{"somebody who is not on record", "GET", "/api/v1/subscribers/99", "", nil, 404, "not-found", "", ""},
			{"somebody who is not on record, by address", "POST", "/api/v1/subscribers/lookup", `{"address":"nobody@example.org"}`, nil, 404, "not-found", "", ""},
			{"a page that is too long", "GET", "/api/v1/subscribers?limit=201", "", nil, 422, "invalid", "query.limit", ""},
			{"a page of nothing", "GET", "/api/v1/subscribers?limit=0", "", nil, 422, "invalid", "query.limit", ""},
			{"a parameter that is not known", "GET", "/api/v1/subscribers?offset=5", "", nil, 422, "invalid", "query.offset", ""},
			{"a parameter that is missing", "GET", "/api/v1/subscribers/1/explain", "", nil, 422, "invalid", "query.list", ""},
			{"a digest that is none", "GET", "/api/v1/texts/abc", "", nil, 422, "invalid", "path.digest", ""},
			{"a text that was never shown", "GET", "/api/v1/texts/" + strings.Repeat("0", 64), "", nil, 404, "not-found", "", ""},
			{"nothing there", "GET", "/api/v1/nothing", "", nil, 404, "not-found", "", "nothing at this address"},
			{"nothing there, for a browser", "GET", "/api/nothing", "", []string{"Accept", "text/html"}, 404, "not-found", "", ""},
			{"a method that does not go", "DELETE", "/api/v1/lists", "", nil, 405, "method-not-allowed", "", "Allow"},
			{"a scope that does not exist", "POST", "/api/v1/keys", `{"name":"x","scopes":["world:rule"]}`, nil, 422, "invalid", "body.scopes", "no scope"},
			{"a reason with a line break", "GET", "/api/v1/cases", "", []string{"Audit-Reason", "a\tb"}, 422, "invalid", "", "one line"},
			{"an idempotency key with a space", "POST", grants, grantBody, []string{"Idempotency-Key", "two words"}, 422, "invalid", "", "Idempotency-Key"},
			{"an empty idempotency key", "POST", grants, grantBody, []string{"Idempotency-Key", ""}, 422, "invalid", "", "Idempotency-Key"},
		} {
			t.Run(c.name, func(t *testing.T) {
				a := h.must(t, c.status, c.method, c.path, c.body, c.header...)
				a.want(t, "type", "/api/docs#"+c.typ)
				if detail := a.at(t, "detail").(string); !strings.Contains(detail, c.detail) {
					t.Errorf("the detail is %q, want something with %q", detail, c.detail)
				}
				if c.location != "" {
					a.want(t, "errors.0.location", c.location)
				}
				if c.status == 405 && a.Header().Get("Allow") == "" {
					t.Error("no Allow")
				}
			})
		}
		if n := must(h.db.Subscribers(t.Context(), 0, 10))(t); len(n) != 0 {
			t.Errorf("a bad request put %d people on record", len(n))
		}
	})
}

// everyRequest has one good request for each operation that needs a key.
func everyRequest() map[string]string {
	return map[string]string{
		"POST /api/v1/programmes/harbour-news/segments": `{"slug":"all","name":"All","text":"on list monthly"}`, "GET /api/v1/programmes/harbour-news/segments": "",
		"GET /api/v1/programmes/harbour-news/segments/all": "", "POST /api/v1/programmes/harbour-news/segments/all/versions": `{"version":1,"name":"All","text":"on list monthly"}`,
		"POST /api/v1/programmes/harbour-news/audience/explain": "{}", "GET /api/v1/campaigns/1/audience": "",
		"POST /api/v1/programmes/harbour-news/profiling": `{"on":true}`, "GET /api/v1/programmes/harbour-news/profiling": "",
		"POST /api/v1/programmes": programmeBody, "GET /api/v1/programmes": "", "GET /api/v1/programmes/harbour-news": "",
		"POST /api/v1/programmes/harbour-news/purposes": purposeBody, "GET /api/v1/programmes/harbour-news/purposes": "", "GET /api/v1/purposes/1": "",
		"POST /api/v1/programmes/harbour-news/notices": noticeBody, "GET /api/v1/programmes/harbour-news/notices": "", "GET /api/v1/notices/1": "",
		"POST /api/v1/programmes/harbour-news/attributes": `{"name":"age","type":"number"}`, "GET /api/v1/programmes/harbour-news/attributes": "",
		"GET /api/v1/programmes/harbour-news/attributes/age": "",
		"POST /api/v1/lists": listBody, "GET /api/v1/lists": "", "GET /api/v1/lists/monthly": "", "GET /api/v1/lists/monthly/stats": "",
		"POST /api/v1/acts": actsBody, "POST /api/v1/lists/monthly/entries": entryBody, "POST /api/v1/programmes/harbour-news/end": `{}`, "GET /api/v1/subscribers/1/questions": "",
		"POST /api/v1/lists/monthly/requests": `{"address":"ann@example.org"}`, "POST /api/v1/lists/monthly/grants": grantBody,
		"POST /api/v1/withdrawals":         `{"address":"ann@example.org","scope":{"reach":"everything"}}`,
		"POST /api/v1/objections":          `{"address":"ann@example.org","programme":"harbour-news"}`,
		"POST /api/v1/subscribers/1/pause": `{"scope":{"reach":"everything"}}`, "POST /api/v1/subscribers/1/profiling": `{"allowed":false}`,
		"POST /api/v1/subscribers/1/address-change": `{"address":"ann@example.net"}`, "GET /api/v1/subscribers/1/preferences-link": "",
		"POST /api/v1/purposes/1/consequence": `{"words":"x"}`, "GET /api/v1/programmes/harbour-news/leaving-reasons": "",
		"POST /api/v1/suppressions":       `{"address":"ann@example.org","reason":"complaint","scope":{"reach":"everything"}}`,
		"GET /api/v1/suppressions":        "",
		"GET /api/v1/subscribers":         "",
		"POST /api/v1/subscribers/lookup": `{"address":"ann@example.org"}`, "GET /api/v1/subscribers/1": "", "GET /api/v1/subscribers/1/explain?list=monthly": "",
		"POST /api/v1/subscribers/1/restriction": `{"reason":"x"}`, "DELETE /api/v1/subscribers/1/restriction?told=by+letter": "",
		"GET /api/v1/subscribers/1/events": "", "GET /api/v1/events": "", "GET /api/v1/texts/" + strings.Repeat("0", 64): "",
		"POST /api/v1/campaigns": campaignBody, "GET /api/v1/campaigns": "", "GET /api/v1/campaigns/1": "",
		"POST /api/v1/campaigns/1/schedule": "{}", "POST /api/v1/campaigns/1/pause": "", "POST /api/v1/campaigns/1/resume": "", "POST /api/v1/campaigns/1/cancel": "",
		"GET /api/v1/campaigns/1/progress": "", "GET /api/v1/campaigns/1/deliveries": "", "GET /api/v1/campaigns/1/preview": "",
		"POST /api/v1/campaigns/1/trials": `{"to":"lee@harbour.example"}`,
		"GET /api/v1/inbound":             "", "GET /api/v1/inbound/1": "", "GET /api/v1/inbound/1/raw": "", "GET /api/v1/cases": "", "GET /api/v1/cases/1": "",
		"POST /api/v1/keys": `{"name":"x","scopes":["keys:write"]}`, "GET /api/v1/audit": "", "POST /api/v1/packs": `{"address":"ann@example.org"}`,
		"GET /api/v1/imports": "", "POST /api/v1/imports/1/undo": "", "GET /api/v1/imports/1/quarantine": "", "POST /api/v1/imports/1/ask": `{"ground":"members"}`,
		"GET /api/v1/exports/lists": "",
		"GET /api/v1/copies":        "", "GET /api/v1/copies/1": "", "GET /api/v1/copies/1/file": "", "DELETE /api/v1/copies/1/file": "", "POST /api/v1/copies/1/again": "",
		"POST /api/v1/copies/exports": `{"what":"lists"}`, "POST /api/v1/copies/packs": `{"address":"ann@example.org"}`,
		"GET /api/v1/keys": "", "DELETE /api/v1/keys/2": "",
	}
}

// Whatever fails behind an operation, nothing of it gets out.
func TestNoInternalTextEverGetsOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		err    error
		status int
	}{
		{"a fault of ours", errs.E("store: x", errs.Internal, "", errSecret), 500},
		{"an error without a kind", errSecret, 500},
		{"an outage", unavailable(), 503},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := small(t, func(d *api.Deps) {
				people := brokenPeople{err: c.err}
				d.People.Store = people
				d.Mailer.Store, d.Mailer.People = brokenCampaigns{err: c.err}, people
				d.Inbox, d.Reads, d.Audit, d.Imports = brokenInbox{err: c.err}, brokenReads{err: c.err}, brokenAudit{err: c.err}, brokenImports{err: c.err}
				d.Copies.Store = brokenCopies{err: c.err}
				d.Cases.Store, d.Cases.Records = brokenCases{err: c.err}, brokenCases{err: c.err}
				d.Registers.Breaches.Store, d.Registers.ThirdParties.Store = brokenBreaches{err: c.err}, brokenThirdParties{err: c.err}
			})
			if _, err := h.deps.Auth.AddUser(t.Context(), address.Must("lee@harbour.example"), "Lee", auth.Comms, "a long enough password 71"); err != nil { // to whom a trial goes
				t.Fatal(err)
			}
			asked := 0
			all := everyRequest()
			maps.Copy(all, caseRequests())
			for request, body := range all {
				method, path, _ := strings.Cut(request, " ")
				if strings.Contains(path, "/keys") {
					continue // asks none of what is broken
				}
				a := h.ask(t, method, path, body, "Audit-Reason", "she asked")
				if a.Code != c.status || strings.Contains(a.Body.String(), "secret") {
					t.Errorf("%s: %d %s", request, a.Code, a.Body)
				}
				if retry := a.Header().Get("Retry-After"); (retry != "") != (c.status == 503) {
					t.Errorf("%s: Retry-After %q", request, retry)
				}
				asked++
			}
			if !strings.Contains(h.log.String(), "10.0.0.3") {
				t.Error("the cause is not in the log")
			}
			t.Logf("%d operations", asked)
		})
	}
}

func TestADownloadThatFailsLooksBroken(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	if err := h.db.Receive(t.Context(), "privacy", 1, []inbox.Arrival{{UID: 1, ReceivedAt: h.deps.Now(), Body: strings.NewReader("From: a@example.org\r\n\r\nx")}}); err != nil {
		t.Fatal(err)
	}
	half := small(t, func(d *api.Deps) { d.Inbox = halfInbox{Store: h.db} })
	server := httptest.NewServer(half)
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/api/v1/inbound/1/raw", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+half.key)
	got, err := http.DefaultClient.Do(r)
	if err == nil {
		_, err = io.ReadAll(got.Body)
		got.Body.Close()
	}
	if err == nil {
		t.Error("half a message looked whole")
	}
}
