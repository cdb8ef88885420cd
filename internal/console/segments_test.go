package console_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"assent/internal/auth"
	"assent/internal/pages/pagestest"
	"assent/mailer"
	"assent/subscriptions"
	"assent/subscriptions/segment"
)

func (r rig) send(cookie, path string, form url.Values) *httptest.ResponseRecorder {
	return r.Post(path, form, "Cookie", cookie, "Sec-Fetch-Site", "same-origin")
}

func TestASegmentIsWrittenLookedAtAndSaved(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		for i := range 6 {
			r.Member(t, fmt.Sprintf("member%d@reader.example", i), r.News)
		}
		must(r.People.CreateAttribute(t.Context(), subscriptions.Attribute{ProgrammeID: r.Programme.ID, Name: "region", Label: "Region", Type: subscriptions.ChoiceAttribute, Choices: []string{"Wales"}}))(t)
		comms := r.operator(t, auth.Comms)
		pagestest.WantText(t, r.see(comms, "/console/segments"), "Harbour News", "There are no segments yet.", "/console/segments/new/harbour")
		pagestest.WantText(t, r.see(comms, "/console/segments/new/harbour"), "<code>region</code>", "Region: choice, of Wales", "does not track them")
		w := r.send(comms, "/console/segments/new/harbour", url.Values{"do": {"look"}, "text": {"region is Wales"}})
		pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
		pagestest.WantText(t, w, "At character 11", "Put text in quotes", "region is Wales</textarea>")
		w = r.send(comms, "/console/segments/new/harbour", url.Values{"do": {"look"}, "text": {`language is not "cy"`}, "list": {r.News.Slug}})
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "In the segment", `<td class="n">6</td>`, "Their language is not “cy”, or is not known.", "m***@r***.example")
		pagestest.WantNoText(t, w, "member1@reader.example")
		w = r.send(comms, "/console/segments/new/harbour", url.Values{"do": {"look"}, "text": {`region is "Wales"`}})
		pagestest.WantText(t, w, "fewer than 5", "So small a group")
		w = r.send(comms, "/console/segments/new/harbour", url.Values{"do": {"save"}, "text": {`region is "Wales"`}, "name": {"In Wales"}, "slug": {"in-wales"}})
		pagestest.WantStatus(t, w, http.StatusSeeOther)
		pagestest.WantText(t, r.see(comms, w.Header().Get("Location")), "Saved as version 1.", `action="/console/segments/1"`)
		w = r.send(comms, "/console/segments/1", url.Values{"do": {"save"}, "text": {`region is set`}, "name": {"Of a known region"}, "version": {"1"}})
		pagestest.WantText(t, r.see(comms, w.Header().Get("Location")), "Saved as version 2.")
		w = r.send(comms, "/console/segments/1", url.Values{"do": {"save"}, "text": {`region is set`}, "name": {"Late"}, "version": {"1"}})
		pagestest.WantStatus(t, w, http.StatusConflict)
		pagestest.WantText(t, w, "Somebody changed this segment meanwhile.")
		pagestest.WantText(t, r.see(comms, "/console/segments"), "Of a known region", "region is set")
		pagestest.WantText(t, r.see(comms, "/console/segments/1"), "Version 2", "region is set</textarea>", "Whom it means now")
	})
}

func TestWhoMayNotWriteCampaignsSavesNoSegment(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		dpo := r.operator(t, auth.DPO)
		pagestest.WantNoText(t, r.see(dpo, "/console/segments/new/harbour"), `value="save"`)
		pagestest.WantStatus(t, r.send(dpo, "/console/segments/new/harbour", url.Values{"do": {"save"}, "text": {"on list x"}, "name": {"X"}, "slug": {"x"}}), http.StatusForbidden)
	})
}

func TestACampaignsPageSaysWhoIsMeant(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		for i := range 6 {
			r.Member(t, fmt.Sprintf("member%d@reader.example", i), r.News)
		}
		c := mailer.Campaign{
			ProgrammeID: r.Programme.ID, Name: "For Wales", Subject: "News", Body: "News", Language: "cy", Class: subscriptions.Newsletter, Lists: []int64{r.News.ID},
			Excluded: []int64{r.Quiet.ID}, State: mailer.Draft, CreatedBy: "user:1", CreatedAt: r.Clock.Now(), TimeZone: "Europe/London",
			Segment: must(segment.Parse(`language is not "cy"`))(t),
		}
		if err := r.DB.CreateCampaign(t.Context(), &c); err != nil {
			t.Fatal(err)
		}
		w := r.see(r.operator(t, auth.Comms), fmt.Sprint("/console/campaigns/", c.ID))
		pagestest.WantText(t, w, "Who of the lists is meant", "Their language is not “cy”", "As it would be now", "Left out", r.Quiet.Name)
		if !strings.Contains(w.Body.String(), `<td class="n">6</td>`) {
			t.Error("the funnel is not that of now")
		}
	})
}
