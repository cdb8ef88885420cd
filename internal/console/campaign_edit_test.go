package console_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"assent/internal/auth"
	"assent/internal/pages/pagestest"
	"assent/mailer"
)

// sends posts a form as an operator and returns the page that comes back.
func (r rig) sends(cookie, path string, form url.Values) *httptest.ResponseRecorder {
	return r.Ask(http.MethodPost, path, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded", "Cookie", cookie, "Sec-Fetch-Site", "same-origin")
}

func (r rig) draft(change func(url.Values)) url.Values {
	f := url.Values{
		"name": {"December issue"}, "subject": {"The lights are on, {{name|reader}}"}, "body": {"Dear {{name|reader}},\n\nthe **lights** are on."}, "language": {"en"},
		"list": {fmt.Sprint(r.News.ID)}, "segment": {"0"}, "do": {"save"},
	}
	change(f)
	return f
}

func TestACampaignIsWrittenLookedAtSavedChangedAndApproved(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		ctx := t.Context()
		for i := range 6 {
			r.Member(t, fmt.Sprintf("member%d@reader.example", i), r.News)
		}
		comms := r.operator(t, auth.Comms)
		pagestest.WantText(t, r.see(comms, "/console/campaigns"), "/console/campaigns/new/harbour")
		pagestest.WantText(t, r.see(comms, "/console/campaigns/new/harbour"), "Monthly update", "Everybody on the lists", "{{name|reader}}")

		look := r.sends(comms, "/console/campaigns/new/harbour", r.draft(func(f url.Values) { f.Set("do", "look") }))
		pagestest.WantStatus(t, look, http.StatusOK)
		pagestest.WantText(t, look, "The lights are on, reader", "the lights are on.", "Whom it would go to now", `May be mailed</th><td class="n">6</td>`, "December issue")
		if all := must(r.DB.Campaigns(ctx, 0, 10))(t); len(all) != 0 {
			t.Fatalf("looking kept %+v", all)
		}
		wrong := r.sends(comms, "/console/campaigns/new/harbour", r.draft(func(f url.Values) { f.Del("list") }))
		pagestest.WantStatus(t, wrong, http.StatusUnprocessableEntity)
		pagestest.WantText(t, wrong, "Name at least one list.", "Nothing was saved", "the **lights** are on.")

		if code := r.desk(comms, "/console/campaigns/new/harbour", r.draft(func(url.Values) {})); code != http.StatusSeeOther {
			t.Fatalf("saving: %d", code)
		}
		k := must(r.DB.Campaigns(ctx, 0, 10))(t)[0]
		at := fmt.Sprintf("/console/campaigns/%d", k.ID)
		pagestest.WantText(t, r.see(comms, at), "Approve and send", "Change the draft", "See it as a mail", "Send me a trial")
		if code := r.desk(comms, at+"/trial", nil); code != http.StatusSeeOther {
			t.Errorf("a trial: %d", code)
		}
		pagestest.WantText(t, r.see(comms, at+"?trial=sent"), "A trial is on its way to the address with which you sign in.")
		mail := r.see(comms, at+"/mail")
		pagestest.WantText(t, mail, "<strong>lights</strong>")
		if policy := mail.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "sandbox; default-src 'none'") {
			t.Errorf("the mail is shown under %q", policy)
		}

		// Two people change one draft: the second is told.
		seen := k.ContentDigest()
		change := func(subject string) int {
			return r.desk(comms, at+"/edit", r.draft(func(f url.Values) { f.Set("subject", subject); f.Set("seen", seen) }))
		}
		if code := change("The lights are out"); code != http.StatusSeeOther {
			t.Errorf("changing: %d", code)
		}
		if code := change("The lights are back"); code != http.StatusUnprocessableEntity {
			t.Errorf("changing what another changed meanwhile: %d", code)
		}
		if k = must(r.DB.Campaign(ctx, k.ID))(t); k.Subject != "The lights are out" || k.CreatedBy != "user:1" {
			t.Errorf("%+v", k)
		}

		pagestest.WantText(t, r.see(comms, at+"/schedule"), "6 of the 6 people on its lists would get it now", "in Europe/London")
		for local, says := range map[string]string{"2020-01-01T09:00": "lies in the past", "tomorrow": "must look like"} {
			w := r.sends(comms, at+"/schedule", url.Values{"at": {local}})
			pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
			pagestest.WantText(t, w, says)
		}
		later := r.Clock.Now().Add(48 * time.Hour)
		zone := must(time.LoadLocation("Europe/London"))(t)
		if code := r.desk(comms, at+"/schedule", url.Values{"at": {later.In(zone).Format("2006-01-02T15:04")}}); code != http.StatusSeeOther {
			t.Errorf("scheduling: %d", code)
		}
		if k = must(r.DB.Campaign(ctx, k.ID))(t); k.State != mailer.Scheduled || !k.ScheduledAt.Equal(later.Truncate(time.Minute)) || k.ApprovedBy != "user:1" || k.Digest != k.ContentDigest() {
			t.Errorf("%+v", k)
		}
		w := r.sends(comms, at+"/edit", r.draft(func(url.Values) {}))
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "Only a draft can be changed")
		for _, act := range []struct {
			path string
			want int
		}{{"/pause", 303}, {"/resume", 303}, {"/cancel", 303}, {"/cancel", 409}, {"/resume", 409}} {
			if code := r.desk(comms, at+act.path, nil); code != act.want {
				t.Errorf("%s: %d", act.path, code)
			}
		}
	})
}

func TestOnlyWhoMaySendIsOfferedIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		admin, dpo := r.operator(t, auth.Admin), r.operator(t, auth.DPO)
		if code := r.desk(admin, "/console/campaigns/new/harbour", r.draft(func(url.Values) {})); code != http.StatusSeeOther {
			t.Fatalf("saving: %d", code)
		}
		k := must(r.DB.Campaigns(t.Context(), 0, 1))(t)[0]
		at := fmt.Sprintf("/console/campaigns/%d", k.ID)
		pagestest.WantText(t, r.see(dpo, at), "Written by", "Olu admin")
		pagestest.WantNoText(t, r.see(dpo, at), "Approve and send", "Change the draft", "End it")
		pagestest.WantNoText(t, r.see(dpo, "/console/campaigns"), "Write a campaign")
		for _, path := range []string{"/console/campaigns/new/harbour", at + "/edit", at + "/schedule"} {
			pagestest.WantStatus(t, r.see(dpo, path), http.StatusForbidden)
		}
		for _, path := range []string{"/console/campaigns/new/harbour", at + "/edit", at + "/schedule", at + "/pause", at + "/resume", at + "/cancel"} {
			if code := r.desk(dpo, path, r.draft(func(url.Values) {})); code != http.StatusForbidden {
				t.Errorf("%s: %d", path, code)
			}
		}
		pagestest.WantNoText(t, r.see(dpo, "/console"), "End it", "Declare a programme")
		pagestest.WantText(t, r.see(admin, "/console"), "End it", "Declare a programme")
	})
}

func TestAnOperatorWritesACampaignInABrowser(t *testing.T) {
	t.Parallel()
	eachSize(t, func(b browser) {
		for i := range 6 {
			b.Member(b.T, fmt.Sprintf("member%d@reader.example", i), b.News)
		}
		b.operator(b.T, auth.Comms)
		b.Visit("/console/campaigns")
		b.Arrive("Log in")
		b.Write("email", "comms@harbour.example")
		b.Write("password", password)
		b.Click(`//main//button[contains(., "Log in")]`)
		b.Arrive("Campaigns")
		b.Click(`//main//a[contains(., "Harbour News")]`)
		b.Arrive("A new campaign")
		b.Write("name", "December issue")
		b.Click(`//label[contains(., "Monthly update")]`)
		b.Write("subject", "The lights are on")
		b.Write("body", "Dear {{name|reader}}, the lights are on.")
		b.Click(`//button[contains(., "See it")]`)
		b.Do(chromedp.WaitVisible(`//h2[contains(., "Whom it would go to now")]`))
		b.Picture("A draft looked at")
		b.Click(`//button[contains(., "Save the draft")]`)
		b.Arrive("Draft")
		b.Click(`//main//a[contains(., "Change the draft")]`)
		b.Arrive("Change")
		b.Write("preheader", "And the ferry runs")
		b.Click(`//button[contains(., "Save the draft")]`)
		b.Arrive("Draft")
		b.Click(`//main//a[contains(., "Approve and send")]`)
		b.Arrive("Approve and send")
		b.Click(`//main//button[contains(., "Approve and send")]`)
		b.Arrive("Scheduled")
		b.Click(`//summary[contains(., "End it")]`)
		b.Click(`//main//button[contains(., "End the campaign")]`)
		b.Arrive("Cancelled")
		b.Done(1)
		k := must(b.DB.Campaigns(b.T.Context(), 0, 1))(b.T)[0]
		if k.State != mailer.Cancelled || k.Preheader != "And the ferry runs" || k.ApprovedBy == "" {
			b.T.Errorf("%+v", k)
		}
	})
}
