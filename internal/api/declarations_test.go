package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

func TestAProgrammesDeclarationsFromRecipientsToTheRecordOfProcessing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		const at = "/api/v1/programmes/harbour-news"
		h.must(t, http.StatusOK, "PATCH", at, `{"guardian_age":12,"region_lock":true,"house_clocks":[{"kind":"complaint","acknowledge_working_days":5,"answer_working_days":20}]}`).
			want(t, "guardian_age", 12, "region_lock", true, "house_clocks.0.answer_working_days", 20, "name", "Harbour News")
		abroad := `{"name":"Example Mail","category":"mail service","purpose":"carries our mail","country":"IE","safeguard":"adequacy regulations"}`
		h.must(t, http.StatusUnprocessableEntity, "POST", at+"/recipients", abroad)
		h.must(t, http.StatusOK, "PATCH", at, `{"region_lock":false}`).want(t, "region_lock", false, "guardian_age", 12)
		h.must(t, http.StatusCreated, "POST", at+"/recipients", abroad).want(t, "id", 1)
		h.must(t, http.StatusOK, "GET", at+"/recipients", "").want(t, "items.0.country", "IE")
		record := h.must(t, http.StatusOK, "GET", at+"/processing-record", "")
		record.want(t, "programme.slug", "harbour-news", "purposes.0.basis", "consent", "recipients.0.safeguard", "adequacy regulations", "notice", 1)
		h.must(t, http.StatusOK, "GET", at+"/clashes", "").want(t, "items.0.rule", "age of consent")
		h.must(t, http.StatusOK, "POST", at+"/recipients/1/end", "")
		h.must(t, http.StatusNotFound, "POST", at+"/recipients/2/end", "")
	})
}

func TestAPurposeRestsOnItsConditions(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		const at = "/api/v1/programmes/harbour-news/purposes"
		h.must(t, http.StatusUnprocessableEntity, "POST", at, `{"slug":"offers","name":"Offers","basis":"soft-opt-in","class":"marketing"}`)
		h.must(t, http.StatusCreated, "POST", at, `{"slug":"offers","name":"Offers","basis":"soft-opt-in","class":"marketing",
			"conditions":{"from_sale":true,"own_similar":true,"opt_out_at_start":true,"opt_out_each_time":true}}`).want(t, "conditions.own_similar", true, "confirm_outcome", "lapse", "renew_days.0", 30)
		h.must(t, http.StatusCreated, "POST", at, `{"slug":"works","name":"Works","basis":"legitimate-interests","class":"targeted","confirm_every_days":365,"confirm_outcome":"keep","keep_ip_days":30,
			"conditions":{"interest":"safety","assessment":"LIA-1","review_on":"2027-03-01"}}`).want(t, "conditions.review_on", "2027-03-01", "confirm_every_days", 365, "keep_ip_days", 30)
		h.must(t, http.StatusOK, "PATCH", "/api/v1/purposes/3", `{"conditions":{"interest":"safety","assessment":"LIA-1","review_on":"2028-03-01"},"dpia":"DPIA-2"}`).
			want(t, "conditions.review_on", "2028-03-01", "dpia", "DPIA-2", "confirm_outcome", "keep")
		h.must(t, http.StatusUnprocessableEntity, "PATCH", "/api/v1/purposes/3", `{"class":"marketing"}`)
	})
}

func TestANoticeIsDraftedLookedAtPublishedAndTold(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		const at = "/api/v1/programmes/harbour-news"
		said := `{"source":"You gave it to us.","requirement":"You need give us nothing.","automated":"We take none."}`
		h.must(t, http.StatusOK, "PATCH", at, `{"statements":{"en":`+said+`}}`)
		h.must(t, http.StatusCreated, "POST", at+"/purposes", `{"slug":"surveys","name":"Surveys","basis":"consent","class":"targeted"}`)
		draft := h.must(t, http.StatusOK, "GET", at+"/notice-draft?language=en", "")
		text := draft.at(t, "text").(string)
		if !strings.Contains(text, "Surveys") {
			t.Fatalf("%s", text)
		}
		body := string(must(json.Marshal(map[string]string{"text": text}))(t))
		h.must(t, http.StatusOK, "POST", at+"/notices?preview=true", body).
			want(t, "preview", true, "complete", true, "difference.new_purposes.0", "Surveys", "untold.0", 2, "version", 2)
		h.must(t, http.StatusConflict, "POST", at+"/notices", `{"text":"We use your data."}`)
		h.must(t, http.StatusCreated, "POST", at+"/notices", body).want(t, "version", 2, "complete", true, "id", 2)
		h.must(t, http.StatusConflict, "POST", at+"/notices", body)
		h.must(t, http.StatusOK, "GET", "/api/v1/lists/monthly", "").want(t, "notice_id", 2)
		h.must(t, http.StatusNotFound, "GET", "/api/v1/notices/2/run", "")
		h.must(t, http.StatusCreated, "POST", "/api/v1/notices/2/run", `{"grace_hours":24}`).want(t, "state", "opening", "grace_hours", 24)
		h.must(t, http.StatusConflict, "POST", "/api/v1/notices/2/run", `{}`)
		h.must(t, http.StatusOK, "GET", "/api/v1/notices/2/run", "").want(t, "told", 0)
		h.must(t, http.StatusOK, "PATCH", "/api/v1/lists/monthly", `{"wording":"Send me the monthly news."}`).want(t, "wording", "Send me the monthly news.", "slug", "monthly")
	})
}
