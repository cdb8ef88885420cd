package console_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"assent/internal/audit"
	"assent/internal/auth"
	"assent/internal/pages/pagestest"
	"assent/subscriptions/showme"
)

func TestTheAuditTrailNamesOperatorsAndKeys(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		key, _, err := r.Accounts.MakeKey(t.Context(), auth.Actor{Kind: auth.SystemActor}, "ticket desk", []auth.Scope{auth.CasesRead})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.DB.Record(t.Context(), audit.Note{Actor: key.Actor().String(), Action: audit.ReadCase, Object: audit.About("case", 1), Why: "a look"}); err != nil {
			t.Fatal(err)
		}
		w := r.see(r.operator(t, auth.DPO), "/console/audit")
		pagestest.WantText(t, w, "API key “ticket desk”, key:1")
	})
}

func TestTheAuditTrailIsShownWithFiltersAndPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "carys@reader.example", r.News)
		for i := range 30 {
			n := audit.Note{Actor: "user:7", Action: audit.ReadCase, Object: audit.About("case", int64(i)), Why: "about <b>Carys</b>"}
			if err := r.DB.Record(t.Context(), n); err != nil {
				t.Fatal(err)
			}
		}
		cookie := r.operator(t, auth.DPO)
		w := r.see(cookie, "/console/audit?actor=user:7")
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "operator 7", "read case", "/console/cases/29", "about &lt;b&gt;Carys", "Older")
		pagestest.WantNoText(t, w, "case:4<")
		older := strings.ReplaceAll(between(w.Body.String(), `<a href="?actor=user%3A7`, `"`), "&amp;", "&")
		w = r.see(cookie, "/console/audit?actor=user:7"+older)
		pagestest.WantText(t, w, "case:4", "case:0", "Newest")
		pagestest.WantNoText(t, w, "Older")
		w = r.see(cookie, "/console/audit?action=add+person&person="+strconv.FormatInt(p.ID, 10))
		pagestest.WantText(t, w, "add person", "carys@reader.example", "the person", "/console/people/"+strconv.FormatInt(p.ID, 10))
		pagestest.WantText(t, r.see(cookie, "/console/audit?from=2001-01-01&to=2001-12-31"), "There is no such entry")
		for _, query := range []string{"from=yesterday", "person=Carys"} {
			pagestest.WantStatus(t, r.see(cookie, "/console/audit?"+query), http.StatusUnprocessableEntity)
		}
		if got := r.Trail.All(); !strings.Contains(got, "read audit trail") {
			t.Errorf("looking at the trail was not recorded: %q", got)
		}
		r.Trail.BreakDown(true)
		w = r.see(cookie, "/console/audit")
		pagestest.WantStatus(t, w, http.StatusServiceUnavailable)
		pagestest.WantNoText(t, w, "carys@reader.example")
	})
}

func TestAPackIsMadeFromAPersonsPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "carys@reader.example", r.News)
		c := r.SendCampaign(t, r.News)
		cookie := r.operator(t, auth.DPO)
		path := "/console/people/" + strconv.FormatInt(p.ID, 10)
		pagestest.WantText(t, r.see(cookie, path), path+"/pack")
		w := r.Post(path+"/pack", url.Values{"as": {"page"}}, "Cookie", cookie)
		pagestest.WantStatus(t, w, http.StatusOK)
		pagestest.WantText(t, w, "carys@reader.example", "Confirmed from the mailbox", c.Name, "SHA-256")
		w = r.Post(path+"/pack", url.Values{"as": {"file"}}, "Cookie", cookie)
		pack, err := showme.Open(w.Body.Bytes(), nil)
		if err != nil || len(pack.Messages) != 1 || len(pack.Events) != 2 {
			t.Fatalf("%+v, %v", pack, err)
		}
		if err := showme.InLedger(t.Context(), pack, r.DB); err != nil {
			t.Error(err)
		}
		if got := r.Trail.All(); !strings.Contains(got, "export show-me pack subscriber:"+strconv.FormatInt(p.ID, 10)) {
			t.Errorf("the pack was not recorded: %q", got)
		}
	})
}

func TestCommunicationsSeeNeitherTheTrailNorPacks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "carys@reader.example", r.News)
		cookie := r.operator(t, auth.Comms)
		path := "/console/people/" + strconv.FormatInt(p.ID, 10)
		pagestest.WantStatus(t, r.see(cookie, "/console/audit"), http.StatusForbidden)
		pagestest.WantStatus(t, r.Post(path+"/pack", url.Values{"as": {"file"}}, "Cookie", cookie), http.StatusForbidden)
		pagestest.WantNoText(t, r.see(cookie, path), "/pack")
	})
}
