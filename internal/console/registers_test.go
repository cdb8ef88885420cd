package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"assent/inbox/cases"
	"assent/internal/auth"
	"assent/internal/pages/pagestest"
)

// The officer keeps the record of a breach on its page, and takes the registers out.
func TestABreachIsKeptOnItsPageAndOnTheRegister(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		officer := r.operator(t, auth.DPO)
		c := must(r.Casework.Enter(t.Context(), cases.Entry{
			Actor: "user:1", ProgrammeID: r.Programme.ID, Channel: cases.ByPhone, ReceivedAt: r.Clock.Now().Add(-time.Hour), Asked: "A list went astray.", Kinds: []cases.Kind{cases.Breach}, Language: "en",
			Parties: []cases.Party{{Role: cases.Requester, Name: "Bo Hart"}},
		}))(t)
		path := fmt.Sprintf("/console/cases/%d", c.ID)
		pagestest.WantText(t, r.see(officer, path), "The record of the breach (Article 33)", "Frozen")
		w := r.send(officer, path+"/breach", url.Values{"record-aware_at": {"2026-11-25T08:00"}, "record-nature": {"A list was mailed to the wrong firm."}, "record-risk": {"unlikely"}, "record-not_notified": {"It was encrypted."}, "record-people_number": {"340"}})
		pagestest.WantStatus(t, w, http.StatusSeeOther)
		pagestest.WantText(t, r.see(officer, path), "A list was mailed to the wrong firm.", `value="340"`)
		if csv := r.see(officer, "/console/reports/breaches").Body.String(); !strings.Contains(csv, c.Reference) || !strings.Contains(csv, "It was encrypted.") {
			t.Errorf("register: %s", csv)
		}
		pagestest.WantText(t, r.see(officer, "/console/reports"), "Open, by when they are due", "By kind", "Register of complaints")
		pagestest.WantStatus(t, r.see(officer, "/console/reports?from=2026-12-01&to=2026-01-01"), http.StatusUnprocessableEntity)
	})
}
