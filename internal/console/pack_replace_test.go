package console_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/internal/auth"
	"assent/internal/pages/pagestest"
)

const mailWithMinutes = "From: Carys O'Neill <carys@reader.example>\r\nTo: rights@harbour.example\r\nSubject: My data\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain\r\n\r\nA copy of my data, please.\r\n--b\r\nContent-Type: application/pdf; name=minutes.pdf\r\nContent-Disposition: attachment; filename=minutes.pdf\r\n\r\n" +
	"%PDF what Bob told Mary\r\n--b--\r\n"

// decides posts the form of an item with a file.
func (r rig) decidesWithFile(t *testing.T, cookie string, k cases.Case, item int64, want int, name, content string, pairs ...string) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(pairs); i += 2 {
		if err := form.WriteField(pairs[i], pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if name != "" {
		if _, err := io.WriteString(must(form.CreateFormFile("file", name))(t), content); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	w := r.Ask(http.MethodPost, fmt.Sprintf("/console/cases/%d/pack/items/%d", k.ID, item), &body, "Content-Type", form.FormDataContentType(), "Cookie", cookie, "Sec-Fetch-Site", "same-origin")
	pagestest.WantStatus(t, w, want)
	return w
}

func TestACopyFromWhichSomethingWasRemovedStandsInThePlaceOfAFile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		r.Casework.Practices = map[cases.Kind]cases.Practice{cases.Access: access.Practice{Service: r.Access}}
		k := r.openCase(t, mailWithMinutes)
		r.step(t, dpo, k, "search", http.StatusSeeOther)
		r.step(t, dpo, k, "places-done", http.StatusSeeOther, "note", "There is no other.")
		r.step(t, dpo, k, "keep-clear", http.StatusSeeOther)
		minutes := int64(0)
		for _, x := range must(r.Access.Items(t.Context(), k.ID))(t) {
			switch {
			case x.Content.File != nil:
				minutes = x.ID
				pagestest.WantText(t, r.see(dpo, fmt.Sprintf("/console/cases/%d/pack/items/%d", k.ID, x.ID)), "The copy below")
			case x.Item.Review.Verdict == access.Unreviewed:
				r.step(t, dpo, k, fmt.Sprintf("items/%d", x.ID), http.StatusSeeOther, "verdict", "keep", "keeping", "known")
			}
		}
		replace := []string{"verdict", "replace", "reason", "other-person"}
		why := append(slices.Clone(replace), "note", "What was said of Mary is taken out.")
		pagestest.WantText(t, r.decidesWithFile(t, dpo, k, minutes, http.StatusUnprocessableEntity, "", "", why...), "Choose the copy")
		pagestest.WantText(t, r.decidesWithFile(t, dpo, k, minutes, http.StatusUnprocessableEntity, "copy.pdf", "%PDF", replace...), "in a note what was")
		pagestest.WantText(t, r.decidesWithFile(t, dpo, k, minutes, http.StatusUnprocessableEntity, "copy.pdf", "%PDF what Bob told Mary", why...), "This copy is the original")
		r.decidesWithFile(t, dpo, k, minutes, http.StatusSeeOther, "minutes-redacted.pdf", "%PDF what Bob told ████", why...)

		page := r.see(dpo, fmt.Sprintf("/console/cases/%d/pack/items/%d", k.ID, minutes))
		pagestest.WantText(t, page, "Given as a copy", "minutes-redacted.pdf", "What was said of Mary is taken out.")
		r.step(t, dpo, k, "search", http.StatusSeeOther)
		for _, x := range must(r.Access.Items(t.Context(), k.ID))(t) {
			if x.ID == minutes && (x.Item.Review.Verdict != access.Replaced || x.Item.Review.By == "") {
				t.Errorf("after another search the review is %+v", x.Item.Review)
			}
			if x.Content.File != nil && x.Content.File.Name == "minutes-redacted.pdf" {
				t.Error("the copy is found as an item of its own")
			}
			if x.Item.Review.Verdict == access.Unreviewed {
				r.step(t, dpo, k, fmt.Sprintf("items/%d", x.ID), http.StatusSeeOther, "verdict", "keep", "keeping", "known")
			}
		}
		link, code := r.delivered(t, dpo, k)
		inside := r.Post(link, url.Values{"code": {code}})
		all := r.Post("/handover", url.Values{"pass": {passForm.FindStringSubmatch(inside.Body.String())[1]}, "file": {"all"}})
		given := ""
		for _, f := range must(zip.NewReader(bytes.NewReader(all.Body.Bytes()), int64(all.Body.Len())))(t).File {
			given += f.Name + "\n" + string(must(io.ReadAll(must(f.Open())(t)))(t))
		}
		if !strings.Contains(given, "what Bob told ████") || !strings.Contains(given, "Art 15(4) UK GDPR") {
			t.Error("the pack lacks the copy, or the law on which it rests")
		}
		if strings.Contains(given, "told Mary") {
			t.Error("the original is in the pack")
		}
	})
}
