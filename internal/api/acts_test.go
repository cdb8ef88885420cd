package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	actsBody  = `{"address":"ann@example.org","source":"desk","acts":[{"list":"monthly","evidence":{"act":"ticked the box"}}]}`
	entryBody = `{"address":"ann@example.org","medium":"paper","did":"ticked the box and signed","document":"form 1204","acted_on":"2026-05-01","received_on":"2026-05-02","why":"no internet at home"}`
)

func TestSeparateActsAreRecordedEachWithItsOwnEvidence(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		got := h.must(t, http.StatusCreated, "POST", "/api/v1/acts", actsBody).object
		if events, ok := got["events"].([]any); !ok || len(events) != 1 {
			t.Errorf("recorded %v", got)
		}
		for name, body := range map[string]string{
			"a box that was ticked beforehand": strings.Replace(actsBody, `{"act":"ticked the box"}`, `{"act":"ticked the box","pre_ticked":"true"}`, 1),
			"silence":                          strings.Replace(actsBody, "ticked the box", "silence", 1),
			"one list twice":                   strings.Replace(actsBody, `}]`, `},{"list":"monthly","evidence":{"act":"ticked the box"}}]`, 1),
			"no evidence":                      strings.Replace(actsBody, `{"act":"ticked the box"}`, `{}`, 1),
			"a child without a guardian":       strings.Replace(actsBody, `"source"`, `"age":9,"source"`, 1),
		} {
			if a := h.ask(t, "POST", "/api/v1/acts", body); a.Code != http.StatusUnprocessableEntity {
				t.Errorf("%s: %d %s", name, a.Code, a.Body)
			}
		}
	})
}

func TestAnAgreementFromPaperIsEnteredWithWhoWhyAndWhichDocument(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/entries", entryBody)
		events := h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1/events", "").object["items"].([]any)
		if e := events[0].(map[string]any); e["channel"] != "staff" || !strings.HasPrefix(e["actor"].(string), "key:") {
			t.Errorf("entered as %v", e)
		}
		for _, field := range []string{"medium", "did", "document", "acted_on", "received_on", "why"} {
			if a := h.ask(t, "POST", "/api/v1/lists/monthly/entries", strings.Replace(entryBody, `"`+field+`"`, `"not_`+field+`"`, 1)); a.Code != http.StatusUnprocessableEntity {
				t.Errorf("without %s: %d %s", field, a.Code, a.Body)
			}
		}
	})
}

func TestAProgrammeIsEndedOnceAndItsListTakesNobodyAnyMore(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		later := time.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339)
		h.must(t, http.StatusOK, "POST", "/api/v1/programmes/harbour-news/end", `{"at":"`+later+`"}`)
		h.must(t, http.StatusOK, "POST", "/api/v1/programmes/harbour-news/end", `{}`)
		h.must(t, http.StatusConflict, "POST", "/api/v1/programmes/harbour-news/end", `{"at":"`+later+`"}`)
		for path, body := range map[string]string{"requests": `{"address":"ann@example.org"}`, "grants": grantBody, "entries": entryBody} {
			if a := h.ask(t, "POST", "/api/v1/lists/monthly/"+path, body); a.Code != http.StatusConflict || !strings.Contains(a.Body.String(), "has ended") {
				t.Errorf("%s after the end: %d %s", path, a.Code, a.Body)
			}
		}
	})
}
