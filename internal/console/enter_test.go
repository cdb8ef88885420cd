package console_test

import (
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

func (r rig) entry() url.Values {
	return url.Values{
		"about": {strconv.FormatInt(r.News.ID, 10)}, "email": {"ann@reader.example"}, "medium": {"paper"}, "did": {"ticked the box and signed"}, "document": {"form 1204"},
		"acted_on": {"2026-11-20"}, "received_on": {"2026-11-23"}, "why": {"has no internet at home"},
	}
}

func TestStaffEnterAnAgreementFromPaper(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		desk := r.operator(t, auth.Comms)
		pagestest.WantText(t, r.see(desk, "/console/entries"), "Enter an agreement", "Monthly update", "Which document shows it")
		pagestest.WantText(t, r.see(desk, "/console/people"), "/console/entries")
		pagestest.WantStatus(t, r.Post("/console/entries", r.entry()), http.StatusSeeOther) // nobody is signed in
		for _, field := range []string{"about", "email", "medium", "did", "document", "acted_on", "received_on", "why"} {
			form := r.entry()
			form.Del(field)
			w := r.Post("/console/entries", form, "Cookie", desk)
			pagestest.WantStatus(t, w, http.StatusUnprocessableEntity)
			pagestest.WantText(t, w, "There is a problem", "Nothing was recorded")
		}
		if n := len(r.Ledger(t, "ann@reader.example")); n != 0 {
			t.Fatalf("what was refused left %d events", n)
		}
		w := r.Post("/console/entries", r.entry(), "Cookie", desk)
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "Recorded as event 1", "/console/people/1")
		e := r.Ledger(t, "ann@reader.example")[0]
		if e.Channel != subscriptions.ByStaff || !strings.HasPrefix(e.Actor, "user:") || !strings.Contains(string(e.Evidence), "form 1204") {
			t.Errorf("entered as %+v with %s", e, e.Evidence)
		}
	})
}

func TestAProgrammeIsEndedAfterItWasSaidWhatThatMeans(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		desk, officer := r.operator(t, auth.Comms), r.operator(t, auth.DPO)
		r.Member(t, "ann@reader.example", r.News)
		path := "/console/programmes/" + strconv.FormatInt(r.Programme.ID, 10) + "/end"
		pagestest.WantStatus(t, r.see(officer, path), http.StatusForbidden)
		pagestest.WantText(t, r.see(desk, path), "End Harbour News", "cannot be taken back", "Monthly update")
		pagestest.WantStatus(t, r.Post(path, url.Values{"at": {"2020-01-01T00:00"}}, "Cookie", desk), http.StatusUnprocessableEntity)
		pagestest.WantStatus(t, r.Post(path, url.Values{"at": {"soon"}}, "Cookie", desk), http.StatusUnprocessableEntity)
		pagestest.WantStatus(t, r.Post(path, url.Values{"at": {"2026-12-31T23:59"}}, "Cookie", desk), http.StatusSeeOther)
		pagestest.WantText(t, r.see(desk, "/console"), "Ends on 31 December 2026", path)
		r.Clock.Advance(60 * 24 * time.Hour)
		desk = cookieOf(t, r.Post("/login", url.Values{"email": {"comms@harbour.example"}, "password": {password}})) // the session ended long ago
		pagestest.WantText(t, r.see(desk, "/console"), "Ended on 31 December 2026")
		pagestest.WantText(t, r.see(desk, path), "Nobody is mailed")
		pagestest.WantStatus(t, r.Post(path, url.Values{"at": {"2028-12-31T23:59"}}, "Cookie", desk), http.StatusUnprocessableEntity)
	})
}
