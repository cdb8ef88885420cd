package api_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestAPersonIsHeldThenErasedAndNeverComesBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		const grant = `{"address":"Ann@example.org","name":"Ann Lee","source":"paper form","acted_at":"2026-11-20T09:30:00Z","evidence":{"act":"ticked the box"}}`
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grant)
		h.must(t, http.StatusOK, "POST", "/api/v1/subscribers/1/holds", `{"reason":"letter before action"}`).want(t, "id", 1, "kind", "legal", "placed_by", "key:1")
		h.must(t, http.StatusOK, "GET", "/api/v1/holds", "").want(t, "items.0.subscriber_id", 1)
		refused := h.must(t, http.StatusConflict, "POST", "/api/v1/erasures", `{"subscriber_id":1,"ground":"request","untold":"told by phone"}`)
		if says := refused.at(t, "detail").(string); !strings.Contains(says, "a legal hold") {
			t.Errorf("the refusal says %q", says)
		}
		h.must(t, http.StatusNoContent, "POST", "/api/v1/holds/1/lift", `{"reason":"settled"}`)
		h.must(t, http.StatusOK, "POST", "/api/v1/erasures", `{"address":"ann@EXAMPLE.org","ground":"request","untold":"told by phone"}`).want(t, "state", "done", "emptied.subscribers", 1)
		h.must(t, http.StatusOK, "GET", "/api/v1/erasures/1", "").want(t, "ground", "request", "asked_by", "key:1")
		h.must(t, http.StatusOK, "GET", "/api/v1/erasures", "").want(t, "items.0.id", 1)
		h.must(t, http.StatusConflict, "POST", "/api/v1/lists/monthly/grants", grant)
	})
}

func TestAnErasureWaitsForItsLetter(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", `{"address":"Ann@example.org","source":"paper form","acted_at":"2026-11-20T09:30:00Z","evidence":{"act":"ticked the box"}}`)
		h.must(t, http.StatusOK, "POST", "/api/v1/erasures", `{"subscriber_id":1,"ground":"request"}`).want(t, "state", "telling")
		h.must(t, http.StatusOK, "POST", "/api/v1/erasures", `{"subscriber_id":1,"ground":"request"}`).want(t, "id", 1)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/erasures", `{"ground":"request"}`)
	})
}

func TestTheRetentionScheduleIsSetAndShown(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", `{"address":"Ann@example.org","source":"paper form","acted_at":"2026-11-20T09:30:00Z","evidence":{"act":"ticked the box"}}`)
		const rule = `{"programme_id":1,"name":"Leavers","what":"people","since":"last permission ended","length":0,"unit":"days","action":"delete","review":true,"reason":"nothing is owed"}`
		h.must(t, http.StatusOK, "POST", "/api/v1/retention/rules", rule).want(t, "id", 1, "statement", "Your record is deleted 0 days after the last permission that you gave has ended (nothing is owed).")
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/retention/rules", strings.Replace(rule, `"delete"`, `"thin"`, 1))
		h.must(t, http.StatusOK, "GET", "/api/v1/retention/rules", "").want(t, "items.0.name", "Leavers")
		h.must(t, http.StatusOK, "POST", "/api/v1/withdrawals", `{"subscriber_id":1,"scope":{"reach":"everything"}}`)
		h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1/retention", "").want(t, "dates.0.rule", 1, "dates.0.action", "delete")
		if _, err := h.deps.Schedule.Run(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		h.must(t, http.StatusOK, "GET", "/api/v1/retention/queue", "").want(t, "items.0.state", "waiting", "items.0.subscriber_id", 1)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/retention/queue/1/decision", `{"decision":"delay"}`)
		h.must(t, http.StatusOK, "POST", "/api/v1/retention/queue/1/decision", `{"decision":"approve"}`).want(t, "state", "approved", "decided_by", "key:1")
		if _, err := h.deps.Schedule.Run(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		h.must(t, http.StatusOK, "GET", "/api/v1/retention/certificates", "").want(t, "items.0.objects", 1, "items.0.approved_by", "key:1", "items.0.reason", "nothing is owed")
		h.must(t, http.StatusNoContent, "DELETE", "/api/v1/retention/rules/1", "")
		const longer = `{"programme_id":1,"name":"Leavers","what":"people","since":"last activity","length":6,"unit":"months","longer_for":1,"longer_length":12,"longer_unit":"months","action":"delete","review":true,"reason":"nothing is owed"}`
		h.must(t, http.StatusOK, "POST", "/api/v1/retention/rules", longer).want(t, "longer_for", 1, "longer_length", 12, "longer_unit", "months")
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/retention/rules", strings.Replace(longer, `"longer_for":1`, `"longer_for":99`, 1))
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/retention/rules", strings.Replace(longer, `"longer_length":12`, `"longer_length":6`, 1))
	})
}

func TestAListOfAddressesIsBarredAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		const list = `{"addresses":["ann@example.org","ANN@example.org","nobody","bo@example.org"],"scope":{"reach":"everything"},"reason":"external list"}`
		h.must(t, http.StatusOK, "POST", "/api/v1/suppressions/import", list).want(t, "suppressed", 2, "already", 1, "invalid.0", 2)
		h.must(t, http.StatusOK, "POST", "/api/v1/suppressions/import", list).want(t, "suppressed", 0, "already", 3)
		h.must(t, http.StatusOK, "GET", "/api/v1/suppressions", "").want(t, "items.1.reason", "external list")
	})
}
