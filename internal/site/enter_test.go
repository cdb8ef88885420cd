package site_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"assent/internal/auth"
	"assent/subscriptions"
)

func (r *rig) entry() url.Values {
	return url.Values{
		"about": {strconv.FormatInt(r.news.ID, 10)}, "email": {"ann@reader.example"}, "medium": {"paper"}, "did": {"ticked the box and signed"}, "document": {"form 1204"},
		"acted_on": {"2026-11-20"}, "received_on": {"2026-11-23"}, "why": {"has no internet at home"},
	}
}

func TestStaffEnterAnAgreementFromPaper(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		desk := r.operator(t, auth.Comms)
		wantText(t, r.see(desk, "/console/entries"), "Enter an agreement", "Monthly update", "Which document shows it")
		wantText(t, r.see(desk, "/console/people"), "/console/entries")
		wantStatus(t, r.post("/console/entries", r.entry()), http.StatusSeeOther) // nobody is signed in
		for _, field := range []string{"about", "email", "medium", "did", "document", "acted_on", "received_on", "why"} {
			form := r.entry()
			form.Del(field)
			w := r.post("/console/entries", form, "Cookie", desk)
			wantStatus(t, w, http.StatusUnprocessableEntity)
			wantText(t, w, "There is a problem", "Nothing was recorded")
		}
		if n := len(r.ledger(t, "ann@reader.example")); n != 0 {
			t.Fatalf("what was refused left %d events", n)
		}
		w := r.post("/console/entries", r.entry(), "Cookie", desk)
		wantStatus(t, w, http.StatusOK)
		wantText(t, w, "Recorded as event 1", "/console/people/1")
		e := r.ledger(t, "ann@reader.example")[0]
		if e.Channel != subscriptions.ByStaff || !strings.HasPrefix(e.Actor, "user:") || !strings.Contains(string(e.Evidence), "form 1204") {
			t.Errorf("entered as %+v with %s", e, e.Evidence)
		}
	})
}

func TestAProgrammeIsEndedAfterItWasSaidWhatThatMeans(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		desk, officer := r.operator(t, auth.Comms), r.operator(t, auth.DPO)
		r.member(t, "ann@reader.example", r.news)
		path := "/console/programmes/" + strconv.FormatInt(r.programme.ID, 10) + "/end"
		wantStatus(t, r.see(officer, path), http.StatusForbidden)
		wantText(t, r.see(desk, path), "End Harbour News", "cannot be taken back", "Monthly update")
		wantStatus(t, r.post(path, url.Values{"at": {"2020-01-01T00:00"}}, "Cookie", desk), http.StatusUnprocessableEntity)
		wantStatus(t, r.post(path, url.Values{"at": {"soon"}}, "Cookie", desk), http.StatusUnprocessableEntity)
		wantStatus(t, r.post(path, url.Values{"at": {"2026-12-31T23:59"}}, "Cookie", desk), http.StatusSeeOther)
		wantText(t, r.see(desk, "/console"), "Ends on 31 December 2026", path)
		r.clock.Advance(60 * 24 * time.Hour)
		desk = cookieOf(t, r.post("/login", url.Values{"email": {"comms@harbour.example"}, "password": {password}})) // the session ended long ago
		wantText(t, r.see(desk, "/console"), "Ended on 31 December 2026")
		wantText(t, r.see(desk, path), "Nobody is mailed")
		wantStatus(t, r.post(path, url.Values{"at": {"2028-12-31T23:59"}}, "Cookie", desk), http.StatusUnprocessableEntity)
	})
}
