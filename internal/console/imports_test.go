package console_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"assent/internal/auth"
	"assent/internal/errs"
	"assent/internal/pages/pagestest"
	"assent/subscriptions/importing/uploads"
)

// hands hands a file over as a browser does.
func (r rig) hands(t *testing.T, cookie, list, name, text string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	must(0, form.WriteField("list", list))(t)
	must(0, form.WriteField("format", ""))(t)
	must(0, form.WriteField("encoding", "utf-8"))(t)
	file := must(form.CreateFormFile("file", name))(t)
	must(file.Write([]byte(text)))(t)
	must(0, form.Close())(t)
	return r.Ask(http.MethodPost, "/console/imports/new", &b, append([]string{"Content-Type", form.FormDataContentType(), "Cookie", cookie, "Sec-Fetch-Site", "same-origin"}, header...)...)
}

// work is the worker.
func (r rig) work(t *testing.T, id int64) uploads.Upload {
	t.Helper()
	u := must(r.DB.Upload(t.Context(), id))(t)
	err := error(nil)
	switch u.State {
	case uploads.Checking:
		err = r.Uploads.HandleCheck(t.Context(), uploads.Check{UploadID: id, Round: u.Round})
	case uploads.Importing:
		err = r.Uploads.HandleBring(t.Context(), uploads.Bring{UploadID: id, Round: u.Round})
	}
	must(0, err)(t)
	return must(r.DB.Upload(t.Context(), id))(t)
}

const peopleFile = "address,name,act,acted_at,source\nann@reader.example,Ann,Ticked,2026-03-31,Fair\nbob@reader.example,Bob,,,Harbour register\n"

func TestAFileIsHandedOverTriedImportedAndTakenBackInTheConsole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		comms := r.operator(t, auth.Comms)
		pagestest.WantText(t, r.see(comms, "/console/people"), "/console/imports")
		pagestest.WantText(t, r.see(comms, "/console/imports"), "Nothing was brought in yet", "/console/imports/new")
		pagestest.WantText(t, r.see(comms, "/console/imports/new"), r.News.Name, "1 MB")
		w := r.hands(t, comms, r.News.Slug, "people.csv", peopleFile)
		pagestest.WantStatus(t, w, http.StatusSeeOther)
		at := w.Header().Get("Location")
		page := r.see(comms, at)
		pagestest.WantText(t, page, "people.csv", "Being looked through", "Nothing is brought in yet")
		if page.Header().Get("Refresh") == "" {
			t.Error("the page does not look again")
		}
		r.work(t, 1)
		pagestest.WantText(t, r.see(comms, at), "Ready to import", "would be put on the list", "would go to quarantine", "Import it", "Rows that are not taken")
		if code := r.desk(comms, at+"/start", url.Values{}); code != http.StatusSeeOther {
			t.Fatalf("starting: %d", code)
		}
		pagestest.WantText(t, r.see(comms, at), "Being imported", "Stop the import")
		pagestest.WantText(t, r.sends(comms, at+"/start", url.Values{}), "There is a problem", "is being imported")
		r.work(t, 1)
		pagestest.WantText(t, r.see(comms, at), "Brought in", "were put on the list", "/console/imports/1")
		rows := r.see(comms, at+"/errors")
		if !strings.HasPrefix(rows.Body.String(), "line,reason,row\n3,") || !strings.Contains(r.Trail.All(), "list people upload:1") {
			t.Errorf("%s\n%s", rows.Body, r.Trail.All())
		}
		pagestest.WantText(t, r.see(comms, "/console/imports/1"), "people.csv", "Ask the people in quarantine", "Take it back")
		pagestest.WantStatus(t, r.sends(comms, "/console/imports/1/ask", url.Values{}), http.StatusUnprocessableEntity)
		pagestest.WantText(t, r.sends(comms, "/console/imports/1/ask", url.Values{"ground": {"members"}, "try": {"yes"}}), "Nobody was asked yet. 1 would be")
		pagestest.WantText(t, r.sends(comms, "/console/imports/1/ask", url.Values{"ground": {"members"}}), "1 were asked now")
		pagestest.WantText(t, r.sends(comms, "/console/imports/1/undo", url.Values{}), "Tick the box")
		if code := r.desk(comms, "/console/imports/1/undo", url.Values{"sure": {"yes"}}); code != http.StatusSeeOther {
			t.Errorf("taking back: %d", code)
		}
		pagestest.WantText(t, r.see(comms, "/console/imports/1?back=1"), "A worker takes it back")
		must(0, r.Uploads.HandleUndo(t.Context(), uploads.Undo{ImportID: 1, Actor: "user:1"}))(t)
		pagestest.WantText(t, r.see(comms, "/console/imports/1"), "Taken back")
		pagestest.WantText(t, r.see(comms, "/console/imports"), "people.csv", "Taken back")
	})
}

func TestColumnsAreNamedInTheConsole(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		comms := r.operator(t, auth.Comms)
		w := r.hands(t, comms, r.News.Slug, "odd.csv", "Mail address;act;acted_at;source;<b>Notes\nann@reader.example;Ticked;31/03/2026;Fair;x\n")
		pagestest.WantStatus(t, w, http.StatusSeeOther)
		at := w.Header().Get("Location")
		pagestest.WantText(t, r.see(comms, at), "Columns to be named", "Choose …", "&lt;b&gt;Notes")
		form := url.Values{"format": {"csv"}, "column0": {"address"}, "column1": {"act"}, "column2": {"acted_at"}, "column3": {"source"}, "column4": {"?"}}
		pagestest.WantText(t, r.sends(comms, at+"/columns", form), "There is a problem", "Say what each column holds")
		form.Set("column4", "")
		if code := r.desk(comms, at+"/columns", form); code != http.StatusSeeOther {
			t.Fatalf("naming: %d", code)
		}
		if u := r.work(t, 1); u.State != uploads.Checked || u.Would.Granted != 0 {
			t.Errorf("%+v", u)
		}
		pagestest.WantText(t, r.see(comms, at), "Say that the dates of the file stand day first", "Day first, such as 31/03/2026")
		form.Set("dates", "day-first")
		if code := r.desk(comms, at+"/columns", form); code != http.StatusSeeOther {
			t.Fatalf("the order of dates: %d", code)
		}
		if u := r.work(t, 1); u.State != uploads.Checked || u.Would.Granted != 1 {
			t.Errorf("%+v", u)
		}
		pagestest.WantText(t, r.see(comms, at), `<option value="day-first" selected>`, "Destroy the file", "Destroyed at the latest")
		if code := r.desk(comms, at+"/cancel", url.Values{}); code != http.StatusSeeOther {
			t.Errorf("cancelling: %d", code)
		}
		pagestest.WantText(t, r.see(comms, at), "Destroyed", "nothing of it was brought in")
	})
}

func TestAFileThatIsNotTakenSaysWhyOnTheForm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		comms := r.operator(t, auth.Comms)
		for name, test := range map[string]struct {
			list, file, text string
			status           int
			says             string
		}{
			"no list":     {"", "people.csv", peopleFile, http.StatusUnprocessableEntity, "Choose the list"},
			"no file":     {r.News.Slug, "", "", http.StatusUnprocessableEntity, "Choose a file"},
			"a workbook":  {r.News.Slug, "people.xlsx", "PK\x03\x04", http.StatusUnprocessableEntity, "workbook"},
			"too large":   {r.News.Slug, "people.csv", peopleFile + strings.Repeat(" ", 3<<20), http.StatusRequestEntityTooLarge, "larger than 1 MB"},
			"nobody's":    {"nowhere", "people.csv", peopleFile, http.StatusUnprocessableEntity, "no such list"},
			"its own row": {r.News.Slug, "people.csv", "ann@reader.example,Ann\n", http.StatusUnprocessableEntity, "must name the columns"},
		} {
			w := r.hands(t, comms, test.list, test.file, test.text)
			if w.Code != test.status {
				t.Errorf("%s: %d", name, w.Code)
			}
			pagestest.WantText(t, w, "There is a problem", test.says)
		}
		if all := must(r.DB.Uploads(t.Context(), 0, 10))(t); len(all) != 0 {
			t.Errorf("%+v", all)
		}
	})
}

func TestNobodyHandsAFileOverWhoMayNot(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		w := r.hands(t, "assent=nobody", r.News.Slug, "people.csv", peopleFile)
		if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/login") {
			t.Errorf("who is not signed in: %d %v", w.Code, w.Header())
		}
		comms := r.operator(t, auth.Comms)
		pagestest.WantStatus(t, r.hands(t, comms, r.News.Slug, "people.csv", peopleFile, "Sec-Fetch-Site", "cross-site"), http.StatusForbidden)
		pagestest.WantStatus(t, r.see(comms, "/console/imports/files/1"), http.StatusNotFound)
		pagestest.WantStatus(t, r.see(comms, "/console/imports/1"), http.StatusNotFound)
		if _, err := r.DB.Upload(t.Context(), 1); errs.KindOf(err) != errs.NotFound {
			t.Errorf("something was kept: %v", err)
		}
		u := uploads.Upload{ListID: r.News.ID, State: uploads.Arriving, CreatedAt: r.Clock.Now(), ExpiresAt: r.Clock.Now().Add(time.Hour)}
		must(0, r.DB.AddUpload(t.Context(), &u, r.Clock.Now()))(t)
		pagestest.WantText(t, r.see(comms, "/console/imports"), "Nothing was brought in yet")
	})
}
