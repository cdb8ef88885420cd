package api_test

import (
	"net/http"
	"strings"
	"testing"
)

// recordRequests has one good request for each thing that is done with somebody's record, and with those who were given it.
func recordRequests() map[string]string {
	return map[string]string{
		"PATCH /api/v1/subscribers/1": `{"why":"she rang","name":"Ann"}`, "POST /api/v1/subscribers/1/disclosures": `{"name":"Police","what":"name","why":"a form"}`,
		"GET /api/v1/subscribers/1/disclosures": "", "GET /api/v1/recipient-notices": "", "GET /api/v1/recipient-notices/1": "", "POST /api/v1/recipient-notices/1/answer": `{"answer":"done","words":"they rang","person":"Ann"}`,
		"GET /api/v1/cases/1/recipient-notices": "", "GET /api/v1/cases/1/corrections": "", "POST /api/v1/cases/1/corrections": `{"field":"name","after":"Ann"}`,
		"POST /api/v1/cases/1/corrections/1": `{"decision":"correct"}`, "POST /api/v1/cases/1/statement": `{"words":""}`, "POST /api/v1/cases/1/acts": `{"act":"lift"}`,
		"PUT /api/v1/programmes/harbour-news/recipients/1": `{"name":"Printers","category":"printer","purpose":"printing","country":"GB"}`,
	}
}

func TestACorrectionIsWrittenWithItsReasonAndRecipientsAreTold(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/programmes/harbour-news/recipients", `{"name":"Porthaven Printers","category":"printer","purpose":"printing","country":"GB","address":"data@printers.example"}`)
		h.must(t, http.StatusOK, "PUT", "/api/v1/programmes/harbour-news/recipients/1", `{"name":"Porthaven Printers","category":"printer","purpose":"the yearbook","country":"GB","address":"data@printers.example","language":"cy"}`).
			want(t, "language", "cy", "purpose", "the yearbook")
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grantBody)
		h.must(t, http.StatusOK, "PATCH", "/api/v1/subscribers/1", `{"why":"she rang on 3 May","name":"Ann Quill"}`).want(t, "changes.0.field", "name", "changes.0.after", "Ann Quill")
		h.must(t, http.StatusOK, "PATCH", "/api/v1/subscribers/1", `{"why":"again","name":"Ann Quill"}`)
		h.must(t, http.StatusUnprocessableEntity, "PATCH", "/api/v1/subscribers/1", `{"name":"Ann Quill"}`)
		h.must(t, http.StatusUnprocessableEntity, "PATCH", "/api/v1/subscribers/1", `{"why":"x","attributes":{"harbour-news":{"shoe":"9"}}}`)
		notices := h.must(t, http.StatusOK, "GET", "/api/v1/recipient-notices?open=true", "")
		notices.want(t, "items.0.name", "Porthaven Printers", "items.0.change", "rectification", "items.0.people", float64(1))
		if strings.Contains(notices.Body.String(), "Quill") || strings.Contains(notices.Body.String(), "ann@") {
			t.Errorf("the list of notices names the person: %s", notices.Body)
		}
		h.must(t, http.StatusOK, "GET", "/api/v1/recipient-notices/1", "").want(t, "name", "Porthaven Printers", "whom.0.address", "ann@example.org")
		h.must(t, http.StatusForbidden, "POST", "/api/v1/recipient-notices/1/answer", `{"answer":"done","words":"they rang"}`)
		h.must(t, http.StatusOK, "POST", "/api/v1/recipient-notices/1/answer", `{"answer":"impossible","words":"the firm is gone","person":"Sam Poole"}`).want(t, "state", "answered")
		h.must(t, http.StatusConflict, "POST", "/api/v1/recipient-notices/1/answer", `{"answer":"done","words":"they rang","person":"Sam Poole"}`)
	})
}

func TestWhoWasGivenAPersonsDataIsOnRecord(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grantBody)
		h.must(t, http.StatusCreated, "POST", "/api/v1/subscribers/1/disclosures", `{"name":"Porthaven Police","what":"name and address","why":"form 12 of 3 May"}`).want(t, "how", "staff")
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/subscribers/1/disclosures", `{"what":"name","why":"x"}`)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/subscribers/1/disclosures", `{"programme":"harbour-news","recipient_id":9,"what":"name","why":"x"}`)
		h.must(t, http.StatusNotFound, "POST", "/api/v1/subscribers/99/disclosures", `{"name":"x","what":"name","why":"x"}`)
		h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1/disclosures", "").want(t, "items.0.name", "Porthaven Police")
		h.must(t, http.StatusNoContent, "POST", "/api/v1/subscribers/1/restriction", `{"reason":"accuracy contested"}`)
		h.must(t, http.StatusOK, "GET", "/api/v1/recipient-notices", "").want(t, "items.0.name", "Porthaven Police", "items.0.change", "restriction")
		h.must(t, http.StatusConflict, "PATCH", "/api/v1/subscribers/1", `{"why":"x","name":"Bea"}`)
		h.must(t, http.StatusUnprocessableEntity, "DELETE", "/api/v1/subscribers/1/restriction", "")
	})
}
