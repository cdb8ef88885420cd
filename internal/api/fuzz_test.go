package api_test

import (
	"net/http"
	"strings"
	"testing"
)

// Whatever is sent, the answer is whole: never a fault of ours, and never anything internal.
func FuzzBodies(f *testing.F) {
	paths := []string{
		"/api/v1/programmes", "/api/v1/programmes/harbour-news/purposes", "/api/v1/programmes/harbour-news/attributes", "/api/v1/lists",
		"/api/v1/lists/monthly/requests", "/api/v1/lists/monthly/grants", "/api/v1/withdrawals", "/api/v1/suppressions", "/api/v1/subscribers/lookup",
		"/api/v1/subscribers/1/restriction", "/api/v1/campaigns", "/api/v1/campaigns/1/schedule", "/api/v1/keys",
	}
	for i, body := range []string{
		programmeBody, purposeBody, `{"name":"age","type":"choice","choices":["a"]}`, listBody, `{"address":"ann@example.org"}`, grantBody,
		`{"address":"ann@example.org","scope":{"reach":"list","id":1}}`, `{"address":"ann@example.org","reason":"complaint","scope":{"reach":"everything"}}`,
		`{"address":"ann@example.org"}`, `{"reason":"x"}`, campaignBody, `{"local":"2099-01-01T09:00","zone":"Europe/London"}`, `{"name":"x","scopes":["lists:*"]}`,
	} {
		f.Add(uint8(i), body, "application/json")
	}
	f.Add(uint8(5), `{"address":null,"evidence":{"a":null}}`, "application/json; charset=utf-16")
	f.Add(uint8(5), strings.Repeat("[", 20000), "text/plain")
	h := small(f, nil)
	h.furnish(f)
	f.Fuzz(func(t *testing.T, which uint8, body, contentType string) {
		if strings.ContainsAny(contentType, "\r\n\x00") {
			return // no server hands that on
		}
		a := h.ask(t, http.MethodPost, paths[int(which)%len(paths)], body, "Content-Type", contentType)
		if a.Code >= http.StatusInternalServerError {
			t.Errorf("%s %q: %d %s", paths[int(which)%len(paths)], body, a.Code, a.Body)
		}
	})
}

func FuzzAddresses(f *testing.F) {
	for _, path := range []string{
		"/api/v1/lists/monthly", "/api/v1/subscribers/1/explain?list=monthly", "/api/v1/texts/abc", "/api/v1/inbound/1/raw", "/api/v1/cases?after=1&limit=2",
		"/health/ready?only=database", "/api/v1/programmes/harbour-news/attributes/%61ge", "/api/v1/campaigns/1/preview?subscriber=%31",
	} {
		f.Add(path)
	}
	h := small(f, nil)
	h.furnish(f)
	f.Fuzz(func(t *testing.T, path string) {
		r, err := http.NewRequest(http.MethodGet, "http://localhost/"+strings.TrimPrefix(path, "/"), nil)
		if err != nil || strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
			return // no server hands that on
		}
		if a := h.ask(t, http.MethodGet, r.URL.RequestURI(), ""); a.Code >= http.StatusInternalServerError {
			t.Errorf("%q: %d %s", path, a.Code, a.Body)
		}
	})
}
