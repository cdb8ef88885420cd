package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"assent/internal/auth"
	"assent/internal/exporting/copies"
	"assent/queue"
	"assent/subscriptions"
	"assent/subscriptions/showme"
)

func TestAFileOfAnExportIsFetchedUntilItIsGone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grantBody)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/copies/exports", `{"what":"subscribers"}`)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/copies/exports", `{"what":"subscribers","days":91}`, "Audit-Reason", "a move")
		h.must(t, http.StatusCreated, "POST", "/api/v1/copies/exports", `{"what":"subscribers","list":"monthly","days":2}`, "Audit-Reason", "a move").want(t, "state", "making", "actor", "key:1")
		h.must(t, http.StatusConflict, "GET", "/api/v1/copies/1/file", "")
		h.makeCopies(t, 1)
		h.must(t, http.StatusOK, "GET", "/api/v1/copies/1", "").want(t, "state", "ready", "rows", 1.0, "why", "a move")
		file := h.ask(t, "GET", "/api/v1/copies/1/file", "")
		if file.Code != http.StatusOK || !strings.Contains(file.Body.String(), "ann@example.org") || file.Header().Get("Content-Disposition") != `attachment; filename="subscribers-1.csv"` {
			t.Errorf("%d %v %s", file.Code, file.Header(), file.Body)
		}
		h.must(t, http.StatusNoContent, "DELETE", "/api/v1/copies/1/file", "")
		gone := h.must(t, http.StatusGone, "GET", "/api/v1/copies/1/file", "")
		if detail := gone.at(t, "detail").(string); !strings.Contains(detail, "Ask for it again") {
			t.Error(detail)
		}
		h.must(t, http.StatusCreated, "POST", "/api/v1/copies/1/again", "").want(t, "state", "making", "why", "a move")
		h.must(t, http.StatusOK, "GET", "/api/v1/copies?limit=1", "").want(t, "items.0.id", 2.0, "next", 2.0)
		h.must(t, http.StatusOK, "GET", "/api/v1/copies?after=2", "").want(t, "items.0.state", "gone", "items.0.fetched", 1.0)
	})
}

func TestThePackOfAFileNeedsTheScopeOfPacks(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	h.furnish(t)
	h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grantBody)
	h.must(t, http.StatusCreated, "POST", "/api/v1/copies/packs", `{"address":"ann@example.org"}`, "Audit-Reason", "she asked").want(t, "kind", "pack", "person_id", 1.0)
	h.makeCopies(t, 1)
	exports := "Bearer " + makeKey(t, h.deps.Auth, auth.ExportsMake)
	for _, request := range []string{"GET /api/v1/copies/1/file", "POST /api/v1/copies/1/again"} {
		method, path, _ := strings.Cut(request, " ")
		h.must(t, http.StatusForbidden, method, path, "", "Authorization", exports)
	}
	if a := h.ask(t, "GET", "/api/v1/copies/1/file", ""); a.Code != http.StatusOK || !strings.Contains(a.Body.String(), "assent show-me pack 1") {
		t.Errorf("%d %s", a.Code, a.Body)
	}
}

func TestAnExportForARecipientStandsInTheRegisterOfThePeopleInIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusCreated, "POST", "/api/v1/lists/monthly/grants", grantBody)
		printer := h.must(t, http.StatusCreated, "POST", "/api/v1/programmes/harbour-news/recipients", `{"name":"Quay Print","category":"printer","purpose":"prints the letters","country":"GB"}`).at(t, "id").(float64)
		ask := fmt.Sprintf(`{"what":"subscribers","for":%.0f}`, printer)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/copies/exports", `{"what":"subscribers","for":99}`, "Audit-Reason", "labels")
		h.must(t, http.StatusCreated, "POST", "/api/v1/copies/exports", ask, "Audit-Reason", "labels").want(t, "for", printer, "recipient", "Quay Print")
		if got := h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1/disclosures", "").at(t, "items").([]any); len(got) != 0 {
			t.Errorf("before the file is ready: %v", got)
		}
		h.makeCopies(t, 1)
		h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1/disclosures", "").want(t, "items.0.name", "Quay Print", "items.0.how", "export", "items.0.why", "labels", "items.0.recipient_id", printer)
		stream := fmt.Sprintf("/api/v1/exports/subscribers?list=monthly&for=%.0f", printer)
		if a := h.ask(t, "GET", stream, "", "Audit-Reason", "envelopes"); a.Code != http.StatusOK || !strings.Contains(a.Body.String(), "ann@example.org") {
			t.Errorf("%d %s", a.Code, a.Body)
		}
		h.must(t, http.StatusOK, "GET", "/api/v1/subscribers/1/disclosures", "").want(t, "items.0.why", "envelopes", "items.1.why", "labels")
		h.must(t, http.StatusUnprocessableEntity, "GET", "/api/v1/exports/lists?for=1", "")
	})
}

// makeCopies is the worker.
func (h *house) makeCopies(t *testing.T, ids ...int64) {
	t.Helper()
	for _, id := range ids {
		if err := h.deps.Copies.HandleMake(t.Context(), copies.Make{CopyID: id}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestANoticeRunIsPausedAndResumed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		h.must(t, http.StatusNotFound, "POST", "/api/v1/notices/1/run/pause", "")
		h.must(t, http.StatusCreated, "POST", "/api/v1/notices/1/run", `{}`)
		a := h.must(t, http.StatusOK, "POST", "/api/v1/notices/1/run/pause", "")
		a.want(t, "paused_by", "key:1", "state", "opening")
		if _, err := time.Parse(time.RFC3339, a.at(t, "paused_at").(string)); err != nil {
			t.Error(err)
		}
		h.must(t, http.StatusConflict, "POST", "/api/v1/notices/1/run/pause", "")
		h.must(t, http.StatusOK, "POST", "/api/v1/notices/1/run/resume", "").want(t, "state", "opening")
		h.must(t, http.StatusConflict, "POST", "/api/v1/notices/1/run/resume", "")
	})
}

type copyStore = copies.Store

type brokenCopies struct {
	copyStore
	err error
}

func (b brokenCopies) AskCopy(context.Context, *copies.Copy, subscriptions.Given, func(copies.Copy) (queue.Task, error)) error {
	return b.err
}
func (b brokenCopies) Dossier(context.Context, []byte) (showme.Dossier, error) {
	return showme.Dossier{}, b.err
}
func (b brokenCopies) Copy(context.Context, int64) (copies.Copy, error) { return copies.Copy{}, b.err }
func (b brokenCopies) Copies(context.Context, int64, int) ([]copies.Copy, error) {
	return nil, b.err
}
func (b brokenCopies) DropCopy(context.Context, int64, time.Time, string, string) error { return b.err }
