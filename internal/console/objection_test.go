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
	"assent/subscriptions"
)

func TestStaffRecordAPhonedObjection(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r rig) {
		p := r.Member(t, "ann@reader.example", r.News)
		cookie := r.operator(t, auth.Comms)
		path := fmt.Sprintf("/console/people/%d", p.ID)
		pagestest.WantText(t, r.see(cookie, path), path+"/objection")
		pagestest.WantText(t, r.see(cookie, path+"/objection"), "Harbour Board", "Do not ask who is speaking")
		send := func(form url.Values) *httptest.ResponseRecorder {
			return r.Post(path+"/objection", form, "Cookie", cookie)
		}
		for _, bad := range []url.Values{{"words": {"by phone"}}, {"about": {fmt.Sprint("owner:", r.Programme.ID)}}, {"about": {"owner:99"}, "words": {"by phone"}}} {
			pagestest.WantStatus(t, send(bad), http.StatusUnprocessableEntity)
		}
		if !r.Mailable(t, "ann@reader.example", r.News) {
			t.Fatal("half a form stopped mail")
		}
		pagestest.WantText(t, send(url.Values{"about": {fmt.Sprint("owner:", r.Programme.ID)}, "words": {"by phone on 3 May"}}), "All marketing of Harbour Board has stopped")
		events := r.Ledger(t, "ann@reader.example")
		e := events[len(events)-1]
		if r.Mailable(t, "ann@reader.example", r.News) || e.Channel != subscriptions.ByStaff || e.Reason != subscriptions.Objected || !strings.HasPrefix(e.Actor, "user:") || !strings.Contains(string(e.Evidence), "by phone on 3 May") {
			t.Errorf("recorded %+v with %s", e, e.Evidence)
		}
	})
}
