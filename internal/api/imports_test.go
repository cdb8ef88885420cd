package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"assent/internal/csvfile"
	"assent/internal/scratch"
	"assent/internal/store"
	"assent/subscriptions/importing"
)

// bringIn imports a file into the list monthly, as the command line does.
func (h *house) bringIn(t *testing.T, text string) {
	t.Helper()
	db := h.deps.Imports.(*store.DB)
	list, err := db.List(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	survey, err := csvfile.Examine(strings.NewReader(text), csvfile.UTF8)
	if err != nil {
		t.Fatal(err)
	}
	seen, err := scratch.Open(survey.Lines)
	if err != nil {
		t.Fatal(err)
	}
	defer seen.Close()
	_, err = (&importing.Importer{Store: db, Keys: h.deps.People.Keys, Now: time.Now}).Run(t.Context(), importing.Job{
		List: list, FileName: "people.csv", Survey: survey, Rows: csvfile.NewReader(strings.NewReader(text), survey), Actor: "user:1", Rejects: noRejects{}, Seen: seen,
	})
	if err != nil {
		t.Fatal(err)
	}
}

type noRejects struct{}

func (noRejects) Rewind(int64) error                                           { return nil }
func (noRejects) Write(importing.Tx, int64, []importing.Reject) (int64, error) { return 0, nil }

const importedFile = "address,name,act,acted_at,source\nimp@example.org,Imp,Ticked,2026-03-31,Fair\nbob@example.org,Bob,,,Harbour register\n"

func TestImportsAreListedAskedAndTakenBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.bringIn(t, importedFile)
		h.must(t, http.StatusOK, "GET", "/api/v1/imports", "").want(t, "items.0.id", 1, "items.0.granted", 1, "items.0.quarantined", 1, "items.0.actor", "user:1")
		h.must(t, http.StatusOK, "GET", "/api/v1/imports/1/quarantine", "").want(t, "items.0.address", "bob@example.org", "items.0.line", 3)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/imports/1/ask", `{"ground":""}`)
		h.must(t, http.StatusOK, "POST", "/api/v1/imports/1/ask?dry_run=true", `{"ground":"members"}`).want(t, "asked", 1)
		h.must(t, http.StatusOK, "POST", "/api/v1/imports/1/ask", `{"ground":"members"}`).want(t, "asked", 1, "before", 0)
		h.must(t, http.StatusOK, "POST", "/api/v1/imports/1/ask", `{"ground":"members"}`).want(t, "asked", 0, "before", 1)
		h.must(t, http.StatusOK, "POST", "/api/v1/imports/1/undo?dry_run=true", "").want(t, "ended", 1, "already", false)
		h.must(t, http.StatusOK, "POST", "/api/v1/imports/1/undo", "").want(t, "ended", 1, "forgotten", 1, "already", false)
		h.must(t, http.StatusOK, "POST", "/api/v1/imports/1/undo", "").want(t, "ended", 0, "already", true)
		h.must(t, http.StatusNotFound, "POST", "/api/v1/imports/9/undo", "")
	})
}

func TestExportsStreamAndAreNoted(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.bringIn(t, importedFile)
		h.must(t, http.StatusUnprocessableEntity, "GET", "/api/v1/exports/subscribers?list=monthly", "")
		h.must(t, http.StatusUnprocessableEntity, "GET", "/api/v1/exports/people", "")
		h.must(t, http.StatusNotFound, "GET", "/api/v1/exports/subscribers?list=nowhere", "", "Audit-Reason", "a move")
		a := h.ask(t, "GET", "/api/v1/exports/subscribers?list=monthly", "", "Audit-Reason", "a move")
		if body := a.Body.String(); a.Code != http.StatusOK || !strings.HasPrefix(body, "subscriber_id,address,") || !strings.Contains(body, ",imp@example.org,Imp,,active,Ticked,2026-03-31,,Fair,") {
			t.Errorf("%d %s", a.Code, body)
		}
		if got := a.Header().Get("Content-Type"); got != "text/csv; charset=utf-8; header=present" {
			t.Error(got)
		}
		if got := a.Result().Trailer.Get("Export-Rows"); got != "1" {
			t.Errorf("the trailer says %q", got)
		}
		h.must(t, http.StatusOK, "GET", "/api/v1/audit?action=export+people", "").want(t, "items.0.why", "a move", "items.0.facts.list", "monthly")
	})
}
