package console_test

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
	"assent/inbox/sorting"
	"assent/internal/address"
	"assent/internal/auth"
	"assent/internal/idempotency"
	"assent/internal/pages/pagestest"
)

// fill sends a form as an operator would.
func (r rig) fill(cookie, path string, form url.Values) *httptest.ResponseRecorder {
	return r.Post(path, form, "Cookie", cookie, "Sec-Fetch-Site", "same-origin")
}

// formOf makes a form of names and values in turn.
func formOf(pairs []string) url.Values {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

func (r rig) act(t *testing.T, cookie string, k cases.Case, want int, pairs ...string) *httptest.ResponseRecorder {
	t.Helper()
	w := r.fill(cookie, fmt.Sprintf("/console/cases/%d/events", k.ID), formOf(pairs))
	pagestest.WantStatus(t, w, want)
	return w
}

func TestACaseIsWorkedFromItsPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k := r.openCase(t, htmlMail)
		dpo := r.operator(t, auth.DPO)
		page := fmt.Sprintf("/console/cases/%d", k.ID)
		pagestest.WantText(t, r.see(dpo, page), "Show the working", "Ask for proof of identity", "Tell the person what was decided", "passport.pdf", "The person may get to read this")

		pagestest.WantText(t, r.act(t, dpo, k, http.StatusUnprocessableEntity, "event", "asked", "for", "identity"), "Say what the doubt about who asks rests on", "That was not done")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "asked", "for", "identity", "note", "The address is new to us.")
		pagestest.WantText(t, r.see(dpo, page), "Waits for identity", "No clock runs", "The address is new to us.", "Proof of identity came", "The clocks were computed anew")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "received", "for", "identity")
		pagestest.WantText(t, r.act(t, dpo, k, http.StatusUnprocessableEntity, "event", "decided", "outcome", "refused"), "needs a reason and words")
		pagestest.WantText(t, r.act(t, dpo, k, http.StatusConflict, "event", "answered"), "Nothing is decided")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "decided", "outcome", "granted", "words", "Here is your data.")
		pagestest.WantText(t, r.act(t, dpo, k, http.StatusConflict, "event", "closed"), "Still to do: Tell the person what was decided")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "answered", "note", "By post.")
		r.act(t, dpo, k, http.StatusSeeOther, "event", "closed")
		pagestest.WantText(t, r.see(dpo, page), "Closed", "Here is your data.", "Olu dpo", "Reopen")
		pagestest.WantNoText(t, r.see(dpo, page), "Ask for proof of identity</summary>")
		r.act(t, dpo, k, http.StatusUnprocessableEntity, "event", "done", "code", "tell-recipients")
	})
}

func TestWhoMayDoWhatWithCases(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k := r.openCase(t, htmlMail)
		comms := r.operator(t, auth.Comms)
		for _, path := range []string{"", "/letter?text=blank", "/files/1", "/messages/1/raw", "/messages/1/parts/1"} {
			pagestest.WantStatus(t, r.see(comms, fmt.Sprintf("/console/cases/%d%s", k.ID, path)), http.StatusForbidden)
		}
		for _, path := range []string{"events", "letter", "parties", "links", "forwarded", "read", "files"} {
			pagestest.WantStatus(t, r.fill(comms, fmt.Sprintf("/console/cases/%d/%s", k.ID, path), url.Values{}), http.StatusForbidden)
		}
		pagestest.WantStatus(t, r.see(comms, "/console/cases/new"), http.StatusForbidden)
		dpo := r.operator(t, auth.DPO)
		w := r.Post(fmt.Sprintf("/console/cases/%d/events", k.ID), url.Values{"event": {"closed"}}, "Cookie", dpo, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example")
		pagestest.WantStatus(t, w, http.StatusForbidden)
	})
}

func TestEnclosuresAreHandedOutAndNeverShown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k := r.openCase(t, htmlMail)
		dpo := r.operator(t, auth.DPO)
		file := r.upload(t, dpo, fmt.Sprintf("/console/cases/%d/files", k.ID), nil, "../<b>scan\".html", "<html><script>alert(1)</script>")
		pagestest.WantStatus(t, file, http.StatusSeeOther)
		for path, want := range map[string][2]string{
			"files/1":            {"<html><script>alert(1)</script>", "bscan.html"},
			"messages/1/parts/1": {"PDF", "passport.pdf"},
			"messages/1/raw":     {htmlMail, "message-1.eml"},
		} {
			w := r.see(dpo, fmt.Sprintf("/console/cases/%d/%s", k.ID, path))
			pagestest.WantStatus(t, w, http.StatusOK)
			h := w.Header()
			if w.Body.String() != want[0] || h.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment;") ||
				!strings.Contains(h.Get("Content-Disposition"), want[1]) || !strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox") || h.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %q, %v", path, w.Body.String(), h)
			}
		}
		for _, path := range []string{"files/9", "messages/1/parts/9", "messages/9/raw", "messages/1/parts/x"} {
			pagestest.WantStatus(t, r.see(dpo, fmt.Sprintf("/console/cases/%d/%s", k.ID, path)), http.StatusNotFound)
		}
		other := r.openCase(t, strings.Replace(htmlMail, "My data", "Other", 1))
		pagestest.WantStatus(t, r.see(dpo, fmt.Sprintf("/console/cases/%d/files/1", other.ID)), http.StatusNotFound)
		pagestest.WantStatus(t, r.see(dpo, fmt.Sprintf("/console/cases/%d/messages/1/raw", other.ID)), http.StatusNotFound)
		if !strings.Contains(r.Trail.All(), "read raw message inbound:1") {
			t.Error("reading the message is not in the trail")
		}
	})
}

// upload sends a form with a file.
func (r rig) upload(t *testing.T, cookie, path string, fields map[string]string, name, content string) *httptest.ResponseRecorder {
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
	return r.Ask(http.MethodPost, path, &b, "Cookie", cookie, "Content-Type", form.FormDataContentType(), "Sec-Fetch-Site", "same-origin")
}

func TestALetterIsLookedAtAndThenSentOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k := r.openCase(t, htmlMail)
		dpo := r.operator(t, auth.DPO)
		path := fmt.Sprintf("/console/cases/%d/letter", k.ID)
		pagestest.WantText(t, r.see(dpo, path+"?text=ask-identity&language=en"), "Dear Carys O&#39;Neill", k.Reference, "What the doubt rests on", "carys@reader.example")
		pagestest.WantText(t, r.see(dpo, path+"?text=ask-identity&language=cy"), "Annwyl Carys O&#39;Neill")
		form := url.Values{"to": {"carys@reader.example"}, "language": {"en"}, "subject": {"Who are you?"}, "body": {"Dear Carys,\n\nyou will hear by {{promised}}."}, "asks": {"identity"},
			"note": {"The address is new."}, "promise": {"2099-12-10"}, "promised": {"our answer"}, "key": {"k1"}, "do": {"preview"}}
		pagestest.WantText(t, r.fill(dpo, path, form), "you will hear by 10 December 2099.", "As it will be read", "Harbour Board")
		form.Set("do", "send")
		pagestest.WantStatus(t, r.fill(dpo, path, form), http.StatusSeeOther)
		w := r.fill(dpo, path, form)
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "has not come yet")
		pagestest.WantText(t, r.see(dpo, fmt.Sprintf("/console/cases/%d", k.ID)), "Keep what was promised: our answer", "Waits for identity", "you will hear by 10 December 2099")
	})
}

func TestAnExtensionIsNotOfferedOnceTheFirstMonthIsOver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k := must(r.Casework.Enter(t.Context(), cases.Entry{
			Actor: "user:1", ProgrammeID: r.Programme.ID, Channel: cases.ByPost, ReceivedAt: r.Clock.Now().AddDate(0, -2, 0), Asked: "A copy, please.", Kinds: []cases.Kind{cases.Access}, Language: "en",
			Parties: []cases.Party{{Role: cases.Requester, Name: "Ann Lea", Address: address.Must("ann@example.org")}},
		}))(t)
		last, late := k.TooLateToExtend(r.Casework.Reckoner.UKDate(r.Clock.Now()))
		if !late {
			t.Fatalf("two months later it is not too late: %+v", k.Clocks)
		}
		dpo := r.operator(t, auth.DPO)
		pagestest.WantText(t, r.see(dpo, fmt.Sprintf("/console/cases/%d/letter?text=extension&language=en", k.ID)), "was "+last.Long()+": this letter would give no more time")
		pagestest.WantText(t, r.see(dpo, fmt.Sprintf("/console/cases/%d", k.ID)), "The last day for telling was "+last.Long()+".")
	})
}

func TestAnExtensionGoesOutOnlyWithItsReasons(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k := r.openCase(t, htmlMail)
		dpo := r.operator(t, auth.DPO)
		path := fmt.Sprintf("/console/cases/%d/letter", k.ID)
		page := r.see(dpo, path+"?text=extension&language=en")
		last := cases.ExtendedTo(r.Casework.Reckoner, k, r.Casework.Reckoner.UKDate(r.Clock.Now())).String()
		pagestest.WantText(t, page, "Why it takes longer", "{{grounds}}", "{{why}}", "complain to us", `name="promise" type="date" value="`+last+`"`, `value="Our full answer"`)
		body := "Dear Carys,\n\nbecause:\n\n{{grounds}}\n\n{{why}}\n\nYou will hear by {{promised}}."
		form := url.Values{"to": {"carys@reader.example"}, "language": {"en"}, "subject": {"We need more time"}, "body": {body}, "extends": {"yes"},
			"promise": {last}, "promised": {"our answer"}, "key": {"k1"}, "do": {"send"}}
		pagestest.WantText(t, r.fill(dpo, path, form), "The letter did not go out", "{{grounds}}")
		form.Set("reason", "complex")
		pagestest.WantText(t, r.fill(dpo, path, form), "The letter did not go out", "{{why}}")
		form.Set("note", "Your papers are in four archives.")
		form.Set("do", "preview")
		pagestest.WantText(t, r.fill(dpo, path, form), "your request is complex (Article 12A(3) of the UK GDPR)", "Your papers are in four archives.")
		form.Set("do", "send")
		pagestest.WantStatus(t, r.fill(dpo, path, form), http.StatusSeeOther)
	})
}

func TestARequestIsEnteredByHand(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		fields := map[string]string{
			"programme": itoa(r.Programme.ID), "channel": "post", "received": r.Clock.Now().AddDate(0, 0, -5).Format("2006-01-02"), "name": "Dai Lee", "contact": "1 Quay", "language": "en",
			"asked": "Please send me a copy of all the personal data you hold about me, and then erase it.", "do": "open",
		}
		w := r.upload(t, dpo, "/console/cases/new", fields, "", "")
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, `value="access" checked`, `value="erasure" checked`, "You decide", "Please send me a copy")
		fields["looked"], fields["kind"] = "yes", "access"
		w = r.upload(t, dpo, "/console/cases/new", fields, "letter.pdf", "%PDF-1.4")
		pagestest.WantStatus(t, w, http.StatusSeeOther)
		pagestest.WantText(t, r.see(dpo, w.Header().Get("Location")), "Post", "Dai Lee", "letter.pdf", "application/pdf", "and then erase it")
		fields["key"] = idempotency.NewFormKey() // a second click leads to the case of the first
		first := r.upload(t, dpo, "/console/cases/new", fields, "letter.pdf", "%PDF-1.4").Header().Get("Location")
		second := r.upload(t, dpo, "/console/cases/new", fields, "letter.pdf", "%PDF-1.4").Header().Get("Location")
		if first == "" || first == w.Header().Get("Location") || second != first || len(must(r.DB.CaseFiles(t.Context(), 2))(t)) != 1 {
			t.Errorf("opened %q, then %q", first, second)
		}
		fields["key"] = idempotency.NewFormKey()
		pagestest.WantText(t, r.upload(t, dpo, "/console/cases/new", fields, "empty.pdf", ""), "The file is empty", "R-2026-000003") // the case stands all the same
		pagestest.WantText(t, r.see(dpo, "/console/cases?state=open&kind=access"), "R-")
		pagestest.WantNoText(t, r.see(dpo, "/console/cases?state=closed"), "R-2")
		fields["name"], fields["contact"] = "", ""
		pagestest.WantText(t, r.upload(t, dpo, "/console/cases/new", fields, "", ""), "Give a name, an address, or another way to reach them")
	})
}

func itoa(n int64) string { return fmt.Sprint(n) }

const passedOn = "From: Staff <staff@harbour.example>\r\nTo: rights@harbour.example\r\nSubject: Fwd: my data\r\n\r\nFor you.\r\n\r\n---------- Forwarded message ---------\r\n" +
	"From: Dai Lee <dai@reader.example>\r\nDate: Mon, 2 Nov 2026 at 09:30\r\nSubject: my data\r\nTo: <staff@harbour.example>\r\n\r\nPlease send me a copy of my personal data.\r\n"

func TestWhoAskedInMailThatWasPassedOnIsProposedAndConfirmed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k := r.openCase(t, passedOn)
		dpo := r.operator(t, auth.DPO)
		page := fmt.Sprintf("/console/cases/%d", k.ID)
		pagestest.WantText(t, r.see(dpo, page), "This was passed on", `value="dai@reader.example"`)
		day := r.Clock.Now().AddDate(0, 0, -9).Format("2006-01-02")
		pagestest.WantStatus(t, r.fill(dpo, page+"/forwarded", url.Values{"name": {"Dai Lee"}, "email": {"dai@reader.example"}, "received": {day + "T09:30"}}), http.StatusSeeOther)
		got := must(r.DB.Case(t.Context(), k.ID))(t)
		if got.From != "dai@reader.example" || got.ReceivedAt.Format("2006-01-02") != day {
			t.Errorf("the case is from %s, received %s", got.From, got.ReceivedAt)
		}
		pagestest.WantNoText(t, r.see(dpo, page), "This was passed on")
		pagestest.WantText(t, r.see(dpo, page), "The date of receipt was corrected")
	})
}

func TestAnOperatorWorksACaseInABrowser(t *testing.T) {
	t.Parallel()
	eachSize(t, func(b browser) {
		k := b.openCase(b.T, htmlMail)
		b.operator(b.T, auth.DPO)
		b.Visit("/console/cases")
		b.Arrive("Log in")
		b.Write("email", "dpo@harbour.example")
		b.Write("password", password)
		b.Click(`//main//button[contains(., "Log in")]`)
		b.Arrive("Cases")
		b.Click(fmt.Sprintf(`//a[contains(., %q)]`, k.Reference))
		b.Arrive(k.Reference)
		b.Click(`//button[contains(., "Write")]`)
		b.Arrive("Acknowledge")
		b.Click(`//button[contains(., "Look at it")]`)
		b.Do(chromedp.WaitVisible(`//h2[contains(., "As it will be read")]`))
		b.Arrive("letter")
		b.Click(`//button[contains(., "Send")]`)
		b.Arrive(k.Reference)
		b.Do(chromedp.WaitVisible(`//p[contains(., "A letter was written.")]`))
		b.Visit("/console/cases/new")
		b.Arrive("Enter a request by hand")
		b.Do(chromedp.SetValue(chromedp.ID("received"), "2026-11-20"))
		b.Write("name", "Dai Lee")
		b.Write("asked", "Please erase my data.")
		b.Click(`//button[contains(., "Suggest")]`)
		b.Do(chromedp.WaitVisible(`//p[contains(., "You decide")]`))
		b.Arrive("Enter a request by hand")
		b.Done(1)
	})
}

func TestAFlagOnTheCasePageShowsTheWordsThatLedToIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k := r.openCase(t, htmlMail, sorting.Ground{Where: "text", Words: "my daughter", Rule: "a child writes or is written about", Flag: sorting.FlagChild})
		dpo := r.operator(t, auth.DPO)
		pagestest.WantText(t, r.see(dpo, fmt.Sprintf("/console/cases/%d", k.ID)), "Look at", "“my daughter” (text: a child writes or is written about)")
	})
}
