package api_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestComplaintsBreachesAndThirdPartiesAreOnRegistersAndCounted(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.must(t, http.StatusCreated, "POST", "/api/v1/programmes", programmeBody)
		for _, kind := range []string{"complaint", "breach", "disclosure"} {
			h.must(t, http.StatusCreated, "POST", "/api/v1/cases", `{"programme_id": 1, "channel": "post", "received_at": "2026-06-29T09:00:00Z", "asked": "=See the letter.", "kinds": ["`+kind+`"], "parties": [{"role": "requester", "name": "Ann Lee", "contact": "1 Quay"}]}`)
		}
		h.must(t, http.StatusOK, "POST", "/api/v1/cases/1/events", `{"kind": "summarised", "note": "=No answer for six weeks."}`)
		h.must(t, http.StatusOK, "GET", "/api/v1/registers/complaints?from=2026-06-29&to=2026-06-29", "").want(t, "items.0.complainant", "Ann Lee", "items.0.stage", 1, "items.0.brief", "=No answer for six weeks.")
		if csv := h.must(t, http.StatusOK, "GET", "/api/v1/registers/complaints/csv", "").Body.String(); !strings.Contains(csv, "Ann Lee,'=No answer for six weeks.,") {
			t.Errorf("register: %s", csv)
		}
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/cases/2/breach", `{"aware_at": "2026-06-29T09:00:00Z", "notified_at": "2026-07-03T09:00:00Z"}`)
		h.must(t, http.StatusOK, "POST", "/api/v1/cases/2/breach", `{"aware_at": "2026-06-29T09:00:00Z", "nature": "A list went to the wrong firm.", "risk": "unlikely", "not_notified": "It was encrypted."}`).
			want(t, "record.risk", "unlikely", "frozen", true, "versions.0.number", 1, "lacks.0", "whose data it is")
		h.must(t, http.StatusConflict, "POST", "/api/v1/cases/1/breach", `{"aware_at": "2026-06-29T09:00:00Z"}`)
		h.must(t, http.StatusOK, "POST", "/api/v1/cases/2/breach/evidence", "")
		h.must(t, http.StatusConflict, "POST", "/api/v1/cases/2/breach/release", `{"why": "Done."}`)
		h.must(t, http.StatusOK, "GET", "/api/v1/registers/breaches", "").want(t, "items.0.reference", "R-2026-000002", "items.0.frozen", true, "items.0.record.nature", "A list went to the wrong firm.")
		h.must(t, http.StatusConflict, "POST", "/api/v1/cases/3/third-party", `{"organisation": "Portexample Police", "disclosed": "His address.", "disclosed_on": "2026-07-01", "means": "by hand"}`)
		h.must(t, http.StatusOK, "POST", "/api/v1/cases/3/third-party", `{"organisation": "Portexample Police", "wanted": "Where he lives."}`)
		h.must(t, http.StatusOK, "GET", "/api/v1/registers/third-parties", "").want(t, "items.0.record.organisation", "Portexample Police", "items.0.record.wanted", "Where he lives.")
		h.must(t, http.StatusOK, "GET", "/api/v1/reports/cases?kind=complaint", "").want(t, "all.received", 1, "all.open", 1, "complaints.outcomes.open", 1, "kinds.0.key", "complaint")
		h.must(t, http.StatusUnprocessableEntity, "GET", "/api/v1/reports/cases?from=2026-07-01&to=2026-06-01", "")
		if csv := h.must(t, http.StatusOK, "GET", "/api/v1/reports/cases/csv", "").Body.String(); !strings.Contains(csv, "all,,3,3,") || !strings.Contains(csv, "kind,breach,1,") {
			t.Errorf("report: %s", csv)
		}
	})
}
