package api_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/store"
	"assent/internal/store/storetest"
	"assent/subscriptions/importing/uploads"
)

// lookThrough is the worker that looks through an upload.
func (h *house) lookThrough(t *testing.T, id int64) {
	t.Helper()
	u, err := h.deps.Uploads.Store.Upload(t.Context(), id)
	if err == nil {
		err = h.deps.Uploads.HandleCheck(t.Context(), uploads.Check{UploadID: id, Round: u.Round})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// bringUpload is the worker that imports one.
func (h *house) bringUpload(t *testing.T, id int64) {
	t.Helper()
	u, err := h.deps.Uploads.Store.Upload(t.Context(), id)
	if err == nil {
		err = h.deps.Uploads.HandleBring(t.Context(), uploads.Bring{UploadID: id, Round: u.Round})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFileIsHandedOverTriedAndImportedOverTheAPI(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		text := importedFile + "=nobody,Eve,Ticked,2026-03-31,Fair\n"
		h.must(t, http.StatusCreated, "POST", "/api/v1/uploads?list=monthly&file_name=people.csv", text, "Content-Type", "text/csv", "Idempotency-Key", "one").
			want(t, "id", 1, "state", "checking", "format", "csv", "actor", "key:1", "columns.0.holds", "address", "columns.0.known", true)
		h.must(t, http.StatusCreated, "POST", "/api/v1/uploads?list=monthly&file_name=people.csv", text, "Idempotency-Key", "one").want(t, "id", 1)
		h.must(t, http.StatusCreated, "POST", "/api/v1/uploads?list=monthly", text).want(t, "id", 1)
		h.must(t, http.StatusConflict, "POST", "/api/v1/uploads/1/start", "")
		h.must(t, http.StatusConflict, "GET", "/api/v1/uploads/1/errors", "")
		h.lookThrough(t, 1)
		h.must(t, http.StatusOK, "GET", "/api/v1/uploads/1", "").
			want(t, "state", "checked", "would.granted", 1, "would.quarantined", 1, "would.invalid", 1, "reasons.0.line", 3, "reasons.1.line", 4)
		h.must(t, http.StatusOK, "POST", "/api/v1/uploads/1/start", "").want(t, "state", "importing", "started_by", "key:1")
		h.bringUpload(t, 1)
		h.must(t, http.StatusOK, "GET", "/api/v1/uploads/1", "").want(t, "state", "done", "import.rows", 3, "import.granted", 1, "import_id", 1)
		h.must(t, http.StatusOK, "GET", "/api/v1/imports/1", "").want(t, "granted", 1, "actor", "key:1")
		h.must(t, http.StatusOK, "GET", "/api/v1/uploads", "").want(t, "items.0.state", "done")
		a := h.ask(t, "GET", "/api/v1/uploads/1/errors", "")
		if got := a.Body.String(); a.Code != http.StatusOK || !strings.HasPrefix(got, "line,reason,row\n3,") || !strings.Contains(got, "'=nobody") {
			t.Errorf("%d %s", a.Code, got)
		}
		h.must(t, http.StatusOK, "GET", "/api/v1/audit?action=list+people", "").want(t, "items.0.object", "upload:1")
		h.must(t, http.StatusOK, "POST", "/api/v1/imports/1/undo", "").want(t, "ended", 1)
	})
}

func TestColumnsAreSaidOverTheAPI(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.furnish(t)
		const odd = "Mail address;act;acted_at;source;Notes\nann@example.org;Ticked;2026-03-31;Fair;x\n"
		h.must(t, http.StatusCreated, "POST", "/api/v1/uploads?list=monthly", odd).want(t, "state", "waiting", "columns.0.known", false)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/uploads/1/reading", `{"map":{"Mail address":"address"}}`)
		h.must(t, http.StatusOK, "POST", "/api/v1/uploads/1/reading", `{"map":{"Mail address":"address"},"ignore":["Notes"]}`).want(t, "state", "checking")
		h.must(t, http.StatusOK, "POST", "/api/v1/uploads/1/cancel", "").want(t, "state", "gone", "gone_why", uploads.Cancelled)
		h.must(t, http.StatusConflict, "POST", "/api/v1/uploads/1/start", "")
		h.must(t, http.StatusCreated, "POST", "/api/v1/uploads?list=monthly&ignore=Notes&map="+url.QueryEscape("Mail address=address"), odd).want(t, "id", 2, "state", "checking")
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/uploads?list=monthly&map=nothing", odd)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/uploads", odd)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/uploads?list=nowhere", odd)
		h.must(t, http.StatusUnprocessableEntity, "POST", "/api/v1/uploads?list=monthly", "PK\x03\x04")
		h.must(t, http.StatusUnsupportedMediaType, "POST", "/api/v1/uploads?list=monthly", odd, "Content-Type", "multipart/form-data; boundary=x")
		h.must(t, http.StatusNotFound, "GET", "/api/v1/uploads/9", "")
		h.must(t, http.StatusNotFound, "GET", "/api/v1/imports/9", "")
	})
}

func TestAFileThatIsTooLargeOrBreaksOffIsNotKept(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	h.furnish(t)
	a := h.must(t, http.StatusRequestEntityTooLarge, "POST", "/api/v1/uploads?list=monthly", importedFile+strings.Repeat(" ", 1<<20))
	if !strings.Contains(a.Body.String(), "larger than 1 MB") {
		t.Error(a.Body)
	}
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/api/v1/uploads?list=monthly", io.MultiReader(strings.NewReader(importedFile), iotest.ErrReader(errors.New("hung up"))))
	r.Header.Set("Authorization", "Bearer "+h.key)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "broke off") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if all, err := h.deps.Uploads.Store.Uploads(t.Context(), 0, 10); len(all) != 0 || err != nil {
		t.Errorf("%+v, %v", all, err)
	}
	if _, err := h.deps.Uploads.Store.Upload(t.Context(), 1); errs.KindOf(err) != errs.NotFound {
		t.Errorf("something stayed: %v", err)
	}
}

// A server whose client hangs up in the middle, with real connections.
func TestAnUploadThatIsCutOffLeavesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db, nil)
		h.furnish(t)
		server := httptest.NewServer(h)
		defer server.Close()
		from, to := io.Pipe()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/v1/uploads?list=monthly", from)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+h.key)
		kept := func() int {
			b, err := io.ReadAll(db.OpenUpload(t.Context(), 1))
			if err != nil {
				t.Error(err)
			}
			return len(b)
		}
		go func() {
			_, _ = io.WriteString(to, importedFile+strings.Repeat(" ", 600<<10))
			for range time.Tick(time.Millisecond) {
				if kept() >= uploads.Piece || t.Context().Err() != nil {
					break
				}
			}
			to.CloseWithError(errors.New("the line is cut"))
		}()
		if answer, err := server.Client().Do(r); err == nil {
			answer.Body.Close()
			t.Errorf("an answer: %d", answer.StatusCode)
		}
		server.Close() // waits for what is at work
		if _, err := db.Upload(t.Context(), 1); errs.KindOf(err) != errs.NotFound {
			t.Errorf("something stayed: %v", err)
		}
		if n := kept(); n != 0 {
			t.Errorf("%d octets stayed", n)
		}
	})
}

func TestWhoMayNotImportIsRefusedBeforeAnythingIsRead(t *testing.T) {
	t.Parallel()
	h := small(t, nil)
	h.furnish(t)
	h.key = makeKey(t, h.deps.Auth, auth.SubscribersRead)
	unread := &counting{}
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/api/v1/uploads?list=monthly", unread)
	r.Header.Set("Authorization", "Bearer "+h.key)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || unread.n != 0 {
		t.Errorf("%d, %d reads", w.Code, unread.n)
	}
	for _, path := range []string{"/start", "/cancel", "/reading"} {
		h.must(t, http.StatusForbidden, "POST", "/api/v1/uploads/1"+path, "{}")
	}
}

type counting struct{ n int }

func (c *counting) Read([]byte) (int, error) { c.n++; return 0, io.EOF }
