package site_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"assent/inbox/cases"
	"assent/internal/auth"
)

// fill sends a form as an operator would.
func (r *rig) fill(cookie, path string, form url.Values) *httptest.ResponseRecorder {
	return r.post(path, form, "Cookie", cookie, "Sec-Fetch-Site", "same-origin")
}

func (r *rig) act(t *testing.T, cookie string, k cases.Case, want int, pairs ...string) *httptest.ResponseRecorder {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	w := r.fill(cookie, fmt.Sprintf("/console/cases/%d/events", k.ID), form)
	wantStatus(t, w, want)
	return w
}

func TestACaseIsWorkedFromItsPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		k := r.openCase(t, htmlMail)
		dpo := r.operator(t, auth.DPO)
		page := fmt.Sprintf("/console/cases/%d", k.ID)
		wantText(t, r.see(dpo, page), "Show the working", "Ask for proof of identity", "Tell the person what was decided", "passport.pdf", "The person may get to read this")

		wantText(t, r.act(t, dpo, k, http.StatusUnprocessableEntity, "event", "asked", "for", "identity"), "Say what the doubt about who asks rests on", "That was not done")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "asked", "for", "identity", "note", "The address is new to us.")
		wantText(t, r.see(dpo, page), "Waits for identity", "No clock runs", "The address is new to us.", "Proof of identity came", "The clocks were computed anew")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "received", "for", "identity")
		wantText(t, r.act(t, dpo, k, http.StatusUnprocessableEntity, "event", "decided", "outcome", "refused"), "needs a reason and words")
		wantText(t, r.act(t, dpo, k, http.StatusConflict, "event", "answered"), "Nothing is decided")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "decided", "outcome", "granted", "words", "Here is your data.")
		wantText(t, r.act(t, dpo, k, http.StatusConflict, "event", "closed"), "Still to do: Tell the person what was decided")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "answered", "note", "By post.")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "closed")
		wantText(t, r.see(dpo, page), "Closed", "Here is your data.", "Olu dpo", "Reopen")
		wantNoText(t, r.see(dpo, page), "Ask for proof of identity</summary>")
		r.act(t, dpo, k, http.StatusUnprocessableEntity, "event", "done", "code", "tell-recipients")
	})
}

func TestWhoMayDoWhatWithCases(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		k := r.openCase(t, htmlMail)
		comms := r.operator(t, auth.Comms)
		for _, path := range []string{"", "/letter?text=blank", "/files/1", "/messages/1/raw", "/messages/1/parts/1"} {
			wantStatus(t, r.see(comms, fmt.Sprintf("/console/cases/%d%s", k.ID, path)), http.StatusForbidden)
		}
		for _, path := range []string{"events", "letter", "parties", "links", "forwarded", "read", "files"} {
			wantStatus(t, r.fill(comms, fmt.Sprintf("/console/cases/%d/%s", k.ID, path), url.Values{}), http.StatusForbidden)
		}
		wantStatus(t, r.see(comms, "/console/cases/new"), http.StatusForbidden)
		dpo := r.operator(t, auth.DPO)
		w := r.post(fmt.Sprintf("/console/cases/%d/events", k.ID), url.Values{"event": {"closed"}}, "Cookie", dpo, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
		wantStatus(t, w, http.StatusForbidden)
	})
}

func TestEnclosuresAreHandedOutAndNeverShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		k := r.openCase(t, htmlMail)
		dpo := r.operator(t, auth.DPO)
		file := r.upload(t, dpo, fmt.Sprintf("/console/cases/%d/files", k.ID), nil, "../<b>scan\".html", "<html><script>alert(1)</script>")
		wantStatus(t, file, http.StatusSeeOther)
		for path, want := range map[string][2]string{
			"files/1":            {"<html><script>alert(1)</script>", "bscan.html"},
			"messages/1/parts/1": {"PDF", "passport.pdf"},
			"messages/1/raw":     {htmlMail, "message-1.eml"},
		} {
			w := r.see(dpo, fmt.Sprintf("/console/cases/%d/%s", k.ID, path))
			wantStatus(t, w, http.StatusOK)
			h := w.Header()
			if w.Body.String() != want[0] || h.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment;") ||
				!strings.Contains(h.Get("Content-Disposition"), want[1]) || !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox") || h.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %q, %v", path, w.Body.String(), h)
			}
		}
		for _, path := range []string{"files/9", "messages/1/parts/9", "messages/9/raw", "messages/1/parts/x"} {
			wantStatus(t, r.see(dpo, fmt.Sprintf("/console/cases/%d/%s", k.ID, path)), http.StatusNotFound)
		}
		other := r.openCase(t, strings.Replace(htmlMail, "My data", "Other", 1))
		wantStatus(t, r.see(dpo, fmt.Sprintf("/console/cases/%d/files/1", other.ID)), http.StatusNotFound)
		wantStatus(t, r.see(dpo, fmt.Sprintf("/console/cases/%d/messages/1/raw", other.ID)), http.StatusNotFound)
		if !strings.Contains(r.trail.all(), "read raw message inbound:1") {
			t.Error("reading the message is not in the trail")
		}
	})
}

// upload sends a form with a file.
func (r *rig) upload(t *testing.T, cookie, path string, fields map[string]string, name, content string) *httptest.ResponseRecorder {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := form.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	if name != "" {
		if _, err := must(form.CreateFormFile("file", name))(t).Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return r.ask(http.MethodPost, path, &b, "Cookie", cookie, "Content-Type", form.FormDataContentType(), "Sec-Fetch-Site", "same-origin")
}

func TestALetterIsLookedAtAndThenSentOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		k := r.openCase(t, htmlMail)
		dpo := r.operator(t, auth.DPO)
		path := fmt.Sprintf("/console/cases/%d/letter", k.ID)
		wantText(t, r.see(dpo, path+"?text=ask-identity&language=en"), "Dear Carys O&#39;Neill", k.Reference, "What the doubt rests on", "carys@reader.example")
		wantText(t, r.see(dpo, path+"?text=ask-identity&language=cy"), "Annwyl Carys O&#39;Neill")
		form := url.Values{"to": {"carys@reader.example"}, "language": {"en"}, "subject": {"Who are you?"}, "body": {"Dear Carys,\n\nyou will hear by {{promised}}."}, "asks": {"identity"},
			"note": {"The address is new."}, "promise": {"2099-12-10"}, "promised": {"our answer"}, "key": {"k1"}, "do": {"preview"}}
		wantText(t, r.fill(dpo, path, form), "you will hear by 10 December 2099.", "As it will be read", "Harbour Board")
		form.Set("do", "send")
		wantStatus(t, r.fill(dpo, path, form), http.StatusSeeOther)
		w := r.fill(dpo, path, form)
		wantStatus(t, w, http.StatusUnprocessableEntity)
		wantText(t, w, "has not come yet")
		wantText(t, r.see(dpo, fmt.Sprintf("/console/cases/%d", k.ID)), "Keep what a letter promised: our answer", "Waits for identity", "you will hear by 10 December 2099")
	})
}

func TestARequestIsEnteredByHand(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		dpo := r.operator(t, auth.DPO)
		fields := map[string]string{
			"programme": itoa(r.programme.ID), "channel": "post", "received": r.clock.Now().AddDate(0, 0, -5).Format("2006-01-02"), "name": "Dai Lee", "contact": "1 Quay", "language": "en",
			"asked": "Please send me a copy of all the personal data you hold about me, and then erase it.", "do": "open",
		}
		w := r.upload(t, dpo, "/console/cases/new", fields, "", "")
		wantStatus(t, w, http.StatusOK)
		wantText(t, w, `value="access" checked`, `value="erasure" checked`, "You decide", "Please send me a copy")
		fields["looked"], fields["kind"] = "yes", "access"
		w = r.upload(t, dpo, "/console/cases/new", fields, "letter.pdf", "%PDF-1.4")
		wantStatus(t, w, http.StatusSeeOther)
		wantText(t, r.see(dpo, w.Header().Get("Location")), "Post", "Dai Lee", "letter.pdf", "application/pdf", "and then erase it")
		wantText(t, r.see(dpo, "/console/cases?state=open&kind=access"), "R-")
		wantNoText(t, r.see(dpo, "/console/cases?state=closed"), "R-2")
		fields["name"], fields["contact"] = "", ""
		wantText(t, r.upload(t, dpo, "/console/cases/new", fields, "", ""), "Give a name, an address, or another way to reach them")
	})
}

func itoa(n int64) string { return fmt.Sprint(n) }

const passedOn = "From: Staff <staff@harbour.example>\r\nTo: rights@harbour.example\r\nSubject: Fwd: my data\r\n\r\nFor you.\r\n\r\n---------- Forwarded message ---------\r\n" +
	"From: Dai Lee <dai@reader.example>\r\nDate: Mon, 2 Nov 2026 at 09:30\r\nSubject: my data\r\nTo: <staff@harbour.example>\r\n\r\nPlease send me a copy of my personal data.\r\n"

func TestWhoAskedInMailThatWasPassedOnIsProposedAndConfirmed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		k := r.openCase(t, passedOn)
		dpo := r.operator(t, auth.DPO)
		page := fmt.Sprintf("/console/cases/%d", k.ID)
		wantText(t, r.see(dpo, page), "This was passed on", `value="dai@reader.example"`)
		day := r.clock.Now().AddDate(0, 0, -9).Format("2006-01-02")
		wantStatus(t, r.fill(dpo, page+"/forwarded", url.Values{"name": {"Dai Lee"}, "email": {"dai@reader.example"}, "received": {day + "T09:30"}}), http.StatusSeeOther)
		got := must(r.db.Case(t.Context(), k.ID))(t)
		if got.From != "dai@reader.example" || got.ReceivedAt.Format("2006-01-02") != day {
			t.Errorf("the case is from %s, received %s", got.From, got.ReceivedAt)
		}
		wantNoText(t, r.see(dpo, page), "This was passed on")
		wantText(t, r.see(dpo, page), "The date of receipt was corrected")
	})
}

func TestAnOperatorWorksACaseInABrowser(t *testing.T) {
	t.Parallel()
	eachSize(t, func(b *browser) {
		k := b.openCase(b.t, htmlMail)
		b.operator(b.t, auth.DPO)
		b.visit("/console/cases")
		b.arrive("Log in")
		b.write("email", "dpo@harbour.example")
		b.write("password", password)
		b.click(`//main//button[contains(., "Log in")]`)
		b.arrive("Cases")
		b.click(fmt.Sprintf(`//a[contains(., %q)]`, k.Reference))
		b.arrive(k.Reference)
		b.click(`//button[contains(., "Write")]`)
		b.arrive("Acknowledge")
		b.click(`//button[contains(., "Look at it")]`)
		b.do(chromedp.WaitVisible(`//h2[contains(., "As it will be read")]`))
		b.arrive("letter")
		b.click(`//button[contains(., "Send")]`)
		b.arrive(k.Reference)
		b.do(chromedp.WaitVisible(`//p[contains(., "A letter was written.")]`))
		b.visit("/console/cases/new")
		b.arrive("Enter a request by hand")
		b.do(chromedp.SetValue(chromedp.ID("received"), "2026-11-20"))
		b.write("name", "Dai Lee")
		b.write("asked", "Please erase my data.")
		b.click(`//button[contains(., "Suggest")]`)
		b.do(chromedp.WaitVisible(`//p[contains(., "You decide")]`))
		b.arrive("Enter a request by hand")
		b.done(1)
	})
}
