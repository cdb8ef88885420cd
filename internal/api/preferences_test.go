package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"assent/subscriptions"
)

func TestWishesActByTheTimeOfTheAnswer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grantBody)
		soon := h.deps.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339)
		h.must(t, http.StatusOK, "POST", "/api/v1/subscribers/1/pause", `{"scope":{"reach":"list","id":1},"until":"`+soon+`"}`).want(t, "already", false)
		h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1/explain?list=monthly", "").want(t, "reason", "paused")
		h.must(t, http.StatusOK, "POST", "/api/v1/subscribers/1/pause", `{"scope":{"reach":"everything"}}`).want(t, "already", false)
		h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1/explain?list=monthly", "").want(t, "allowed", true)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/subscribers/1/pause", `{"scope":{"reach":"everything"},"until":"2001-01-01T00:00:00Z"}`)
		h.must(t, http.StatusNotFound, "POST", "/api/v1/subscribers/9/pause", `{"scope":{"reach":"everything"},"until":"`+soon+`"}`)

		h.must(t, http.StatusOK, "POST", "/api/v1/subscribers/1/profiling", `{"allowed":false}`).want(t, "already", false)
		h.must(t, http.StatusOK, "POST", "/api/v1/subscribers/1/profiling", `{"allowed":false}`).want(t, "already", true)

		objection := `{"address":"ann@example.org","programme":"harbour-news","whole_owner":true}`
		h.must(t, http.StatusOK, "POST", "/api/v1/objections", objection).want(t, "already", false)
		h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1/explain?list=monthly", "").want(t, "reason", "withdrawn")
		h.must(t, http.StatusOK, "POST", "/api/v1/objections", objection).want(t, "already", true)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/objections", `{"programme":"harbour-news"}`)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/objections", `{"address":"ann@example.org","programme":"none"}`).
			want(t, "errors.0.location", "body.programme")
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/objections", `{"subscriber_id":9,"programme":"harbour-news"}`)
	})
}

func TestAChangeOfAddressIsBegunAndTellsNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grantBody)
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", strings.ReplaceAll(grantBody, "ann@", "bob@"))
		unknown := h.must(t, http.StatusAccepted, "POST", "/api/v1/subscribers/1/address-change", `{"address":"ann@example.net"}`)
		known := h.must(t, http.StatusAccepted, "POST", "/api/v1/subscribers/1/address-change", `{"address":"bob@example.org"}`)
		if known.Body.String() != unknown.Body.String() {
			t.Errorf("%q for a known address, %q for an unknown one", known.Body, unknown.Body)
		}
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/subscribers/1/address-change", `{"address":"Ann@EXAMPLE.org"}`)
		link := h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1/preferences-link", "").at(t, "url").(string)
		if !strings.HasPrefix(link, "https://news.example.org/p/") || strings.Contains(link, "ann") {
			t.Errorf("the link is %s", link)
		}
		h.must(t, http.StatusNotFound, "GET", "/api/v1/subscribers/9/preferences-link", "")
	})
}

func TestWhyPeopleLeaveIsReadApartFromThem(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusNoContent, "POST", "/api/v1/purposes/1/consequence", `{"words":"We cannot tell you when your berth must be renewed."}`)
		h.must(t, http.StatusNotFound, "POST", "/api/v1/purposes/9/consequence", `{"words":"x"}`)
		if words, err := h.db.Consequences(t.Context(), 1); err != nil || words[1] == "" {
			t.Errorf("kept %v, %v", words, err)
		}
		h.must(t, http.StatusNoContent, "POST", "/api/v1/purposes/1/consequence", `{"words":""}`)
		list, err := h.deps.People.Store.List(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := h.deps.Preferences.GiveReason(t.Context(), subscriptions.ListScope(list), "too-many", "Twice a week."); err != nil {
				t.Fatal(err)
			}
		}
		h.must(t, http.StatusOK, "GET", "/api/v1/programmes/harbour-news/leaving-reasons", "").
			want(t, "reasons.0.people", 2, "reasons.0.reason", "too-many", "remarks.1.words", "Twice a week.")
		if err := h.db.ForgetRemarks(t.Context(), "9999-01"); err != nil {
			t.Fatal(err)
		}
		again := h.must(t, http.StatusOK, "GET", "/api/v1/programmes/harbour-news/leaving-reasons", "")
		if again.want(t, "reasons.0.people", 2); len(again.at(t, "remarks").([]any)) != 0 {
			t.Errorf("%s", again.Body)
		}
	})
}
