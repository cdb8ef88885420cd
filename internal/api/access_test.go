package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// accessRequests asks for every operation of carrying out access and portability.
func accessRequests() map[string]string {
	const pack = "/api/v1/cases/1/pack"
	return map[string]string{
		"POST /api/v1/cases/1/search": `{}`, "GET /api/v1/cases/1/search": "", "POST /api/v1/cases/1/places": `{"place":"x","by":"x","on":"2026-01-31","terms":"x","found":"x"}`,
		"POST /api/v1/cases/1/places/done": `{"note":"x"}`, "POST /api/v1/cases/1/identity": `{"note":"x"}`, "GET /api/v1/cases/1/items": "", "POST /api/v1/cases/1/items/1/review": `{"verdict":"keep"}`,
		"POST /api/v1/cases/1/items/keep-clear": "", "POST " + pack: `{"language":"en","person":"x"}`, "GET " + pack: "", "POST " + pack + "/links": `{"to":"ann@example.org","way":"phone","key":"x"}`,
		"POST " + pack + "/links/1/code": "", "POST " + pack + "/links/1/revoke": `{"note":"x"}`, "POST " + pack + "/handed-over": `{"note":"x"}`, "POST " + pack + "/unopened": `{"note":"x"}`, "GET /api/v1/access-reasons": "",
		"POST /api/v1/cases/1/receivers": `{"name":"x","address":"ann@example.org","language":"en","evidence":"x"}`, "POST /api/v1/cases/1/receivers/1/send": `{"checked":"x","way":"phone","person":"x","key":"x"}`,
		"POST /api/v1/cases/1/receivers/1/refuse": `{"reason":"not-feasible","words":"x","person":"x"}`, "POST /api/v1/cases/1/receivers/1/unopened": `{"note":"x"}`,
	}
}

func TestARequestForAccessIsCarriedOutByTheAPI(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.must(t, http.StatusCreated, "POST", "/api/v1/programmes", programmeBody)
		h.must(t, http.StatusCreated, "POST", "/api/v1/cases", `{"programme_id":1,"channel":"post","received_at":"2026-02-10T09:00:00Z","asked":"Everything, also what Bob Jones <bob@other.example> wrote.","kinds":["access"],
			"parties":[{"role":"requester","name":"Ann Lee","address":"ann@example.org"}]}`)
		const one = "/api/v1/cases/1"
		h.must(t, http.StatusConflict, "POST", one+"/pack", `{"language":"en","person":"Priya Shah"}`)
		h.must(t, http.StatusUnprocessableEntity, "POST", one+"/search", `{"leave":{"nowhere":"why"}}`)
		h.must(t, http.StatusOK, "POST", one+"/search", `{"leave":{"trail":"It was given in January."}}`).want(t, "terms.addresses.0", "ann@example.org")
		h.must(t, http.StatusOK, "GET", one+"/search", "").want(t, "sources.0.source", "record", "sources.0.found", 0)
		h.must(t, http.StatusOK, "POST", one+"/places", `{"place":"The safe","by":"Olu","on":"2026-02-11","terms":"Lee","found":"Nothing."}`)
		h.must(t, http.StatusOK, "POST", one+"/places/done", `{}`)
		h.must(t, http.StatusOK, "POST", one+"/identity", `{"note":"She came in person."}`)
		h.must(t, http.StatusOK, "POST", one+"/items/keep-clear", "")
		for _, x := range h.must(t, http.StatusOK, "GET", one+"/items", "").at(t, "items").([]any) {
			item := x.(map[string]any)
			if item["verdict"] != "" {
				continue
			}
			path := fmt.Sprintf("%s/items/%v/review", one, item["id"])
			h.must(t, http.StatusUnprocessableEntity, "POST", path, `{"verdict":"redact","removed":[{"text":"Bob Jones","reason":"reasonable"}]}`)
			h.must(t, http.StatusUnprocessableEntity, "POST", path, `{"verdict":"withhold","reason":"crime"}`)
			h.must(t, http.StatusOK, "POST", path, `{"verdict":"redact","removed":[{"text":"Bob Jones","reason":"other-person"},{"text":"bob@other.example","reason":"other-person"}]}`)
		}
		h.must(t, http.StatusForbidden, "POST", one+"/pack", `{"language":"en"}`)
		h.must(t, http.StatusOK, "POST", one+"/pack", `{"language":"cy","person":"Priya Shah"}`).want(t, "kind", "access", "language", "cy", "approved_by", "Priya Shah", "withheld", 0)
		link := `{"to":"ann@example.org","way":"phone","key":"a"}`
		h.must(t, http.StatusConflict, "POST", one+"/pack/links", link)
		h.must(t, http.StatusOK, "POST", one+"/events", `{"kind":"decided","decision":{"outcome":"granted","person":"Priya Shah"}}`)
		first := h.must(t, http.StatusOK, "POST", one+"/pack/links", link, "Idempotency-Key", "link")
		if code, _ := first.at(t, "code").(string); len(code) != 9 {
			t.Errorf("the code is %q", code)
		}
		again := h.must(t, http.StatusOK, "POST", one+"/pack/links", link, "Idempotency-Key", "link")
		if strings.Contains(again.Body.String(), first.at(t, "code").(string)) {
			t.Error("the code was kept with the answer")
		}
		h.must(t, http.StatusOK, "POST", one+"/pack/links/1/code", "").want(t, "state", "waiting")
		h.must(t, http.StatusNotFound, "POST", one+"/pack/links/9/code", "")
		h.must(t, http.StatusOK, "POST", one+"/pack/links/1/revoke", `{"note":"It went to the wrong address."}`).want(t, "state", "revoked")
		h.must(t, http.StatusOK, "POST", one+"/pack/handed-over", `{"note":"By recorded post."}`)
		h.must(t, http.StatusOK, "GET", one+"/pack", "").want(t, "packs.0.items", 4, "links.0.state", "revoked", "links.0.openings.0.what", "new code")
	})
}

func TestDataGoesStraightToAnOrganisationByTheAPI(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.must(t, http.StatusCreated, "POST", "/api/v1/programmes", programmeBody)
		h.must(t, http.StatusCreated, "POST", "/api/v1/cases", `{"programme_id":1,"channel":"post","received_at":"2026-02-10T09:00:00Z","asked":"My data to Tarn, please.","kinds":["portability"],
			"parties":[{"role":"requester","name":"Ann Lee","address":"ann@example.org"}]}`)
		const one = "/api/v1/cases/1"
		tarn := `{"name":"Tarn Credit Union","address":"data@tarn.example","language":"en","evidence":"Her letter of 3 May."}`
		h.must(t, http.StatusOK, "POST", one+"/receivers", tarn).want(t, "id", 1, "decision", "")
		h.must(t, http.StatusOK, "POST", one+"/receivers", tarn)
		h.must(t, http.StatusOK, "POST", one+"/search", `{}`)
		h.must(t, http.StatusOK, "POST", one+"/places/done", `{"note":"There is no other."}`)
		h.must(t, http.StatusOK, "POST", one+"/identity", `{"note":"She came in person."}`)
		h.must(t, http.StatusOK, "POST", one+"/pack", `{"language":"en","person":"Priya Shah"}`)
		h.must(t, http.StatusOK, "POST", one+"/events", `{"kind":"decided","decision":{"outcome":"granted","person":"Priya Shah"}}`)
		h.must(t, http.StatusForbidden, "POST", one+"/receivers/1/send", `{"checked":"We called them.","way":"phone","key":"a"}`)
		first := h.must(t, http.StatusOK, "POST", one+"/receivers/1/send", `{"checked":"We called them.","way":"phone","key":"a","person":"Priya Shah"}`, "Idempotency-Key", "link")
		first.want(t, "receiver_id", 1, "state", "waiting")
		if code, _ := first.at(t, "code").(string); len(code) != 9 {
			t.Errorf("the code is %q", code)
		}
		h.must(t, http.StatusForbidden, "POST", one+"/receivers/2/refuse", `{"reason":"not-feasible","words":"They take paper only."}`)
		h.must(t, http.StatusOK, "POST", one+"/receivers/2/refuse", `{"reason":"not-feasible","words":"They take paper only.","person":"Priya Shah"}`)
		h.must(t, http.StatusOK, "POST", one+"/receivers/1/unopened", `{"note":"They want nothing."}`)
		h.must(t, http.StatusOK, "GET", one+"/pack", "").want(t, "receivers.0.decision", "send", "receivers.0.person", "Priya Shah", "receivers.0.left", "They want nothing.", "receivers.1.reason", "not-feasible")
	})
}
