package console_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"assent/internal/auth"
	"assent/internal/pages/pagestest"
	"assent/subscriptions"
)

func TestTheOverviewCountsByTheGate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		for i := range 5 {
			r.Member(t, fmt.Sprintf("member%d@reader.example", i), r.News)
		}
		r.Request(t, "waiting@reader.example", r.News)
		leave := func(addr string) subscriptions.Withdrawal {
			return subscriptions.Withdrawal{SubscriberID: r.Find(t, addr).ID, Scope: subscriptions.ListScope(r.News), Channel: subscriptions.ByLink, Actor: "subscriber"}
		}
		must(r.People.Withdraw(t.Context(), leave("member0@reader.example")))(t)
		must(r.People.Suppress(t.Context(), leave("member1@reader.example"), "dead address"))(t)
		cookie := r.operator(t, auth.DPO)
		w := r.see(cookie, "/console")
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "Monthly update", "News of monthly", "Consent · notice version 1",
			`data-label="May be mailed"><b>3</b>`, `data-label="Not yet confirmed">1<`, `data-label="Left">1<`, `data-label="Suppressed">1<`)
		r.Member(t, "late@reader.example", r.News)
		pagestest.WantText(t, r.see(cookie, "/console"), `data-label="May be mailed"><b>3</b>`) // the figures are kept for a moment
		r.Clock.Advance(time.Minute)
		pagestest.WantText(t, r.see(cookie, "/console"), `data-label="May be mailed"><b>4</b>`)
	})
}

func TestTheOverviewSaysHowThePartsFare(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		now := r.Clock.Now()
		for name, trouble := range map[string]string{"rights": "", "contact": "The password is refused."} {
			if err := r.DB.Watched(t.Context(), name, now, trouble); err != nil {
				t.Fatal(err)
			}
		}
		w := r.see(r.operator(t, auth.Admin), "/console")
		pagestest.WantText(t, w, "Database", "Redis does not answer.", "Mailbox rights", "Read 9:05am on 25 November", "Mailbox contact", "The password is refused.")
		pagestest.WantNoText(t, w, "127.0.0.1:1")
	})
}

func TestCampaignsWithTheirFunnel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		var last subscriptions.Subscriber
		for i := range 4 {
			last = r.Member(t, fmt.Sprintf("member%d@reader.example", i), r.News)
		}
		r.Request(t, "waiting@reader.example", r.News)
		c := r.SendCampaign(t, r.News)
		pagestest.WantStatus(t, r.OneClick(r.LeavePath(pagestest.Back(r.News, last, c.ID)), "", "List-Unsubscribe=One-Click"), http.StatusOK)
		cookie := r.operator(t, auth.Comms)
		w := r.see(cookie, "/console/campaigns")
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "November update", "1 to 1 of 1", `data-label="Sent"><b>4</b>`, "Not yet confirmed")
		path := "/console/campaigns/" + strconv.FormatInt(c.ID, 10)
		w = r.see(cookie, path)
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "What is new", "Hello {{name}}, read on.", "operator 2", fmt.Sprintf("person %d", last.ID), "The relay said 250 2.0.0 queued as ABC.", "allowed by event",
			`<tr class="out"><th scope="row">Opted out since</th><td class="n">1</td>`, `<tr class="step"><th scope="row">In the lists</th><td class="n">5</td>`)
		pagestest.WantNoText(t, w, "reader.example")
		for _, path := range []string{"/console/campaigns/999", "/console/campaigns/x", "/console/campaigns/-1"} {
			pagestest.WantStatus(t, r.see(cookie, path), http.StatusNotFound)
		}
	})
}

func TestPeopleAreListedMaskedAndFoundByTheirExactAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		for i := range 60 {
			r.Request(t, fmt.Sprintf("member%02d@reader.example", i), r.News)
		}
		cookie := r.operator(t, auth.Comms)
		w := r.see(cookie, "/console/people")
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "m***@r***.example", "1 to 25 of 60", "Not yet confirmed", "Asked to join")
		pagestest.WantNoText(t, w, "member00@")
		next := between(w.Body.String(), `<a href="?after=`, `"`)
		w = r.see(cookie, "/console/people?after="+strings.ReplaceAll(next, "&amp;", "&"))
		pagestest.WantText(t, w, "26 to 50 of 60", `href="?before=`)
		w = r.see(cookie, "/console/people?before=26&from=1")
		pagestest.WantText(t, w, "1 to 25 of 60")
		pagestest.WantNoText(t, w, `href="?before=`)
		pagestest.WantStatus(t, r.see(cookie, "/console/people?after=x&from=-9"), http.StatusOK)

		w = r.Post("/console/people", url.Values{"q": {" Member07@READER.example "}}, "Cookie", cookie)
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "1 to 1 of 1", fmt.Sprintf("/console/people/%d", r.Find(t, "member07@reader.example").ID))
		if got := r.Trail.All(); !strings.Contains(got, "find person subscriber:8") {
			t.Errorf("the audit trail has %q", got)
		}
		pagestest.WantText(t, r.Post("/console/people", url.Values{"q": {"nobody@reader.example"}}, "Cookie", cookie), "Nobody is on record under this address")
		pagestest.WantStatus(t, r.Post("/console/people", url.Values{"q": {"member07"}}, "Cookie", cookie), http.StatusUnprocessableEntity)
		if strings.Contains(r.Log.String(), "reader.example") {
			t.Error("an address is in the log")
		}
		admin := r.operator(t, auth.Admin)
		pagestest.WantText(t, r.Post("/console/people", url.Values{"q": {"member07@reader.example"}}, "Cookie", admin), `href="/console/exports"`)
		lost := r.see(admin, "/console/nothing")
		pagestest.WantText(t, lost, "There is no such page", `<a href="/console">overview</a>`)
		pagestest.WantNoText(t, lost, "lists you can join")
	})
}

func between(s, before, after string) string {
	_, s, _ = strings.Cut(s, before)
	s, _, _ = strings.Cut(s, after)
	return s
}

func TestAPersonWithEverythingThatHappened(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "carys@reader.example", r.News)
		c := r.SendCampaign(t, r.News)
		r.Clock.Advance(time.Hour)
		pagestest.WantStatus(t, r.OneClick(r.LeavePath(pagestest.Back(r.News, p, c.ID)), "", ""), http.StatusOK)
		cookie := r.operator(t, auth.DPO)
		path := "/console/people/" + strconv.FormatInt(p.ID, 10)
		w := r.see(cookie, path)
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "carys@reader.example", r.News.Wording, "Privacy notice version 1", "Asked to join: Monthly update", "Consent confirmed", "Sent: November update",
			"Opted out: Monthly update", `<span class="chip bad">No</span>`, "One-click in the mail program", "campaign: "+strconv.FormatInt(c.ID, 10))
		if got := r.Trail.All(); !strings.HasSuffix(got, fmt.Sprintf(" read person subscriber:%d", p.ID)) {
			t.Errorf("the audit trail has %q", got)
		}
		r.Trail.BreakDown(true)
		w = r.see(cookie, path)
		pagestest.WantStatus(t, w, http.StatusServiceUnavailable)
		pagestest.WantNoText(t, w, "carys@reader.example")
		pagestest.WantStatus(t, r.see(cookie, "/console/people/999"), http.StatusNotFound)
	})
}

func TestPeopleWhoMayNotBeMailedAtAll(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		cookie := r.operator(t, auth.DPO)
		restricted := r.Member(t, "ann@reader.example", r.News)
		if err := r.People.Restrict(t.Context(), restricted.ID, "user:1", "accuracy contested"); err != nil {
			t.Fatal(err)
		}
		pagestest.WantText(t, r.see(cookie, fmt.Sprintf("/console/people/%d", restricted.ID)), "Nothing may be sent", "Article 18", "Processing is restricted")
		dead := r.Member(t, "bob@reader.example", r.News)
		must(r.People.Suppress(t.Context(), subscriptions.Withdrawal{SubscriberID: dead.ID, Scope: subscriptions.Everything(), Channel: subscriptions.ByReport, Actor: "system"}, "complaint"))(t)
		pagestest.WantText(t, r.see(cookie, fmt.Sprintf("/console/people/%d", dead.ID)), "Nothing may be sent", "Stopped for every list: complaint", "Suppressed (complaint): everything")
	})
}

func TestCasesAreForTheDataProtectionOfficer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		k := r.openCase(t, htmlMail)
		path := "/console/cases/" + strconv.FormatInt(k.ID, 10)
		comms, dpo := r.operator(t, auth.Comms), r.operator(t, auth.DPO)
		for _, path := range []string{"/console/cases", path} {
			w := r.see(comms, path)
			pagestest.WantStatus(t, w, http.StatusForbidden)
			pagestest.WantText(t, w, "You may not see this page")
			pagestest.WantNoText(t, w, k.Reference)
		}
		pagestest.WantNoText(t, r.see(comms, "/console"), k.Reference, "Open cases")
		if got := r.Trail.All(); got != "" {
			t.Errorf("nothing was read, and the audit trail has %q", got)
		}

		w := r.see(dpo, "/console/cases")
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, k.Reference, "Access to personal data", "c***@r***.example", "days left")
		pagestest.WantText(t, r.see(dpo, "/console"), k.Reference, "Open cases")
		w = r.see(dpo, path)
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "Answer the person", "a copy of my data", "passport.pdf", "carys@reader.example", "Opened from a message", html.EscapeString(k.Clocks[0].Steps[0].Text))
		pagestest.WantNoText(t, w, "<script>", "tracker.example", "<img src=\"https", "\u202e", "Monday 1 January")
		if got := r.Trail.All(); !strings.HasSuffix(got, fmt.Sprintf(" read case case:%d", k.ID)) {
			t.Errorf("the audit trail has %q", got)
		}
		r.Trail.BreakDown(true)
		w = r.see(dpo, path)
		pagestest.WantStatus(t, w, http.StatusServiceUnavailable)
		pagestest.WantNoText(t, w, "carys@")
		pagestest.WantStatus(t, r.see(dpo, "/console/cases/999"), http.StatusNotFound)
	})
}

func TestMailThatCannotBeReadSaysSo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		for _, raw := range []string{"", "no header at all", "Subject: x\r\n\r\n\x00\xff\xfe", "Content-Type: text/plain; charset=klingon\r\n\r\nnuqneH"} {
			k := r.openCase(t, raw+strings.Repeat(" ", 7*len(raw)%31))
			pagestest.WantStatus(t, r.see(dpo, "/console/cases/"+strconv.FormatInt(k.ID, 10)), http.StatusOK)
		}
	})
}
