package console_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"assent/inbox/cases"
	"assent/inbox/cases/access"
	"assent/internal/auth"
	"assent/internal/pages/pagestest"
	"assent/internal/token"
)

const mailWithOthers = "From: Carys O'Neill <carys@reader.example>\r\nTo: rights@harbour.example\r\nCc: Bob Jones <bob@other.example>\r\nSubject: My data\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: text/plain; charset=utf-8\r\n\r\nPlease send me a copy of my data.\r\nAsk BOB\r\nJONES on 020 7946 0018 if in doubt.\r\n\r\nRegards,\r\nCarys O'Neill\r\n"

// step posts a form of the pack's page.
func (r rig) step(t *testing.T, cookie string, k cases.Case, step string, want int, pairs ...string) *httptest.ResponseRecorder {
	t.Helper()
	w := r.fill(cookie, fmt.Sprintf("/console/cases/%d/pack/%s", k.ID, step), formOf(pairs))
	if w.Code != want {
		t.Fatalf("%s: %d\n%s", step, w.Code, w.Body)
	}
	return w
}

var (
	codeForm = regexp.MustCompile(`The code: <code>([0-9A-Z]{4}-[0-9A-Z]{4})</code>`)
	passForm = regexp.MustCompile(`name="pass" value="([a-z0-9]+)"`)
	fileForm = regexp.MustCompile(`name="file" value="(\d+)">([^<]*)<`)
)

// approved brings a case to an approved pack from which Bob was removed.
func (r rig) approved(t *testing.T, dpo string) cases.Case {
	t.Helper()
	r.Casework.Practices = map[cases.Kind]cases.Practice{cases.Access: access.Practice{Service: r.Access}}
	k := r.openCase(t, mailWithOthers)
	r.step(t, dpo, k, "search", http.StatusSeeOther, "names", "Carys O'Neill")
	r.step(t, dpo, k, "places", http.StatusSeeOther, "place", "The filing cabinet", "by", "Olu", "on", "2026-11-25", "terms", "O'Neill", "found", "Nothing but a card of Bob Jones.")
	r.step(t, dpo, k, "places-done", http.StatusSeeOther)
	r.step(t, dpo, k, "approve", http.StatusConflict, "language", "en")
	r.step(t, dpo, k, "keep-clear", http.StatusSeeOther)
	items := must(r.Access.Items(t.Context(), k.ID))(t)
	for _, x := range items {
		if x.Item.Review.Verdict != access.Unreviewed {
			continue
		}
		path := fmt.Sprintf("items/%d", x.ID)
		if x.Source != "mail" {
			r.step(t, dpo, k, path, http.StatusSeeOther, "verdict", "keep", "keeping", "known")
			continue
		}
		pagestest.WantText(t, r.see(dpo, fmt.Sprintf("/console/cases/%d/pack/%s", k.ID, path)), "<mark>BOB", "020 7946 0018", "bob@other.example")
		pagestest.WantText(t, r.step(t, dpo, k, path, http.StatusUnprocessableEntity, "verdict", "keep"), "This item may name somebody else")
		pagestest.WantText(t, r.step(t, dpo, k, path, http.StatusUnprocessableEntity, "verdict", "redact", "reason", "other-person", "passage", "Nobody Here"), "does not stand in this item")
		r.step(t, dpo, k, path, http.StatusSeeOther, "verdict", "redact", "reason", "other-person", "passage", "Bob Jones", "passage", "bob@other.example", "more", "020 7946 0018")
	}
	pagestest.WantText(t, r.see(dpo, fmt.Sprintf("/console/cases/%d/pack/preview", k.ID)), "Your personal data", access.Removed, "What was searched", "Harbour")
	r.step(t, dpo, k, "approve", http.StatusSeeOther, "language", "en")
	return k
}

func TestARequestForAccessIsCarriedOutFromItsPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		k := r.approved(t, dpo)
		pagestest.WantText(t, r.see(dpo, fmt.Sprintf("/console/cases/%d", k.ID)), "Go on with the pack", "Hand the pack over")
		deliver := []string{"to", "carys@reader.example", "way", "phone", "days", "10", "key", "one"}
		pagestest.WantText(t, r.step(t, dpo, k, "deliver", http.StatusConflict, deliver...), "Who asks is not established yet")
		r.step(t, dpo, k, "identity", http.StatusSeeOther, "note", "She wrote from the address on record.")
		pagestest.WantText(t, r.step(t, dpo, k, "deliver", http.StatusConflict, deliver...), "Nothing is decided yet")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "decided", "outcome", "partly", "reason", "other-person", "words", "We left out what is about somebody else.")
		w := r.step(t, dpo, k, "deliver", http.StatusOK, deliver...)
		code := codeForm.FindStringSubmatch(w.Body.String())
		if code == nil {
			t.Fatal("no code is shown")
		}
		pagestest.WantNoText(t, r.see(dpo, fmt.Sprintf("/console/cases/%d/pack", k.ID)), code[1])
		link := r.letterLink(t, k)
		door := r.Get(link)
		pagestest.WantStatus(t, door, http.StatusOK)
		pagestest.WantNoText(t, door, "Carys", "carys", k.Reference)
		if len(door.Result().Cookies()) != 0 {
			t.Error("the door sets a cookie")
		}
		wrong := r.Post(link, url.Values{"code": {"AAAA-AAAA"}})
		pagestest.WantStatus(t, wrong, http.StatusUnprocessableEntity)
		pagestest.WantText(t, wrong, "4 more times")
		r.takesEverything(t, link, strings.ToLower(strings.ReplaceAll(code[1], "-", " ")))
		r.act(t, dpo, k, http.StatusSeeOther, "event", "closed")
		pagestest.WantText(t, r.see(dpo, fmt.Sprintf("/console/cases/%d/pack", k.ID)), "wrong code", "took a file", "Opened", "in part")
		if log := r.Log.String(); strings.Contains(log, code[1]) || strings.Contains(log, "carys@reader") {
			t.Error("the log has the code or an address")
		}
	})
}

// delivered brings a case that was searched and whose mail was decided on to the letter with its link.
func (r rig) delivered(t *testing.T, dpo string, k cases.Case) (link, code string) {
	t.Helper()
	r.step(t, dpo, k, "keep-clear", http.StatusSeeOther)
	r.step(t, dpo, k, "identity", http.StatusSeeOther, "note", "She came in person.")
	r.step(t, dpo, k, "approve", http.StatusSeeOther, "language", "en")
	r.act(t, dpo, k, http.StatusSeeOther, "event", "decided", "outcome", "granted")
	w := r.step(t, dpo, k, "deliver", http.StatusOK, "to", "carys@reader.example", "way", "phone", "key", "one")
	return r.letterLink(t, k), codeForm.FindStringSubmatch(w.Body.String())[1]
}

// letterLink returns the path of the link in the letter that was written.
func (r rig) letterLink(t *testing.T, k cases.Case) string {
	t.Helper()
	messages := must(r.DB.CaseMessages(t.Context(), k.ID))(t)
	letter, _, err := r.DB.PostedLetter(t.Context(), messages[len(messages)-1].LetterID)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`/h/[a-z0-9]+`).FindString(string(letter.Data))
	if found == "" {
		t.Fatalf("no link in %s", letter.Data)
	}
	return found
}

// takesEverything gives the code, reads the page and takes the archive: nothing of what was removed is in any of it.
func (r rig) takesEverything(t *testing.T, link, code string) {
	t.Helper()
	inside := r.Post(link, url.Values{"code": {code}})
	pagestest.WantStatus(t, inside, http.StatusOK)
	pass := passForm.FindStringSubmatch(inside.Body.String())
	if pass == nil {
		t.Fatalf("no pass in\n%s", inside.Body)
	}
	file := fileForm.FindStringSubmatch(inside.Body.String())
	page := r.Post("/handover", url.Values{"pass": {pass[1]}, "file": {file[1]}})
	pagestest.WantStatus(t, page, http.StatusOK)
	pagestest.WantText(t, page, "Carys O&#39;Neill", "What we hold", "The filing cabinet", "Art 15(4) UK GDPR")
	if h := page.Header(); h.Get("Cache-Control") != "no-store" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("headers: %v", h)
	}
	all := r.Post("/handover", url.Values{"pass": {pass[1]}, "file": {"all"}})
	pagestest.WantStatus(t, all, http.StatusOK)
	archive := must(zip.NewReader(bytes.NewReader(all.Body.Bytes()), int64(all.Body.Len())))(t)
	names := ""
	for _, f := range archive.File {
		names += f.Name + " "
		body := must(io.ReadAll(must(f.Open())(t)))(t)
		for _, gone := range []string{"bob jones", "bob@other", "7946 0018", "jones"} {
			if strings.Contains(strings.ToLower(html.UnescapeString(string(body))), gone) {
				t.Errorf("%s has %q", f.Name, gone)
			}
		}
	}
	if !strings.HasPrefix(names, "your-data.html your-data.json ") {
		t.Errorf("the archive has %s", names)
	}
	r.Clock.Advance(access.PassFor + time.Minute)
	pagestest.WantStatus(t, r.Post("/handover", url.Values{"pass": {pass[1]}, "file": {"all"}}), http.StatusNotFound)
}

func TestALinkClosesAfterFiveWrongCodesAndOpensWithANewOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		k := r.approved(t, dpo)
		r.step(t, dpo, k, "identity", http.StatusSeeOther, "note", "She came in person.")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "decided", "outcome", "granted")
		w := r.step(t, dpo, k, "deliver", http.StatusOK, "to", "carys@reader.example", "way", "post", "key", "one")
		link, first := r.letterLink(t, k), codeForm.FindStringSubmatch(w.Body.String())[1]
		for range access.MaxTries {
			if w := r.Post(link, url.Values{"code": {"WRONG"}}); w.Code == http.StatusOK {
				t.Fatal("a wrong code opens it")
			}
		}
		pagestest.WantStatus(t, r.Post(link, url.Values{"code": {first}}), http.StatusNotFound)
		pagestest.WantStatus(t, r.Get(link), http.StatusNotFound)
		again := r.step(t, dpo, k, "new-code", http.StatusOK, "link", "1")
		second := codeForm.FindStringSubmatch(again.Body.String())[1]
		pagestest.WantStatus(t, r.Post(link, url.Values{"code": {first}}), http.StatusUnprocessableEntity)
		pagestest.WantStatus(t, r.Post(link, url.Values{"code": {second}}), http.StatusOK)
		r.step(t, dpo, k, "revoke", http.StatusSeeOther, "link", "1", "note", "It went to the wrong person.")
		pagestest.WantStatus(t, r.Post(link, url.Values{"code": {second}}), http.StatusNotFound)
		r.step(t, dpo, k, "deliver", http.StatusOK, "to", "carys@reader.example", "way", "post", "days", "1", "key", "two")
		late := r.letterLink(t, k)
		r.Clock.Advance(25 * time.Hour)
		pagestest.WantStatus(t, r.Get(late), http.StatusNotFound)
		n, err := r.DB.DropPacks(t.Context(), r.Clock.Now(), r.Clock.Now().Add(time.Second))
		if err != nil || n != 1 {
			t.Errorf("%d packs were dropped: %v", n, err)
		}
		if places := must(r.DB.PackFiles(t.Context(), 1))(t); len(places) != 0 {
			t.Error("the bytes of the pack are still there")
		}
	})
}

func TestOnlyWhoWorksOnCasesSeesAPack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k := r.openCase(t, mailWithOthers)
		comms := r.operator(t, auth.Comms)
		for _, path := range []string{"", "/preview", "/items/1", "/items/1/file", "/files/1"} {
			pagestest.WantStatus(t, r.see(comms, fmt.Sprintf("/console/cases/%d/pack%s", k.ID, path)), http.StatusForbidden)
		}
		for _, step := range []string{"search", "approve", "deliver", "items/1", "keep-clear"} {
			r.step(t, comms, k, step, http.StatusForbidden)
		}
		for _, path := range []string{"/h/nothing", "/h/" + r.Composer.Keys.Sign(token.Handover, 99)} {
			pagestest.WantStatus(t, r.Get(path), http.StatusNotFound)
		}
	})
}
