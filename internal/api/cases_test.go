package api_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"assent/inbox/cases"
	"assent/inbox/cases/breach"
	"assent/inbox/cases/registers"
	"assent/inbox/cases/report"
	"assent/inbox/cases/thirdparty"
	"assent/internal/api"
	"assent/internal/store"
	"assent/internal/token"
	"assent/subscriptions"
)

func TestACaseIsEnteredWorkedAndClosedByTheAPI(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.must(t, http.StatusCreated, "POST", "/api/v1/programmes", programmeBody)
		enter := `{"programme_id": 1, "channel": "post", "received_at": "2026-01-31T09:00:00Z", "asked": "A copy of everything.", "kinds": ["access", "erasure"],
			"parties": [{"role": "requester", "name": "Ann Lee", "address": "ann@example.org"}, {"role": "subject", "name": "Bo Lee"}]}`
		h.must(t, http.StatusCreated, "POST", "/api/v1/cases", enter).want(t, "reference", "R-2026-000001", "state", "new", "channel", "post", "due_on", "2026-03-02",
			"clocks.0.name", "answer", "clocks.0.late", true, "sub_cases.0.reference", "R-2026-000001/2", "parties.1.name", "Bo Lee", "events.0.kind", "opened", "duties.0.code", "decide")
		events := "/api/v1/cases/1/events"
		h.must(t, http.StatusUnprocessableEntity, "POST", events, `{"kind": "asked", "for": "identity"}`)
		h.must(t, http.StatusOK, "POST", events, `{"kind": "asked", "for": "identity", "on": "2026-02-02", "note": "An address that is new to us."}`).
			want(t, "state", "waiting", "waits_for.0", "identity", "clocks.0.waiting_for", "identity", "facts.identity.asked_on", "2026-02-02")
		h.must(t, http.StatusOK, "POST", events, `{"kind": "received", "for": "identity", "on": "2026-02-09"}`).want(t, "state", "in-progress", "due_on", "2026-03-02")
		h.must(t, http.StatusForbidden, "POST", events, `{"kind": "decided", "decision": {"outcome": "granted"}}`)
		h.must(t, http.StatusOK, "POST", events, `{"kind": "decided", "decision": {"outcome": "granted", "words": "Here it is.", "person": "Priya Shah"}}`).
			want(t, "state", "decided", "decision.person", "Priya Shah")
		letter := `{"to": "ann@example.org", "subject": "Your data", "body": "Here it is.", "answers": true, "key": "answer"}`
		h.must(t, http.StatusOK, "POST", "/api/v1/cases/1/letters", letter).want(t, "messages.0.direction", "out", "messages.0.letter_state", "waiting")
		h.must(t, http.StatusConflict, "POST", "/api/v1/cases/1/letters", letter)
		h.must(t, http.StatusConflict, "POST", events, `{"kind": "closed"}`) // the sub-case is open
		h.must(t, http.StatusOK, "POST", "/api/v1/cases/2/events", `{"kind": "decided", "decision": {"outcome": "withdrawn", "person": "Priya Shah"}}`)
		h.must(t, http.StatusOK, "POST", "/api/v1/cases/2/events", `{"kind": "closed"}`)
		h.must(t, http.StatusOK, "POST", events, `{"kind": "closed"}`).want(t, "state", "closed")
		h.must(t, http.StatusOK, "POST", events, `{"kind": "noted", "note": "Filed."}`)
		h.must(t, http.StatusConflict, "POST", events, `{"kind": "started"}`)
		if open := h.must(t, http.StatusOK, "GET", "/api/v1/cases?state=open", "").at(t, "items").([]any); len(open) != 0 {
			t.Errorf("open: %v", open)
		}
		h.must(t, http.StatusOK, "GET", "/api/v1/cases?state=closed&kind=erasure&reference=r-2026", "").want(t, "items.0.id", 2)
	})
}

func TestWhatBelongsToACaseGoesThroughTheAPI(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.must(t, http.StatusCreated, "POST", "/api/v1/programmes", programmeBody)
		for range 2 {
			h.must(t, http.StatusCreated, "POST", "/api/v1/cases", `{"programme_id": 1, "channel": "phone", "received_at": "2026-02-10T09:00:00Z", "asked": "Everything.", "kinds": ["access"],
				"parties": [{"role": "requester", "address": "ann@example.org"}]}`)
		}
		h.must(t, http.StatusOK, "GET", "/api/v1/cases/2", "").want(t, "links.0.case_id", 1, "links.0.relation", "duplicate", "links.0.earlier", true)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/cases/1/links", `{"case_id": 1}`)
		h.must(t, http.StatusOK, "POST", "/api/v1/cases/1/parties", `{"role": "subject", "name": "Bo"}`).want(t, "parties.2.name", "Bo")
		h.must(t, http.StatusCreated, "POST", "/api/v1/cases/1/files", `{"name": "a.html", "content": "PGh0bWw+"}`).want(t, "type", "text/html", "size", 6)
		got := h.must(t, http.StatusOK, "GET", "/api/v1/cases/1/files/1", "")
		if got.Body.String() != "<html>" || got.Header().Get("Content-Type") != "application/octet-stream" || got.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("the file: %q, %v", got.Body.String(), got.Header())
		}
		h.must(t, http.StatusNotFound, "GET", "/api/v1/cases/2/files/1", "")
		h.must(t, http.StatusNotFound, "POST", "/api/v1/cases/1/messages/9/read", "")
		for _, path := range []string{"events", "letters", "parties", "links", "files"} {
			if w := h.ask(t, "POST", fmt.Sprintf("/api/v1/cases/99/%s", path), `{"kind": "noted", "note": "x", "to": "a@example.org", "subject": "x", "body": "x", "key": "k", "role": "subject", "name": "x", "case_id": 1, "content": "eA=="}`); w.Code < 400 || w.Code >= 500 {
				t.Errorf("%s of a case that there is not: %d", path, w.Code)
			}
		}
	})
}

// caseRequests has one good request for each thing that is done with cases.
func caseRequests() map[string]string {
	return map[string]string{
		"GET /api/v1/cases/1/breach": "", "POST /api/v1/cases/1/breach": `{"aware_at": "2026-06-29T09:00:00Z"}`, "POST /api/v1/cases/1/breach/evidence": "", "POST /api/v1/cases/1/breach/release": `{"why": "Done."}`,
		"GET /api/v1/cases/1/third-party": "", "POST /api/v1/cases/1/third-party": `{"organisation": "Portexample Police"}`,
		"GET /api/v1/registers/complaints": "", "GET /api/v1/registers/breaches": "", "GET /api/v1/registers/third-parties": "", "GET /api/v1/registers/complaints/csv": "",
		"GET /api/v1/reports/cases": "", "GET /api/v1/reports/cases/csv": "",
		"POST /api/v1/cases":          `{"programme_id":1,"channel":"post","received_at":"2026-01-31T09:00:00Z","asked":"x","kinds":["access"],"parties":[{"role":"requester","address":"ann@example.org"}]}`,
		"POST /api/v1/cases/1/events": `{"kind":"noted","note":"x"}`, "POST /api/v1/cases/1/letters": `{"to":"ann@example.org","subject":"x","body":"x","key":"x"}`,
		"POST /api/v1/cases/1/parties": `{"role":"subject","name":"x"}`, "POST /api/v1/cases/1/messages/1/read": "", "POST /api/v1/cases/1/links": `{"case_id":2}`,
		"POST /api/v1/cases/1/identity-link": `{"note":"x"}`, "POST /api/v1/cases/1/messages/1/identity": "",
		"POST /api/v1/cases/1/files": `{"name":"x","content":"eA=="}`, "GET /api/v1/cases/1/files/1": "",
	}
}

// brokenCases fails whatever it is asked.
type brokenCases struct {
	cases.Store
	err error
}

func (b brokenCases) Case(context.Context, int64) (cases.Case, error) { return cases.Case{}, b.err }
func (b brokenCases) CaseMessages(context.Context, int64) ([]cases.Message, error) {
	return nil, b.err
}
func (b brokenCases) ChangeCase(context.Context, int64, func(cases.Case, []cases.Case) (cases.Change, error)) (cases.Case, error) {
	return cases.Case{}, b.err
}
func (b brokenCases) Programme(context.Context, int64) (subscriptions.Programme, error) {
	return subscriptions.Programme{}, b.err
}
func (b brokenCases) Programmes(context.Context) ([]subscriptions.Programme, error) {
	return nil, b.err
}
func (b brokenCases) CaseParties(context.Context, int64) ([]cases.Party, error) { return nil, b.err }
func (b brokenCases) Subscriber(context.Context, int64) (subscriptions.Subscriber, error) {
	return subscriptions.Subscriber{}, b.err
}
func (b brokenCases) SubscriberByKey(context.Context, []byte) (subscriptions.Subscriber, error) {
	return subscriptions.Subscriber{}, b.err
}

// brokenBreaches fails whatever it is asked.
type brokenBreaches struct {
	breach.Store
	err error
}

func (b brokenBreaches) Case(context.Context, int64) (cases.Case, error) { return cases.Case{}, b.err }

// brokenThirdParties fails whatever it is asked.
type brokenThirdParties struct {
	thirdparty.Store
	err error
}

func (b brokenThirdParties) Case(context.Context, int64) (cases.Case, error) {
	return cases.Case{}, b.err
}

func registersOf(t testing.TB, db *store.DB, keys *token.Keys) api.Registers {
	t.Helper()
	desk := casework(t, db, keys)
	day := desk.Reckoner.UKDate
	return api.Registers{
		Registers: &registers.Service{Store: db, Day: day}, Reports: &report.Service{Source: db, Day: day, Now: time.Now},
		Breaches: &breach.Service{Store: db, Cases: desk, UK: desk.Reckoner, Now: time.Now}, ThirdParties: &thirdparty.Service{Store: db, Cases: desk, Day: day, Now: time.Now},
	}
}
